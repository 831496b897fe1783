"""Judging applications by machine: one stored run for each application, rubric version and engine version.

Reading, judging and storing are three acts, so that the worker holds no transaction while a résumé is read;
``prescore_application`` does all three in one. The machine never moves, rejects or hides an application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from rubrics.codec import dump_prescore, load_dossier, load_rubric
from rubrics.dossier import input_digest
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.prescore import Prescore
from rubrics.scoring import ENGINE_VERSION, prescore
from screening import queue
from screening.documents.extraction import CANNOT_START, ExtractedText, ExtractionError, extract_text
from screening.documents.storage import read_file
from screening.models import (
    Answer,
    Application,
    Job,
    JobState,
    PrescoreFailure,
    ResumeFile,
    RubricVersion,
    Stage,
    StoredPrescore,
    TextState,
)
from screening.models.application import RESUME
from screening.services.fitting import ask_for_fit
from screening.services.indexing import index_applications, index_new
from screening.services.judging import rank_application

LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Resume:
    """A candidate's file; ``text`` is None while nobody has read it, ``hidden`` lists [start, end] within the text."""

    file_id: int
    storage_key: str
    original_name: str
    text: str | None
    hidden: tuple[tuple[int, int], ...]
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: ``answers`` is a JSON Resume document with the first ``additions``; ``rubric`` is None where nothing is to be judged."""

    application_id: int
    rubric_version_id: int
    rubric: Rubric | None = None
    answers: Mapping[str, Any] | None = None
    resume: Resume | None = None
    additions: int = 0


@dataclass(frozen=True, slots=True)
class ReadResume:
    """What reading a file gave: a text, or one sentence on why there is none."""

    file_id: int
    extracted: ExtractedText | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging gave: a prescore, or why there is none; both None where nothing was to be judged."""

    application_id: int
    rubric_version_id: int
    read: ReadResume | None = None
    prescore: Prescore | None = None
    failure: str | None = None
    additions: int = 0


def prescore_application(
    session: Session, *, application_id: int, rubric_version_id: int, uploads: Path, now: datetime
) -> None:
    """Read, judge and store in the caller's transaction; a second call changes nothing."""
    case = read_case(session, application_id=application_id, rubric_version_id=rubric_version_id)
    store(session, judge(case, uploads=uploads), now=now)


def read_case(session: Session, *, application_id: int, rubric_version_id: int) -> Case:
    """Read what judging needs.

    Nothing is to be judged when the application or the rubric version is gone, the candidate refused or withdrew, or
    a run of the same input is stored already.
    """
    nothing = Case(application_id, rubric_version_id)
    application = session.get(Application, application_id)
    version = session.get(RubricVersion, rubric_version_id)
    if application is None or version is None or application.prescore_refused or application.stage is Stage.WITHDRAWN:
        return nothing
    rows = select(Answer).where(Answer.application_id == application_id).order_by(Answer.id)
    answers = {answer.field: answer.value for answer in session.scalars(rows)}
    resume = _resume(session, application_id)
    if _is_judged(session, application_id, rubric_version_id, answers, resume):
        return nothing
    return Case(
        application_id=application_id,
        rubric_version_id=rubric_version_id,
        rubric=load_rubric(version.document),
        answers=answers,
        resume=resume,
        additions=application.additions,
    )


def judge(case: Case, *, uploads: Path) -> Outcome:
    """Read the résumé in a limited child process where nobody has read it yet, and judge; no database is touched.

    A résumé that cannot be read leaves the answers to be judged, and a note at the file. An error of the engine is an
    outcome to be shown. Raises OSError when the file cannot be fetched and ExtractionError when no
    child process can be started, so that the work is tried again.
    """
    if case.rubric is None:
        return Outcome(case.application_id, case.rubric_version_id)
    read = _read(case.resume, uploads)
    text, hidden = _text_of(case.resume, read)
    try:
        result = prescore(case.rubric, load_dossier(case.answers, text, hidden), load_lexicon())
    except Exception as error:  # noqa: BLE001 - whatever the engine stumbles over is shown as a failure
        return Outcome(case.application_id, case.rubric_version_id, read, failure=f"{type(error).__name__}: {error}")
    return Outcome(case.application_id, case.rubric_version_id, read, prescore=result, additions=case.additions)


def store(session: Session, outcome: Outcome, *, now: datetime) -> None:
    """Store a run once and rank the application by it; a failure has a table of its own and never replaces a result.

    A run that was made while the candidate added something is kept and does not rank: the next one is asked for already.
    """
    application = session.get(Application, outcome.application_id, with_for_update=True, populate_existing=True)
    if application is None or application.erased_at is not None:
        return
    if outcome.read is not None:
        _keep_text(session, outcome.read)
        index_applications(session, application_ids=[application.id])
    else:
        index_new(session, application_id=application.id)
    if outcome.failure is not None:
        note_failure(
            session,
            application_id=outcome.application_id,
            rubric_version_id=outcome.rubric_version_id,
            message=outcome.failure,
            now=now,
        )
    if outcome.prescore is None:
        return
    if outcome.prescore.input_sha256 in _inputs(session, outcome.application_id, outcome.rubric_version_id):
        return
    stored = StoredPrescore(
        application_id=outcome.application_id,
        rubric_version_id=outcome.rubric_version_id,
        engine_version=outcome.prescore.engine,
        lexicon_version=outcome.prescore.lexicon,
        input_sha256=outcome.prescore.input_sha256,
        result=dump_prescore(outcome.prescore),
        created_at=now,
    )
    session.add(stored)
    session.flush()
    forget_failures(session, application_ids=[application.id], rubric_version_id=outcome.rubric_version_id)
    ask_for_fit(session, application_id=application.id, now=now)
    if outcome.additions == application.additions and _is_newer(session, stored, application):
        application.prescore_id = stored.id
        session.flush()
        rank_application(session, application=application)


def note_failure(session: Session, *, application_id: int, rubric_version_id: int, message: str, now: datetime) -> None:
    """Keep why a run failed; the latest reason counts."""
    ids = {"application_id": application_id, "rubric_version_id": rubric_version_id, "engine_version": ENGINE_VERSION}
    if session.get(Application, application_id) is None:
        return
    failure = session.scalar(select(PrescoreFailure).filter_by(**ids))
    if failure is None:
        session.add(PrescoreFailure(**ids, message=message[:LONGEST_MESSAGE], at=now))
    else:
        failure.message, failure.at = message[:LONGEST_MESSAGE], now


def forget_failures(session: Session, *, application_ids: Sequence[int], rubric_version_id: int) -> None:
    """Forget why runs of the present engine failed: they have not failed this time."""
    session.execute(
        delete(PrescoreFailure).where(
            PrescoreFailure.application_id.in_(application_ids),
            PrescoreFailure.rubric_version_id == rubric_version_id,
            PrescoreFailure.engine_version == ENGINE_VERSION,
        )
    )


def ask_for_prescore(
    session: Session, *, application_id: int, rubric_version_id: int, now: datetime, addition_id: int | None = None
) -> None:
    """Ask the worker for one run. Asking twice is one job; asking again after a failure or a refusal tries again.

    What a candidate added, ``addition_id``, is a reason for a run of its own.
    """
    key = prescore_key(application_id, rubric_version_id)
    if addition_id is not None:
        key = f"{key}:{addition_id}"
    is_new = queue.enqueue(
        session,
        queue.PRESCORE_APPLICATION,
        key=key,
        now=now,
        application_id=application_id,
        rubric_version_id=rubric_version_id,
    )
    if is_new:
        return
    job = session.scalars(select(Job).where(Job.key == key)).one()
    if job.state is not JobState.WAITING and not _inputs(session, application_id, rubric_version_id):
        job.state, job.attempts, job.due_at, job.finished_at = JobState.WAITING, 0, now, None


def made_by_present_engine(rubric_version_id: int) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions for the runs of a rubric version that the present engine with the present lexicon made."""
    return (
        StoredPrescore.rubric_version_id == rubric_version_id,
        StoredPrescore.engine_version == ENGINE_VERSION,
        StoredPrescore.lexicon_version == load_lexicon().version,
    )


def prescore_key(application_id: int, rubric_version_id: int) -> str:
    """Give the unique key of a job: one run for each application, rubric version and engine version."""
    return f"prescore:{application_id}:{rubric_version_id}:{ENGINE_VERSION}"


def _inputs(session: Session, application_id: int, rubric_version_id: int) -> frozenset[str]:
    """Read the hashes of what the present engine has judged against this rubric version."""
    rows = select(StoredPrescore.input_sha256).where(
        StoredPrescore.application_id == application_id, *made_by_present_engine(rubric_version_id)
    )
    return frozenset(session.scalars(rows))


def _is_judged(
    session: Session,
    application_id: int,
    rubric_version_id: int,
    answers: Mapping[str, Any],
    resume: Resume | None,
) -> bool:
    """Tell whether a run of just this input is stored; a résumé that nobody has read was part of none."""
    known = _inputs(session, application_id, rubric_version_id)
    if not known or (resume is not None and resume.is_unread):
        return False
    return input_digest(load_dossier(answers, *_text_of(resume, None))) in known


def _resume(session: Session, application_id: int) -> Resume | None:
    newest = (
        select(ResumeFile)
        .where(ResumeFile.application_id == application_id, ResumeFile.field == RESUME)
        .order_by(ResumeFile.id.desc())
        .limit(1)
    )
    file = session.scalar(newest)
    if file is None:
        return None
    return Resume(
        file_id=file.id,
        storage_key=file.storage_key,
        original_name=file.original_name,
        text=file.text,
        hidden=tuple((start, end) for start, end in file.hidden or ()),
        is_unread=file.text_state is TextState.WAITING,
    )


def _read(resume: Resume | None, uploads: Path) -> ReadResume | None:
    if resume is None or not resume.is_unread:
        return None
    content = read_file(uploads, resume.storage_key)
    try:
        return ReadResume(resume.file_id, extract_text(content, file_name=resume.original_name))
    except ExtractionError as error:
        if str(error) == CANNOT_START:  # nothing is wrong with the file: try again later
            raise
        return ReadResume(resume.file_id, failure=str(error))


def _text_of(resume: Resume | None, read: ReadResume | None) -> tuple[str | None, tuple[tuple[int, int], ...]]:
    if read is not None and read.extracted is not None:
        return read.extracted.text, tuple((stretch.start, stretch.end) for stretch in read.extracted.hidden)
    return (resume.text, resume.hidden) if resume is not None else (None, ())


def _keep_text(session: Session, read: ReadResume) -> None:
    file = session.get(ResumeFile, read.file_id)
    if file is None or file.text_state is not TextState.WAITING:
        return
    if read.extracted is None:
        file.text_state, file.failure = TextState.FAILED, (read.failure or "")[:300]
        return
    file.text_state = TextState.READ
    file.text = read.extracted.text
    file.hidden = [[stretch.start, stretch.end] for stretch in read.extracted.hidden]
    file.pages = read.extracted.pages


def _is_newer(session: Session, stored: StoredPrescore, application: Application) -> bool:
    """Tell whether the run may replace the present one: one against an older rubric version, finished late, may not."""
    present = session.get(StoredPrescore, application.prescore_id) if application.prescore_id else None
    if present is None:
        return True
    numbers = [session.get_one(RubricVersion, run.rubric_version_id).number for run in (present, stored)]
    return numbers[1] >= numbers[0]
