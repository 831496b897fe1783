"""Who may be named in a note on an application: colleagues with rights on its posting, and interviewers who have evaluated the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from screening.models import Application, Evaluation, Interview, Panelist, PostingMember, Role, User
from screening.queries.blindness import is_open

MOST = 300


@dataclass(frozen=True, slots=True)
class Colleague:
    """One who may be named; ``handle`` is what stands behind the @: the name, with the address's first part where two share it."""

    id: int
    name: str
    handle: str


def colleagues_of(session: Session, *, application: Application) -> tuple[Colleague, ...]:
    """Read who may be named, by name. One query."""
    return colleagues_from(session.execute(colleague_rows(), {"application": application.id}).all())


@cache
def colleague_rows() -> Select[*tuple[Any, ...]]:
    """Select who may read notes on the bound ``application`` now or once they have submitted."""
    return (
        select(User.id, User.name, User.email)
        .join(Application, Application.id == bindparam("application"))
        .where(User.is_active, may_read())
        .order_by(User.name, User.id)
        .limit(MOST)
    )


def colleagues_from(rows: Iterable[Any]) -> tuple[Colleague, ...]:
    """Give what the rows of ``colleague_rows`` tell."""
    found = list(rows)
    shared = Counter(row.name.casefold() for row in found)
    return tuple(
        Colleague(
            row.id,
            row.name,
            row.name if shared[row.name.casefold()] == 1 else f"{row.name} ({row.email.partition('@')[0]})",
        )
        for row in found
    )


def may_read() -> ColumnElement[bool]:
    """Give the condition that a user of the outer query reads notes on its application, once they owe no evaluation."""
    member = (
        select(PostingMember.user_id)
        .where(PostingMember.user_id == User.id, PostingMember.posting_id == Application.posting_id)
        .correlate(User, Application)
        .exists()
    )
    submitted = (
        select(Evaluation.id)
        .join(Interview, Interview.id == Evaluation.interview_id)
        .where(
            Evaluation.user_id == User.id,
            Interview.application_id == Application.id,
            Interview.cancelled_at.is_(None),
        )
        .correlate(User, Application)
        .exists()
    )
    recruits = and_(User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER)), member)
    return or_(User.role == Role.ADMIN, recruits, submitted)


def owes() -> ColumnElement[bool]:
    """Give the condition that a user of the outer query owes an evaluation of its application."""
    return (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.application_id == Application.id, Panelist.user_id == User.id, is_open())
        .correlate(User, Application)
        .exists()
    )
