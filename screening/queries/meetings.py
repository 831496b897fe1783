"""Interviews as calendars and invitations tell them: when, where, with whom; nothing of evaluations is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Panelist, Posting, RoundKind, Stage, User
from screening.queries.blindness import takes_part

DAYS_BACK = timedelta(days=30)
MOST = 1000
ENDS = frozenset({Stage.REJECTED, Stage.WITHDRAWN, Stage.HIRED})
"""Stages after which nobody is interviewed."""


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Somebody on a panel who comes: who abstained before the beginning does not. ``locale`` and ``time_zone`` are None where nothing was chosen."""

    id: int
    name: str
    email: str
    locale: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One interview. ``email`` is the candidate's, empty after erasure; ``stamp`` is when calendars last had to hear of it.

    ``is_ended``: the application goes no further. A review of documents (``is_review``) is nothing that the candidate comes to. ``planner`` and ``contact`` are name and address of whoever planned it, both empty when the account is closed.
    """

    id: int
    application_id: int
    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    round: str
    is_cancelled: bool
    is_review: bool
    is_ended: bool
    candidate: str
    email: str
    locale: str
    posting_title: str | None
    due_at: datetime
    planner: str
    contact: str
    panel: tuple[Interviewer, ...]

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return round((self.ends_at - self.starts_at) / timedelta(minutes=1))


def meeting_of(session: Session, *, interview_id: int) -> Meeting:
    """Read one interview. Two queries."""
    (found,) = _meetings(session, Interview.id == interview_id)
    return found


def own_meetings(session: Session, *, user_id: int, now: datetime) -> tuple[Meeting, ...]:
    """Read the interviews on whose panel somebody sits, from 30 days back on, cancelled ones too, the earliest first. Two queries."""
    seats = select(Panelist.interview_id).where(Panelist.user_id == user_id, Panelist.abstained_at.is_(None))
    return _meetings(session, Interview.id.in_(seats) & (Interview.ends_at >= now - DAYS_BACK))


def _meetings(session: Session, wanted: ColumnElement[bool]) -> tuple[Meeting, ...]:
    rows = session.execute(
        select(Interview, Application, Posting.title, User)
        .join(Application, Application.id == Interview.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .join(User, User.id == Interview.created_by)
        .where(wanted)
        .order_by(Interview.starts_at, Interview.id)
        .limit(MOST)
    ).all()
    panels: dict[int, list[Interviewer]] = {}
    seats = session.execute(
        select(Panelist.interview_id, User.id, User.name, User.email, User.locale, User.time_zone)
        .join(User, User.id == Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(
            Panelist.interview_id.in_([row[0].id for row in rows]),
            takes_part(),
            User.is_active,
        )
        .order_by(Panelist.interview_id, User.name, User.id)
    )
    for interview_id, ident, name, email, locale, zone in seats:
        panels.setdefault(interview_id, []).append(Interviewer(ident, name, email, locale, zone))
    return tuple(
        Meeting(
            id=interview.id,
            application_id=application.id,
            uid=interview.uid,
            sequence=interview.sequence,
            stamp=interview.changed_at,
            starts_at=_begins(interview),
            ends_at=interview.ends_at,
            time_zone=interview.time_zone,
            place=interview.place,
            round=interview.round,
            is_cancelled=interview.cancelled_at is not None,
            is_review=interview.kind is RoundKind.RESUME_REVIEW,
            is_ended=application.stage in ENDS,
            candidate=application.name,
            email=application.email,
            locale=application.locale,
            posting_title=title,
            due_at=interview.due_at,
            planner=planner.name if planner.is_active else "",
            contact=planner.email if planner.is_active else "",
            panel=tuple(panels.get(interview.id, ())),
        )
        for interview, application, title, planner in rows
    )


def _begins(interview: Interview) -> datetime:
    """Give when calendars show it: a review of documents just before it is due."""
    if interview.kind is RoundKind.RESUME_REVIEW:
        return interview.ends_at - timedelta(minutes=interview.minutes)
    return interview.starts_at
