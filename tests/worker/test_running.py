"""A job ends with its result, is put off after an error, and is given up in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.failures import TAKES_TOO_MUCH
from screening.documents.storage import store_file
from screening.extensions import db
from screening.models import FormVersion, Heartbeat, Job, JobState, RubricVersion, StoredPrescore, TextState
from screening.queries.progress import Progress, rescoring_progress
from screening.services.application_drafts import attach_file, save_draft
from screening.services.asking import ask_for_prescores
from tests.factories import NOW, make_application, make_posting
from worker import tasks
from worker.running import MOST_ATTEMPTS, finishing, going_on, run_job


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def job_id() -> int:
    job = Job(name="mark", key="mark:1", arguments={}, due_at=NOW, created_at=NOW)
    db.session.add(job)
    db.session.commit()
    return job.id


def read(job_id: int) -> Job:
    db.session.rollback()
    job = db.session.get_one(Job, job_id, populate_existing=True)
    db.session.rollback()
    return job


def mark(job_id: int) -> None:
    with finishing(job_id) as session:
        session.add(Heartbeat(name="mark", at=NOW))


def test_the_result_and_the_end_of_the_job_are_one(job_id: int) -> None:
    run_job(job_id, lambda: mark(job_id))

    job = read(job_id)
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 1, None)
    assert db.session.get(Heartbeat, "mark") is not None


def test_a_job_that_goes_on_keeps_its_part_and_is_due_with_what_is_left(job_id: int) -> None:
    def part() -> None:
        with going_on(job_id, first_id=7) as session:
            session.add(Heartbeat(name="part", at=NOW))

    run_job(job_id, part)

    job = read(job_id)
    assert (job.state, job.attempts, job.arguments) == (JobState.WAITING, 0, {"first_id": 7})
    assert job.due_at <= datetime.now(UTC)
    assert db.session.get(Heartbeat, "part") is not None


def test_a_finished_job_does_not_run_again(job_id: int) -> None:
    runs: list[int] = []
    for _ in range(2):
        run_job(job_id, lambda: (runs.append(1), mark(job_id))[1])

    assert len(runs) == 1


def test_a_run_that_comes_second_stores_nothing(job_id: int) -> None:
    run_job(job_id, lambda: (mark(job_id), mark(job_id))[1])

    assert read(job_id).state is JobState.DONE


def test_an_error_puts_the_job_off_and_keeps_the_reason(job_id: int) -> None:
    def fail() -> None:
        with finishing(job_id) as session:
            session.add(Heartbeat(name="half", at=NOW))
            session.flush()
            raise ValueError("the disk is full")

    run_job(job_id, fail)

    job = read(job_id)
    assert (job.state, job.last_error) == (JobState.WAITING, "ValueError: the disk is full")
    assert job.due_at > datetime.now(UTC)
    assert db.session.get(Heartbeat, "half") is None


def test_after_the_last_attempt_the_job_is_given_up_with_a_word(job_id: int) -> None:
    words: list[str] = []

    def give_up(session: Session, error: str) -> None:
        words.append(error)

    def fail() -> None:
        raise ValueError("never")

    for _ in range(MOST_ATTEMPTS + 1):
        run_job(job_id, fail, give_up=give_up)

    assert (read(job_id).state, words) == (JobState.FAILED, ["ValueError: never"])


def test_a_job_that_ends_its_worker_each_time_is_given_up(job_id: int) -> None:
    job = db.session.get_one(Job, job_id)
    job.attempts = MOST_ATTEMPTS
    db.session.commit()

    run_job(job_id, lambda: pytest.fail("it must not run"))

    assert read(job_id).state is JobState.FAILED
    assert "ended its worker process 6 times" in (read(job_id).last_error or "")


def test_a_chunk_whose_time_is_up_goes_on_until_all_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CHUNK_SECONDS", -1.0)
    posting = make_posting(db.session)
    ids = [make_application(db.session, posting).id for _ in range(3)]
    version_id = db.session.scalars(select(RubricVersion.id)).one()
    ask_for_prescores(db.session, posting_id=posting.id, rubric_version_id=version_id, now=NOW)
    job_id = db.session.scalars(select(Job.id).where(Job.name == "rescore_applications")).one()
    posting_id = posting.id
    db.session.commit()

    told = []
    while not told or told[-1] is not None:
        tasks.rescore_applications.run(job_id=job_id, **read(job_id).arguments)
        told.append(rescoring_progress(db.session, posting_id=posting_id))
        db.session.rollback()

    assert told == [Progress(0, 3), Progress(0, 3), None]
    judged = db.session.scalars(select(StoredPrescore.application_id).order_by(StoredPrescore.id)).all()
    assert judged == ids


def test_a_resume_whose_reading_ends_its_process_again_and_again_is_marked(session: Session, tmp_path: Path) -> None:
    posting = make_posting(session)
    draft = save_draft(
        session,
        key="k" * 32,
        posting=posting,
        form_version=session.scalars(select(FormVersion)).one(),
        fields=[],
        version=0,
        locale="zh",
        now=NOW,
    )
    stored = store_file(tmp_path, b"x", original_name="cv.txt", media_type="text/plain")
    file = attach_file(session, draft=draft, field="resume", stored=stored, now=NOW)
    job = session.scalars(select(Job).where(Job.name == "read_draft_file")).one()
    job.attempts = MOST_ATTEMPTS
    job_id, key = job.id, file.storage_key
    session.commit()

    tasks.read_draft_file.run(job_id=job_id, storage_key=key)

    assert read(job_id).state is JobState.FAILED
    db.session.rollback()
    session.expire_all()
    assert (file.text_state, file.failure) == (TextState.FAILED, TAKES_TOO_MUCH)
