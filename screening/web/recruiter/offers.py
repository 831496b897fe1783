"""Letting a candidate choose a time: the recruiter says what, who and in which days, and sees the times before they are offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.offering import OfferForm
from screening.models import Application, BookingOffer, Mail, Posting
from screening.policy import Permission
from screening.queries.booking import hours_of, open_times
from screening.queries.free_times import by_day
from screening.queries.interviews import CoverageRow, coverage, possible_panel
from screening.queries.round_progress import Step
from screening.queries.seating import Seat
from screening.services.booking import BookingError, make_offer, possible_offer, withdraw_offer
from screening.services.interviewing import InterviewError
from screening.services.mailing import greeting_name, post_mail
from screening.services.undoing import Act, remember
from screening.services.way_back import WINDOW
from screening.web.access import actor, needs, now, reader
from screening.web.candidate.links import offer_link
from screening.web.formatting import zoned
from screening.web.labels import ROLES
from screening.web.recruiter.round_choice import STEPS, RoundChoice, by_seat, choose_round, is_review, seats_for
from screening.web.toasts import toast

blueprint = Blueprint("offers", __name__, url_prefix="/staff")

DAYS = 14
NOTICE = 24


@blueprint.get("/applications/<int:application_id>/offers/new")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def new(application: Application) -> ResponseReturnValue:
    """Propose the next two weeks, with the criteria that no interview covers yet."""
    zone = _zone()
    today = now().astimezone(ZoneInfo(zone)).date()
    rows = coverage(db.session, application=application)
    choice = _choice(application, request.args.get("round"))
    seats = _seats(application, choice, zone)
    form = _form(
        rows,
        data={
            **choice.fill(rows, seats),
            "time_zone": zone,
            "first": today + timedelta(days=1),
            "last": today + timedelta(days=DAYS),
            "until": today + timedelta(days=DAYS // 2),
            "notice_hours": NOTICE,
        },
    )
    return _page(form, application, rows, choice, seats=seats)


@blueprint.post("/applications/<int:application_id>/offers/new")
@needs(Permission.INTERVIEW_SCHEDULE, of=Application)
def make(application: Application) -> ResponseReturnValue:
    """Show the times first, or offer them: the candidate gets a link by mail after ten minutes."""
    rows = coverage(db.session, application=application)
    form, choice = _form(rows), _choice(application, request.form.get("round_id"))
    if not form.validate():
        return _page(form, application, rows, choice), 422
    moment = now()
    try:
        offer = possible_offer(
            db.session,
            application=application,
            plan=choice.completed(form.plan()),
            terms=form.terms(),
            actor_id=actor().id,
            now=moment,
        )
        times = open_times(db.session, offer=offer, now=moment)
        if "preview" in request.form or (not times and "nevertheless" not in request.form):
            return _page(form, application, rows, choice, offer=offer, times=times)
        make_offer(db.session, offer=offer, now=moment)
    except (BookingError, InterviewError) as error:
        db.session.rollback()
        return _page(form, application, rows, choice, refused=_explain(error.code)), 409
    mail = _mail(application, offer, moment)
    token = remember(db.session, actor_id=actor().id, act=Act.OFFER, now=moment, offer=offer.id, mail=mail.id)
    db.session.commit()
    toast(_("Times offered. The candidate gets the link in ten minutes."), undo=token)
    return redirect(url_for("applications.show", application_id=application.id, side="interviews"), 303)


@blueprint.post("/offers/<int:offer_id>/withdraw")
@needs(Permission.INTERVIEW_SCHEDULE, of=BookingOffer)
def withdraw(offer: BookingOffer) -> ResponseReturnValue:
    """Take an offer back: its link then says so."""
    back = url_for("applications.show", application_id=offer.application_id, side="interviews")
    try:
        withdraw_offer(db.session, offer=offer, actor_id=actor().id, now=now())
    except BookingError as error:
        db.session.rollback()
        toast(_explain(error.code))
        return redirect(back, 303)
    token = remember(db.session, actor_id=actor().id, act=Act.OFFER_WITHDRAWN, now=now(), offer=offer.id)
    db.session.commit()
    toast(_("The offer was withdrawn. Its link opens no times any more."), undo=token)
    return redirect(back, 303)


def _choice(application: Application, wanted: str | None) -> RoundChoice:
    """Choose a round in which people meet: a review of documents has no time to choose."""
    choice = choose_round(application, wanted)
    if not choice.is_review:
        return choice
    meetings = [step.round for step in choice.steps if not is_review(step.round) and step.step is Step.MISSING]
    return replace(choice, chosen=next(iter(meetings), None))


def _form(rows: tuple[CoverageRow, ...], data: dict[str, object] | None = None) -> OfferForm:
    form = OfferForm(data=data)
    form.panel.choices = [SelectChoice(value=ident, label=name) for ident, name, _role in possible_panel(db.session)]
    form.focus.choices = [SelectChoice(value=row.criterion.id, label=row.criterion.text) for row in rows]
    return form


def _page(
    form: OfferForm,
    application: Application,
    rows: tuple[CoverageRow, ...],
    choice: RoundChoice,
    *,
    refused: str | None = None,
    offer: BookingOffer | None = None,
    times: tuple[datetime, ...] = (),
    seats: Mapping[int, Seat] | None = None,
) -> str:
    posting = db.session.get_one(Posting, application.posting_id)
    people = possible_panel(db.session)
    if seats is None:
        seats = _seats(application, choice, _zone())
    hours = (
        hours_of(db.session, user_ids=offer.panel, start=max(now(), offer.earliest), end=offer.latest) if offer else {}
    )
    return render_template(
        "recruiter/offer.html",
        choice=choice,
        steps=STEPS,
        form=form,
        application=application,
        posting=posting,
        coverage=rows,
        people=by_seat(people, seats),
        seats=seats,
        roles=ROLES,
        zones=sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix"))),
        refused=refused,
        offer=offer,
        times=times,
        days=by_day(times, offer.time_zone, start_of=lambda time: time) if offer else [],
        without_hours=[(ident, name) for ident, name, _role in people if ident in hours and not hours[ident]],
        errors=[(field.id, field.label.text, field.errors[0]) for field in form if field.errors],
    )


def _zone() -> str:
    return reader().time_zone or str(current_app.config["SCREENING"].time_zone)


def _seats(application: Application, choice: RoundChoice, zone: str) -> dict[int, Seat]:
    """Look at everybody for the coming days: only who gave hours in them can be chosen a time with."""
    start = now() + timedelta(days=1)
    everybody = [ident for ident, _name, _role in possible_panel(db.session)]
    hours = hours_of(db.session, user_ids=everybody, start=start, end=now() + timedelta(days=DAYS))
    able = {ident for ident, stretches in hours.items() if stretches}
    return seats_for(application, choice, span=None, start=start, zone=zone, with_hours=able)


def _mail(application: Application, offer: BookingOffer, moment: datetime) -> Mail:
    """Write the mail with the link, in the candidate's language."""
    posting = db.session.get_one(Posting, application.posting_id)
    with force_locale(application.locale):
        until = zoned(offer.expires_at, offer.time_zone)
    return post_mail(
        db.session,
        key=f"offer:{offer.key}",
        template="offer",
        locale=application.locale,
        to=application.email,
        fields={
            "name": greeting_name(application.name),
            "posting": posting.title or "",
            "round": offer.round,
            "minutes": str(offer.minutes),
            "until": until,
            "link": offer_link(offer.key),
            "company": current_app.config["SCREENING"].company_in(application.locale),
        },
        now=moment,
        application_id=application.id,
        due_at=moment + WINDOW,
    )


def _explain(code: str) -> str:
    return {
        "no_rubric": _("This posting has no published rubric. Publish it first."),
        "application_ended": _("This application has ended. Move it back to a stage first."),
        "ended": _("This application has ended. Move it back to a stage first."),
        "span": _("These days leave no time: they are over, more than 60 days apart, or the answer is due too early."),
        "booked": _("The candidate has chosen a time already. Change or cancel the interview instead."),
    }.get(code, _("This plan cannot be stored. Check the panel and the criteria, then try again."))
