"""Deletions that candidates ask for: recruiters see what waits, admins erase or decline."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.documents.storage import remove_file
from screening.extensions import db
from screening.forms.erasing import DeclineForm, EraseForm
from screening.forms.problems import problems
from screening.models import Application, CandidateRequest, Posting, RequestKind, RequestState
from screening.policy import Permission
from screening.queries.deletions import DUE, waiting_deletions
from screening.queries.status import reference_of
from screening.services.erasing import asked_together, erase
from screening.services.interviewing import call_off_interviews
from screening.services.mailing import post_mail
from screening.services.requesting import RequestError, answer, open_request
from screening.web.access import actor, needs, now
from screening.web.candidate.links import status_link
from screening.web.interview_news import tell_of
from screening.web.toasts import toast

blueprint = Blueprint("deletions", __name__, url_prefix="/staff")


@blueprint.get("/deletions/")
@needs(Permission.POSTING_LIST)
def index() -> ResponseReturnValue:
    """List the requests that wait, the oldest first."""
    return render_template("admin/deletions.html", rows=waiting_deletions(db.session, actor=actor()), now=now())


@blueprint.get("/applications/<int:application_id>/erase")
@needs(Permission.ERASE, of=Application)
def show(application: Application) -> ResponseReturnValue:
    """Tell what goes and ask for the number of the application."""
    _require_unerased(application)
    return _page(application, EraseForm(_reference(application), formdata=None), DeclineForm(formdata=None))


@blueprint.post("/applications/<int:application_id>/erase")
@needs(Permission.ERASE, of=Application)
def carry_out(application: Application) -> ResponseReturnValue:
    """Erase the application, and with it those of the same person whose deletion was asked for."""
    _require_unerased(application)
    form = EraseForm(_reference(application))
    if not form.validate_on_submit():
        return _page(application, form, DeclineForm(formdata=None), 422)
    settings = current_app.config["SCREENING"]
    together = asked_together(db.session, application=application)
    off = call_off_interviews(db.session, application_ids=[one.id for one in together], now=now())
    keys = erase(
        db.session,
        applications=together,
        company=settings.company_in(application.locale),
        actor_id=actor().id,
        now=now(),
    )
    for ident in off:
        tell_of(ident, tell_candidate=False)
    db.session.commit()
    for key in keys:
        remove_file(settings.uploads, key)
    toast(_("The data are erased. A last mail tells the candidate."))
    return redirect(url_for("deletions.index"), 303)


@blueprint.post("/applications/<int:application_id>/decline-deletion")
@needs(Permission.ERASE, of=Application)
def decline(application: Application) -> ResponseReturnValue:
    """Decline an open request with a reason, which is mailed."""
    _require_unerased(application)
    asked = open_request(db.session, application_id=application.id, kind=RequestKind.DELETION)
    if asked is None:
        abort(404)
    form = DeclineForm()
    if not form.validate_on_submit():
        return _page(application, EraseForm(_reference(application), formdata=None), form, 422)
    try:
        answer(
            db.session,
            request=asked,
            state=RequestState.DECLINED,
            answer=form.answer.data or "",
            actor_id=actor().id,
            now=now(),
        )
        _tell(application, asked)
        db.session.commit()
        toast(_("The request is declined; the candidate gets your reason by mail."))
    except RequestError:
        db.session.rollback()
        toast(_("Somebody has handled this request in the meantime."))
    return redirect(url_for("deletions.index"), 303)


def _tell(application: Application, asked: CandidateRequest) -> None:
    settings = current_app.config["SCREENING"]
    post_mail(
        db.session,
        key=f"declined:{asked.id}",
        template="deletion_declined",
        locale=application.locale,
        to=application.email,
        fields={
            "reference": _reference(application),
            "answer": asked.answer or "",
            "link": status_link(application.id),
            "company": settings.company_in(application.locale),
        },
        now=now(),
        application_id=application.id,
    )


def _page(application: Application, form: EraseForm, declining: DeclineForm, status: int = 200) -> ResponseReturnValue:
    together = asked_together(db.session, application=application)
    asked = open_request(db.session, application_id=application.id, kind=RequestKind.DELETION)
    page = render_template(
        "admin/erase.html",
        application=application,
        reference=_reference(application),
        together=[(one, db.session.get_one(Posting, one.posting_id), _reference(one)) for one in together],
        asked=asked,
        due=asked.created_at + DUE if asked else None,
        form=form,
        declining=declining,
        errors=[*problems(form), *problems(declining)],
    )
    return page, status


def _reference(application: Application) -> str:
    return reference_of(application.posting_id, application.id)


def _require_unerased(application: Application) -> None:
    if application.erased_at is not None:
        abort(404)
