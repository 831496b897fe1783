"""The deletions that candidates have asked for: who, for which posting, since when, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    CandidateRequest,
    Posting,
    PostingMember,
    RequestKind,
    RequestState,
    Role,
    User,
)
from screening.policy import Actor
from screening.queries.status import reference_of

DUE = timedelta(days=30)
"""So long a request may take: one month in the General Data Protection Regulation, art. 12 (3)."""
ROWS = 200


@dataclass(frozen=True, slots=True)
class WaitingDeletion:
    """A request that waits."""

    application_id: int
    reference: str
    candidate: str
    posting_title: str | None
    text: str
    asked_at: datetime
    due_at: datetime


def waiting_deletions(session: Session, *, actor: Actor) -> tuple[WaitingDeletion, ...]:
    """List the requests on the reader's postings, the oldest first, at most ``ROWS``."""
    rows = session.execute(
        select(
            Application.id,
            Application.posting_id,
            Application.name,
            Posting.title,
            CandidateRequest.text,
            CandidateRequest.created_at,
        )
        .join(Application, Application.id == CandidateRequest.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(*_waits(actor))
        .order_by(CandidateRequest.created_at, CandidateRequest.id)
        .limit(ROWS)
    )
    return tuple(
        WaitingDeletion(ident, reference_of(posting_id, ident), name, title, text, asked, asked + DUE)
        for ident, posting_id, name, title, text, asked in rows
    )


def count_deletions(session: Session, *, actor: Actor) -> int:
    """Count the requests on the reader's postings that wait."""
    found = (
        select(func.count(CandidateRequest.id))
        .join(Application, Application.id == CandidateRequest.application_id)
        .where(*_waits(actor))
    )
    return session.scalar(found) or 0


def waiting_for(reader: BindParameter[int]) -> ColumnElement[int]:
    """Count as ``count_deletions`` does, inside another query that reads the account of ``reader``."""
    own = select(PostingMember.posting_id).where(PostingMember.user_id == reader)
    found = (
        select(func.count(CandidateRequest.id))
        .join(Application, Application.id == CandidateRequest.application_id)
        .where(*_DELETIONS)
    )
    everywhere, on_own = found.scalar_subquery(), found.where(Application.posting_id.in_(own)).scalar_subquery()
    return case((User.role == Role.ADMIN, everywhere), else_=on_own)


_DELETIONS = (CandidateRequest.state == RequestState.OPEN, CandidateRequest.kind == RequestKind.DELETION)


def _waits(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        *_DELETIONS,
        true() if actor.role is Role.ADMIN else Application.posting_id.in_(actor.postings),
    )
