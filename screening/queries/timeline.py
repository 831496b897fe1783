"""What happened to an application, newest first: moves, hand-overs, prescores, changed verdicts, notes, mails, interviews, evaluations, decisions.

A reader who owes an evaluation sees only what tells nothing of anybody's judgement: moves, hand-overs and interviews.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, String, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from rubrics.codec import load_rubric
from screening.models import (
    Application,
    ApplicationNote,
    CandidateRequest,
    ChangedVerdict,
    Decision,
    Evaluation,
    EvidenceAddition,
    HandOver,
    Interview,
    Mail,
    Panelist,
    RequestKind,
    RequestState,
    RoundKind,
    RubricVersion,
    StageMove,
    StoredPrescore,
    User,
)
from screening.queries.together import Together

MOST = 200
"""Events of one kind that are looked at, the newest."""
PAGE = 40


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``facts`` are values of the domain.

    ``kind`` is applied, moved, undone, handed, scored, verdict, verdict_back, note, mail, added, review_asked,
    review_answered, scheduled, cancelled, evaluated, amended, decided, seconded or objected.
    """

    kind: str
    at: datetime
    by: str | None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of events; ``earlier`` tells that there are more, ``number`` counts pages from 1."""

    events: tuple[Event, ...]
    number: int
    earlier: bool


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
    focus: tuple[str, ...]


def timeline(session: Session, *, application: Application, blind: bool, number: int = 1) -> Timeline:
    """Read one page of the events that this reader may see, newest first. One query, and one more for codes that only older rubrics know."""
    values = {"application": application.id} | ({} if blind else {"to": application.email})
    lists = _lists(blind=blind).read(session, **values)
    events = [event for kind in reversed(lists) for event in _READ[kind](lists[kind])]
    events = [_with_source(_silent(event) if blind else event, application) for event in events]
    events.sort(key=lambda event: event.at, reverse=True)
    first = (max(1, number) - 1) * PAGE
    shown = _with_codes(session, application, events[first : first + PAGE])
    return Timeline(tuple(shown), max(1, number), len(events) > first + PAGE)


def interview_rows() -> dict[str, Select[*tuple[Any, ...]]]:
    """Select the interviews of the bound ``application`` in the order of their times, and their seats."""
    done = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == Panelist.user_id)
        .correlate(Panelist)
        .exists()
    )
    here = Interview.application_id == bindparam("application")
    planned = select(
        Interview.id,
        Interview.round,
        Interview.starts_at,
        Interview.time_zone,
        Interview.cancelled_at,
        Interview.kind,
        Interview.due_at,
        Interview.focus,
    )
    seats = select(Panelist.interview_id, Panelist.user_id, Panelist.abstained_at, User.name, done.label("done"))
    return {
        "interviews": planned.where(here).order_by(Interview.starts_at, Interview.id),
        "seats": seats.join(User, User.id == Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(here)
        .order_by(Panelist.interview_id, User.name, User.id),
    }


def interviews_from(*, interviews: Sequence[Any], seats: Sequence[Any], reader_id: int) -> tuple[InterviewRow, ...]:
    """Put the rows of ``interview_rows`` together; who has submitted says nothing of how they rated."""
    rows = []
    for one in interviews:
        panel = [seat for seat in seats if seat.interview_id == one.id]
        own = [seat for seat in panel if seat.user_id == reader_id]
        rows.append(
            InterviewRow(
                id=one.id,
                round=one.round,
                starts_at=one.starts_at,
                time_zone=one.time_zone,
                cancelled=one.cancelled_at is not None,
                panel=tuple((seat.name, bool(seat.done), seat.abstained_at is not None) for seat in panel),
                own=bool(own),
                own_done=any(seat.done for seat in own),
                due_at=one.due_at if one.kind is RoundKind.RESUME_REVIEW else None,
                focus=tuple(one.focus),
            )
        )
    return tuple(rows)


@cache
def _lists(*, blind: bool) -> Together:
    """Make the statement; for a blind reader the lists that tell of judgements are not asked for at all."""
    open_to_all = {
        "moves": _of(StageMove, StageMove.actor_id, "from_stage", "to_stage", "reason", "note", "undoes", "at"),
        "hand_overs": _hand_overs(),
        "interviews": _of(Interview, Interview.created_by, "created_at", "cancelled_at", "round"),
    }
    if blind:
        return Together(**open_to_all)
    return Together(
        **open_to_all,
        scores=_scores(),
        verdicts=_of(ChangedVerdict, ChangedVerdict.actor_id, "criterion_key", "verdict", "reason", "at"),
        notes=_of(ApplicationNote, ApplicationNote.author_id, "text", "at").where(ApplicationNote.removed_at.is_(None)),
        mails=_mails(),
        additions=_newest(EvidenceAddition, select(EvidenceAddition.criterion_id, EvidenceAddition.added_at)),
        reviews=_of(
            CandidateRequest, CandidateRequest.handled_by_id, "text", "state", "answer", "created_at", "handled_at"
        ).where(CandidateRequest.kind == RequestKind.HUMAN_REVIEW),
        evaluations=_evaluations(),
        decisions=_decisions(),
    )


def _of(table: Any, who: InstrumentedAttribute[Any], *columns: str) -> Select[*tuple[Any, ...]]:
    """Select columns of the bound application's newest rows, with the name of who made them."""
    rows = select(*(getattr(table, name) for name in columns), User.name.label("by"))
    return _newest(table, rows.select_from(table).outerjoin(User, User.id == who))


def _newest(table: Any, rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return rows.where(table.application_id == bindparam("application")).order_by(table.id.desc()).limit(MOST)


def _hand_overs() -> Select[*tuple[Any, ...]]:
    actor, to = aliased(User), aliased(User)
    return _newest(
        HandOver,
        select(HandOver.at, HandOver.note, actor.name.label("by"), to.name.label("to"))
        .join(actor, actor.id == HandOver.actor_id)
        .outerjoin(to, to.id == HandOver.to_id),
    )


def _scores() -> Select[*tuple[Any, ...]]:
    return _newest(
        StoredPrescore,
        select(StoredPrescore.created_at, StoredPrescore.result["score"].label("score"), RubricVersion.number).join(
            RubricVersion, RubricVersion.id == StoredPrescore.rubric_version_id
        ),
    )


def _mails() -> Select[*tuple[Any, ...]]:
    """Select the mails to the candidate; those to staff about an application are no event of it."""
    rows = select(Mail.subject, Mail.created_at, Mail.sent_at, Mail.state, User.name.label("by"))
    return _newest(Mail, rows.outerjoin(User, User.id == Mail.author_id)).where(
        Mail.to_address == bindparam("to", type_=String)
    )


def _evaluations() -> Select[*tuple[Any, ...]]:
    return (
        select(Evaluation.submitted_at, Evaluation.version, Interview.round, User.name.label("by"))
        .join(Interview, Interview.id == Evaluation.interview_id)
        .join(User, User.id == Evaluation.user_id)
        .where(Interview.application_id == bindparam("application"))
        .order_by(Evaluation.id.desc())
        .limit(MOST)
    )


def _decisions() -> Select[*tuple[Any, ...]]:
    first, second = aliased(User), aliased(User)
    return _newest(
        Decision,
        select(
            Decision.outcome,
            Decision.note,
            Decision.at,
            Decision.undone_at,
            Decision.needs_second,
            Decision.second_at,
            Decision.second_agrees,
            Decision.second_note,
            first.name.label("by"),
            second.name.label("second_by"),
        )
        .join(first, first.id == Decision.actor_id)
        .outerjoin(second, second.id == Decision.second_id),
    )


Rows = Sequence[Any]


def _read_moves(rows: Rows) -> Iterator[Event]:
    for row in rows:
        facts = {"to": row.to_stage.value, "reason": row.reason or "", "note": row.note or ""}
        if row.from_stage is None:
            yield Event("applied", row.at, None)
        else:
            yield Event("undone" if row.undoes else "moved", row.at, row.by, {**facts, "from": row.from_stage.value})


def _read_hand_overs(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("handed", row.at, row.by, {"to": row.to or "", "note": row.note or ""})


def _read_scores(rows: Rows) -> Iterator[Event]:
    for row in rows:
        requirement = (row.score or {}).get("requirement")
        point = str(round(requirement["point"] * 100)) if requirement else "–"
        yield Event("scored", row.created_at, None, {"point": point, "version": str(row.number)})


def _read_verdicts(rows: Rows) -> Iterator[Event]:
    for row in rows:
        facts = {"key": row.criterion_key, "verdict": row.verdict or "", "reason": row.reason}
        yield Event("verdict" if row.verdict else "verdict_back", row.at, row.by, facts)


def _read_notes(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("note", row.at, row.by, {"note": row.text})


def _read_mails(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("mail", row.sent_at or row.created_at, row.by, {"subject": row.subject, "state": row.state.value})


def _read_additions(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("added", row.added_at, None, {"criterion": row.criterion_id.upper()})


def _read_reviews(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("review_asked", row.created_at, None, {"note": row.text})
        if row.state is not RequestState.OPEN and row.handled_at is not None:
            yield Event("review_answered", row.handled_at, row.by, {"note": row.answer or ""})


def _read_interviews(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("scheduled", row.created_at, row.by, {"round": row.round})
        if row.cancelled_at is not None:
            yield Event("cancelled", row.cancelled_at, None, {"round": row.round})


def _read_evaluations(rows: Rows) -> Iterator[Event]:
    for row in rows:
        yield Event("evaluated" if row.version == 1 else "amended", row.submitted_at, row.by, {"round": row.round})


def _read_decisions(rows: Rows) -> Iterator[Event]:
    for row in rows:
        facts = {
            "outcome": row.outcome.value,
            "note": row.note,
            "undone": "yes" if row.undone_at else "",
            "waited": "yes" if row.needs_second else "",
        }
        yield Event("decided", row.at, row.by, facts)
        if row.second_at is not None:
            kind = "seconded" if row.second_agrees else "objected"
            yield Event(kind, row.second_at, row.second_by, {"note": row.second_note})


_READ: Mapping[str, Callable[[Rows], Iterator[Event]]] = {
    "moves": _read_moves,
    "hand_overs": _read_hand_overs,
    "scores": _read_scores,
    "verdicts": _read_verdicts,
    "notes": _read_notes,
    "mails": _read_mails,
    "additions": _read_additions,
    "reviews": _read_reviews,
    "interviews": _read_interviews,
    "evaluations": _read_evaluations,
    "decisions": _read_decisions,
}


def _with_source(event: Event, application: Application) -> Event:
    return Event("applied", event.at, None, {"source": application.source}) if event.kind == "applied" else event


def _silent(event: Event) -> Event:
    """Leave out reasons and notes, which may tell how somebody judges."""
    return Event(event.kind, event.at, event.by, {**event.facts, "reason": "", "note": ""})


def _with_codes(session: Session, application: Application, events: Sequence[Event]) -> list[Event]:
    """Name the criteria of changed verdicts as the newest rubric version that knows them does."""
    if not any("key" in event.facts for event in events):
        return list(events)
    documents = session.scalars(
        select(RubricVersion.document)
        .where(RubricVersion.posting_id == application.posting_id)
        .order_by(RubricVersion.number)
    )
    codes = {one.key: one.id.upper() for document in documents for one in load_rubric(document).criteria}
    return [
        Event(event.kind, event.at, event.by, {**event.facts, "criterion": codes.get(event.facts["key"], "")})
        if "key" in event.facts
        else event
        for event in events
    ]
