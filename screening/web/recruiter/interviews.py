"""Planning interviews."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.scheduling import ScheduleForm, tomorrow_at_ten
from screening.models import Application, Interview, Panelist, Posting
from screening.policy import Permission, Scope
from screening.queries.interviews import (
    Conflict,
    CoverageRow,
    InterviewRow,
    coming_interviews,
    conflicts,
    coverage,
    past_interviews,
    possible_panel,
)
from screening.services.interviewing import (
    InterviewError,
    Plan,
    cancel_interview,
    reschedule_interview,
    schedule_interview,
)
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, signed_in_user
from screening.web.formatting import planned
from screening.web.labels import ROLES
from screening.web.toasts import toast

blueprint = Blueprint("interviews", __name__, url_prefix="/staff")

DAYS_BACK = 30


@blueprint.get("/interviews")
@needs(Permission.STAFF)
def index() -> ResponseReturnValue:
    """List one's own interviews, and for recruiters those of their postings: coming ones first, then the past month."""
    present = now()
    coming = coming_interviews(db.session, actor=actor(), now=present)
    past = past_interviews(db.session, actor=actor(), since=present - timedelta(days=DAYS_BACK), now=present)
    return render_template(
        "recruiter/interviews.html",
        coming=coming,
        past=past,
        recruits=may(Permission.POSTING_LIST),
        changeable={row.id for row in (*coming, *past) if not row.cancelled and _may_plan(row)},
    )


@blueprint.get("/applications/<int:application_id>/interviews/new")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def schedule(application: Application) -> ResponseReturnValue:
    """Offer a plan: tomorrow at ten, with the criteria that no interview covers yet."""
    zone = _zone()
    start = tomorrow_at_ten(now(), zone)
    rows = coverage(db.session, application=application)
    form = _form(
        rows,
        data={
            "round": "",
            "day": start.date(),
            "clock": start.time(),
            "time_zone": zone,
            "minutes": 45,
            "focus": [row.criterion.id for row in rows if row.is_suggested],
        },
    )
    return _page(form, application, rows)


@blueprint.post("/applications/<int:application_id>/interviews/new")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def plan(application: Application) -> ResponseReturnValue:
    """Store the plan; an overlap with another interview is said first, and may be meant."""
    rows = coverage(db.session, application=application)
    form = _form(rows)
    if not form.validate():
        return _page(form, application, rows), 422
    wanted = form.plan()
    if overlaps := _unaccepted(wanted):
        return _page(form, application, rows, overlaps=overlaps), 409
    try:
        schedule_interview(db.session, application=application, plan=wanted, actor_id=actor().id, now=now())
        db.session.commit()
    except InterviewError as error:
        db.session.rollback()
        return _page(form, application, rows, refused=_explain(error)), 409
    toast(_("Interview planned for %(when)s.", when=planned(wanted.starts_at, wanted.time_zone)))
    return redirect(url_for("applications.show", application_id=application.id, side="interviews"), 303)


@blueprint.get("/interviews/<int:interview_id>/plan")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def change(interview: Interview) -> ResponseReturnValue:
    """Open a plan for changes."""
    application = db.session.get_one(Application, interview.application_id)
    rows = coverage(db.session, application=application, apart_from=interview.id)
    local = interview.starts_at.astimezone(ZoneInfo(interview.time_zone))
    form = _form(
        rows,
        data={
            "round": interview.round,
            "day": local.date(),
            "clock": local.time(),
            "time_zone": interview.time_zone,
            "minutes": interview.minutes,
            "place": interview.place,
            "panel": _panel(interview),
            "focus": interview.focus,
        },
    )
    return _page(form, application, rows, interview=interview)


@blueprint.post("/interviews/<int:interview_id>/plan")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def replan(interview: Interview) -> ResponseReturnValue:
    """Store a changed plan; a new overlap is said first."""
    application = db.session.get_one(Application, interview.application_id)
    rows = coverage(db.session, application=application, apart_from=interview.id)
    form = _form(rows)
    if not form.validate():
        return _page(form, application, rows, interview=interview), 422
    wanted = form.plan()
    if overlaps := _unaccepted(wanted, interview):
        return _page(form, application, rows, interview=interview, overlaps=overlaps), 409
    try:
        reschedule_interview(db.session, interview=interview, plan=wanted, actor_id=actor().id, now=now())
        db.session.commit()
    except InterviewError as error:
        db.session.rollback()
        return _page(form, application, rows, interview=interview, refused=_explain(error)), 409
    toast(_("The plan was changed."))
    return redirect(url_for("applications.show", application_id=application.id, side="interviews"), 303)


@blueprint.post("/interviews/<int:interview_id>/cancel")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def cancel(interview: Interview) -> ResponseReturnValue:
    """Call an interview off, with a way back."""
    try:
        cancel_interview(db.session, interview=interview, actor_id=actor().id, now=now())
    except InterviewError as error:
        db.session.rollback()
        toast(_explain(error))
        return redirect(url_for("interviews.change", interview_id=interview.id), 303)
    token = remember(db.session, actor_id=actor().id, act=Act.CANCEL, now=now(), interview=interview.id)
    db.session.commit()
    toast(_("The interview was cancelled."), undo=token)
    return redirect(url_for("applications.show", application_id=interview.application_id, side="interviews"), 303)


def _may_plan(row: InterviewRow) -> bool:
    return may(Permission.INTERVIEW_SCHEDULE, Scope(posting_id=row.posting_id))


def _form(rows: tuple[CoverageRow, ...], data: dict[str, object] | None = None) -> ScheduleForm:
    form = ScheduleForm(data=data)
    form.panel.choices = [SelectChoice(value=ident, label=name) for ident, name, _role in possible_panel(db.session)]
    form.focus.choices = [SelectChoice(value=row.criterion.id, label=row.criterion.text) for row in rows]
    return form


def _page(
    form: ScheduleForm,
    application: Application,
    rows: tuple[CoverageRow, ...],
    *,
    interview: Interview | None = None,
    refused: str | None = None,
    overlaps: tuple[Conflict, ...] = (),
) -> str:
    posting = db.session.get_one(Posting, application.posting_id)
    errors = [(field.id, field.label.text, field.errors[0]) for field in form if field.errors]
    return render_template(
        "recruiter/schedule.html",
        form=form,
        application=application,
        posting=posting,
        coverage=rows,
        people=possible_panel(db.session),
        roles=ROLES,
        zones=sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix"))),
        interview=interview,
        refused=refused,
        overlaps=overlaps,
        accepted=_names(overlaps),
        errors=errors,
    )


def _panel(interview: Interview) -> list[int]:
    seats = db.session.query(Panelist.user_id).filter_by(interview_id=interview.id).order_by(Panelist.user_id)
    return [user_id for (user_id,) in seats]


def _zone() -> str:
    return signed_in_user().time_zone or str(current_app.config["SCREENING"].time_zone)


def _unaccepted(wanted: Plan, interview: Interview | None = None) -> tuple[Conflict, ...]:
    """Find overlaps of the panel that the sender has not been shown and accepted."""
    found = conflicts(
        db.session,
        user_ids=wanted.panel,
        starts_at=wanted.starts_at,
        minutes=wanted.minutes,
        apart_from=interview.id if interview else None,
    )
    return () if set(_names(found).split()) <= set(request.form.get("nevertheless", "").split()) else found


def _names(overlaps: tuple[Conflict, ...]) -> str:
    return " ".join(f"{row.user_id}:{row.interview_id}" for row in overlaps)


def _explain(error: InterviewError) -> str:
    return {
        "no_rubric": _("This posting has no published rubric. Publish it first."),
        "application_ended": _("This application has ended. Move it back to a stage first."),
        "panel_submitted": _("Somebody who has submitted an evaluation or abstained cannot leave the panel."),
        "own_seat": _(
            "You sit on this panel and stay blind until you submit. Abstain on the scorecard first, or ask a colleague."
        ),
        "cancelled": _("This interview was cancelled."),
        "evaluated": _("An interview that somebody has evaluated cannot be cancelled."),
    }.get(error.code, _("This plan cannot be stored. Check the panel and the criteria, then try again."))
