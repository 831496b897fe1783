"""A posting's plan of interviews as pages show it: its rounds, who sits in them, and words for keys that the rubric has no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from screening.models import (
    Interview,
    InterviewerPool,
    InterviewRound,
    PoolMember,
    RoundInterviewer,
    RoundKind,
    RubricVersion,
    User,
)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff; ``is_active`` is False for one who has left."""

    id: int
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round. ``pool_size`` counts the active members of its pool, ``interviews`` those that hang on it and were not cancelled."""

    id: int
    kind: RoundKind
    name: str
    minutes: int
    seats: int
    due_hours: int
    keys: tuple[str, ...]
    fixed: tuple[Colleague, ...]
    pool_id: int | None
    pool: str | None
    pool_size: int
    retired: bool
    interviews: int

    @property
    def empty_seats(self) -> int:
        """How many seats neither named interviewers nor the pool can fill."""
        named = sum(one.is_active for one in self.fixed)
        return max(0, self.seats - named - self.pool_size)


@dataclass(frozen=True, slots=True)
class LostCriterion:
    """A criterion that the rubric had once: its key, its code and words in the version that had it last; both empty when none had."""

    key: str
    code: str
    text: str


def rounds_of(session: Session, *, posting_id: int) -> tuple[RoundRow, ...]:
    """Read the plan in its order, the retired rounds last; four queries."""
    found = session.execute(
        select(InterviewRound, InterviewerPool.name)
        .outerjoin(InterviewerPool, InterviewerPool.id == InterviewRound.pool_id)
        .where(InterviewRound.posting_id == posting_id)
        .order_by(InterviewRound.retired_at.is_not(None), InterviewRound.position, InterviewRound.id)
    ).all()
    fixed = session.execute(
        select(RoundInterviewer.round_id, User.id, User.name, User.is_active)
        .join(User, User.id == RoundInterviewer.user_id)
        .where(RoundInterviewer.round_id.in_([one.id for one, _ in found]))
        .order_by(RoundInterviewer.round_id, User.name, User.id)
    ).all()
    sizes = dict(
        session.execute(
            select(PoolMember.pool_id, func.count())
            .join(User, User.id == PoolMember.user_id)
            .where(User.is_active, PoolMember.pool_id.in_([one.pool_id for one, _ in found if one.pool_id]))
            .group_by(PoolMember.pool_id)
        ).all()
    )
    used = dict(
        session.execute(
            select(Interview.round_id, func.count())
            .where(Interview.round_id.in_([one.id for one, _ in found]), Interview.cancelled_at.is_(None))
            .group_by(Interview.round_id)
        ).all()
    )
    return tuple(
        RoundRow(
            id=one.id,
            kind=one.kind,
            name=one.name,
            minutes=one.minutes,
            seats=one.seats,
            due_hours=one.due_hours,
            keys=tuple(one.focus),
            fixed=tuple(Colleague(ident, name, here) for round_id, ident, name, here in fixed if round_id == one.id),
            pool_id=one.pool_id,
            pool=pool,
            pool_size=sizes.get(one.pool_id, 0) if one.pool_id else 0,
            retired=one.retired_at is not None,
            interviews=used.get(one.id, 0),
        )
        for one, pool in found
    )


def lost_criteria(
    session: Session, *, posting_id: int, keys: Iterable[str], known: Iterable[str]
) -> Mapping[str, LostCriterion]:
    """Find what the keys meant that the rubric does not know any more: in the newest of the posting's versions that had them. No query when none is lost."""
    lost = set(keys) - set(known)
    if not lost:
        return {}
    found: dict[str, LostCriterion] = {key: LostCriterion(key, "", "") for key in lost}
    documents = session.scalars(
        select(RubricVersion.document).where(RubricVersion.posting_id == posting_id).order_by(RubricVersion.number)
    )
    for document in documents:
        for criterion in load_rubric(document).criteria:
            if criterion.key in lost:
                found[criterion.key] = LostCriterion(criterion.key, criterion.id.upper(), criterion.text)
    return found
