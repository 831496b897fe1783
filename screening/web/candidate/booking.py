"""A candidate chooses the time of an interview by the link from a mail, may move it in time, or says that none fits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import available_timezones

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug import Response

from screening.extensions import db, limiter
from screening.forms.offering import WishForm
from screening.models import Application, BookingOffer, Interview, Posting, User
from screening.queries.booking import OfferState, offer_state, open_times
from screening.queries.free_times import by_day
from screening.services.booking import BookingError, choose_time, may_change, say_none_fits
from screening.services.interviewing import InterviewError
from screening.services.mailing import post_mail
from screening.services.moving import ENDED
from screening.web.access import now
from screening.web.addresses import address
from screening.web.candidate.links import offer_key_in, private_page, unknown_link
from screening.web.formatting import zoned
from screening.web.interview_news import tell_of
from screening.web.toasts import toast

blueprint = Blueprint("booking", __name__, url_prefix="/times")

R = TypeVar("R")


def offered(view: Callable[..., R]) -> Callable[..., R | ResponseReturnValue]:
    """Let a view be entered with a link that we signed; its offer is handed over."""

    @wraps(view)
    def door(*, token: str, **arguments: Any) -> R | ResponseReturnValue:
        key = offer_key_in(token)
        offer = db.session.scalar(select(BookingOffer).where(BookingOffer.key == key)) if key else None
        if offer is None:
            return unknown_link()
        return view(token=token, offer=offer, **arguments)

    door.door = "anyone"  # type: ignore[attr-defined] # a mark for the architecture test
    return door


@blueprint.get("/<token>")
@offered
def show(token: str, offer: BookingOffer) -> ResponseReturnValue:
    """Show the times that are still free, or what was chosen."""
    return _page(token, offer, WishForm(formdata=None))


@blueprint.post("/<token>")
@limiter.limit("30 per minute")
@offered
def choose(token: str, offer: BookingOffer) -> ResponseReturnValue:
    """Take a time; one that is gone by now is said, with those that are left."""
    starts_at = _time(request.form.get("starts_at", ""))
    if starts_at is None:
        return _page(token, offer, WishForm(formdata=None), refused=_("Choose one of the times.")), 422
    moved = offer.interview_id is not None
    try:
        interview = choose_time(db.session, offer=offer, starts_at=starts_at, now=now())
        tell_of(interview.id, tell_candidate=True)
        _tell(offer, "chosen", str(interview.sequence), _in_staff_words(offer, interview))
        db.session.commit()
    except (BookingError, InterviewError) as error:
        db.session.rollback()
        return _page(token, offer, WishForm(formdata=None), refused=_explain(error.code)), 409
    toast(_("Your new time is set.") if moved else _("Your time is set."))
    return redirect(url_for("booking.show", token=token, zone=request.form.get("zone") or None), 303)


@blueprint.post("/<token>/none")
@limiter.limit("10 per minute")
@offered
def none_fits(token: str, offer: BookingOffer) -> ResponseReturnValue:
    """Keep what the candidate proposes instead, for the recruiter."""
    form = WishForm()
    if not form.validate():
        return _page(token, offer, form), 422
    try:
        say_none_fits(db.session, offer=offer, text=form.text.data or "", now=now())
        _tell(offer, "wish", f"{now():%Y%m%d%H%M%S%f}", offer.wish or "")
        db.session.commit()
    except BookingError as error:
        db.session.rollback()
        return _page(token, offer, form, refused=_explain(error.code)), 409
    toast(_("The recruiter gets what you wrote and answers you."))
    return redirect(url_for("booking.show", token=token, zone=request.form.get("zone") or None), 303)


def _page(token: str, offer: BookingOffer, form: WishForm, *, refused: str | None = None) -> Response:
    moment = now()
    interview = db.session.get(Interview, offer.interview_id) if offer.interview_id else None
    application = db.session.get_one(Application, offer.application_id)
    state = offer_state(offer, interview, moment)
    ended = application.stage in ENDED
    changeable = interview is not None and may_change(offer, interview, moment)
    may_choose = not ended and (state is OfferState.OPEN or changeable)
    zone = _zone(request.values.get("zone", ""), interview.time_zone if interview else offer.time_zone)
    times = open_times(db.session, offer=offer, now=moment) if may_choose else ()
    shown = render_template(
        "candidate/booking.html",
        token=token,
        offer=offer,
        interview=interview,
        posting=db.session.get_one(Posting, application.posting_id),
        state=state,
        OfferState=OfferState,
        ended=ended,
        may_choose=may_choose,
        days=by_day(times, zone, start_of=lambda time: time),
        zone=zone,
        zones=sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix"))),
        form=form,
        refused=refused,
        errors=[(field.id, field.label.text, field.errors[0]) for field in form if field.errors],
    )
    return private_page(shown)


def _tell(offer: BookingOffer, what: str, turn: str, words: str) -> None:
    """Mail the recruiter who made the offer what the candidate chose or wrote; each ``turn`` once."""
    recruiter = db.session.get_one(User, offer.created_by)
    if not recruiter.is_active:
        return
    application = db.session.get_one(Application, offer.application_id)
    posting = db.session.get_one(Posting, application.posting_id)
    post_mail(
        db.session,
        key=f"offer-{what}:{offer.key}:{turn}",
        template=f"offer_{what}",
        locale=_staff_locale(recruiter),
        to=recruiter.email,
        fields={
            "candidate": application.name,
            "posting": posting.title or "",
            "round": offer.round,
            "words": words,
            "link": address("applications.show", application_id=application.id, side="interviews"),
        },
        now=now(),
        application_id=application.id,
    )


def _in_staff_words(offer: BookingOffer, interview: Interview) -> str:
    recruiter = db.session.get_one(User, offer.created_by)
    with force_locale(_staff_locale(recruiter)):
        return zoned(interview.starts_at, recruiter.time_zone or interview.time_zone, interview.minutes)


def _staff_locale(user: User) -> str:
    return user.locale or "zh"


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _zone(asked: str, planned: str) -> str:
    return asked if asked in available_timezones() else planned


def _explain(code: str) -> str:
    return {
        "taken": _("This time was taken in the meantime. Choose another one."),
        "late": _("It is too late to move it here. Write to the recruiter."),
        "expired": _("The time to answer has passed. Write to the recruiter."),
        "withdrawn": _("The recruiter has taken these times back. You will hear from them."),
        "cancelled": _("This interview was cancelled. You will hear from the recruiter."),
        "ended": _("This application has ended already."),
    }.get(code, _("This time cannot be set now. Write to the recruiter; your application is not touched by it."))
