"""A posting's plan of interviews as pages show it: its rounds, who sits in them, and words for keys that the rubric has no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
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
from screening.queries.together import Together


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
    """Read the plan in its order, the retired rounds last; one query."""
    return rounds_from(**_plan().read(session, posting=posting_id))


@cache
def _plan() -> Together:
    return Together(**round_rows())


def round_rows() -> dict[str, Select[*tuple[Any, ...]]]:
    """Select the rounds of the bound ``posting``, who sits in them, how large their pools are, and how many interviews hang on them."""
    here: BindParameter[int] = bindparam("posting")
    rounds = select(InterviewRound.id).where(InterviewRound.posting_id == here)
    pools = select(InterviewRound.pool_id).where(InterviewRound.posting_id == here)
    return {
        "rounds": select(
            InterviewRound.id,
            InterviewRound.kind,
            InterviewRound.name,
            InterviewRound.minutes,
            InterviewRound.seats,
            InterviewRound.due_hours,
            InterviewRound.focus,
            InterviewRound.pool_id,
            InterviewerPool.name.label("pool"),
            InterviewRound.retired_at,
        )
        .outerjoin(InterviewerPool, InterviewerPool.id == InterviewRound.pool_id)
        .where(InterviewRound.posting_id == here)
        .order_by(InterviewRound.retired_at.is_not(None), InterviewRound.position, InterviewRound.id),
        "fixed": select(RoundInterviewer.round_id, User.id, User.name, User.is_active)
        .join(User, User.id == RoundInterviewer.user_id)
        .where(RoundInterviewer.round_id.in_(rounds))
        .order_by(RoundInterviewer.round_id, User.name, User.id),
        "sizes": select(PoolMember.pool_id, func.count().label("number"))
        .join(User, User.id == PoolMember.user_id)
        .where(User.is_active, PoolMember.pool_id.in_(pools))
        .group_by(PoolMember.pool_id),
        "used": select(Interview.round_id, func.count().label("number"))
        .where(Interview.round_id.in_(rounds), Interview.cancelled_at.is_(None))
        .group_by(Interview.round_id),
    }


def rounds_from(
    *, rounds: Sequence[Any], fixed: Sequence[Any], sizes: Sequence[Any], used: Sequence[Any]
) -> tuple[RoundRow, ...]:
    """Put the rows of ``round_rows`` together."""
    pools = {row.pool_id: row.number for row in sizes}
    interviews = {row.round_id: row.number for row in used}
    return tuple(
        RoundRow(
            id=one.id,
            kind=one.kind,
            name=one.name,
            minutes=one.minutes,
            seats=one.seats,
            due_hours=one.due_hours,
            keys=tuple(one.focus),
            fixed=tuple(Colleague(row.id, row.name, row.is_active) for row in fixed if row.round_id == one.id),
            pool_id=one.pool_id,
            pool=one.pool,
            pool_size=pools.get(one.pool_id, 0) if one.pool_id else 0,
            retired=one.retired_at is not None,
            interviews=interviews.get(one.id, 0),
        )
        for one in rounds
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
