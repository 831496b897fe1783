"""What candidates add to an application they have sent: kept as it came, taken into the answers by the worker, judged anew.

What was sent first is never lost: each addition keeps the sections that it changed as they were, so that every input that
was ever judged can be had again. An addition moves nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rubrics.lexicon import load_lexicon
from rubrics.model import Criterion, Rubric
from screening import queue
from screening.audit import record
from screening.documents.extraction import CANNOT_START, ExtractedText, ExtractionError, extract_text
from screening.documents.storage import StoredFile, read_file
from screening.models import (
    Answer,
    Application,
    EvidenceAddition,
    ResumeFile,
    RubricState,
    RubricVersion,
    TextState,
)
from screening.queries.additions import joined
from screening.queries.cities import AVAILABILITY, stored_cities
from screening.services.fitting import ask_for_fit
from screening.services.forming import questions_for
from screening.services.indexing import index_applications
from screening.services.moving import ENDED
from screening.services.prescoring import ask_for_prescore
from screening.services.questions import Question, ask_document, question_document

MOST = 5
"""Additions that one application takes."""
LONGEST_TEXT = 20_000
"""Characters of an added file that are read as an answer."""
FILE_FIELD = "evidence"
Sections = Mapping[str, Any]


class EvidenceError(Exception):
    """An addition that cannot be taken: ``code`` is ended, too_many or empty."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class AddedFile:
    """An added file that nobody has read yet."""

    file_id: int
    storage_key: str
    original_name: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading an added file gave: a text, or one sentence on why there is none."""

    file_id: int
    extracted: ExtractedText | None = None
    failure: str | None = None


def add_evidence(
    session: Session,
    *,
    application: Application,
    criterion: Criterion,
    answers: Sections,
    link: str | None,
    file: StoredFile | None,
    key: str,
    now: datetime,
) -> EvidenceAddition:
    """Keep an addition to one criterion and ask the worker to take it in; the same key gives the same addition.

    ``answers`` holds JSON Resume sections as a form gives them. Raise EvidenceError ``empty`` for nothing at all, ``ended``
    once the application has ended and ``too_many`` after ``MOST``.
    """
    session.execute(select(Application.id).where(Application.id == application.id).with_for_update())
    session.refresh(application)
    known = session.scalar(select(EvidenceAddition).where(EvidenceAddition.key == key))
    if known is not None and known.application_id == application.id:
        return known
    if not answers and not link and file is None:
        raise EvidenceError("empty")
    if application.stage in ENDED:
        raise EvidenceError("ended")
    if count_additions(session, application_id=application.id) >= MOST:
        raise EvidenceError("too_many")
    addition = EvidenceAddition(
        application_id=application.id,
        key=key,
        criterion_key=criterion.key,
        criterion_id=criterion.id,
        asked=criterion.text,
        answers=dict(answers),
        link=link,
        file_id=_keep_file(session, application.id, file, now) if file else None,
        added_at=now,
    )
    session.add(addition)
    session.flush()
    queue.enqueue(session, queue.TAKE_EVIDENCE, key=f"evidence:{addition.id}", now=now, addition_id=addition.id)
    record(
        session,
        act="evidence.add",
        actor_id=None,
        subject_type="application",
        subject_id=application.id,
        now=now,
        addition=addition.id,
        files=0 if file is None else 1,
    )
    return addition


def questions_about(rubric: Rubric, criterion: Criterion) -> list[dict[str, Any]]:
    """Give what the application form would ask for this criterion alone; where it asks nothing, for an answer in own words."""
    alone = questions_for(replace(rubric, criteria=(criterion,), locations=()))
    asked = [question for question in alone if question["asks"]]
    if asked:
        return asked
    question = Question(
        "statement", criterion.section, asks=[ask_document(criterion)], category=criterion.category.value
    )
    return [question_document(1, question, load_lexicon())]


def count_additions(session: Session, *, application_id: int) -> int:
    """Count what was added to an application so far."""
    found = select(func.count(EvidenceAddition.id)).where(EvidenceAddition.application_id == application_id)
    return session.scalar(found) or 0


def unread_file(session: Session, *, addition_id: int) -> AddedFile | None:
    """Give the file that must be read before the addition is taken in, if there is one."""
    file = session.scalar(
        select(ResumeFile)
        .join(EvidenceAddition, EvidenceAddition.file_id == ResumeFile.id)
        .where(EvidenceAddition.id == addition_id, ResumeFile.text_state == TextState.WAITING)
    )
    return AddedFile(file.id, file.storage_key, file.original_name) if file else None


def read_added(file: AddedFile, *, uploads: Path) -> ReadFile:
    """Read a file in a limited child process; no database is touched. Raise ExtractionError when no child can be started."""
    content = read_file(uploads, file.storage_key)
    try:
        return ReadFile(file.file_id, extract_text(content, file_name=file.original_name))
    except ExtractionError as error:
        if str(error) == CANNOT_START:  # nothing is wrong with the file: try again later
            raise
        return ReadFile(file.file_id, failure=str(error))


def take_evidence(session: Session, *, addition_id: int, read: ReadFile | None, now: datetime) -> None:
    """Take an addition into the application's answers, once, and ask for its prescore; a second call changes nothing."""
    addition = session.get(EvidenceAddition, addition_id)
    if addition is None:
        return
    application = session.get_one(Application, addition.application_id, with_for_update=True, populate_existing=True)
    session.refresh(addition)
    if addition.turn is not None:
        return
    if read is not None:
        _keep_text(session, read)
    rows = {row.field: row for row in session.scalars(select(Answer).where(Answer.application_id == application.id))}
    before: dict[str, Any] = {}
    for section, value in _written(session, addition).items():
        row = rows.get(section)
        before[section] = deepcopy(row.value) if row else None
        if row is None:
            row = Answer(application_id=application.id, field=section, value=value)
            session.add(row)
        else:
            row.value = joined(row.value, value)
        if section == AVAILABILITY:
            application.cities = stored_cities({section: row.value})
    addition.before = before
    application.additions += 1
    addition.turn = application.additions
    session.flush()
    index_applications(session, application_ids=[application.id])
    version = session.scalar(
        select(RubricVersion.id).where(
            RubricVersion.posting_id == application.posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    if version is not None and not application.prescore_refused:
        ids = {"application_id": application.id, "addition_id": addition.id}
        ask_for_prescore(session, rubric_version_id=version, now=now, **ids)
        ask_for_fit(session, now=now, **ids)


def mark_seen(
    session: Session, *, application_id: int, addition_ids: Sequence[int], actor_id: int, now: datetime
) -> int:
    """Keep that a member of staff has read these additions; those that somebody read before stay theirs. Give the number."""
    rows = (
        update(EvidenceAddition)
        .where(
            EvidenceAddition.application_id == application_id,
            EvidenceAddition.id.in_(addition_ids),
            EvidenceAddition.seen_at.is_(None),
        )
        .values(seen_at=now, seen_by_id=actor_id)
        .returning(EvidenceAddition.id)
    )
    return len(session.scalars(rows).all())


def _keep_file(session: Session, application_id: int, file: StoredFile, now: datetime) -> int:
    row = ResumeFile(
        application_id=application_id,
        field=FILE_FIELD,
        uploaded_at=now,
        **file.row(),
    )
    session.add(row)
    session.flush()
    return row.id


def _keep_text(session: Session, read: ReadFile) -> None:
    file = session.get(ResumeFile, read.file_id)
    if file is None or file.text_state is not TextState.WAITING:
        return
    if read.extracted is None:
        file.text_state, file.failure = TextState.FAILED, (read.failure or "")[:300]
        return
    file.text_state, file.text, file.pages = TextState.READ, read.extracted.text, read.extracted.pages
    file.hidden = [[stretch.start, stretch.end] for stretch in read.extracted.hidden]


def _written(session: Session, addition: EvidenceAddition) -> dict[str, Any]:
    """Give the sections that the engine reads: the form's, the link, and the file's text without what its pages do not show."""
    sections = deepcopy(dict(addition.answers))
    bound = {"key": addition.criterion_key, "criterion": addition.criterion_id}
    told: list[dict[str, Any]] = []
    if addition.link:
        told.append({**bound, "url": addition.link})
    file = session.get(ResumeFile, addition.file_id) if addition.file_id else None
    if file is not None and file.text:
        text = _shown(file.text, file.hidden or ())[:LONGEST_TEXT].strip()
        told += [{**bound, "file": file.original_name, "text": text}] if text else []
    if told:
        sections["statements"] = [*sections.get("statements", []), *told]
    return sections


def _shown(text: str, hidden: Sequence[Sequence[int]]) -> str:
    """Leave out the stretches that a reader of the rendered page does not see."""
    pieces, last = [], 0
    for start, end in sorted((start, end) for start, end in hidden):
        pieces.append(text[last:start])
        last = max(last, end)
    return "".join([*pieces, text[last:]])
