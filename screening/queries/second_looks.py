"""Rejections after an interview that a second person looks at: where they are needed, which ones wait, and for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    Decision,
    Evaluation,
    Interview,
    Panelist,
    Posting,
    PostingMember,
    Role,
    RoundKind,
    User,
)
from screening.policy import Actor
from screening.queries.blindness import is_open, is_owed

ROWS = 100


@dataclass(frozen=True, slots=True)
class SecondLook:
    """One rejection that waits for the reader's word."""

    application_id: int
    candidate: str
    posting_title: str | None
    by: str
    at: datetime


def is_waiting() -> ColumnElement[bool]:
    """Give the condition that a decision waits for a second pair of eyes; the index of the table says the same in SQL."""
    return and_(Decision.needs_second, Decision.second_id.is_(None), Decision.undone_at.is_(None))


def has_waiting() -> ColumnElement[bool]:
    """Give the condition that a rejection of an application of the outer query waits."""
    return (
        select(Decision.id)
        .where(Decision.application_id == Application.id, is_waiting())
        .correlate(Application)
        .exists()
    )


def waiting_for(session: Session, application_ids: Collection[int]) -> frozenset[int]:
    """Tell on which applications a rejection waits for a second pair of eyes."""
    rows = select(Decision.application_id).where(Decision.application_id.in_(application_ids), is_waiting())
    return frozenset(session.scalars(rows))


def in_need_of_second_look(session: Session, application_ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Tell which applications one person alone cannot reject: their posting asks for a second look and an interview took place.

    It took place when it has begun and was not cancelled, or when somebody has evaluated it; a review of documents is no interview.
    """
    evaluated = select(Evaluation.id).where(Evaluation.interview_id == Interview.id).correlate(Interview).exists()
    held = (
        select(Interview.id)
        .where(
            Interview.application_id == Application.id,
            Interview.kind != RoundKind.RESUME_REVIEW,
            or_(and_(Interview.cancelled_at.is_(None), Interview.starts_at <= now), evaluated),
        )
        .correlate(Application)
        .exists()
    )
    rows = (
        select(Application.id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Application.id.in_(application_ids), Posting.second_look, held)
    )
    return frozenset(session.scalars(rows))


def second_looks(session: Session, *, actor: Actor) -> tuple[SecondLook, ...]:
    """Read the rejections that this person may confirm, the longest waiting first: not their own, and none that they are blind on."""
    if actor.role is Role.INTERVIEWER:
        return ()
    waiting = select(Decision.application_id).where(is_waiting())  # few: SQLite would else look through all postings
    rows = session.execute(
        select(Application.id, Application.name, Posting.title, User.name, Decision.at)
        .join(Decision, Decision.application_id == Application.id)
        .join(Posting, Posting.id == Application.posting_id)
        .join(User, User.id == Decision.actor_id)
        .where(
            is_waiting(),
            Application.id.in_(waiting),
            Decision.actor_id != actor.id,
            true() if actor.role is Role.ADMIN else Posting.id.in_(actor.postings),
            ~is_owed(user_id=actor.id),
        )
        .order_by(Decision.at, Decision.id)
        .limit(ROWS)
    )
    return tuple(SecondLook(*row) for row in rows)


def may_look(session: Session, *, application: Application, actor_id: int) -> tuple[str, ...]:
    """Name who may look at this person's rejection: who decides on the posting, works here, and owes no evaluation."""
    owing = (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.application_id == application.id, is_open())
    )
    member = (
        select(PostingMember.user_id)
        .where(PostingMember.user_id == User.id, PostingMember.posting_id == application.posting_id)
        .correlate(User)
        .exists()
    )
    rows = session.scalars(
        select(User.name)
        .where(
            User.is_active,
            User.id != actor_id,
            or_(User.role == Role.ADMIN, and_(User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER)), member)),
            User.id.not_in(owing),
        )
        .order_by(User.role == Role.ADMIN, User.name, User.id)
    )
    return tuple(rows)
