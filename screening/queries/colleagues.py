"""Who may own applications of a posting, and how long applications stood in its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from screening.models import PostingMember, Role, Stage, StageFigure, User


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may own applications."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class StageTime:
    """The median and the ninetieth percentile of the seconds that ``count`` applications stood in a stage."""

    median: int
    p90: int
    count: int


def colleagues(session: Session, *, posting_id: int, also: int | None = None) -> tuple[Colleague, ...]:
    """Name the active staff who recruit for a posting, admins last, and ``also`` one who owns something there already."""
    recruits = and_(PostingMember.posting_id == posting_id, User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER)))
    rows = session.execute(
        select(User.id, User.name, User.role)
        .outerjoin(PostingMember, and_(PostingMember.user_id == User.id, PostingMember.posting_id == posting_id))
        .where(or_(and_(User.is_active, or_(recruits, User.role == Role.ADMIN)), User.id == also))
        .order_by(User.name, User.id)
    )
    found = [Colleague(*row) for row in rows]
    return tuple(sorted(found, key=lambda one: one.role is Role.ADMIN))


def stage_times(session: Session, *, posting_id: int) -> Mapping[Stage, StageTime]:
    """Read what the worker counted last (``services.stage_figures``), by stage."""
    rows = session.scalars(select(StageFigure).where(StageFigure.posting_id == posting_id))
    return {row.stage: StageTime(row.median_seconds, row.p90_seconds, row.count) for row in rows}
