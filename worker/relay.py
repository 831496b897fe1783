"""The relay: hands waiting job rows to Celery, and runs the clock of recurring work beside it.

It looks for due rows four times a second, pushes their lease ahead in one transaction and sends them after it; a row that
is not finished when its lease ends is sent again. What is queued is bounded, so that a worker that is away finds no pile of
repeated messages. A broker that is down costs a short, bounded wait for each look; the rows wait. Any number of relays may
run: rows are claimed with FOR UPDATE SKIP LOCKED on PostgreSQL and under the one write lock on SQLite.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from celery import Celery
from celery.beat import EmbeddedService
from kombu.connection import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from screening.cli.supervision.lifeline import end_with_supervisor
from screening.extensions import db, reading
from screening.models import Heartbeat, Job, JobState
from screening.models.base import UtcDateTime
from screening.models.prepared import Prepared
from worker.app import HEARTBEAT_SECONDS, WORK_QUEUE, celery_app, flask_app, log_plainly
from worker.running import LEASE, PREFIX

LOOK_EVERY = 0.25
REST_AFTER_ERROR = 1.0
WINDOW = 32
PATIENCE = 2.0
FIRST_DUE = Prepared(
    select(Job.id).where(Job.state == JobState.WAITING, Job.due_at <= bindparam("now", type_=UtcDateTime)).limit(1)
)
BROKER_ERRORS = (OperationalError, RedisError, OSError)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job whose lease was pushed ahead and that is to be sent now."""

    id: int
    name: str
    arguments: dict[str, int | str]


class Post(Protocol):
    """What takes messages: the broker, or a test's stand-in for it."""

    def room(self) -> int:
        """Tell how many messages may be added to the queue."""

    def send(self, job: Claimed) -> None:
        """Send one message."""


class Sender:
    """A connection to the broker that gives up after ``PATIENCE`` seconds; raises one of ``BROKER_ERRORS``."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._connection: Connection | None = None

    def room(self) -> int:
        """Tell how many messages may be added to the queue."""
        channel: Any = self._open().default_channel
        waiting: int = channel.client.llen(WORK_QUEUE)
        return max(0, WINDOW - waiting)

    def send(self, job: Claimed) -> None:
        """Send one message."""
        producer = self._open().Producer()
        self._celery.send_task(
            PREFIX + job.name,
            kwargs={"job_id": job.id, **job.arguments},
            producer=producer,
            queue=WORK_QUEUE,
            retry=False,
        )

    def close(self) -> None:
        """Forget the connection; the next use opens a new one."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.collect()

    def _open(self) -> Connection:
        if self._connection is None:
            patience = {"max_retries": 0, "socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
            options = {**self._celery.conf.broker_transport_options, **patience}
            self._connection = Connection(
                self._celery.conf.broker_url, transport_options=options, connect_timeout=PATIENCE
            )
        return self._connection


def claim(session: Session, *, room: int, now: datetime) -> list[Claimed]:
    """Push the lease of up to ``room`` due jobs ahead and commit, before any of them is sent."""
    due = (
        select(Job)
        .where(Job.state == JobState.WAITING, Job.due_at <= now)
        .order_by(Job.due_at, Job.id)
        .limit(room)
        .with_for_update(skip_locked=True)
    )
    jobs = session.scalars(due).all()
    for job in jobs:
        job.due_at = now + LEASE
    session.commit()
    return [Claimed(job.id, job.name, dict(job.arguments)) for job in jobs]


def release(session: Session, jobs: list[Claimed], *, now: datetime) -> None:
    """Make jobs due again that could not be sent."""
    for job in session.scalars(select(Job).where(Job.id.in_([job.id for job in jobs]), Job.state == JobState.WAITING)):
        job.due_at = now
    session.commit()


def anything_due(session: Session, now: datetime) -> bool:
    """Look without a write lock, so that an idle relay disturbs nobody."""
    token = reading.set(True)
    try:
        found = FIRST_DUE.scalar(session, {"now": now})
    finally:
        session.rollback()
        reading.reset(token)
    return found is not None


def relay_once(session: Session, post: Post, *, clock: Callable[[], datetime]) -> int:
    """Send what is due and has room; give the number of messages. Errors of the broker leave every row due."""
    if not anything_due(session, clock()):
        return 0
    room = post.room()
    if room == 0:
        return 0
    jobs = claim(session, room=room, now=clock())
    for position, job in enumerate(jobs):
        try:
            post.send(job)
        except BROKER_ERRORS:
            release(session, jobs[position:], now=clock())
            raise
    return len(jobs)


class Relay:
    """The loop around ``relay_once``; ``run`` returns after ``stop``."""

    def __init__(self, sender: Sender, *, alive: Path | None = None) -> None:
        self._sender = sender
        self._alive = alive
        self._stopping = threading.Event()
        self._noted_at = datetime.min.replace(tzinfo=UTC)
        self._complained = False

    def stop(self) -> None:
        """Let ``run`` return after the present look."""
        self._stopping.set()

    def run(self, is_clock_alive: Callable[[], bool] = lambda: True) -> None:
        """Relay until told to stop, or until the clock's thread has ended: then whoever started us starts us again."""
        while not self._stopping.is_set() and is_clock_alive():
            self._stopping.wait(self._turn())

    def _turn(self) -> float:
        """Relay once and give the pause after it."""
        if self._alive is not None:
            self._alive.touch()
        try:
            with flask_app.app_context():
                self._note_alive()
                sent = relay_once(db.session, self._sender, clock=_now)
        except BROKER_ERRORS as error:
            self._complain("the broker", error)
            self._sender.close()
            return REST_AFTER_ERROR
        except SQLAlchemyError as error:
            self._complain("the database", error)
            return REST_AFTER_ERROR
        if self._complained:
            logger.info("the relay works again")
            self._complained = False
        return 0.0 if sent else LOOK_EVERY

    def _note_alive(self) -> None:
        now = _now()
        if now - self._noted_at < timedelta(seconds=HEARTBEAT_SECONDS):
            return
        for name in ("relay", "beat"):
            db.session.merge(Heartbeat(name=name, at=now))
        db.session.commit()
        self._noted_at = now

    def _complain(self, what: str, error: Exception) -> None:
        if not self._complained:
            logger.warning("%s is not in reach, work waits: %s", what, error)
        self._complained = True


def main() -> None:
    """Run the relay and the clock until SIGTERM or SIGINT."""
    log_plainly()
    end_with_supervisor()
    alive = os.environ.get("SCREENING_HEARTBEAT_FILE")
    relay = Relay(Sender(celery_app), alive=Path(alive) if alive else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.stop())
    clock = EmbeddedService(celery_app, thread=True, scheduler_cls="celery.beat:Scheduler")
    clock.start()
    logger.info("relay and clock are running")
    relay.run(clock.is_alive)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
