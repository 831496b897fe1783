"""What candidates added to applications, and the answers as they were before: every input that was ever judged can be had again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from screening.models import EvidenceAddition, ResumeFile, TextState
from screening.queries.answers import AnswerSection, read_answers

Sections = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AddedFile:
    """The file of an addition; ``failure`` says why no text was read from it, None otherwise."""

    id: int
    name: str
    size: int
    failure: str | None


@dataclass(frozen=True, slots=True)
class Addition:
    """One addition as pages show it: ``asked`` is what the posting asks, in its words; ``code`` the criterion's short name then."""

    id: int
    criterion_key: str
    code: str
    asked: str
    sections: tuple[AnswerSection, ...]
    link: str | None
    file: AddedFile | None
    added_at: datetime
    is_new: bool


def additions(session: Session, *, application_id: int) -> tuple[Addition, ...]:
    """Read what was added to an application, in the order in which it came."""
    rows = session.execute(added_rows(), {"application": application_id})
    return tuple(map(addition_of, rows))


@cache
def added_rows() -> Select[*tuple[Any, ...]]:
    """Select what was added to the bound ``application``."""
    return (
        select(
            EvidenceAddition.id,
            EvidenceAddition.criterion_key,
            EvidenceAddition.criterion_id,
            EvidenceAddition.asked,
            EvidenceAddition.answers,
            EvidenceAddition.link,
            EvidenceAddition.added_at,
            EvidenceAddition.seen_at,
            ResumeFile.id.label("file_id"),
            ResumeFile.original_name,
            ResumeFile.size,
            ResumeFile.text_state,
            ResumeFile.failure,
        )
        .outerjoin(ResumeFile, ResumeFile.id == EvidenceAddition.file_id)
        .where(EvidenceAddition.application_id == bindparam("application"))
        .order_by(EvidenceAddition.id)
    )


def joined(old: Any, new: Any) -> Any:
    """Give a section with an addition: entries behind those that were there, named values in place of those of the same name."""
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **new}
    return new


def earlier_answers(session: Session, *, application_id: int, answers: Sections) -> Iterator[dict[str, Any]]:
    """Give the answers as they stand, then as they were before each addition, down to what was sent first."""
    taken = session.scalars(
        select(EvidenceAddition.before)
        .where(EvidenceAddition.application_id == application_id, EvidenceAddition.turn.is_not(None))
        .order_by(EvidenceAddition.turn.desc())
    ).all()
    yield dict(answers)
    yield from _walk_back(answers, taken)


def first_answers(session: Session, *, application_id: int, answers: Sections) -> dict[str, Any]:
    """Give the answers as they were sent first."""
    *_, first = earlier_answers(session, application_id=application_id, answers=answers)
    return first


def _walk_back(answers: Sections, taken: Sequence[Sections | None]) -> Iterator[dict[str, Any]]:
    present = dict(answers)
    for before in taken:
        present |= before or {}
        present = {section: value for section, value in present.items() if value is not None}
        yield dict(present)


def addition_of(row: Any) -> Addition:
    """Give what a row of ``added_rows`` tells."""
    failed = row.text_state is TextState.FAILED
    file = AddedFile(row.file_id, row.original_name, row.size, row.failure if failed else None) if row.file_id else None
    return Addition(
        id=row.id,
        criterion_key=row.criterion_key,
        code=row.criterion_id.upper(),
        asked=row.asked,
        sections=read_answers(_told(row.answers), {}),
        link=row.link,
        file=file,
        added_at=row.added_at,
        is_new=row.seen_at is None,
    )


def _told(answers: Sections) -> dict[str, Any]:
    """Leave out what only binds words to a criterion, and say words that answer several criteria once."""
    told = dict(answers)
    if isinstance(told.get("statements"), list):
        texts = dict.fromkeys(entry.get("text", "") for entry in told["statements"])
        told["statements"] = [{"text": text} for text in texts]
    return told
