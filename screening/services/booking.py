"""Letting a candidate choose the time of an interview: an offer is made by a recruiter, one of its times is taken by the candidate."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, BookingOffer, Interview, User
from screening.queries.booking import OfferState, offer_state, open_times
from screening.services.interviewing import (
    Plan,
    check_plan,
    due_hours_of,
    reschedule_interview,
    rubric_in_force,
    schedule_interview,
)
from screening.services.moving import ENDED

LONGEST_WISH = 1000
LONGEST_SPAN = timedelta(days=60)


class BookingError(Exception):
    """What an offer does not allow: ``code`` is withdrawn, expired, cancelled, ended, taken, late, booked, span or empty."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Terms:
    """Between when a candidate may choose, how many hours ahead at least, and until when. Times are aware."""

    earliest: datetime
    latest: datetime
    expires_at: datetime
    notice_hours: int


def possible_offer(
    session: Session, *, application: Application, plan: Plan, terms: Terms, actor_id: int, now: datetime
) -> BookingOffer:
    """Give an offer of the times in which the panel of ``plan`` is free, to look at before ``make_offer`` stores it.

    The plan's start is not looked at. Raises InterviewError where such an interview could not be planned, BookingError
    ``span`` where the terms leave no time and ``ended`` after the end of the application.
    """
    if application.stage in ENDED:
        raise BookingError("ended")
    check_plan(session, plan, rubric_in_force(session, application))
    if not max(now, terms.earliest) < terms.latest <= terms.earliest + LONGEST_SPAN or terms.expires_at <= now:
        raise BookingError("span")
    return BookingOffer(
        application_id=application.id,
        key=secrets.token_urlsafe(24),
        round=plan.round.strip(),
        round_id=plan.round_id,
        minutes=plan.minutes,
        time_zone=plan.time_zone,
        place=plan.place.strip(),
        panel=list(plan.panel),
        focus=list(plan.focus),
        earliest=terms.earliest,
        latest=terms.latest,
        notice_hours=terms.notice_hours,
        expires_at=min(terms.expires_at, terms.latest),
        created_by=actor_id,
        created_at=now,
    )


def make_offer(session: Session, *, offer: BookingOffer, now: datetime) -> None:
    """Store an offer that ``possible_offer`` gave."""
    session.add(offer)
    session.flush()
    _record(session, "offer.make", offer, offer.created_by, now)


def withdraw_offer(session: Session, *, offer: BookingOffer, actor_id: int, now: datetime) -> None:
    """Take an offer back that nobody has used; raise BookingError ``booked`` when the candidate was faster."""
    _lock(session, offer)
    if offer.interview_id is not None:
        raise BookingError("booked")
    offer.withdrawn_at = offer.withdrawn_at or now
    session.flush()
    _record(session, "offer.withdraw", offer, actor_id, now)


def renew_offer(session: Session, *, offer: BookingOffer, actor_id: int, now: datetime) -> None:
    """Take a withdrawal back."""
    _lock(session, offer)
    offer.withdrawn_at = None
    session.flush()
    _record(session, "offer.renew", offer, actor_id, now)


def choose_time(session: Session, *, offer: BookingOffer, starts_at: datetime, now: datetime) -> Interview:
    """Plan the interview at the time that the candidate chose, or move it there; the same time twice is one interview.

    The panel is locked, so of two candidates who choose the same hour the second gets BookingError ``taken``. An
    interview that was booked moves only while it is ``notice_hours`` away.
    """
    _lock(session, offer)
    application = session.get_one(Application, offer.application_id, with_for_update=True, populate_existing=True)
    interview = session.get(Interview, offer.interview_id) if offer.interview_id else None
    _check(offer, interview, application, now)
    if interview is not None and interview.starts_at == starts_at:
        return interview
    if starts_at not in open_times(session, offer=offer, now=now):
        raise BookingError("taken")
    plan = Plan(
        round=offer.round,
        starts_at=starts_at,
        minutes=offer.minutes,
        time_zone=offer.time_zone,
        place=offer.place,
        panel=tuple(offer.panel),
        focus=tuple(offer.focus),
        due_hours=due_hours_of(session, interview.round_id if interview is not None else offer.round_id),
        round_id=interview.round_id if interview is not None else offer.round_id,
    )
    if interview is None:
        interview = schedule_interview(session, application=application, plan=plan, actor_id=offer.created_by, now=now)
        offer.interview_id = interview.id
    else:
        reschedule_interview(session, interview=interview, plan=plan, actor_id=offer.created_by, now=now)
    session.flush()
    _record(session, "offer.choose", offer, None, now)
    return interview


def say_none_fits(session: Session, *, offer: BookingOffer, text: str, now: datetime) -> None:
    """Keep what the candidate wrote when no time fits, cut at ``LONGEST_WISH``; the offer stays open."""
    if not text.strip():
        raise BookingError("empty")
    _lock(session, offer)
    application = session.get_one(Application, offer.application_id)
    interview = session.get(Interview, offer.interview_id) if offer.interview_id else None
    if application.stage in ENDED or offer_state(offer, interview, now) in {OfferState.WITHDRAWN, OfferState.CANCELLED}:
        raise BookingError("ended")
    offer.wish, offer.wished_at = text.strip()[:LONGEST_WISH], now
    session.flush()
    _record(session, "offer.wish", offer, None, now)


def may_change(offer: BookingOffer, interview: Interview, now: datetime) -> bool:
    """Tell whether the candidate may still move what was booked."""
    return interview.cancelled_at is None and interview.starts_at - now >= timedelta(hours=offer.notice_hours)


def _check(offer: BookingOffer, interview: Interview | None, application: Application, now: datetime) -> None:
    if application.stage in ENDED:
        raise BookingError("ended")
    state = offer_state(offer, interview, now)
    if state in {OfferState.WITHDRAWN, OfferState.EXPIRED, OfferState.CANCELLED}:
        raise BookingError(state.value)
    if interview is not None and not may_change(offer, interview, now):
        raise BookingError("late")


def _lock(session: Session, offer: BookingOffer) -> None:
    """Let one at a time act on an offer, and on the calendars of its panel: both in one order, so that nobody waits for ever."""
    session.execute(
        select(BookingOffer).where(BookingOffer.id == offer.id).with_for_update(),
        execution_options={"populate_existing": True},
    )
    session.execute(select(User.id).where(User.id.in_(offer.panel)).order_by(User.id).with_for_update())


def _record(session: Session, act: str, offer: BookingOffer, actor_id: int | None, now: datetime) -> None:
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="application",
        subject_id=offer.application_id,
        now=now,
        offer=offer.id,
    )
