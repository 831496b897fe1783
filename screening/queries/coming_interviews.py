"""Interviews of an application that have not begun: what its end calls off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
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


def coming_interviews(
    session: Session, *, application_id: int, reader_id: int, now: datetime
) -> tuple[ComingInterview, ...]:
    """List what is planned, not called off, not begun and not evaluated, the earliest first. One query."""
    own = exists().where(
        Panelist.interview_id == Interview.id, Panelist.user_id == reader_id, Panelist.abstained_at.is_(None)
    )
    rows = session.execute(
        select(Interview.id, Interview.round, Interview.starts_at, Interview.time_zone, own)
        .where(
            Interview.application_id == application_id,
            Interview.cancelled_at.is_(None),
            Interview.starts_at > now,
            ~exists().where(Evaluation.interview_id == Interview.id),
        )
        .order_by(Interview.starts_at, Interview.id)
    )
    return tuple(ComingInterview(*row) for row in rows)


def known_zone(session: Session, *, application_id: int) -> str | None:
    """Give the time zone of the candidate as far as their latest interview tells; None where there is none. One query."""
    zones = select(Interview.time_zone).where(Interview.application_id == application_id)
    return session.scalar(zones.order_by(Interview.id.desc()).limit(1))
