"""Interviewers' hours: stretches in which they take interviews, joined where they touch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import AvailabilityWindow, User
from screening.queries.free_times import Stretch, merged, without

LONGEST = timedelta(hours=16)
"""One stretch at most; more is a slip of the hand."""
MOST = 400
"""So many stretches one person may have ahead of them: every working day of a year, and some that are split."""


class HoursError(Exception):
    """Hours that cannot be kept: ``code`` is past, too_long, too_many or unknown."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def add_hours(
    session: Session, *, user_id: int, stretches: Sequence[Stretch], actor_id: int, now: datetime
) -> list[Stretch]:
    """Add stretches to what somebody has given; joined with those they touch. Give what is new, which is what an undo takes away.

    Those that have ended already are refused, so is one longer than ``LONGEST``, and more than ``MOST`` in all.
    """
    if any(end <= now for _, end in stretches):
        raise HoursError("past")
    if any(end - start > LONGEST for start, end in stretches):
        raise HoursError("too_long")
    before = _lock(session, user_id)
    new = list(without(stretches, before))
    _store(session, user_id, merged([*before, *stretches]), now)
    _record(session, "hours.add", user_id, actor_id, now, len(new))
    return new


def remove_hours(session: Session, *, user_id: int, stretches: Sequence[Stretch], actor_id: int, now: datetime) -> None:
    """Cut stretches out of what somebody has given; interviews that stand in them stay as they are."""
    before = _lock(session, user_id)
    _store(session, user_id, without(before, stretches), now)
    _record(session, "hours.remove", user_id, actor_id, now, len(stretches))


def _lock(session: Session, user_id: int) -> list[Stretch]:
    """Read what somebody has given, and let nobody else change it until the end of the transaction."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    rows = session.execute(
        select(AvailabilityWindow.starts_at, AvailabilityWindow.ends_at).where(AvailabilityWindow.user_id == user_id)
    )
    return [(start, end) for start, end in rows]


def _store(session: Session, user_id: int, stretches: Sequence[Stretch], now: datetime) -> None:
    if sum(end > now for _, end in stretches) > MOST:
        raise HoursError("too_many")
    session.execute(
        delete(AvailabilityWindow).where(AvailabilityWindow.user_id == user_id),
        execution_options={"synchronize_session": "fetch"},
    )
    session.add_all(AvailabilityWindow(user_id=user_id, starts_at=start, ends_at=end) for start, end in stretches)
    session.flush()


def _record(session: Session, act: str, user_id: int, actor_id: int, now: datetime, count: int) -> None:
    record(session, act=act, actor_id=actor_id, subject_type="user", subject_id=user_id, now=now, stretches=count)
