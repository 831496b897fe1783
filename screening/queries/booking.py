"""Interviewers' hours, and the times that an offer leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from screening.models import Application, AvailabilityWindow, BookingOffer, Interview, Panelist, User
from screening.queries.blindness import takes_part
from screening.queries.free_times import Stretch, common, starts, without

STEP = 30
"""Minutes between two starts that are offered."""
MOST_TIMES = 400


class OfferState(StrEnum):
    """Where an offer stands."""

    OPEN = "open"
    BOOKED = "booked"
    CANCELLED = "cancelled"  # what was booked was called off by the company
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer as staff see it; ``starts_at`` is the time that was booked."""

    id: int
    round: str
    minutes: int
    panel: tuple[str, ...]
    expires_at: datetime
    state: OfferState
    starts_at: datetime | None
    time_zone: str
    wish: str | None


def hours_of(
    session: Session, *, user_ids: Sequence[int], start: datetime, end: datetime
) -> Mapping[int, list[Stretch]]:
    """Read the hours that these people gave and that reach into a span; those who are not active have none."""
    rows = session.execute(
        select(AvailabilityWindow.user_id, AvailabilityWindow.starts_at, AvailabilityWindow.ends_at)
        .join(User, User.id == AvailabilityWindow.user_id)
        .where(
            AvailabilityWindow.user_id.in_(user_ids),
            AvailabilityWindow.ends_at > start,
            AvailabilityWindow.starts_at < end,
            User.is_active,
        )
        .order_by(AvailabilityWindow.starts_at, AvailabilityWindow.user_id)
    )
    found: dict[int, list[Stretch]] = {ident: [] for ident in user_ids}
    for user_id, begins, ends in rows:
        found[user_id].append((begins, ends))
    return found


def open_times(session: Session, *, offer: BookingOffer, now: datetime) -> tuple[datetime, ...]:
    """Give the starts that the candidate may choose now, the earliest first, at most ``MOST_TIMES``. Two queries.

    The whole panel has given these hours, and neither anybody in it nor the candidate has another interview then. The
    interview that this offer has booked takes no time from itself.
    """
    start = max(offer.earliest, now + timedelta(hours=offer.notice_hours))
    end = offer.latest
    if start >= end:
        return ()
    hours = hours_of(session, user_ids=offer.panel, start=start, end=end)
    free = without(common(list(hours.values())), _taken(session, offer, start, end))
    inside = without(
        free, [(datetime.min.replace(tzinfo=start.tzinfo), start), (end, datetime.max.replace(tzinfo=start.tzinfo))]
    )
    return starts(inside, minutes=offer.minutes, step=STEP, limit=MOST_TIMES)


def offer_state(offer: Any, interview: Any, now: datetime) -> OfferState:
    """Tell where an offer stands: the offer itself or a row of ``offer_rows``; ``interview`` is the one that it booked, None without."""
    if interview is not None:
        return OfferState.BOOKED if interview.cancelled_at is None else OfferState.CANCELLED
    if offer.withdrawn_at is not None:
        return OfferState.WITHDRAWN
    return OfferState.OPEN if now < offer.expires_at else OfferState.EXPIRED


def offers_of(session: Session, *, application_id: int, now: datetime) -> tuple[OfferRow, ...]:
    """Read an application's offers, the latest first. Two queries."""
    return offers_from(session, session.execute(offer_rows(), {"application": application_id}).all(), now=now)


@cache
def offer_rows() -> Select[*tuple[Any, ...]]:
    """Select the offers of the bound ``application``, the latest first, each with the interview that it booked."""
    return (
        select(
            BookingOffer.id,
            BookingOffer.round,
            BookingOffer.minutes,
            BookingOffer.panel,
            BookingOffer.expires_at,
            BookingOffer.withdrawn_at,
            BookingOffer.time_zone,
            BookingOffer.wish,
            Interview.id.label("interview_id"),
            Interview.starts_at,
            Interview.cancelled_at,
        )
        .outerjoin(Interview, Interview.id == BookingOffer.interview_id)
        .where(BookingOffer.application_id == bindparam("application"))
        .order_by(BookingOffer.id.desc())
    )


def offers_from(session: Session, rows: Sequence[Any], *, now: datetime) -> tuple[OfferRow, ...]:
    """Name the panels of what ``offer_rows`` gives; one query where there is an offer."""
    people = {ident for row in rows for ident in row.panel}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(people))).all()) if people else {}
    return tuple(
        OfferRow(
            id=row.id,
            round=row.round,
            minutes=row.minutes,
            panel=tuple(names[ident] for ident in row.panel),
            expires_at=row.expires_at,
            state=offer_state(row, row if row.interview_id is not None else None, now),
            starts_at=row.starts_at,
            time_zone=row.time_zone,
            wish=row.wish,
        )
        for row in rows
    )


def open_offer_keys(session: Session, *, application_id: int, now: datetime) -> tuple[tuple[str, str], ...]:
    """Give key and round of the offers that the candidate can still choose from."""
    rows = session.execute(
        select(BookingOffer.key, BookingOffer.round)
        .where(
            BookingOffer.application_id == application_id,
            BookingOffer.interview_id.is_(None),
            BookingOffer.withdrawn_at.is_(None),
            BookingOffer.expires_at > now,
        )
        .order_by(BookingOffer.id)
    )
    return tuple((key, name) for key, name in rows)


def _taken(session: Session, offer: BookingOffer, start: datetime, end: datetime) -> list[Stretch]:
    """Read the interviews that the panel or the candidate, as a person, has in a span."""
    person = select(Application.person_id).where(Application.id == offer.application_id).scalar_subquery()
    candidates = select(Application.id).where(Application.person_id == person)
    sitting = select(Panelist.interview_id).where(Panelist.user_id.in_(offer.panel), takes_part()).correlate(Interview)
    rows = session.execute(
        select(Interview.starts_at, Interview.ends_at).where(
            Interview.cancelled_at.is_(None),
            Interview.ends_at > start,
            Interview.starts_at < end,
            Interview.id != (offer.interview_id or 0),
            or_(Interview.id.in_(sitting), Interview.application_id.in_(candidates)),
        )
    )
    return [(begins, ends) for begins, ends in rows]
