"""The application form that a posting's rubric makes, and its submission: one application however often it is sent."""

from __future__ import annotations

import re
import secrets
from datetime import date

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from screening.documents.recognition import FILE_BYTES
from screening.extensions import db, limiter
from screening.forms.answers import answers_of
from screening.forms.application import ApplicationForm, application_form, problems_of
from screening.forms.inputs import whole_number
from screening.models import Application, FormVersion, Posting
from screening.queries.careers import form_in_force, form_of, open_posting
from screening.services.applying import (
    AlreadyAppliedError,
    Contact,
    PostingClosedError,
    find_submission,
    submit_application,
)
from screening.services.mailing import greeting_name, post_mail
from screening.web.access import anyone, now
from screening.web.candidate.links import status_link, status_token
from screening.web.candidate.proof import remember_sending
from screening.web.candidate.uploads import Upload, receive
from screening.web.formatting import company, is_chinese
from screening.web.toasts import toast

blueprint = Blueprint("apply", __name__, url_prefix="")
CONSENT_VERSION = "2026-11"
KEY = re.compile(r"[\w-]{16,64}", re.ASCII)
SOURCE = re.compile(r"[\w.-]{1,40}", re.ASCII)


@blueprint.url_value_preprocessor
def read_large_files(endpoint: str | None, values: dict[str, object] | None) -> None:  # noqa: ARG001 - the signature is Flask's
    """Let the form itself refuse a file that is too large; this runs before the form key's check reads the body."""
    request.max_content_length = current_app.config["SCREENING"].form_bytes


@blueprint.after_request
def keep_for_going_back(response: Response) -> Response:
    """Let the candidate's own browser show the form again on Back: what may not be kept at all comes back empty, or not."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/roles/<slug>/apply")
@anyone
def form(slug: str) -> ResponseReturnValue:
    """Show the empty form of an open posting."""
    posting = open_posting(db.session, slug=slug, now=now())
    version = form_in_force(db.session, posting_id=posting.id) if posting else None
    if posting is None or version is None:
        abort(404)
    empty = _form_class(version)(
        formdata=None,
        form_key=secrets.token_urlsafe(24),
        form_version=str(version.id),
        source=request.args.get("from", ""),
    )
    return _page(posting, empty, Upload())


@blueprint.post("/roles/<slug>/apply")
@limiter.limit("20 per minute; 200 per hour")
@anyone
def submit(slug: str) -> ResponseReturnValue:
    """Take an application; a form that was sent before leads to what it made."""
    key = _form_key()
    earlier = find_submission(db.session, key)
    if earlier is not None:
        remember_sending(earlier)
        return redirect(url_for("status.show", token=status_token(earlier.id)), 303)
    posting = open_posting(db.session, slug=slug, now=now())
    version = _version(posting) if posting else None
    if posting is None or version is None:
        abort(404)
    filled = _form_class(version)(formdata=request.form)
    filled.form_key.data, filled.form_version.data = key, str(version.id)
    upload = receive(key)
    if not filled.validate() or upload.error:
        return _page(posting, filled, upload, 422)
    return _store(posting, version, filled, upload)


def _store(posting: Posting, version: FormVersion, filled: ApplicationForm, upload: Upload) -> ResponseReturnValue:
    key = str(filled.form_key.data)
    answers = answers_of(filled, questions=version.questions, chinese=is_chinese(), today=_today())
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
        _confirm(application, posting)
        db.session.commit()
    except PostingClosedError:
        db.session.rollback()
        abort(404)
    except AlreadyAppliedError:
        db.session.rollback()
        winner = find_submission(db.session, key)
        if winner is None:
            return _page(_reloaded(posting.slug), filled, upload, 409, has_applied=True)
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


def _page(
    posting: Posting, filled: ApplicationForm, upload: Upload, status: int = 200, *, has_applied: bool = False
) -> tuple[str, int]:
    """Render the form with everything that was typed; the file that was taken is kept by its token."""
    errors = problems_of(filled)
    if upload.error:
        errors.insert(0, ("resume", _("Résumé"), upload.error))
    filled.resume_token.data = upload.token
    page = render_template(
        "candidate/apply.html",
        posting=posting,
        form=filled,
        upload=upload,
        errors=errors,
        has_applied=has_applied,
        most=FILE_BYTES,
    )
    return page, status


def _form_class(version: FormVersion) -> type[ApplicationForm]:
    return application_form(version.questions, chinese=is_chinese(), today=_today())


def _version(posting: Posting) -> FormVersion | None:
    """Read the form that the candidate filled in, or the one in force when it is not told."""
    number = whole_number(request.form.get("form_version"))
    seen = form_of(db.session, posting_id=posting.id, form_version_id=number) if number else None
    return seen or form_in_force(db.session, posting_id=posting.id)


def _reloaded(slug: str) -> Posting:
    """Read the posting again after a rollback."""
    posting = open_posting(db.session, slug=slug, now=now())
    if posting is None:
        abort(404)
    return posting


def _form_key() -> str:
    key = request.form.get("form_key", "")
    return key if KEY.fullmatch(key) else secrets.token_urlsafe(24)


def _source(typed: str | None) -> str:
    return typed if typed and SOURCE.fullmatch(typed) else "site"


def _today() -> date:
    return now().astimezone(get_timezone()).date()
