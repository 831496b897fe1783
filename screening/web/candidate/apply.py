"""The application form that a posting's rubric makes, and its submission: one application however often it is sent."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db, make_safe, reading_first
from screening.forms.application import ApplicationForm
from screening.models import Application, FormVersion, Posting
from screening.models.application import RESUME
from screening.queries.batches import made_together
from screening.queries.careers import form_in_force, form_of, open_posting
from screening.services.application_drafts import DraftChangedError, DraftError, find_draft, forget_draft
from screening.services.applying import Contact, find_submission
from screening.services.batches import BatchRefusedError, submit_batch
from screening.web.access import anyone, now
from screening.web.candidate.choices import choices_of, link_origin, origin_in
from screening.web.candidate.confirmation import confirm
from screening.web.candidate.draft_keeping import keep_file, keep_typed, kept_files, newer_draft
from screening.web.candidate.draft_memory import remember_draft, remembered_draft
from screening.web.candidate.drafts import continue_draft
from screening.web.candidate.form_page import (
    form_class,
    new_key,
    read_large_files,
    sent_key,
    sent_version,
    settled_form,
    show_form,
)
from screening.web.candidate.limits import by_address, by_mail
from screening.web.candidate.links import status_token
from screening.web.candidate.proof import remember_sending
from screening.web.candidate.roles import Settled, anchor_posting, leave_out, settle
from screening.web.candidate.timing import doubt_about, opening_mark
from screening.web.candidate.uploads import Upload, receive, receive_answers
from screening.web.formatting import is_chinese
from screening.web.toasts import toast

blueprint = Blueprint("apply", __name__, url_prefix="")
blueprint.url_value_preprocessor(read_large_files)


@blueprint.after_request
def keep_for_going_back(response: Response) -> Response:
    """Let the candidate's own browser show the form again on Back: what may not be kept at all comes back empty, or not."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/roles/<slug>/apply")
@anyone
def form(slug: str) -> ResponseReturnValue:
    """Show the form of an open posting: the draft that this browser is writing, else an empty one; ``also`` adds roles."""
    posting = open_posting(db.session, slug=slug, now=now())
    version = form_in_force(db.session, posting_id=posting.id) if posting else None
    if posting is None or version is None:
        abort(404)
    also = request.args.get("also", "")
    draft = remembered_draft(posting.id)
    if draft is not None:
        return continue_draft(posting, draft, also=also)
    origin = link_origin()
    empty = form_class(version, also)(
        formdata=None,
        form_key=new_key(),
        form_version=str(version.id),
        source=origin.get("from", ""),
        ref=origin.get("ref", ""),
        also=also,
    )
    return show_form(posting, empty, Upload())


@blueprint.post("/roles/<slug>/apply")
@by_address
@by_mail
@anyone
def submit(slug: str) -> ResponseReturnValue:
    """Take an application, or one for each chosen role; a form that was sent before leads to what it made."""
    key = sent_key()
    with reading_first(db.session):
        earlier = find_submission(db.session, key)
        if earlier is not None:
            make_safe(db.session)
            return _to_status(earlier)
        posting = anchor_posting(slug, request.form.get("also", ""))
        version = sent_version(posting) if posting else None
        if posting is None or version is None:
            abort(404)
        settled = settle(version, request.form.items(multi=True))
        filled = settled_form(version, settled, key=key)
        draft = find_draft(db.session, key)
        kept = kept_files(posting, draft)
        upload = receive_answers(filled, kept, receive(kept.get(RESUME)))
        is_complete = filled.validate() and not upload.error
        is_behind = newer_draft(posting, draft) is not None
    if not is_complete:
        return _keep(posting, version, filled, upload, settled, status=422)
    if settled.left or is_behind:
        return _keep(posting, version, filled, upload, settled, status=409)
    doubt = doubt_about(filled.opened.data)
    if doubt is not None:
        filled.opened.data = opening_mark(posting.slug, asked=True)
        return _keep(posting, version, filled, upload, settled, status=422, notice=doubt)
    return _store(posting, version, filled, upload, settled)


def _store(
    posting: Posting, version: FormVersion, filled: ApplicationForm, upload: Upload, settled: Settled
) -> ResponseReturnValue:
    key = str(filled.form_key.data)
    try:
        applications = submit_batch(
            db.session,
            choices=choices_of(settled.chosen, filled, settled.fields, upload),
            contact=Contact(filled.name.data or "", filled.email.data or "", filled.phone.data or None),
            key=key,
            locale="zh" if is_chinese() else "en",
            consent_version=str(filled.notice_shown.data),
            prescore_refused=bool(filled.prescore_refused.data),
            contact_later=bool(filled.contact_later.data),
            origin=origin_in(filled),
            now=now(),
        )
        forget_draft(db.session, key)
        confirm(applications)
        db.session.commit()
    except BatchRefusedError as error:
        db.session.rollback()
        winner = find_submission(db.session, key)
        if winner is not None:
            make_safe(db.session)
            return _to_status(winner)
        return _without(error, posting.slug, version.id, upload, settled, key)
    toast(
        _("Your application has been received. Keep the link to this page.")
        if len(applications) == 1
        else _("Your %(num)s applications have been received. Keep the link to this page.", num=len(applications))
    )
    return _to_status(applications[0])


def _without(
    error: BatchRefusedError, slug: str, version_id: int, upload: Upload, settled: Settled, key: str
) -> ResponseReturnValue:
    """Show the form again without the roles that take no application of this person; the others wait for another submit."""
    posting = anchor_posting(slug, settled.chosen.written)
    version = form_of(db.session, posting_id=posting.id, form_version_id=version_id) if posting else None
    if posting is None or version is None:
        abort(404)
    rest = leave_out(settled, version, closed=error.closed, applied=error.applied)
    filled = settled_form(version, rest, key=key)
    notice = "nothing_left" if len(error.closed) + len(error.applied) == len(settled.chosen.roles) else ""
    notice = notice if settled.chosen.are_several else "applied"
    return _keep(posting, version, filled, upload, rest, status=409, notice=notice)


def _to_status(application: Application) -> ResponseReturnValue:
    """Lead to the status page of what a form made; this browser has proven all of it."""
    for one in made_together(db.session, application=application):
        remember_sending(one)
    return redirect(url_for("status.show", token=status_token(application.id)), 303)


def _keep(
    posting: Posting,
    version: FormVersion,
    filled: ApplicationForm,
    upload: Upload,
    settled: Settled,
    *,
    status: int,
    notice: str = "",
) -> ResponseReturnValue:
    """Show a form that was not taken, with everything that was typed; it is kept as a draft, its file too."""
    draft = newer = None
    try:
        draft = keep_typed(posting, version, str(filled.form_key.data), upload, settled.fields)
        remember_draft(posting.id, draft.key)
    except DraftChangedError as error:
        newer = error.draft
        keep_file(newer, upload)
    except DraftError:
        db.session.rollback()
        upload = Upload(error=upload.error)
    db.session.commit()
    return show_form(posting, filled, upload, draft=draft, newer=newer, notice=notice, status=status)
