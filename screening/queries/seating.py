"""Who should sit in a round of the plan: those who always do, then the pool members with the fewest interviews that week."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from screening.models import Interview, InterviewRound, Panelist, PoolMember, RoundInterviewer, RoundKind, User
from screening.queries.blindness import is_open, takes_part

WEEK = timedelta(days=7)
LOOK_BACK = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Seat:
    """One who can be asked, and why or why not.

    ``this_week`` counts their interviews in the ISO week of the time, ``four_weeks`` those in the four weeks before it.
    ``sits`` tells that they sit in another interview of this application, ``abstained`` that they declared a conflict of
    interest there, ``busy`` that they are in another interview at that time, ``has_hours`` that they gave hours in which
    a candidate may choose. ``chosen`` is the proposal.
    """

    user_id: int
    fixed: bool
    pooled: bool
    this_week: int
    four_weeks: int
    sits: bool
    abstained: bool
    busy: bool
    chosen: bool
    has_hours: bool = True


def seat_people(
    session: Session,
    *,
    round_id: int | None,
    application_id: int,
    starts_at: datetime,
    minutes: int | None,
    zone: str,
    apart_from: int | None = None,
    reader_id: int | None = None,
    with_hours: Collection[int] | None = None,
) -> dict[int, Seat]:
    """Look at all active staff for an interview of this round at this time; without a round nobody is chosen. Five queries at most.

    Chosen are the fixed interviewers, then members of the pool until all seats are taken: fewest interviews that week,
    then fewest in the four weeks before, then the lowest id. Nobody who is busy then or has abstained from this
    application, and nobody of the pool who sits in another of its interviews. ``apart_from`` is the interview that is
    being changed: its own seats do not count. Where ``with_hours`` is given, those of the pool come first. Without ``minutes`` only the week is known, and nobody is busy. A ``reader_id`` who still owes an evaluation of the application is not told
    of abstentions declared after an interview began.
    """
    one = session.get(InterviewRound, round_id) if round_id is not None else None
    fixed = _fixed(session, one)
    pooled = _pooled(session, one)
    loads = _loads(session, starts_at=starts_at, zone=zone, apart_from=apart_from)
    sits, abstained = _seats(session, application_id=application_id, apart_from=apart_from, reader_id=reader_id)
    meets = minutes is not None and (one is None or one.kind is not RoundKind.RESUME_REVIEW)
    busy = _busy(session, starts_at=starts_at, minutes=minutes or 0, apart_from=apart_from) if meets else ()
    free = {ident: loads[ident] for ident in loads if ident not in abstained and ident not in busy}
    chosen = [ident for ident in sorted(fixed) if ident in free]
    rest = sorted(
        (ident for ident in pooled - fixed if ident in free and ident not in sits),
        key=lambda ident: (not _has(with_hours, ident), *free[ident], ident),
    )
    seats = one.seats if one is not None else 0
    taken = {*chosen, *rest[: max(0, seats - len(chosen))]}
    return {
        ident: Seat(
            user_id=ident,
            fixed=ident in fixed,
            pooled=ident in pooled,
            this_week=week,
            four_weeks=month,
            sits=ident in sits,
            abstained=ident in abstained,
            busy=ident in busy,
            chosen=ident in taken,
            has_hours=_has(with_hours, ident),
        )
        for ident, (week, month) in loads.items()
    }


def _has(with_hours: Collection[int] | None, ident: int) -> bool:
    return with_hours is None or ident in with_hours


def _fixed(session: Session, one: InterviewRound | None) -> set[int]:
    if one is None:
        return set()
    return set(session.scalars(select(RoundInterviewer.user_id).where(RoundInterviewer.round_id == one.id)))


def _pooled(session: Session, one: InterviewRound | None) -> set[int]:
    if one is None or one.pool_id is None:
        return set()
    return set(session.scalars(select(PoolMember.user_id).where(PoolMember.pool_id == one.pool_id)))


def _loads(session: Session, *, starts_at: datetime, zone: str, apart_from: int | None) -> dict[int, tuple[int, int]]:
    """Count each active person's interviews in the week of the time and in the four weeks before that week."""
    local = starts_at.astimezone(ZoneInfo(zone))
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(), ZoneInfo(zone))
    week = case((Interview.starts_at >= monday, 1), else_=0)
    counted = {
        user: (this, before)
        for user, this, before in session.execute(
            select(Panelist.user_id, func.sum(week), func.count() - func.sum(week))
            .join(Interview, Interview.id == Panelist.interview_id)
            .where(
                takes_part(),
                Interview.cancelled_at.is_(None),
                Interview.starts_at >= monday - LOOK_BACK,
                Interview.starts_at < monday + WEEK,
                Interview.id != (apart_from or 0),
            )
            .group_by(Panelist.user_id)
        )
    }
    staff = session.scalars(select(User.id).where(User.is_active))
    return {ident: counted.get(ident, (0, 0)) for ident in staff}


def _seats(
    session: Session, *, application_id: int, apart_from: int | None, reader_id: int | None
) -> tuple[Collection[int], Collection[int]]:
    """Give who sits in the application's other interviews, and who abstained from one of them."""
    rows = session.execute(
        select(Panelist.user_id, Panelist.abstained_at, Interview.starts_at, Interview.id, is_open())
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.application_id == application_id, Interview.cancelled_at.is_(None))
    ).all()
    blind = any(user == reader_id and owes for user, _, _, _, owes in rows)
    return (
        {user for user, _, _, ident, _ in rows if ident != apart_from},
        {user for user, at, begins, _, _ in rows if at is not None and (at < begins or not blind)},
    )


def _busy(session: Session, *, starts_at: datetime, minutes: int, apart_from: int | None) -> Collection[int]:
    """Give who is in a meeting at that time; a review of documents keeps nobody from anything."""
    rows = session.scalars(
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(
            takes_part(),
            Interview.cancelled_at.is_(None),
            Interview.kind != RoundKind.RESUME_REVIEW,
            Interview.starts_at < starts_at + timedelta(minutes=minutes),
            Interview.ends_at > starts_at,
            Interview.id != (apart_from or 0),
        )
    )
    return set(rows)
