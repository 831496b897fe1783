"""Who should sit in a round of the plan: those who always do, then the pool members with the fewest interviews that week."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, bindparam, case, func, select
from sqlalchemy.orm import Session

from screening.models import Interview, InterviewRound, Panelist, PoolMember, RoundInterviewer, RoundKind, User
from screening.models.base import UtcDateTime
from screening.queries.blindness import is_open, takes_part
from screening.queries.together import Together

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
    """Look at all active staff for an interview of this round at this time; without a round nobody is chosen. One query.

    Chosen are the fixed interviewers, then members of the pool until all seats are taken: fewest interviews that week,
    then fewest in the four weeks before, then the lowest id. Nobody who is busy then or has abstained from this
    application, and nobody of the pool who sits in another of its interviews. ``apart_from`` is the interview that is
    being changed: its own seats do not count. Where ``with_hours`` is given, those of the pool come first. Without ``minutes`` only the week is known, and nobody is busy. A ``reader_id`` who still owes an evaluation of the application is not told
    of abstentions declared after an interview began.
    """
    monday = _monday(starts_at, zone)
    lists = _lists().read(
        session,
        round=round_id or 0,
        application=application_id,
        apart=apart_from or 0,
        back=monday - LOOK_BACK,
        monday=monday,
        end=monday + WEEK,
        begins=starts_at,
        ends=starts_at + timedelta(minutes=minutes or 0),
    )
    one = next(iter(lists["rounds"]), None)
    fixed, pooled = ({row.user_id for row in lists[name]} for name in ("fixed", "pooled"))
    counted = {row.user_id: (row.this, row.before) for row in lists["loads"]}
    loads = {row.id: counted.get(row.id, (0, 0)) for row in lists["staff"]}
    sits, abstained = _seats(lists["seats"], apart_from=apart_from, reader_id=reader_id)
    meets = minutes is not None and (one is None or one.kind is not RoundKind.RESUME_REVIEW)
    busy = {row.user_id for row in lists["busy"]} if meets else set()
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


def _monday(at: datetime, zone: str) -> datetime:
    """Give the beginning of the week of a time."""
    day = at.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(), ZoneInfo(zone))


def _seats(
    rows: Sequence[Any], *, apart_from: int | None, reader_id: int | None
) -> tuple[Collection[int], Collection[int]]:
    """Give who sits in the application's other interviews, and who abstained from one of them."""
    blind = any(row.user_id == reader_id and row.owes for row in rows)
    return (
        {row.user_id for row in rows if row.id != apart_from},
        {
            row.user_id
            for row in rows
            if row.abstained_at is not None and (row.abstained_at < row.starts_at or not blind)
        },
    )


@cache
def _lists() -> Together:
    """Make the statement: the bound ``round`` with its people, who sits already, and each active person's interviews.

    ``loads`` counts the interviews of the week from ``monday`` and of the weeks from ``back`` on before it; ``busy`` is who is in a
    meeting between ``begins`` and ``ends``: a review of documents keeps nobody from anything. The interview ``apart`` does
    not count.
    """
    week = case((Interview.starts_at >= _time("monday"), 1), else_=0)
    taking_part = (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(takes_part(), Interview.cancelled_at.is_(None), Interview.id != bindparam("apart"))
    )
    here = InterviewRound.id == bindparam("round")
    return Together(
        rounds=select(InterviewRound.kind, InterviewRound.seats).where(here),
        fixed=select(RoundInterviewer.user_id).where(RoundInterviewer.round_id == bindparam("round")),
        pooled=select(PoolMember.user_id)
        .join(InterviewRound, InterviewRound.pool_id == PoolMember.pool_id)
        .where(here),
        staff=select(User.id).where(User.is_active),
        loads=taking_part.add_columns(func.sum(week).label("this"), (func.count() - func.sum(week)).label("before"))
        .where(Interview.starts_at >= _time("back"), Interview.starts_at < _time("end"))
        .group_by(Panelist.user_id),
        seats=select(
            Panelist.user_id, Panelist.abstained_at, Interview.starts_at, Interview.id, is_open().label("owes")
        )
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.application_id == bindparam("application"), Interview.cancelled_at.is_(None)),
        busy=taking_part.where(
            Interview.kind != RoundKind.RESUME_REVIEW,
            Interview.starts_at < _time("ends"),
            Interview.ends_at > _time("begins"),
        ),
    )


def _time(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UtcDateTime())
