"""What the search box finds: postings and people by name, within the reader's rights; no score, no stage, no verdict."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Panelist, Posting, Role
from screening.policy import Actor

FOUND = 8


@dataclass(frozen=True, slots=True)
class FoundPosting:
    """A posting whose title or track holds the text."""

    id: int
    title: str | None
    track: str | None


@dataclass(frozen=True, slots=True)
class FoundCandidate:
    """An application whose name holds the text; ``interview_id`` is set where the reader may only open that interview's scorecard."""

    application_id: int
    name: str
    posting_title: str | None
    interview_id: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """At most ``FOUND`` of each kind."""

    postings: tuple[FoundPosting, ...] = ()
    candidates: tuple[FoundCandidate, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self.postings or self.candidates)


def search(session: Session, *, actor: Actor, text: str) -> Found:
    """Find by a part of a name; an interviewer finds the candidates of own interviews only. Empty text finds nothing."""
    wanted = text.strip()
    if not wanted:
        return Found()
    return Found(postings=_postings(session, actor, wanted), candidates=_candidates(session, actor, wanted))


def _postings(session: Session, actor: Actor, text: str) -> tuple[FoundPosting, ...]:
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.track)
        .where(
            _may_see(actor),
            Posting.title.icontains(text, autoescape=True) | Posting.track.icontains(text, autoescape=True),
        )
        .order_by(Posting.title, Posting.id)
        .limit(FOUND)
    )
    return tuple(FoundPosting(*row) for row in rows)


def _candidates(session: Session, actor: Actor, text: str) -> tuple[FoundCandidate, ...]:
    named = Application.name.icontains(text, autoescape=True)
    if actor.role is Role.INTERVIEWER:
        rows = session.execute(
            select(Application.id, Application.name, Posting.title, Interview.id)
            .join(Posting, Posting.id == Application.posting_id)
            .join(Interview, Interview.application_id == Application.id)
            .join(Panelist, Panelist.interview_id == Interview.id)
            .where(named, Panelist.user_id == actor.id, Interview.cancelled_at.is_(None))
            .order_by(Application.name, Interview.starts_at.desc(), Interview.id)
            .limit(FOUND)
        )
        return tuple(FoundCandidate(*row) for row in rows)
    plain = session.execute(
        select(Application.id, Application.name, Posting.title)
        .join(Posting, Posting.id == Application.posting_id)
        .where(named, _may_see(actor))
        .order_by(Application.name, Application.id)
        .limit(FOUND)
    )
    return tuple(FoundCandidate(*row) for row in plain)


def _may_see(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.ADMIN:
        return true()
    if actor.role in {Role.RECRUITER, Role.HIRING_MANAGER}:
        return Posting.id.in_(actor.postings)
    return false()
