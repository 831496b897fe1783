"""Scorecards that are owed of interviews that have ended, and who is told when they stay away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Panelist, Posting, PostingMember, Role, RoundKind, Stage, User
from screening.queries.blindness import is_open

Place = tuple[datetime, int]
"""Where a walk through the ended interviews goes on: when the last one ended, and its id."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member of staff who can be written to; ``time_zone`` is their own IANA zone, if they chose one."""

    id: int
    name: str
    email: str
    locale: str
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class OwedInterview:
    """An ended interview and the active people who owe a scorecard of it; a review of documents (``is_review``) has a deadline and no time of its own."""

    id: int
    sequence: int
    application_id: int
    candidate: str
    posting_id: int
    posting_title: str | None
    owner_id: int | None
    round: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    minutes: int
    is_review: bool
    owing: tuple[Recipient, ...]


def ended_interviews(
    session: Session, *, since: datetime, until: datetime, after: Place | None, limit: int
) -> tuple[Place, ...]:
    """Find up to ``limit`` interviews that ended from ``since`` to ``until`` and of which somebody owes a scorecard, the earliest first."""
    owing = select(Panelist.user_id).where(Panelist.interview_id == Interview.id, is_open()).correlate(Interview)
    statement = (
        select(Interview.ends_at, Interview.id)
        .where(Interview.ends_at >= since, Interview.ends_at <= until, owing.exists())
        .order_by(Interview.ends_at, Interview.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(Interview.ends_at, Interview.id) > after)
    return tuple((ends_at, ident) for ends_at, ident in session.execute(statement))


def owed_interviews(session: Session, *, interview_ids: Collection[int]) -> tuple[OwedInterview, ...]:
    """Read these interviews with who owes a scorecard.

    Nobody is asked to judge somebody who has withdrawn or whose data are erased, nor is an account that was closed.
    """
    rows = session.execute(
        select(Interview, Application, Posting.title, User)
        .join(Application, Application.id == Interview.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .join(User, User.id == Panelist.user_id)
        .where(
            Interview.id.in_(interview_ids),
            is_open(),
            User.is_active,
            Application.stage != Stage.WITHDRAWN,
            Application.erased_at.is_(None),
        )
        .order_by(Interview.ends_at, Interview.id, User.name, User.id)
    ).all()
    owing: defaultdict[int, list[Recipient]] = defaultdict(list)
    for interview, _, _, user in rows:
        owing[interview.id].append(_recipient(user))
    told = {interview.id: (interview, application, title) for interview, application, title, _ in rows}
    return tuple(
        OwedInterview(
            id=ident,
            sequence=interview.sequence,
            application_id=application.id,
            candidate=application.name,
            posting_id=application.posting_id,
            posting_title=title,
            owner_id=application.owner_id,
            round=interview.round,
            starts_at=interview.starts_at,
            ends_at=interview.ends_at,
            due_at=interview.due_at,
            minutes=interview.minutes,
            is_review=interview.kind is RoundKind.RESUME_REVIEW,
            owing=tuple(owing[ident]),
        )
        for ident, (interview, application, title) in told.items()
    )


def recruiters_of(session: Session, interviews: Collection[OwedInterview]) -> Mapping[int, tuple[Recipient, ...]]:
    """Choose, by interview, who hears that its scorecards are late: the application's owner, else the posting's recruiters, else admins.

    Whoever owes an evaluation of the same application is passed over: who else is late tells them who is not.
    """
    blind = _blind(session, {one.application_id for one in interviews})
    owners = {one.owner_id for one in interviews if one.owner_id is not None}
    members = defaultdict[int, set[int]](set)
    for posting, user in session.execute(
        select(PostingMember.posting_id, PostingMember.user_id).where(
            PostingMember.posting_id.in_({one.posting_id for one in interviews})
        )
    ):
        members[posting].add(user)
    wanted = owners.union(*members.values())
    staff = session.scalars(
        select(User).where(User.is_active, User.id.in_(wanted) | (User.role == Role.ADMIN)).order_by(User.id)
    ).all()
    return {
        one.id: tuple(
            _recipient(user)
            for user in _first_tier(
                [user for user in staff if user.id not in blind[one.application_id]], one, members[one.posting_id]
            )
        )
        for one in interviews
    }


def _first_tier(seeing: list[User], interview: OwedInterview, members: Collection[int]) -> list[User]:
    tiers = (
        [user for user in seeing if user.id == interview.owner_id],
        [user for user in seeing if user.role is Role.RECRUITER and user.id in members],
        [user for user in seeing if user.role is Role.ADMIN],
    )
    return next((tier for tier in tiers if tier), [])


def _blind(session: Session, application_ids: Collection[int]) -> Mapping[int, set[int]]:
    rows = session.execute(
        select(Interview.application_id, Panelist.user_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Interview.application_id.in_(application_ids), is_open())
    )
    found = defaultdict[int, set[int]](set)
    for application, user in rows:
        found[application].add(user)
    return found


def _recipient(user: User) -> Recipient:
    return Recipient(user.id, user.name, user.email, user.locale or "zh", user.time_zone)
