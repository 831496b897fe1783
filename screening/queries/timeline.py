"""What happened to an application, newest first: moves, prescores, changed verdicts, notes, interviews, evaluations, decisions.

A reader who owes an evaluation sees only what tells nothing of anybody's judgement: moves and interviews.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from screening.models import (
    Application,
    ApplicationNote,
    CandidateRequest,
    ChangedVerdict,
    Decision,
    Evaluation,
    EvidenceAddition,
    Interview,
    Panelist,
    RequestKind,
    RequestState,
    RoundKind,
    RubricVersion,
    StageMove,
    StoredPrescore,
    User,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: ``kind`` is applied, moved, undone, scored, verdict, verdict_back, note, added, review_asked, review_answered, scheduled, cancelled, evaluated, amended, decided, seconded or objected; ``facts`` are values of the domain."""

    kind: str
    at: datetime
    by: str | None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of staff."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview of the application: when, who, and who of them has submitted; ``own`` tells that the reader sits on the panel, ``due_at`` when a review of documents is due."""

    id: int
    round: str
    starts_at: datetime
    time_zone: str
    cancelled: bool
    panel: tuple[tuple[str, bool, bool], ...]  # name, submitted, abstained
    own: bool
    own_done: bool
    due_at: datetime | None


def timeline(session: Session, *, application: Application, blind: bool) -> tuple[Event, ...]:
    """Read the events that this reader may see, newest first."""
    names = dict(session.execute(select(User.id, User.name)).all())
    events = [*_moves(session, application, names, blind=blind), *_interviews(session, application, names)]
    if not blind:
        events += _prescores(session, application)
        events += _verdicts(session, application, names)
        events += _evaluations(session, application, names)
        events += _decisions(session, application, names)
        events += _additions(session, application)
        events += _reviews(session, application, names)
    events.sort(key=lambda event: event.at)
    return tuple(events[::-1])


def notes(session: Session, *, application: Application) -> tuple[NoteRow, ...]:
    """Read the notes, newest first; only for readers who owe nothing."""
    rows = session.execute(
        select(ApplicationNote.text, User.name, ApplicationNote.at)
        .join(User, User.id == ApplicationNote.author_id)
        .where(ApplicationNote.application_id == application.id)
        .order_by(ApplicationNote.id.desc())
    )
    return tuple(NoteRow(*row) for row in rows)


def interviews(session: Session, *, application: Application, reader_id: int) -> tuple[InterviewRow, ...]:
    """Read the application's interviews in the order of their times; who has submitted says nothing of how they rated."""
    done = frozenset(
        session.execute(
            select(Evaluation.interview_id, Evaluation.user_id)
            .join(Interview, Interview.id == Evaluation.interview_id)
            .where(Interview.application_id == application.id)
        ).all()
    )
    seats = session.execute(
        select(Panelist, User.name)
        .join(User, User.id == Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.application_id == application.id)
        .order_by(Panelist.interview_id, User.name, User.id)
    ).all()
    planned = session.scalars(
        select(Interview).where(Interview.application_id == application.id).order_by(Interview.starts_at, Interview.id)
    )
    rows = []
    for interview in planned:
        panel = [(seat, name) for seat, name in seats if seat.interview_id == interview.id]
        own = any(seat.user_id == reader_id for seat, _ in panel)
        rows.append(
            InterviewRow(
                id=interview.id,
                round=interview.round,
                starts_at=interview.starts_at,
                time_zone=interview.time_zone,
                cancelled=interview.cancelled_at is not None,
                panel=tuple(
                    (name, (interview.id, seat.user_id) in done, seat.abstained_at is not None) for seat, name in panel
                ),
                own=own,
                own_done=(interview.id, reader_id) in done,
                due_at=interview.due_at if interview.kind is RoundKind.RESUME_REVIEW else None,
            )
        )
    return tuple(rows)


def _moves(session: Session, application: Application, names: Mapping[int, str], *, blind: bool) -> Iterator[Event]:
    for move in session.scalars(
        select(StageMove).where(StageMove.application_id == application.id).order_by(StageMove.id)
    ):
        facts = {
            "to": move.to_stage.value,
            "reason": "" if blind else move.reason or "",
            "note": "" if blind else move.note or "",
        }
        if move.from_stage is None:
            yield Event("applied", move.at, None, {"source": application.source})
        else:
            kind = "undone" if move.undoes else "moved"
            yield Event(kind, move.at, names.get(move.actor_id or 0), {**facts, "from": move.from_stage.value})


def _prescores(session: Session, application: Application) -> Iterator[Event]:
    rows = session.execute(
        select(StoredPrescore.created_at, StoredPrescore.result["score"], RubricVersion.number)
        .join(RubricVersion, RubricVersion.id == StoredPrescore.rubric_version_id)
        .where(StoredPrescore.application_id == application.id)
        .order_by(StoredPrescore.id)
    )
    for at, score, number in rows:
        requirement = (score or {}).get("requirement")
        point = str(round(requirement["point"] * 100)) if requirement else "–"
        yield Event("scored", at, None, {"point": point, "version": str(number)})


def _verdicts(session: Session, application: Application, names: Mapping[int, str]) -> Iterator[Event]:
    rows = session.scalars(
        select(ChangedVerdict).where(ChangedVerdict.application_id == application.id).order_by(ChangedVerdict.id)
    ).all()
    if not rows:
        return
    documents = session.scalars(
        select(RubricVersion.document)
        .where(RubricVersion.posting_id == application.posting_id)
        .order_by(RubricVersion.number)
    )
    codes = {one.key: one.id.upper() for document in documents for one in load_rubric(document).criteria}
    for row in rows:
        facts = {"criterion": codes.get(row.criterion_key, ""), "verdict": row.verdict or "", "reason": row.reason}
        yield Event("verdict" if row.verdict else "verdict_back", row.at, names.get(row.actor_id), facts)


def _additions(session: Session, application: Application) -> Iterator[Event]:
    rows = select(EvidenceAddition).where(EvidenceAddition.application_id == application.id)
    for row in session.scalars(rows.order_by(EvidenceAddition.id)):
        yield Event("added", row.added_at, None, {"criterion": row.criterion_id.upper()})


def _reviews(session: Session, application: Application, names: Mapping[int, str]) -> Iterator[Event]:
    rows = select(CandidateRequest).where(
        CandidateRequest.application_id == application.id, CandidateRequest.kind == RequestKind.HUMAN_REVIEW
    )
    for row in session.scalars(rows.order_by(CandidateRequest.id)):
        yield Event("review_asked", row.created_at, None, {"note": row.text})
        if row.state is not RequestState.OPEN and row.handled_at is not None:
            yield Event(
                "review_answered", row.handled_at, names.get(row.handled_by_id or 0), {"note": row.answer or ""}
            )


def _interviews(session: Session, application: Application, names: Mapping[int, str]) -> Iterator[Event]:
    for row in session.scalars(
        select(Interview).where(Interview.application_id == application.id).order_by(Interview.id)
    ):
        yield Event("scheduled", row.created_at, names.get(row.created_by), {"round": row.round})
        if row.cancelled_at is not None:
            yield Event("cancelled", row.cancelled_at, None, {"round": row.round})


def _evaluations(session: Session, application: Application, names: Mapping[int, str]) -> Iterator[Event]:
    rows = session.execute(
        select(Evaluation.submitted_at, Evaluation.user_id, Evaluation.version, Interview.round)
        .join(Interview, Interview.id == Evaluation.interview_id)
        .where(Interview.application_id == application.id)
        .order_by(Evaluation.id)
    )
    for at, user, version, name in rows:
        yield Event("evaluated" if version == 1 else "amended", at, names.get(user), {"round": name})


def _decisions(session: Session, application: Application, names: Mapping[int, str]) -> Iterator[Event]:
    for row in session.scalars(select(Decision).where(Decision.application_id == application.id).order_by(Decision.id)):
        facts = {
            "outcome": row.outcome.value,
            "note": row.note,
            "undone": "yes" if row.undone_at else "",
            "waited": "yes" if row.needs_second else "",
        }
        yield Event("decided", row.at, names.get(row.actor_id), facts)
        if row.second_at is not None:
            kind = "seconded" if row.second_agrees else "objected"
            yield Event(kind, row.second_at, names.get(row.second_id or 0), {"note": row.second_note})
