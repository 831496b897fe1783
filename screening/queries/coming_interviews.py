"""Interviews of applications that have not begun: what their end calls off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, and_, exists, func, select
from sqlalchemy.orm import Session

from screening.models import Evaluation, Interview, Panelist


@dataclass(frozen=True, slots=True)
class ComingInterview:
    """One interview to come, in the zone it was planned in; ``is_own`` tells that the reader sits on its panel and cannot call it off."""

    id: int
    round: str
    starts_at: datetime
    time_zone: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class ComingNumbers:
    """How many interviews an act on many calls off, and how many stay because the reader sits on their panels."""

    off: int = 0
    own: int = 0


def coming_interviews(
    session: Session, *, application_id: int, reader_id: int, now: datetime
) -> tuple[ComingInterview, ...]:
    """List what is planned, not called off, not begun and not evaluated, the earliest first. One query."""
    rows = session.execute(
        select(Interview.id, Interview.round, Interview.starts_at, Interview.time_zone, _is_own(reader_id))
        .where(Interview.application_id == application_id, _is_coming(now))
        .order_by(Interview.starts_at, Interview.id)
    )
    return tuple(ComingInterview(*row) for row in rows)


def count_coming(session: Session, *, application_ids: Collection[int], reader_id: int, now: datetime) -> ComingNumbers:
    """Count the same of many applications. One query."""
    own = _is_own(reader_id)
    numbers = select(func.count().filter(~own), func.count().filter(own)).select_from(Interview)
    row = session.execute(numbers.where(Interview.application_id.in_(application_ids), _is_coming(now))).one()
    return ComingNumbers(*row)


def hold_coming(session: Session, *, application_ids: Collection[int], now: datetime) -> tuple[tuple[int, int], ...]:
    """Hold the same of many applications, and give each with its application's id before its own. One query."""
    rows = session.execute(
        select(Interview.application_id, Interview.id)
        .where(Interview.application_id.in_(application_ids), _is_coming(now))
        .order_by(Interview.application_id, Interview.id)
        .with_for_update(of=Interview)
    )
    return tuple((application_id, ident) for application_id, ident in rows)


def known_zone(session: Session, *, application_id: int) -> str | None:
    """Give the time zone of the candidate as far as their latest interview tells; None where there is none. One query."""
    zones = select(Interview.time_zone).where(Interview.application_id == application_id)
    return session.scalar(zones.order_by(Interview.id.desc()).limit(1))


def _is_coming(now: datetime) -> ColumnElement[bool]:
    """Give the condition that an interview of the outer query is planned, not called off, not begun and not evaluated."""
    return and_(
        Interview.cancelled_at.is_(None),
        Interview.starts_at > now,
        ~exists().where(Evaluation.interview_id == Interview.id),
    )


def _is_own(reader_id: int) -> Exists:
    return exists().where(
        Panelist.interview_id == Interview.id, Panelist.user_id == reader_id, Panelist.abstained_at.is_(None)
    )
