"""What candidates ask people for: their own requests with the answers, and what waits for staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select, true
from sqlalchemy.orm import Session

from screening.models import Application, CandidateRequest, Posting, RequestKind, RequestState, Role, Stage, User
from screening.policy import Actor
from screening.queries.blindness import is_owed
from screening.queries.columns import among
from screening.queries.home import ROWS
from screening.queries.status import UNDO_WINDOW


@dataclass(frozen=True, slots=True)
class Review:
    """A request for a human review; ``answer`` and ``answered_at`` are None while it is open."""

    id: int
    text: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has answered yet."""
        return self.answered_at is None


@dataclass(frozen=True, slots=True)
class WaitingReview:
    """A request that waits for staff: the application, whose it is, and since when."""

    application_id: int
    candidate: str
    posting_title: str | None
    asked_at: datetime


def own_reviews(session: Session, *, application_id: int, now: datetime) -> tuple[Review, ...]:
    """Read the candidate's requests for a review, newest first; an answer shows when it can no longer be taken back, without a name."""
    return tuple(
        replace(one, answered_by=None)
        if one.answered_at is not None and one.answered_at <= now - UNDO_WINDOW
        else Review(one.id, one.text, one.asked_at, None, None)
        for one in reviews(session, application_id=application_id)
    )


def reviews(session: Session, *, application_id: int) -> tuple[Review, ...]:
    """Read an application's requests for a review as staff see them, newest first; not for readers who must stay blind."""
    return tuple(Review(*row) for row in session.execute(review_rows(), {"application": application_id}))


@cache
def review_rows() -> Select[*tuple[Any, ...]]:
    """Select the requests for a review of the bound ``application``, each with the fields of a ``Review``."""
    return (
        select(
            CandidateRequest.id,
            CandidateRequest.text,
            CandidateRequest.created_at,
            CandidateRequest.answer,
            CandidateRequest.handled_at,
            User.name,
        )
        .outerjoin(User, User.id == CandidateRequest.handled_by_id)
        .where(
            CandidateRequest.application_id == bindparam("application"),
            CandidateRequest.kind == RequestKind.HUMAN_REVIEW,
        )
        .order_by(CandidateRequest.id.desc())
    )


def waiting_reviews(session: Session, *, actor: Actor) -> tuple[WaitingReview, ...]:
    """List the reviews that candidates wait for on postings that one recruits for, the oldest first; what one may not see yet is left out."""
    rows = session.execute(_listed(everything=actor.role is Role.ADMIN), _asked(actor))
    return tuple(WaitingReview(*row) for row in rows)


@cache
def _listed(*, everything: bool) -> Select[*tuple[Any, ...]]:
    return (
        select(Application.id, Application.name, Posting.title, CandidateRequest.created_at)
        .join(Application, Application.id == CandidateRequest.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(*_waiting(everything=everything))
        .order_by(CandidateRequest.created_at, CandidateRequest.id)
        .limit(ROWS)
    )


def review_counts(*, everything: bool) -> Select[int, int]:
    """Count what ``waiting_reviews`` lists, by posting, for a ``reader`` whose ``own`` postings are named."""
    return (
        select(Application.posting_id, func.count().label("waiting"))
        .select_from(CandidateRequest)
        .join(Application, Application.id == CandidateRequest.application_id)
        .where(*_waiting(everything=everything))
        .group_by(Application.posting_id)
    )


def _asked(actor: Actor) -> dict[str, Any]:
    return {"reader": actor.id, "own": actor.postings}


def _waiting(*, everything: bool) -> tuple[ColumnElement[bool], ...]:
    reader: BindParameter[int] = bindparam("reader", type_=User.id.type)
    return (
        CandidateRequest.state == RequestState.OPEN,
        CandidateRequest.kind == RequestKind.HUMAN_REVIEW,
        Application.stage != Stage.WITHDRAWN,
        true() if everything else among(Application.posting_id, "own"),
        ~is_owed(user_id=reader),
    )
