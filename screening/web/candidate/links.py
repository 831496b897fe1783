"""Signed links and tokens: what a candidate holds instead of a password. A changed one opens nothing."""

from __future__ import annotations

from flask import Response, current_app, make_response
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from screening.web.addresses import address
from screening.web.errors import page


def status_token(application_id: int) -> str:
    """Sign the number of an application for the address of its status page."""
    return str(_serializer().dumps(application_id))


def status_link(application_id: int) -> str:
    """Give the full address of an application's status page, for the candidate to keep."""
    return address("status.show", token=status_token(application_id))


def application_id_in(token: str) -> int | None:
    """Read the number out of a token that we signed; None for any other text."""
    try:
        number = _serializer().loads(token)
    except BadSignature:
        return None
    return number if isinstance(number, int) else None


def draft_token(key: str) -> str:
    """Sign a form's key for the address of its draft; a number would be given again after the draft is gone."""
    return str(_drafts().dumps(key))


def draft_link(key: str) -> str:
    """Give the full address of a draft, for the mail that its writer asked for."""
    return address("drafts.show", token=draft_token(key))


def draft_key_in(token: str) -> str | None:
    """Read the key out of a token that we signed; None for any other text."""
    try:
        key = _drafts().loads(token)
    except BadSignature:
        return None
    return key if isinstance(key, str) else None


def offer_link(key: str) -> str:
    """Give the full address at which a candidate chooses a time."""
    return address("booking.show", token=offer_token(key))


def offer_token(key: str) -> str:
    """Sign an offer's key for its address."""
    return str(_offers().dumps(key))


def offer_key_in(token: str) -> str | None:
    """Read the key out of a token that we signed; None for any other text."""
    try:
        key = _offers().loads(token)
    except BadSignature:
        return None
    return key if isinstance(key, str) else None


def masked(email: str) -> str:
    """Give an address so that its owner knows it again and nobody else learns it: m•••@example.org."""
    mailbox, _at, domain = email.rpartition("@")
    return f"{mailbox[:1]}•••@{domain}"


def unknown_link() -> tuple[str, int]:
    """Answer a link that we did not sign, or whose application is gone."""
    return page(
        404,
        _("This link does not open an application"),
        _(
            "Copy the whole link from where you kept it, without a blank or a line break. A link with one character changed does not work."
        ),
    )


def private_page(shown: str) -> Response:
    """Keep the signed address out of search engines; other sites never see it (Referrer-Policy is same-origin)."""
    response = make_response(shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _offers() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="interview offer")


def _drafts() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="application draft")


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="candidate status")
