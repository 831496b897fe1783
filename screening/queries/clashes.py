"""Who is taken at a time: other interviews of panel members and of the candidate as a person, over all their applications."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Panelist, Posting, RoundKind, User
from screening.policy import Actor, Permission, Scope, allows
from screening.queries.blindness import takes_part
from screening.queries.people import group_of


@dataclass(frozen=True, slots=True)
class Span:
    """A time, aware, from its start up to its end."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Other:
    """The interview in the way, for those who have a right on its posting."""

    interview_id: int
    application_id: int
    candidate: str
    posting_title: str | None
    round: str
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return round((self.ends_at - self.starts_at) / timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody who is taken in a span: a panel member, or the candidate where ``user_id`` is None.

    ``other`` is None for a reader without a right on the other posting: they learn "busy" and nothing more. ``key`` stands
    for this clash alone: it is another one as soon as either interview moves.
    """

    key: str
    user_id: int | None
    name: str
    other: Other | None


def find_clashes(
    session: Session,
    *,
    user_ids: Collection[int],
    application: Application | None,
    span: Span,
    actor: Actor | None,
    apart_from: int | None = None,
) -> tuple[Clash, ...]:
    """Find the interviews that overlap a span and were not cancelled, of these people and of the application's person. Two queries.

    Who abstained has that time free, and a review of documents takes nobody's. ``actor`` is whoever reads the answer, None
    for somebody without any right.
    """
    columns = (Interview, Application, Posting.title)
    open_then = and_(
        Interview.cancelled_at.is_(None),
        Interview.kind != RoundKind.RESUME_REVIEW,
        Interview.starts_at < span.ends_at,
        Interview.ends_at > span.starts_at,
    )
    seats = session.execute(
        select(User.id, User.name, *columns)
        .join(Panelist, Panelist.user_id == User.id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .join(Application, Application.id == Interview.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(User.id.in_(user_ids), takes_part(), open_then, _not(apart_from))
        .order_by(Interview.starts_at, User.id, Interview.id)
    ).all()
    found = [
        _clash(interview, other, title, user_id=user_id, name=name, span=span, actor=actor)
        for user_id, name, interview, other, title in seats
    ]
    if application is not None:
        own = session.execute(
            select(*columns)
            .join(Application, Application.id == Interview.application_id)
            .join(Posting, Posting.id == Application.posting_id)
            .where(Application.person_id.in_(group_of(application.person_id)), open_then, _not(apart_from))
            .order_by(Interview.starts_at, Interview.id)
        ).all()
        found += [
            _clash(interview, other, title, user_id=None, name=application.name, span=span, actor=actor)
            for interview, other, title in own
        ]
    return tuple(found)


def _not(interview_id: int | None) -> ColumnElement[bool]:
    return Interview.id != (interview_id or 0)


def _clash(
    interview: Interview,
    application: Application,
    title: str | None,
    *,
    user_id: int | None,
    name: str,
    span: Span,
    actor: Actor | None,
) -> Clash:
    sees = actor is not None and allows(actor, Permission.APPLICATION_VIEW, Scope(posting_id=application.posting_id))
    other = Other(
        interview_id=interview.id,
        application_id=application.id,
        candidate=application.name,
        posting_title=title,
        round=interview.round,
        starts_at=interview.starts_at,
        ends_at=interview.ends_at,
    )
    what = (user_id, interview.id, interview.starts_at, interview.ends_at, span.starts_at, span.ends_at)
    return Clash(_key(*what), user_id, name, other if sees else None)


def _key(*parts: object) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:20]
