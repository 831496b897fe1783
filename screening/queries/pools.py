"""Pools of interviewers as pages show them: members, and the postings whose rounds fill their seats from them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import InterviewerPool, InterviewRound, PoolMember, Posting, User
from screening.policy import Actor, Permission, Scope, allows
from screening.queries.interview_plans import Colleague


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A posting whose plan uses a pool; the lines name one without a title."""

    posting_id: int
    title: str | None
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool, its members by name, the postings that use it and that the reader may see, and how many others use it."""

    id: int
    name: str
    members: tuple[Colleague, ...]
    used_by: tuple[UsedBy, ...]
    others: int

    @property
    def is_used(self) -> bool:
        """Whether a round fills its seats from it."""
        return bool(self.used_by) or self.others > 0


def pools(session: Session, *, actor: Actor) -> tuple[PoolRow, ...]:
    """Read all pools by name; three queries."""
    members = session.execute(
        select(PoolMember.pool_id, User.id, User.name, User.is_active)
        .join(User, User.id == PoolMember.user_id)
        .order_by(PoolMember.pool_id, User.name, User.id)
    ).all()
    uses = session.execute(
        select(InterviewRound.pool_id, Posting.id, Posting.title, Posting.first_line, Posting.last_line)
        .join(Posting, Posting.id == InterviewRound.posting_id)
        .where(InterviewRound.pool_id.is_not(None))
        .order_by(Posting.title, Posting.id)
        .distinct()
    ).all()
    rows = []
    for ident, name in session.execute(
        select(InterviewerPool.id, InterviewerPool.name).order_by(InterviewerPool.name, InterviewerPool.id)
    ):
        using = [UsedBy(posting, title, first, last) for pool, posting, title, first, last in uses if pool == ident]
        seen = [one for one in using if allows(actor, Permission.POSTING_VIEW, Scope(posting_id=one.posting_id))]
        rows.append(
            PoolRow(
                ident,
                name,
                tuple(Colleague(user, person, here) for pool, user, person, here in members if pool == ident),
                tuple(seen),
                len(using) - len(seen),
            )
        )
    return tuple(rows)


def pool_names(session: Session) -> tuple[tuple[int, str], ...]:
    """Name all pools, by name."""
    return tuple(
        session.execute(
            select(InterviewerPool.id, InterviewerPool.name).order_by(InterviewerPool.name, InterviewerPool.id)
        ).all()
    )
