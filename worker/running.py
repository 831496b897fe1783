"""How a job runs: begun, done in one transaction with its result, or put off after an error.

A job may run twice, because messages may be sent twice: its row is locked and looked at before anything is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import shared_task
from sqlalchemy.orm import Session

from screening.extensions import db, reading
from screening.models import Job, JobState

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=5)
# Longer than a task's hard time limit: what is running is never sent again meanwhile.
LEASE = timedelta(seconds=75)
LONGEST_ERROR = 500
# Far below the time limit of a task, which would strike an application that is not to blame for a busy machine.
CHUNK_SECONDS = 15.0
# What the relay puts before a job's name, whichever module its task stands in.
PREFIX = "worker.tasks."

logger = logging.getLogger(__name__)


def task(function: Callable[..., None]) -> Any:
    """Make a function the Celery task to which jobs of its name are sent."""
    return shared_task(name=PREFIX + function.__name__)(function)


class AlreadySettledError(Exception):
    """The job was finished by another run; this one has nothing to store."""


def run_job(job_id: int, act: Callable[[], None], *, give_up: Callable[[Session, str], None] | None = None) -> None:
    """Run ``act``, which stores its result inside ``finishing``; put the job off when it fails.

    After the last attempt the job is failed and ``give_up`` may leave word of it in the same transaction.
    """
    if not _begin(job_id, give_up):
        return
    try:
        act()
    except AlreadySettledError:
        logger.info("job %d was finished by another run", job_id)
    except Exception as error:  # whatever a job raises, its row must say so
        logger.exception("job %d failed", job_id)
        db.session.rollback()
        _put_off(job_id, f"{type(error).__name__}: {error}", give_up)
    finally:
        db.session.close()


@contextmanager
def looking() -> Iterator[Session]:
    """Give a session that only reads, and end that, so that no writer waits for what comes next."""
    token = reading.set(True)
    try:
        yield db.session
    finally:
        db.session.rollback()
        reading.reset(token)


@contextmanager
def finishing(job_id: int) -> Iterator[Session]:
    """Give a session whose changes are committed together with the end of the job; raise AlreadySettledError when it has one."""
    with _unsettled(job_id) as (session, job):
        yield session
        job.state = JobState.DONE
        job.finished_at = datetime.now(UTC)
        job.last_error = None
        session.commit()


@contextmanager
def going_on(job_id: int, **arguments: int | str) -> Iterator[Session]:
    """Give a session for a part of the work, as ``finishing`` does for all of it: the job is due again at once, with these arguments instead of its own of the same name."""
    with _unsettled(job_id) as (session, job):
        yield session
        job.arguments = {**job.arguments, **arguments}
        job.attempts, job.due_at = 0, datetime.now(UTC)
        job.last_error = None
        session.commit()


@contextmanager
def _unsettled(job_id: int) -> Iterator[tuple[Session, Job]]:
    session = db.session
    job = _locked(session, job_id)
    if job is None or job.state is not JobState.WAITING:
        session.rollback()
        raise AlreadySettledError
    yield session, job


def _begin(job_id: int, give_up: Callable[[Session, str], None] | None) -> bool:
    """Count the attempt and renew the lease; tell whether there is anything to do."""
    session = db.session
    job = _locked(session, job_id)
    if job is None or job.state is not JobState.WAITING:
        session.rollback()
        return False
    if job.attempts >= MOST_ATTEMPTS:
        _fail(
            session,
            job,
            f"ended its worker process {job.attempts} times; {job.last_error or 'no error was noted'}",
            give_up,
        )
        return False
    job.attempts += 1
    job.due_at = datetime.now(UTC) + LEASE
    session.commit()
    return True


def _put_off(job_id: int, error: str, give_up: Callable[[Session, str], None] | None) -> None:
    session = db.session
    job = _locked(session, job_id)
    if job is None or job.state is not JobState.WAITING:
        session.rollback()
    elif job.attempts >= MOST_ATTEMPTS:
        _fail(session, job, error, give_up)
    else:
        job.last_error = error[:LONGEST_ERROR]
        job.due_at = datetime.now(UTC) + FIRST_PAUSE * 2 ** (job.attempts - 1)
        session.commit()


def _fail(session: Session, job: Job, error: str, give_up: Callable[[Session, str], None] | None) -> None:
    job.state = JobState.FAILED
    job.finished_at = datetime.now(UTC)
    job.last_error = error[:LONGEST_ERROR]
    if give_up is not None:
        give_up(session, job.last_error)
    session.commit()


def _locked(session: Session, job_id: int) -> Job | None:
    return session.get(Job, job_id, with_for_update=True, populate_existing=True)
