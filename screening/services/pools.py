"""Pools of interviewers: making, changing and deleting them, each with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import InterviewerPool, InterviewRound, PoolMember, User
from screening.services.drafting import RevisionError


class PoolError(Exception):
    """A pool that cannot be stored: ``code`` is name_missing, name_taken, member_unknown, used or changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class PoolFields:
    """A pool's name and the ids of its members, in rising order."""

    name: str
    members: tuple[int, ...]


def pool_fields(session: Session, *, pool_id: int) -> PoolFields | None:
    """Read what a pool is now; None when it is gone."""
    session.flush()
    name = session.scalar(select(InterviewerPool.name).where(InterviewerPool.id == pool_id))
    if name is None:
        return None
    members = select(PoolMember.user_id).where(PoolMember.pool_id == pool_id).order_by(PoolMember.user_id)
    return PoolFields(name, tuple(session.scalars(members)))


def make_pool(session: Session, *, fields: PoolFields, actor_id: int, now: datetime) -> InterviewerPool:
    """Make a pool."""
    _check(session, fields, kept=(), but=None)
    pool = InterviewerPool(name=fields.name.strip())
    session.add(pool)
    session.flush()
    _fill(session, pool, fields.members)
    _record(session, "pool.make", pool.id, actor_id, now)
    return pool


def change_pool(
    session: Session, *, pool: InterviewerPool, fields: PoolFields, seen: PoolFields, actor_id: int, now: datetime
) -> None:
    """Change a pool's name and members; RevisionError when it is not ``seen`` any more. Who has left the staff may stay, nobody of them comes in."""
    session.refresh(pool, with_for_update=True)
    if pool_fields(session, pool_id=pool.id) != seen:
        raise RevisionError
    _check(session, fields, kept=seen.members, but=pool.id)
    pool.name = fields.name.strip()
    _fill(session, pool, fields.members)
    _record(session, "pool.change", pool.id, actor_id, now)


def delete_pool(session: Session, *, pool: InterviewerPool, actor_id: int, now: datetime) -> None:
    """Delete a pool that no round fills its seats from."""
    session.refresh(pool, with_for_update=True)
    if session.scalar(select(InterviewRound.id).where(InterviewRound.pool_id == pool.id).limit(1)) is not None:
        raise PoolError("used")
    ident = pool.id
    session.delete(pool)
    session.flush()
    _record(session, "pool.delete", ident, actor_id, now)


def restore_pool(
    session: Session, *, pool_id: int, before: PoolFields | None, after: PoolFields | None, actor_id: int, now: datetime
) -> None:
    """Bring a pool back to ``before`` (None: it was not there); RevisionError when it is not ``after`` any more."""
    if pool_fields(session, pool_id=pool_id) != after:
        raise RevisionError
    pool = session.get(InterviewerPool, pool_id)
    if before is None:
        if pool is not None:
            delete_pool(session, pool=pool, actor_id=actor_id, now=now)
        return
    _check(session, before, kept=before.members, but=pool_id)
    if pool is None:
        pool = InterviewerPool(id=pool_id, name=before.name)
        session.add(pool)
        session.flush()
    pool.name = before.name
    _fill(session, pool, before.members)
    _record(session, "pool.undo", pool_id, actor_id, now)


def _check(session: Session, fields: PoolFields, *, kept: Sequence[int], but: int | None) -> None:
    name = fields.name.strip()
    staff = set(session.scalars(select(User.id).where(User.id.in_(fields.members), User.is_active)))
    taken = select(InterviewerPool.id).where(InterviewerPool.name == name, InterviewerPool.id != (but or 0))
    checks = (
        (not name, "name_missing"),
        (session.scalar(taken) is not None, "name_taken"),
        (not set(fields.members) <= staff | set(kept), "member_unknown"),
    )
    for wrong, code in checks:
        if wrong:
            raise PoolError(code)


def _fill(session: Session, pool: InterviewerPool, members: Sequence[int]) -> None:
    session.execute(
        delete(PoolMember).where(PoolMember.pool_id == pool.id), execution_options={"synchronize_session": "fetch"}
    )
    session.add_all(PoolMember(pool_id=pool.id, user_id=user) for user in dict.fromkeys(members))
    session.flush()


def _record(session: Session, act: str, pool_id: int, actor_id: int, now: datetime) -> None:
    session.flush()
    record(session, act=act, actor_id=actor_id, subject_type="pool", subject_id=pool_id, now=now)
