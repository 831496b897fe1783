"""The relay hands rows over with a lease, keeps what it cannot send, and never fills the queue without bound."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import Job, JobState
from tests.real.broker import Broker
from worker.relay import BROKER_ERRORS, PATIENCE, Claimed, Sender, claim, relay_once
from worker.running import LEASE


class Door:
    """A broker's front door: ``space`` messages fit; sending fails from the ``breaks_at``-th message on."""

    def __init__(self, space: int = 100, breaks_at: int | None = None) -> None:
        self.space, self.breaks_at = space, breaks_at
        self.sent: list[Claimed] = []

    def room(self) -> int:
        return self.space - len(self.sent)

    def send(self, job: Claimed) -> None:
        if self.breaks_at is not None and len(self.sent) + 1 >= self.breaks_at:
            raise OperationalError("gone")
        self.sent.append(job)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def add_jobs(session: Session, now: datetime) -> Callable[[int], None]:
    def add(count: int) -> None:
        for number in range(1, count + 1):
            session.add(
                Job(
                    name="prescore_application",
                    key=f"k{number}",
                    arguments={"application_id": number},
                    due_at=now,
                    created_at=now,
                )
            )
        session.commit()

    return add


def test_a_due_job_is_sent_once_within_its_lease_and_again_after_it(
    session: Session, now: datetime, add_jobs: Callable[[int], None]
) -> None:
    add_jobs(1)
    post = Door()
    clock = [now]

    counts = []
    for passed in (timedelta(0), LEASE / 2, LEASE + timedelta(seconds=1)):
        clock[0] = now + passed
        counts.append(relay_once(session, post, clock=lambda: clock[0]))

    assert counts == [1, 0, 1]
    assert post.sent == [Claimed(1, "prescore_application", {"application_id": 1})] * 2


def test_finished_and_future_jobs_are_left_alone(
    session: Session, now: datetime, add_jobs: Callable[[int], None]
) -> None:
    add_jobs(3)
    first, second, _third = session.scalars(select(Job).order_by(Job.id))
    first.state = JobState.DONE
    second.due_at = now + timedelta(hours=1)
    session.commit()
    post = Door()

    relay_once(session, post, clock=lambda: now)

    assert [job.id for job in post.sent] == [3]


def test_no_more_is_claimed_than_the_queue_has_room_for(
    session: Session, now: datetime, add_jobs: Callable[[int], None]
) -> None:
    add_jobs(5)
    post = Door(space=3)

    counts = [relay_once(session, post, clock=lambda: now) for _ in range(2)]

    assert counts == [3, 0]
    assert session.scalars(select(Job.id).where(Job.due_at <= now).order_by(Job.id)).all() == [4, 5]


def test_jobs_that_could_not_be_sent_are_due_at_once(
    session: Session, now: datetime, add_jobs: Callable[[int], None]
) -> None:
    add_jobs(4)
    post = Door(breaks_at=2)

    with pytest.raises(OperationalError):
        relay_once(session, post, clock=lambda: now)

    assert session.scalars(select(Job.id).where(Job.due_at <= now).order_by(Job.id)).all() == [2, 3, 4]


def test_two_relays_never_claim_the_same_job(
    engine: object, session: Session, now: datetime, add_jobs: Callable[[int], None]
) -> None:
    add_jobs(6)
    with Session(session.get_bind()) as other:
        taken = [job.id for job in claim(session, room=4, now=now)]
        taken += [job.id for job in claim(other, room=4, now=now)]

    assert taken == [1, 2, 3, 4, 5, 6]


def test_a_frozen_broker_costs_a_short_wait_and_no_row(
    session: Session, now: datetime, settings: Settings, broker: Broker, add_jobs: Callable[[int], None]
) -> None:
    add_jobs(1)
    celery = Celery("frozen", broker=settings.broker_url)
    sender = Sender(celery)
    assert broker.process is not None
    broker.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        with pytest.raises(BROKER_ERRORS):
            relay_once(session, sender, clock=lambda: now)
    finally:
        broker.process.send_signal(signal.SIGCONT)
        sender.close()
        celery.close()

    assert time.monotonic() - began < 10 * PATIENCE
    assert session.scalars(select(Job.due_at)).all() == [now]
