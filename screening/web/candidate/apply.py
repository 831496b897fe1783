"""The application form that a posting's rubric makes, and its submission: one application however often it is sent."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db, limiter
from screening.forms.answers import answers_of
from screening.forms.application import ApplicationForm
from screening.models import Application, FormVersion, Posting
from screening.queries.careers import form_in_force, open_posting
from screening.services.application_drafts import DraftChangedError, DraftError, forget_draft
from screening.services.applying import (
    AlreadyAppliedError,
    Contact,
    PostingClosedError,
    find_submission,
    submit_application,
)
from screening.services.mailing import greeting_name, post_mail
from screening.web.access import anyone, now
from screening.web.candidate.draft_memory import remember_draft, remembered_draft
from screening.web.candidate.drafts import continue_draft, keep_file, keep_typed, kept_file
from screening.web.candidate.form_page import (
    form_class,
    new_key,
    read_large_files,
    sent_key,
    sent_version,
    show_form,
    today,
)
from screening.web.candidate.links import status_link, status_token
from screening.web.candidate.proof import remember_sending
from screening.web.candidate.uploads import Upload, receive
from screening.web.formatting import company, is_chinese
from screening.web.toasts import toast

blueprint = Blueprint("apply", __name__, url_prefix="")
blueprint.url_value_preprocessor(read_large_files)
CONSENT_VERSION = "2026-11"
SOURCE = re.compile(r"[\w.-]{1,40}", re.ASCII)


@blueprint.after_request
def keep_for_going_back(response: Response) -> Response:
    """Let the candidate's own browser show the form again on Back: what may not be kept at all comes back empty, or not."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/roles/<slug>/apply")
@anyone
def form(slug: str) -> ResponseReturnValue:
    """Show the form of an open posting: the draft that this browser is writing, else an empty one."""
    posting = open_posting(db.session, slug=slug, now=now())
    version = form_in_force(db.session, posting_id=posting.id) if posting else None
    if posting is None or version is None:
        abort(404)
    draft = remembered_draft(posting.id)
    if draft is not None:
        return continue_draft(posting, draft)
    empty = form_class(version)(
        formdata=None, form_key=new_key(), form_version=str(version.id), source=request.args.get("from", "")
    )
    return show_form(posting, empty, Upload())


@blueprint.post("/roles/<slug>/apply")
@limiter.limit("20 per minute; 200 per hour")
@anyone
def submit(slug: str) -> ResponseReturnValue:
    """Take an application; a form that was sent before leads to what it made."""
    key = sent_key()
    earlier = find_submission(db.session, key)
    if earlier is not None:
        remember_sending(earlier)
        return redirect(url_for("status.show", token=status_token(earlier.id)), 303)
    posting = open_posting(db.session, slug=slug, now=now())
    version = sent_version(posting) if posting else None
    if posting is None or version is None:
        abort(404)
    filled = form_class(version)(formdata=request.form)
    filled.form_key.data, filled.form_version.data = key, str(version.id)
    upload = receive(kept_file(posting, key))
    if not filled.validate() or upload.error:
        return _keep(posting, version, filled, upload, status=422)
    return _store(posting, version, filled, upload)


def _store(posting: Posting, version: FormVersion, filled: ApplicationForm, upload: Upload) -> ResponseReturnValue:
    key = str(filled.form_key.data)
    answers = answers_of(filled, questions=version.questions, chinese=is_chinese(), today=today())
    try:
        application = submit_application(
            db.session,
            posting=posting,
            form_version=version,
            contact=Contact(filled.name.data or "", filled.email.data or "", filled.phone.data or None),
            answers=answers,
            files=[upload.file] if upload.file else [],
            idempotency_key=key,
            locale="zh" if is_chinese() else "en",
            consent_version=CONSENT_VERSION,
            prescore_refused=bool(filled.prescore_refused.data),
            contact_later=bool(filled.contact_later.data),
            source=_source(filled.source.data),
            now=now(),
        )
        forget_draft(db.session, key)
        _confirm(application, posting)
        db.session.commit()
    except PostingClosedError:
        db.session.rollback()
        abort(404)
    except AlreadyAppliedError:
        db.session.rollback()
        winner = find_submission(db.session, key)
        if winner is None:
            return _keep(_reloaded(posting.slug), version, filled, upload, status=409, notice="applied")
        application = winner
    remember_sending(application)
    toast(_("Your application has been received. Keep the link to this page."))
    return redirect(url_for("status.show", token=status_token(application.id)), 303)


def _confirm(application: Application, posting: Posting) -> None:
    """Write the mail that says what arrived and where to follow it; it goes out after the application is stored."""
    post_mail(
        db.session,
        key=f"received:{application.id}",
        template="received",
        locale=application.locale,
        to=application.email,
        fields={
            "name": greeting_name(application.name),
            "posting": posting.title or "",
            "link": status_link(application.id),
            "company": company(),
        },
        now=now(),
        application_id=application.id,
    )


def _keep(
    posting: Posting, version: FormVersion, filled: ApplicationForm, upload: Upload, *, status: int, notice: str = ""
) -> ResponseReturnValue:
    """Show a form that was not taken, with everything that was typed; it is kept as a draft, its file too."""
    draft = newer = None
    try:
        draft = keep_typed(posting, version, str(filled.form_key.data), upload)
        remember_draft(posting.id, draft.key)
    except DraftChangedError as error:
        newer = error.draft
        keep_file(newer, upload)
    except DraftError:
        db.session.rollback()
        upload = Upload(error=upload.error)
    db.session.commit()
    return show_form(posting, filled, upload, draft=draft, newer=newer, notice=notice, status=status)


def _reloaded(slug: str) -> Posting:
    """Read the posting again after a rollback."""
    posting = open_posting(db.session, slug=slug, now=now())
    if posting is None:
        abort(404)
    return posting


def _source(typed: str | None) -> str:
    return typed if typed and SOURCE.fullmatch(typed) else "site"
