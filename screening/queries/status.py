"""What a candidate sees of the own application: where it stands, what comes next, what was sent. Nothing that staff wrote.

A rejection shows after ten minutes, when staff can no longer take it back by undo (DESIGN.md, principle 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from screening.models import (
    Answer,
    Application,
    EvidenceAddition,
    FormVersion,
    Interview,
    Posting,
    PostingState,
    ResumeFile,
    RoundKind,
    Stage,
    StageMove,
    TextState,
)
from screening.models.prepared import Prepared
from screening.queries.additions import Addition, additions, first_answers

UNDO_WINDOW = timedelta(minutes=10)
ENDED = frozenset({Stage.HIRED, Stage.REJECTED, Stage.WITHDRAWN})
Json = dict[str, Any]
EARLIER = Prepared(
    select(func.max(Application.id)).where(
        Application.person_id == bindparam("person"),
        Application.posting_id == bindparam("posting"),
        Application.id < bindparam("before"),
    )
)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage that the application entered, and when."""

    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """An interview to come; ``time_zone`` is the IANA zone in which it was planned."""

    round: str
    starts_at: datetime
    minutes: int
    time_zone: str
    place: str


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent; ``failure`` says why no text was read from it, None otherwise."""

    id: int
    name: str
    size: int
    media_type: str
    failure: str | None


@dataclass(frozen=True, slots=True)
class Other:
    """Another application of the same person to the same posting."""

    application_id: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The candidate's page; ``answers`` is the JSON Resume document as sent first, ``additions`` what came later, ``asked`` the posting's words by a criterion's key; ``explained``: a prescore can be explained."""

    application_id: int
    reference: str
    slug: str
    title: str
    language: str
    is_open: bool
    name: str
    email: str
    phone: str | None
    stage: Stage
    can_withdraw: bool
    prescore_refused: bool
    explained: bool
    contact_later: bool
    submitted_at: datetime
    steps: tuple[Step, ...]
    appointments: tuple[Appointment, ...]
    files: tuple[SentFile, ...]
    answers: Json
    additions: tuple[Addition, ...]
    others: tuple[Other, ...]
    asked: dict[str, str]


def read_status(session: Session, *, application_id: int, now: datetime) -> Status | None:
    """Read one application for the one who sent it; None when it is gone."""
    found = session.execute(
        select(Application, Posting, FormVersion.questions)
        .join(Posting, Posting.id == Application.posting_id)
        .join(FormVersion, FormVersion.id == Application.form_version_id)
        .where(Application.id == application_id, Application.erased_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    application, posting, questions = found
    steps = _steps(session, application_id, now)
    stage = steps[-1].stage if steps else application.stage
    return Status(
        application_id=application.id,
        reference=reference_of(posting.id, application.id),
        slug=posting.slug,
        title=posting.title or "",
        language=posting.language,
        is_open=posting.state is PostingState.OPEN,
        name=application.name,
        email=application.email,
        phone=application.phone,
        stage=stage,
        can_withdraw=application.stage not in ENDED,
        prescore_refused=application.prescore_refused,
        explained=application.prescore_id is not None and not application.prescore_refused,
        contact_later=application.contact_later,
        submitted_at=application.submitted_at,
        steps=steps,
        appointments=_appointments(session, application_id, now) if stage not in ENDED else (),
        files=_files(session, application_id),
        answers=first_answers(session, application_id=application_id, answers=_answers(session, application_id)),
        additions=additions(session, application_id=application_id),
        others=_others(session, application),
        asked={ask["key"]: ask["text"] for question in questions for ask in question["asks"]},
    )


def stage_shown(session: Session, *, application: Application, now: datetime) -> Stage:
    """Give the stage in which the candidate sees the application."""
    steps = _steps(session, application.id, now)
    return steps[-1].stage if steps else application.stage


def earlier_application(session: Session, *, application: Application) -> datetime | None:
    """Tell when the same person last applied for the same posting before, if they did."""
    ident = EARLIER.scalar(
        session, {"person": application.person_id, "posting": application.posting_id, "before": application.id}
    )
    return session.get_one(Application, ident).submitted_at if ident is not None else None


def reference_of(posting_id: int, application_id: int) -> str:
    """Give the number that a candidate names an application by."""
    return f"{posting_id:03}-{application_id:06}"


def _steps(session: Session, application_id: int, now: datetime) -> tuple[Step, ...]:
    """Give the way so far: moves that were taken back, and their undoing, never happened for the candidate."""
    rows = session.scalars(select(StageMove).where(StageMove.application_id == application_id).order_by(StageMove.id))
    moves = list(rows)
    undone = {move.undoes for move in moves if move.undoes is not None}
    steps: list[Step] = []
    for move in moves:
        if move.id in undone or move.undoes is not None:
            continue
        if move.to_stage is Stage.REJECTED and move.at > now - UNDO_WINDOW:
            continue
        earlier = [step.stage for step in steps]
        if move.to_stage in earlier:  # sent back: the way starts again from there
            steps = steps[: earlier.index(move.to_stage)]
        steps.append(Step(move.to_stage, move.at))
    return tuple(steps)


def _appointments(session: Session, application_id: int, now: datetime) -> tuple[Appointment, ...]:
    rows = session.scalars(
        select(Interview)
        .where(
            Interview.application_id == application_id,
            Interview.cancelled_at.is_(None),
            Interview.kind != RoundKind.RESUME_REVIEW,
        )
        .order_by(Interview.starts_at, Interview.id)
    )
    return tuple(
        Appointment(row.round, row.starts_at, row.minutes, row.time_zone, row.place)
        for row in rows
        if row.starts_at + timedelta(minutes=row.minutes) > now
    )


def _files(session: Session, application_id: int) -> tuple[SentFile, ...]:
    rows = session.scalars(
        select(ResumeFile)
        .where(
            ResumeFile.application_id == application_id,
            ResumeFile.id.not_in(
                select(EvidenceAddition.file_id).where(
                    EvidenceAddition.application_id == application_id, EvidenceAddition.file_id.is_not(None)
                )
            ),
        )
        .order_by(ResumeFile.id)
    )
    return tuple(
        SentFile(
            row.id,
            row.original_name,
            row.size,
            row.media_type,
            row.failure if row.text_state is TextState.FAILED else None,
        )
        for row in rows
    )


def _others(session: Session, application: Application) -> tuple[Other, ...]:
    rows = session.execute(
        select(Application.id, Application.submitted_at)
        .where(
            Application.person_id == application.person_id,
            Application.posting_id == application.posting_id,
            Application.id != application.id,
        )
        .order_by(Application.id.desc())
    )
    return tuple(Other(*row) for row in rows)


def _answers(session: Session, application_id: int) -> Json:
    rows = session.scalars(select(Answer).where(Answer.application_id == application_id).order_by(Answer.id))
    return {row.field: row.value for row in rows}
