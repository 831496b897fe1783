"""A form that is not sent yet: it saves itself, goes on from another device by a signed link, and notices a second tab."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import RequestLimit

from screening.extensions import db, limiter, reading_first
from screening.forms.application import ApplicationForm
from screening.models import ApplicationDraft, Posting
from screening.models.application import RESUME
from screening.queries.careers import form_of
from screening.services.application_drafts import (
    DraftChangedError,
    DraftError,
    DraftSentError,
    DraftTooLargeError,
    find_draft,
    forget_draft,
    is_expired,
    mail_link,
)
from screening.services.applying import find_submission, normalised_address
from screening.web.access import anyone, now
from screening.web.candidate.draft_keeping import keep_file, keep_typed, kept_files
from screening.web.candidate.draft_memory import forget_memory, remember_draft
from screening.web.candidate.form_page import read_large_files, sent_key, sent_version, show_form, typed_form
from screening.web.candidate.form_resume import resume_part
from screening.web.candidate.limits import ask_to_wait
from screening.web.candidate.links import draft_key_in, draft_link, draft_token, private_page, status_token
from screening.web.candidate.roles import also_of, anchor_posting, with_roles
from screening.web.candidate.uploads import Upload, kept_upload, receive, receive_answers
from screening.web.formatting import clock, company
from screening.web.toasts import toast

blueprint = Blueprint("drafts", __name__, url_prefix="")
blueprint.url_value_preprocessor(read_large_files)

ONWARD = {"read": ("prefill.show", 303), "put_back": ("prefill.undo", 307)}
"""Where other acts go on once what was typed is kept; a 307 sends the same form on."""


def _whose() -> str:
    return f"draft {request.form.get('form_key', '')[:64]} {request.remote_addr}"


def _address() -> str:
    return f"draft link {normalised_address(request.form.get('email', ''))[:254]}"


def _wants_no_link() -> bool:
    return request.form.get("act") != "link"


def _brings_no_file() -> bool:
    return not request.files


def _succeeded(response: Response) -> bool:
    return response.status_code < 400


def _wait(limit: RequestLimit) -> Response | None:
    """Show a person the form again with all that was typed; a script waits by itself."""
    return None if _by_script() else ask_to_wait(limit)


@blueprint.post("/roles/<slug>/draft")
@limiter.limit("30 per minute", key_func=_whose, on_breach=_wait)
@limiter.limit("300 per minute; 3000 per hour", on_breach=_wait)
@limiter.limit("60 per minute; 600 per hour", exempt_when=_brings_no_file, on_breach=_wait)
@limiter.limit("60 per hour", exempt_when=_wants_no_link, on_breach=_wait)
@limiter.limit(
    "3 per hour; 6 per day", key_func=_address, exempt_when=_wants_no_link, on_breach=_wait, deduct_when=_succeeded
)
@anyone
def save(slug: str) -> ResponseReturnValue:
    """Keep what was typed and the file that came along, and mail the link when ``act`` is link.

    A script is answered in JSON with a ``state``; the buttons lead to the draft's own page, or to what ``ONWARD`` names.
    """
    key = sent_key()
    with reading_first(db.session):
        posting = anchor_posting(slug, request.form.get("also", ""))
        version = sent_version(posting) if posting else None
        if posting is None or version is None:
            return _closed()
        kept = kept_files(posting, find_draft(db.session, key))
        upload = receive(kept.get(RESUME), is_needed=request.form.get("act") == "read")
        typed = typed_form(version, list(request.form.items(multi=True)), key=key)
        upload = receive_answers(typed, kept, upload)
    is_unaddressed = request.form.get("act") == "link" and not typed.email.validate(typed)
    try:
        draft = keep_typed(posting, version, key, upload)
        if request.form.get("act") == "link" and not is_unaddressed:
            mail_link(db.session, draft=draft, link=draft_link(key), posting=posting, company=company(), now=now())
        db.session.commit()
    except DraftError as error:
        db.session.rollback()
        return refused(error, posting, typed, upload)
    remember_draft(posting.id, key)
    if _by_script():
        return _told(draft, upload, typed, is_unaddressed=is_unaddressed)
    if upload.has_error or is_unaddressed:
        return show_form(posting, typed, upload, draft=draft, status=422)
    onward = ONWARD.get(request.form.get("act", ""))
    if onward is not None:
        return redirect(url_for(onward[0], token=draft_token(key)), onward[1])
    toast(_sentence(draft))
    return redirect(url_for("drafts.show", token=draft_token(key)), 303)


@blueprint.get("/drafts/<token>")
@anyone
def show(token: str) -> ResponseReturnValue:
    """Show the form as it was left, on any device; a draft that is gone, or whose posting is closed, says so."""
    key = draft_key_in(token)
    draft = find_draft(db.session, key) if key else None
    if key is None:
        return _gone("unknown", 404)
    sent = find_submission(db.session, key)
    if sent is not None:
        return redirect(url_for("status.show", token=status_token(sent.id)))
    if draft is None or is_expired(draft, now=now()):
        return _gone("expired", 410)
    found = db.session.get_one(Posting, draft.posting_id)
    posting = anchor_posting(found.slug, also_of(draft.fields), has_draft=True)
    if posting is None:
        return _gone("closed", 410)
    page, status = continue_draft(posting, draft)
    return private_page(page), status


@blueprint.post("/drafts/<token>/forget")
@limiter.limit("20 per minute")
@anyone
def forget(token: str) -> ResponseReturnValue:
    """Begin anew: this browser forgets the draft, which is deleted unless a mailed link still leads to it."""
    key = draft_key_in(token)
    draft = find_draft(db.session, key) if key else None
    if draft is None:
        return _gone("expired", 410)
    posting = db.session.get_one(Posting, draft.posting_id)
    if draft.link_sent_at is None:
        forget_draft(db.session, draft.key)
        db.session.commit()
    forget_memory(posting.id)
    return redirect(url_for("apply.form", slug=posting.slug), 303)


def continue_draft(posting: Posting, draft: ApplicationDraft, *, also: str = "") -> tuple[str, int]:
    """Render a draft with the form version that it was begun with; ``also`` adds roles to those that it applies for."""
    version = form_of(db.session, posting_id=posting.id, form_version_id=draft.form_version_id)
    if version is None:
        raise LookupError(f"draft {draft.id} names a form of another posting")
    form = typed_form(version, with_roles(version, draft.fields, also), key=draft.key)
    notice = "" if "changed" in request.args else "resumed"
    return show_form(posting, form, kept_upload(kept_files(posting, draft)), draft=draft, notice=notice)


def _told(draft: ApplicationDraft, upload: Upload, typed: ApplicationForm, *, is_unaddressed: bool) -> Response:
    """Answer a script: what is stored now, and the résumé's part of the page when it changed."""
    fresh = (
        render_template(
            "candidate/_resume.html",
            posting=db.session.get_one(Posting, draft.posting_id),
            token=draft_token(draft.key),
            **resume_part(upload, draft, [part.form.question for part in typed.parts()]),
        )
        if upload.is_new or upload.error
        else None
    )
    return jsonify(
        state="saved",
        version=draft.version,
        saved_at=draft.changed_at.isoformat(),
        said=str(typed.email.errors[0]) if is_unaddressed else _sentence(draft),
        has_problem=is_unaddressed,
        resume=fresh,
    )


def _sentence(draft: ApplicationDraft) -> str:
    if request.form.get("act") == "link":
        return _("The link is on its way to %(address)s.", address=draft.email)
    return _("Draft saved %(time)s", time=clock(draft.changed_at))


def refused(error: DraftError, posting: Posting, typed: ApplicationForm, upload: Upload) -> ResponseReturnValue:
    """Answer a save that was refused: nothing is overwritten, and nothing that was typed is lost."""
    key = str(typed.form_key.data)
    match error:
        case DraftChangedError():
            keep_file(error.draft, upload)
            db.session.commit()
            if _by_script():
                return jsonify(
                    state="changed", version=error.draft.version, saved_at=error.draft.changed_at.isoformat()
                ), 409
            return show_form(posting, typed, upload, newer=error.draft, status=409)
        case DraftSentError():
            application = find_submission(db.session, key)
            if application is None:
                abort(404)
            address = url_for("status.show", token=status_token(application.id))
            return (jsonify(state="sent", address=address), 409) if _by_script() else redirect(address, 303)
        case DraftTooLargeError():
            if _by_script():
                return jsonify(state="large"), 413
            draft = find_draft(db.session, key)
            return show_form(posting, typed, upload, draft=draft, notice="large", status=413)
        case _:
            return _closed()


def _closed() -> ResponseReturnValue:
    """Answer as for an address that never was: a posting that is not open cannot be told from one that does not exist."""
    return (jsonify(state="closed"), 404) if _by_script() else _gone("closed", 404)


def _gone(reason: str, status: int) -> ResponseReturnValue:
    return render_template("candidate/draft_gone.html", reason=reason), status


def _by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"
