"""Signed links and tokens: what a candidate holds instead of a password. A changed one opens nothing."""

from __future__ import annotations

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer


def status_token(application_id: int) -> str:
    """Sign the number of an application for the address of its status page."""
    return str(_serializer().dumps(application_id))


def status_link(application_id: int) -> str:
    """Give the full address of an application's status page, for the candidate to keep."""
    public = current_app.config["SCREENING"].public_url
    path = url_for("status.show", token=status_token(application_id))
    return (
        f"{public.rstrip('/')}{path}"
        if public
        else url_for("status.show", token=status_token(application_id), _external=True)
    )


def application_id_in(token: str) -> int | None:
    """Read the number out of a token that we signed; None for any other text."""
    try:
        number = _serializer().loads(token)
    except BadSignature:
        return None
    return number if isinstance(number, int) else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="candidate status")
