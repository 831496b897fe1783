"""Planning interviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.forms.problems import problems
from screening.forms.scheduling import ScheduleForm, tomorrow_at_ten
from screening.models import Application, Interview, Mail, Panelist, Posting
from screening.policy import Permission, Scope
from screening.queries.candidate_mails import candidate_mails
from screening.queries.clashes import Clash, Span, find_clashes
from screening.queries.interviews import (
    CoverageRow,
    InterviewRow,
    coverage,
    list_interviews,
    possible_panel,
)
from screening.queries.odd_hours import OddHour, odd_hours
from screening.queries.seating import Seat
from screening.services.interviewing import (
    ClashError,
    InterviewError,
    Plan,
    cancel_interview,
    reschedule_interview,
    schedule_interview,
)
from screening.services.mailing import NotWaitingError, recall_mail
from screening.services.plans_back import move_of, write_plan
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, reader
from screening.web.formatting import clock, is_chinese, listing, planned
from screening.web.interview_news import tell_of
from screening.web.labels import MAIL_STATES, ROLES
from screening.web.recruiter.round_choice import STEPS, RoundChoice, by_seat, choose_round, seats_for
from screening.web.toasts import toast

blueprint = Blueprint("interviews", __name__, url_prefix="/staff")


@blueprint.get("/interviews")
@needs(Permission.STAFF)
def index() -> ResponseReturnValue:
    """List interviews that come, or those that are over; a recruiter sees those of their postings, or only their own."""
    past = request.args.get("when") == "past"
    own = request.args.get("whose") == "mine" or not may(Permission.POSTING_LIST)
    page = list_interviews(
        db.session, actor=actor(), now=now(), past=past, own=own, after=whole_number(request.args.get("after"))
    )
    return render_template(
        "recruiter/interviews.html",
        page=page,
        past=past,
        own=own,
        resumed="after" in request.args,
        recruits=may(Permission.POSTING_LIST),
        changeable={row.id for row in page.rows if not row.cancelled and _may_plan(row)},
    )


@blueprint.get("/applications/<int:application_id>/interviews/new")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def schedule(application: Application) -> ResponseReturnValue:
    """Offer what the chosen round of the plan says, the next one at first, for tomorrow at ten."""
    zone = _zone()
    start = tomorrow_at_ten(now(), zone)
    rows = coverage(db.session, application=application)
    choice = choose_round(application, request.args.get("round"))
    seats = seats_for(application, choice, span=None, start=start, zone=zone)
    times = {"day": start.date(), "clock": start.time(), "time_zone": zone}
    form = _form(rows, data={**times, **choice.fill(rows, seats)})
    return _page(form, application, rows, choice, seats=seats)


@blueprint.post("/applications/<int:application_id>/interviews/new")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def plan(application: Application) -> ResponseReturnValue:
    """Store the plan; an overlap with another interview is said first, and may be meant."""
    rows = coverage(db.session, application=application)
    form, choice = _form(rows), choose_round(application, request.form.get("round_id"))
    if request.form.get("act") == "seat":
        return _page(form, application, rows, choice, seat=True)
    if not form.validate():
        return _page(form, application, rows, choice), 422
    wanted = choice.completed(form.plan())
    try:
        interview = schedule_interview(
            db.session,
            application=application,
            plan=wanted,
            actor_id=actor().id,
            now=now(),
            accepted=_accepted(),
        )
        tell_of(interview.id, tell_candidate=form.tell.data)
        move = move_of(db.session, interview=interview)
        token = _way_back(Act.SCHEDULE, interview, move=move)
        db.session.commit()
    except ClashError as error:
        db.session.rollback()
        return _page(form, application, rows, choice, clashes=error.clashes, span=_span(wanted)), 409
    except InterviewError as error:
        db.session.rollback()
        return _page(form, application, rows, choice, refused=_explain(error)), 409
    done = _("Interview planned for %(when)s.", when=planned(wanted.starts_at, wanted.time_zone))
    if choice.is_review:
        done = _("The review is asked for; it is due %(when)s.", when=planned(interview.due_at, wanted.time_zone))
    odd = () if choice.is_review else _odd(form, _span(wanted))
    toast(_said(done, interview, odd), undo=token)
    return redirect(url_for("applications.show", application_id=application.id, side="interviews"), 303)


@blueprint.get("/applications/<int:application_id>/interviews/check")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def check(application: Application) -> ResponseReturnValue:
    """Tell, while somebody chooses, who is taken at that time and for whom it is odd."""
    own = request.args.get("apart_from", type=int)
    form = _form((), _seated(own), formdata=request.args)
    span = form.span()
    clashes = () if span is None else _clashes(form, application, span, own)
    return render_template(
        "recruiter/_clashes.html",
        clashes=clashes,
        odd=_odd(form, span),
        span=span,
        zone=form.time_zone.data,
    )


@blueprint.get("/interviews/<int:interview_id>/plan")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def change(interview: Interview) -> ResponseReturnValue:
    """Open a plan for changes."""
    application = db.session.get_one(Application, interview.application_id)
    rows = coverage(db.session, application=application, apart_from=interview.id)
    seated = _panel(interview)
    local = interview.starts_at.astimezone(ZoneInfo(interview.time_zone))
    form = _form(
        rows,
        seated,
        data={
            "round": interview.round,
            "day": local.date(),
            "clock": local.time(),
            "time_zone": interview.time_zone,
            "minutes": interview.minutes,
            "place": interview.place,
            "panel": seated,
            "focus": interview.focus,
        },
    )
    return _page(form, application, rows, choose_round(application, None, interview=interview), interview=interview)


@blueprint.post("/interviews/<int:interview_id>/plan")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def replan(interview: Interview) -> ResponseReturnValue:
    """Store a changed plan; a new overlap is said first."""
    application = db.session.get_one(Application, interview.application_id)
    rows = coverage(db.session, application=application, apart_from=interview.id)
    form = _form(rows, _panel(interview))
    choice = choose_round(application, request.form.get("round_id"), interview=interview)
    if request.form.get("act") == "seat":
        return _page(form, application, rows, choice, interview=interview, seat=True)
    if not form.validate():
        return _page(form, application, rows, choice, interview=interview), 422
    wanted = choice.completed(form.plan(), interview)
    before = write_plan(db.session, interview=interview)
    try:
        reschedule_interview(
            db.session,
            interview=interview,
            plan=wanted,
            actor_id=actor().id,
            now=now(),
            accepted=_accepted(),
            seen=request.form.get("seen", type=int),
        )
        tell_of(interview.id, tell_candidate=form.tell.data)
        token = _way_back(Act.RESCHEDULE, interview, before=before, seen=interview.sequence)
        db.session.commit()
    except ClashError as error:
        db.session.rollback()
        return _page(
            form, application, rows, choice, interview=interview, clashes=error.clashes, span=_span(wanted)
        ), 409
    except InterviewError as error:
        db.session.rollback()
        return _page(form, application, rows, choice, interview=interview, refused=_explain(error)), 409
    odd = () if choice.is_review else _odd(form, _span(wanted))
    toast(_said(_("The plan was changed."), interview, odd), undo=token)
    return redirect(url_for("applications.show", application_id=application.id, side="interviews"), 303)


@blueprint.post("/interviews/<int:interview_id>/cancel")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def cancel(interview: Interview) -> ResponseReturnValue:
    """Call an interview off, with a way back."""
    try:
        cancel_interview(db.session, interview=interview, actor_id=actor().id, now=now())
        tell_of(interview.id, tell_candidate="tell" in request.form)
    except InterviewError as error:
        db.session.rollback()
        toast(_explain(error))
        return redirect(url_for("interviews.change", interview_id=interview.id), 303)
    token = _way_back(Act.CANCEL, interview)
    db.session.commit()
    toast(_("The interview was cancelled."), undo=token)
    return redirect(url_for("applications.show", application_id=interview.application_id, side="interviews"), 303)


@blueprint.post("/interviews/<int:interview_id>/mails/<int:mail_id>/hold")
@needs(Permission.INTERVIEW_SCHEDULE, of=Interview)
def hold(interview: Interview, mail_id: int) -> ResponseReturnValue:
    """Hold a mail to the candidate back before it goes out."""
    if mail_id not in {mail.id for mail in candidate_mails(db.session, interview=interview)}:
        abort(404)
    try:
        recall_mail(db.session, mail=db.session.get_one(Mail, mail_id))
        db.session.commit()
        toast(_("The mail was recalled; the candidate does not get it."))
    except NotWaitingError:
        db.session.rollback()
        toast(_("The mail has gone out already."))
    return redirect(url_for("interviews.change", interview_id=interview.id), 303)


def _way_back(act: Act, interview: Interview, **arguments: int | str) -> str:
    return remember(db.session, actor_id=actor().id, act=act, now=now(), interview=interview.id, **arguments)


def _may_plan(row: InterviewRow) -> bool:
    return may(Permission.INTERVIEW_SCHEDULE, Scope(posting_id=row.posting_id))


def _form(
    rows: tuple[CoverageRow, ...],
    seated: Sequence[int] = (),
    *,
    data: dict[str, object] | None = None,
    formdata: MultiDict[str, str] | None = None,
) -> ScheduleForm:
    form = ScheduleForm(data=data) if formdata is None else ScheduleForm(formdata, meta={"csrf": False})
    people = possible_panel(db.session, seated=seated)
    form.panel.choices = [SelectChoice(value=ident, label=name) for ident, name, _role in people]
    form.focus.choices = [SelectChoice(value=row.criterion.id, label=row.criterion.text) for row in rows]
    return form


def _page(
    form: ScheduleForm,
    application: Application,
    rows: tuple[CoverageRow, ...],
    choice: RoundChoice,
    *,
    seats: Mapping[int, Seat] | None = None,
    seat: bool = False,
    interview: Interview | None = None,
    refused: str | None = None,
    clashes: tuple[Clash, ...] = (),
    span: Span | None = None,
) -> str:
    posting = db.session.get_one(Posting, application.posting_id)
    seated = _panel(interview) if interview else []
    if seats is None:
        typed = form.span()
        zone = form.time_zone.data if typed is not None and form.time_zone.data else _zone()
        start = tomorrow_at_ten(now(), zone)
        seats = seats_for(application, choice, span=typed, start=start, zone=zone, interview=interview)
    if seat:
        form.panel.data = [ident for ident, one in seats.items() if one.chosen or ident in seated]
    errors = [] if seat else problems(form)
    return render_template(
        "recruiter/schedule.html",
        choice=choice,
        seats=seats,
        steps=STEPS,
        form=form,
        application=application,
        posting=posting,
        coverage=rows,
        people=by_seat(possible_panel(db.session, seated=seated), seats),
        roles=ROLES,
        zones=sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix"))),
        interview=interview,
        refused=refused,
        clashes=clashes,
        odd=_odd(form, span),
        span=span,
        zone=form.time_zone.data,
        accepted=" ".join(clash.key for clash in clashes),
        mails=candidate_mails(db.session, interview=interview) if interview else (),
        mail_states=MAIL_STATES,
        errors=errors,
    )


def _panel(interview: Interview) -> list[int]:
    seats = db.session.query(Panelist.user_id).filter_by(interview_id=interview.id).order_by(Panelist.user_id)
    return [user_id for (user_id,) in seats]


def _zone() -> str:
    return reader().time_zone or str(current_app.config["SCREENING"].time_zone)


def _accepted() -> list[str]:
    """Read the keys of the clashes that were shown and are meant."""
    return request.form.get("nevertheless", "").split()


def _span(wanted: Plan) -> Span:
    return Span(wanted.starts_at, wanted.ends_at)


def _clashes(form: ScheduleForm, application: Application, span: Span, own: int | None) -> tuple[Clash, ...]:
    return find_clashes(
        db.session,
        user_ids=form.panel.data or (),
        application=application,
        span=span,
        actor=actor(),
        apart_from=own,
    )


def _odd(form: ScheduleForm, span: Span | None) -> tuple[OddHour, ...]:
    if span is None:
        return ()
    return odd_hours(
        db.session, user_ids=form.panel.data or (), span=span, company_zone=current_app.config["SCREENING"].time_zone
    )


def _seated(interview_id: int | None) -> list[int]:
    interview = db.session.get(Interview, interview_id) if interview_id else None
    return _panel(interview) if interview else []


def _said(done: str, interview: Interview, odd: Sequence[OddHour]) -> str:
    """Say what was done, for whom the hour is odd, and until when a mail to the candidate that waits can be recalled."""
    said = [done]
    if odd:
        said.append(_("An unusual time for %(names)s.", names=listing([row.name for row in odd])))
    waiting = [mail for mail in candidate_mails(db.session, interview=interview) if mail.waits]
    if waiting:
        said.append(_("The mail to the candidate goes out at %(time)s.", time=clock(waiting[0].at)))
    return ("" if is_chinese() else " ").join(said)


def _explain(error: InterviewError) -> str:
    return {
        "no_rubric": _("This posting has no published rubric. Publish it first."),
        "application_ended": _("This application has ended. Move it back to a stage first."),
        "rejection_waits": _("A rejection waits for a second pair of eyes. Settle that first."),
        "panel_submitted": _("Somebody who has submitted an evaluation or abstained cannot leave the panel."),
        "own_seat": _(
            "You sit on this panel and stay blind until you submit. Abstain on the scorecard first, or ask a colleague."
        ),
        "blind": _(
            "You still owe an evaluation of this candidate and stay blind until you submit it. Ask a colleague to do this."
        ),
        "cancelled": _("This interview was cancelled."),
        "changed": _("Somebody has changed this plan since you opened it. Open it again to see how it stands."),
        "evaluated": _("An interview that somebody has evaluated cannot be cancelled."),
    }.get(error.code, _("This plan cannot be stored. Check the panel and the criteria, then try again."))
