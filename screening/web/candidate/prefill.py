"""What a draft's résumé offers: a page to confirm each thing, taking over what was ticked, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from screening.extensions import db, limiter
from screening.forms.inputs import EMAIL, whole_number
from screening.models import ApplicationDraft, FormVersion, Posting
from screening.queries.careers import form_of
from screening.queries.offers import Reading, reading_of
from screening.services.application_drafts import DraftError, find_draft, is_expired
from screening.services.taking_over import put_back, take_over
from screening.web.access import anyone, now
from screening.web.candidate.form_page import read_large_files
from screening.web.candidate.form_resume import said_of
from screening.web.candidate.links import draft_key_in, private_page
from screening.web.candidate.offer_words import told_offers
from screening.web.candidate.roles import also_of, anchor_posting, settle
from screening.web.toasts import toast

blueprint = Blueprint("prefill", __name__, url_prefix="")
blueprint.url_value_preprocessor(read_large_files)  # the way back may come with the whole form


@dataclass(frozen=True, slots=True)
class _Opened:
    """A draft that its link opened, with its form, its fields as they stand for the roles open now, and its résumé's reading."""

    draft: ApplicationDraft
    posting: Posting
    version: FormVersion
    fields: Sequence[tuple[str, str]]
    reading: Reading


@blueprint.get("/drafts/<token>/offers")
@limiter.limit("120 per minute")
@anyone
def show(token: str) -> ResponseReturnValue:
    """Show what the résumé offers, each thing with its words; a script is told how far the reading is."""
    opened = _opened(token)
    if request.accept_mimetypes.best == "application/json":
        if opened is None:
            return jsonify(progress="none", said="", found=0), 404
        return jsonify(
            progress=opened.reading.progress.value, said=said_of(opened.reading), found=len(opened.reading.offers)
        )
    return _page(token, opened) if opened is not None else _to_draft(token)


@blueprint.post("/drafts/<token>/offers")
@limiter.limit("20 per minute")
@anyone
def take(token: str) -> ResponseReturnValue:
    """Fill the draft with the offers that were ticked; one that changed since the page was made is shown anew."""
    opened = _opened(token)
    if opened is None:
        return _to_draft(token)
    seen = whole_number(request.form.get("draft_version")), request.form.get("mark")
    if seen != (opened.draft.version, opened.reading.mark):
        return _page(token, opened, status=409, is_changed=True)
    ticked = set(request.form.getlist("offer"))
    chosen = [offer for offer in opened.reading.offers if offer.id in ticked]
    if not chosen:
        toast(_("Nothing was ticked, so nothing was filled in."))
        return _to_draft(token)
    try:
        count = take_over(
            db.session,
            draft=opened.draft,
            posting=opened.posting,
            form_version=opened.version,
            fields=opened.fields,
            offers=chosen,
            is_address=_is_address,
            now=now(),
        )
        db.session.commit()
    except DraftError:
        db.session.rollback()
        fresh = _opened(token)
        return _page(token, fresh, status=409, is_changed=True) if fresh is not None else _to_draft(token)
    toast(
        ngettext(
            "%(num)s field was filled in from your résumé. Please check it.",
            "%(num)s fields were filled in from your résumé. Please check them.",
            count,
        )
    )
    return _to_draft(token)


@blueprint.post("/drafts/<token>/offers/undo")
@limiter.limit("20 per minute")
@anyone
def undo(token: str) -> ResponseReturnValue:
    """Take back what was filled in and not changed since."""
    opened = _opened(token)
    if opened is None:
        return _to_draft(token)
    try:
        count = put_back(
            db.session,
            draft=opened.draft,
            posting=opened.posting,
            form_version=opened.version,
            is_address=_is_address,
            now=now(),
        )
        db.session.commit()
    except DraftError:
        db.session.rollback()
        toast(_("The draft was changed elsewhere; nothing was taken back."))
        return _to_draft(token)
    toast(
        ngettext(
            "%(num)s field is as it was before; what you changed yourself stays.",
            "%(num)s fields are as they were before; what you changed yourself stays.",
            count,
        )
    )
    return _to_draft(token)


def _opened(token: str) -> _Opened | None:
    """Open a draft by its link; None where the draft's own page has to say why it cannot be."""
    key = draft_key_in(token)
    draft = find_draft(db.session, key) if key else None
    if key is None or draft is None or is_expired(draft, now=now()):
        return None
    posting = anchor_posting(db.session.get_one(Posting, draft.posting_id).slug, also_of(draft.fields), has_draft=True)
    version = form_of(db.session, posting_id=draft.posting_id, form_version_id=draft.form_version_id)
    if posting is None or version is None:
        return None
    settled = settle(version, draft.fields)
    reading = reading_of(db.session, draft_id=draft.id, questions=settled.chosen.questions, fields=settled.fields)
    return _Opened(draft, posting, version, settled.fields, reading)


def _page(token: str, opened: _Opened, *, status: int = 200, is_changed: bool = False) -> tuple[Response, int]:
    shown = render_template(
        "candidate/offers.html",
        token=token,
        posting=opened.posting,
        draft=opened.draft,
        reading=opened.reading,
        said=said_of(opened.reading),
        groups=told_offers(opened.reading.offers),
        is_changed=is_changed,
    )
    return private_page(shown), status


def _to_draft(token: str) -> Response:
    return redirect(url_for("drafts.show", token=token), 303)  # type: ignore[return-value] # Werkzeug's own class


def _is_address(text: str) -> bool:
    return EMAIL.fullmatch(text) is not None
