"""A job ends with its result, is put off after an error, and is given up in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from screening.extensions import db
from screening.models import Heartbeat, Job, JobState
from tests.factories import NOW
from worker.running import MOST_ATTEMPTS, finishing, run_job


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
