"""How much interviewing each colleague does: week by week, four weeks back and four ahead, and the scorecards that are late.

Counts speak of all postings; names of candidates, postings and anything that was rated are not read at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Panelist, Stage, User
from screening.queries.blindness import is_open, is_owed, takes_part

WEEK = timedelta(weeks=1)
WEEKS_BACK = 4
WEEKS_AHEAD = 4
PAGE = 30
LATE_SINCE = timedelta(days=60)
"""So long a scorecard counts as late; of an older one nobody is reminded either, and no page looks through all years."""
MANY = 5
"""Interviews in one week from which on it is marked as a full one: structured interviews tire, an hour each with its notes."""


@dataclass(frozen=True, slots=True)
class Load:
    """Interviews and minutes of one person in one week."""

    interviews: int = 0
    minutes: int = 0

    @property
    def is_full(self) -> bool:
        """Whether one should rather ask somebody else."""
        return self.interviews >= MANY


@dataclass(frozen=True, slots=True)
class Colleague:
    """One colleague's weeks, as many as the page's; ``late`` counts the scorecards that are owed and past their time."""

    user_id: int
    name: str
    weeks: tuple[Load, ...]
    late: int

    @property
    def total(self) -> Load:
        """All weeks together."""
        return Load(sum(week.interviews for week in self.weeks), sum(week.minutes for week in self.weeks))


@dataclass(frozen=True, slots=True)
class Workload:
    """One page: ``weeks`` are the Mondays, ``current`` is the place of this week; ``following`` is the last number to go on from."""

    weeks: tuple[datetime, ...]
    current: int
    rows: tuple[Colleague, ...]
    following: int | None


def workload(session: Session, *, reader_id: int, zone: str, now: datetime, after: int | None = None) -> Workload:
    """Read the workload of everybody who sits on a panel in these weeks or is late with a scorecard, by name. Three queries, one more from the second page on.

    Weeks begin on Monday 0:00 in ``zone``; an interview counts in the week in which it begins. Whether colleagues are late
    tells who has submitted, so applications of which the reader still owes an evaluation themselves are left out of that.
    """
    mondays = _mondays(ZoneInfo(zone), now)
    late = _late(reader_id, now)
    rows = _people(session, mondays, late, after)
    shown = rows[:PAGE]
    ids = [ident for ident, _ in shown]
    loads = _loads(session, ids, mondays)
    counts = session.execute(late.add_columns(func.count()).where(Panelist.user_id.in_(ids)).group_by(Panelist.user_id))
    owed = {row[0]: row[1] for row in counts}
    return Workload(
        weeks=mondays[:-1],
        current=WEEKS_BACK,
        rows=tuple(
            Colleague(
                ident,
                name,
                tuple(loads.get((ident, week), Load()) for week in range(len(mondays) - 1)),
                owed.get(ident, 0),
            )
            for ident, name in shown
        ),
        following=ids[-1] if len(rows) > PAGE else None,
    )


def _mondays(zone: ZoneInfo, now: datetime) -> tuple[datetime, ...]:
    """Give the starts of the weeks, and the end of the last one."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return tuple(datetime.combine(monday + week * WEEK, time(), zone) for week in range(-WEEKS_BACK, WEEKS_AHEAD + 1))


def _seats() -> Select[int]:
    """Select who comes to an interview that takes place."""
    return (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.cancelled_at.is_(None), takes_part())
    )


def _late(reader_id: int, now: datetime) -> Select[int]:
    """Select who owes a scorecard past its time, once for each; of somebody who withdrew or was erased nobody owes any."""
    return (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .join(Application, Application.id == Interview.application_id)
        .where(
            is_open(),
            Interview.due_at < now,
            Interview.due_at >= now - LATE_SINCE,
            Application.stage != Stage.WITHDRAWN,
            Application.erased_at.is_(None),
            ~is_owed(user_id=reader_id),
        )
    )


def _people(
    session: Session, mondays: tuple[datetime, ...], late: Select[int], after: int | None
) -> list[tuple[int, str]]:
    sitting = _seats().where(Interview.starts_at >= mondays[0], Interview.starts_at < mondays[-1])
    wanted = select(User.id, User.name).where(User.is_active, or_(User.id.in_(sitting), User.id.in_(late)))
    last = session.get(User, after) if after is not None else None
    if last is not None:
        wanted = wanted.where(tuple_(User.name, User.id) > tuple_(literal(last.name), literal(last.id)))
    found = session.execute(wanted.order_by(User.name, User.id).limit(PAGE + 1))
    return [(ident, name) for ident, name in found]


def _loads(session: Session, user_ids: Collection[int], mondays: tuple[datetime, ...]) -> dict[tuple[int, int], Load]:
    rows = session.execute(
        _seats()
        .add_columns(Interview.starts_at, Interview.minutes)
        .where(Panelist.user_id.in_(user_ids), Interview.starts_at >= mondays[0], Interview.starts_at < mondays[-1])
    )
    found: dict[tuple[int, int], Load] = {}
    for user_id, starts_at, minutes in rows:
        week = bisect_right(mondays, starts_at) - 1
        load = found.get((user_id, week), Load())
        found[user_id, week] = Load(load.interviews + 1, load.minutes + minutes)
    return found
