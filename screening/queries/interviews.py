"""Interviews as lists show them: whose, when, and what the reader still owes; and which criteria no interview covers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, or_, select, true, tuple_, union_all
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import AssessedBy, Criterion, Rubric
from screening.models import (
    Application,
    Evaluation,
    Interview,
    Panelist,
    Posting,
    Role,
    RoundKind,
    RubricState,
    RubricVersion,
    ScorecardDraft,
    User,
)
from screening.models.base import UtcDateTime
from screening.policy import Actor
from screening.queries.together import Together

ROWS = 100
PAGE = 50


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview. ``own`` tells that the reader sits on its panel, ``owes`` that their evaluation is still missing; ``rated`` counts the criteria that their draft rates or marks as not covered. A review of documents (``is_review``) is no meeting: it is owed from the beginning and ends when it is due."""

    id: int
    application_id: int
    candidate: str
    posting_id: int
    posting_title: str | None
    round: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    time_zone: str
    place: str
    focus: tuple[str, ...]
    panel: tuple[str, ...]
    cancelled: bool
    own: bool
    owes: bool
    abstained: bool
    rated: int
    is_review: bool


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One criterion and how many interviews that were not cancelled cover it."""

    criterion: Criterion
    covered: int

    @property
    def is_suggested(self) -> bool:
        """Whether a new interview should cover it: nobody does, and documents alone cannot show it."""
        return self.covered == 0 and self.criterion.assessed_by is not AssessedBy.APPLICATION


@dataclass(frozen=True, slots=True)
class InterviewPage:
    """One page of a list; ``following`` is the number to go on from, None on the last page."""

    rows: tuple[InterviewRow, ...]
    following: int | None


def own_agenda(session: Session, *, user_id: int, since: datetime) -> tuple[InterviewRow, ...]:
    """Read what somebody still owes, however old, and their interviews from ``since`` on, the earliest first; cancelled ones and those they abstained from are left out. Two queries."""
    unsettled = select(Panelist.interview_id).where(Panelist.user_id == user_id, ~Panelist.is_settled)
    # who settled a seat of an interview that begins after ``since`` submitted after it: nobody submits before, and to move it unsettles
    lately = select(Evaluation.interview_id).where(Evaluation.user_id == user_id, Evaluation.submitted_at >= since)
    submitted = exists().where(Evaluation.interview_id == Interview.id, Evaluation.user_id == user_id)
    wanted = Interview.id.in_(union_all(unsettled, lately)) & ((Interview.starts_at >= since) | ~submitted)
    wanted &= Interview.cancelled_at.is_(None) & Panelist.user_id.is_not(None) & Panelist.abstained_at.is_(None)
    return _rows(session, wanted, user_id=user_id, by_seats=True)


def list_interviews(
    session: Session, *, actor: Actor, now: datetime, past: bool = False, own: bool = False, after: int | None = None
) -> InterviewPage:
    """List one's own interviews and, unless only they are ``own``, those of the postings that one recruits for.

    Those that have not ended come the earliest first, ``past`` ones the latest first; ``after`` is the last one of the page
    before. Two queries, one more from the second page on.
    """
    wanted = _sits(actor) if own else _visible(actor)
    wanted &= Interview.ends_at < now if past else Interview.ends_at >= now
    last = session.get(Interview, after) if after is not None else None
    if last is not None:
        place = tuple_(Interview.starts_at, Interview.id)
        reached = tuple_(literal(last.starts_at, UtcDateTime), literal(last.id))
        wanted &= place < reached if past else place > reached
    rows = _rows(session, wanted, user_id=actor.id, latest_first=past, limit=PAGE + 1)
    return InterviewPage(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def _sits(actor: Actor) -> ColumnElement[bool]:
    return Interview.id.in_(select(Panelist.interview_id).where(Panelist.user_id == actor.id))


def _visible(actor: Actor) -> ColumnElement[bool]:
    own = _sits(actor)
    if actor.role is Role.ADMIN:
        return true()
    if actor.role is Role.INTERVIEWER:
        return own
    return own | Application.posting_id.in_(actor.postings)


def focus_texts(session: Session, rows: Collection[InterviewRow]) -> dict[int, tuple[str, ...]]:
    """Read what interviews cover in the posting's words, by interview id; one query however many there are."""
    if not rows:
        return {}
    found = session.execute(
        select(Interview.id, Interview.focus, RubricVersion.document)
        .join(RubricVersion, RubricVersion.id == Interview.rubric_version_id)
        .where(Interview.id.in_([row.id for row in rows]))
        .order_by(Interview.id)
    )
    return {
        ident: tuple(criterion.text for criterion in load_rubric(document).criteria if criterion.id in focus)
        for ident, focus, document in found
    }


def coverage(session: Session, *, application: Application, apart_from: int | None = None) -> tuple[CoverageRow, ...]:
    """Count, for each criterion of the rubric in force, the interviews that cover it; none without a published rubric."""
    values = {"application": application.id, "posting": application.posting_id}
    lists = _coverage().read(session, **values)
    if not lists["versions"]:
        return ()
    focuses = [row.focus for row in lists["focuses"] if row.id != apart_from]
    return coverage_of(load_rubric(lists["versions"][0].document), focuses)


def coverage_of(rubric: Rubric, focuses: Collection[Collection[str]]) -> tuple[CoverageRow, ...]:
    """Count, for each criterion, the interviews whose focus holds it."""
    return tuple(CoverageRow(one, sum(one.id in focus for focus in focuses)) for one in rubric.criteria)


@cache
def _coverage() -> Together:
    return Together(
        versions=select(RubricVersion.document).where(
            RubricVersion.posting_id == bindparam("posting"), RubricVersion.state == RubricState.PUBLISHED
        ),
        focuses=select(Interview.id, Interview.focus).where(
            Interview.application_id == bindparam("application"), Interview.cancelled_at.is_(None)
        ),
    )


def possible_panel(session: Session, *, seated: Collection[int] = ()) -> tuple[tuple[int, str, Role], ...]:
    """Name everybody who can sit on a panel: all active staff and those who are ``seated``, interviewers first."""
    rows = session.execute(
        select(User.id, User.name, User.role)
        .where(or_(User.is_active, User.id.in_(seated)))
        .order_by(User.name, User.id)
    ).all()
    return tuple(
        (ident, name, role) for ident, name, role in sorted(rows, key=lambda row: row[2] is not Role.INTERVIEWER)
    )


def _rows(
    session: Session,
    condition: ColumnElement[bool],
    *,
    user_id: int,
    latest_first: bool = False,
    limit: int = ROWS,
    by_seats: bool = False,
) -> tuple[InterviewRow, ...]:
    submitted = (
        select(Evaluation.id).where(Evaluation.interview_id == Interview.id, Evaluation.user_id == user_id).exists()
    )
    start: ColumnElement[datetime] = Interview.starts_at.expression
    if by_seats:
        # no index has this order: else SQLite walks all interviews by it, looking for the few that are one's own
        start = func.coalesce(start, Interview.ends_at)
    found = session.execute(
        select(Interview, Application, Posting.title, Panelist, submitted, ScorecardDraft.content)
        .join(Application, Application.id == Interview.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .outerjoin(Panelist, and_(Panelist.interview_id == Interview.id, Panelist.user_id == user_id))
        .outerjoin(ScorecardDraft, and_(ScorecardDraft.interview_id == Interview.id, ScorecardDraft.user_id == user_id))
        .where(condition)
        .order_by(*((start.desc(), Interview.id.desc()) if latest_first else (start, Interview.id)))
        .limit(limit)
    ).all()
    panels: dict[int, list[str]] = {}
    names = session.execute(
        select(Panelist.interview_id, User.name)
        .join(User, User.id == Panelist.user_id)
        .where(Panelist.interview_id.in_([row[0].id for row in found]))
        .order_by(Panelist.interview_id, User.name)
    )
    for interview_id, name in names:
        panels.setdefault(interview_id, []).append(name)
    return tuple(
        InterviewRow(
            id=interview.id,
            application_id=application.id,
            candidate=application.name,
            posting_id=application.posting_id,
            posting_title=title,
            round=interview.round,
            starts_at=interview.starts_at,
            ends_at=interview.ends_at,
            due_at=interview.due_at,
            time_zone=interview.time_zone,
            place=interview.place,
            focus=tuple(ident.upper() for ident in interview.focus),
            panel=tuple(panels.get(interview.id, ())),
            cancelled=interview.cancelled_at is not None,
            own=seat is not None,
            owes=seat is not None and seat.abstained_at is None and not done and interview.cancelled_at is None,
            abstained=seat is not None and seat.abstained_at is not None,
            rated=sum(
                bool(entry.get("value") or entry.get("skip")) for entry in (draft or {}).get("ratings", {}).values()
            ),
            is_review=interview.kind is RoundKind.RESUME_REVIEW,
        )
        for interview, application, title, seat, done, draft in found
    )
