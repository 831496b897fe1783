"""A hundred reminders to fifty people are due, and the worker is killed while it writes them: each person gets each reminder once."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import Mail, MailState, Role, Stage, User
from screening.services.interviewing import Plan, schedule_interview
from tests.factories import make_application, make_posting, make_user
from tests.real.broker import Broker
from tests.real.mail_server import mail_server
from tests.real.processes import environment, running, start, wait_for

PEOPLE = 50
REMINDERS = 2 * PEOPLE


def owe_since_today(session: Session) -> None:
    """Let fifty people owe the scorecards of two interviews each, on panels of two; where they live it is noon."""
    now = datetime.now(UTC)
    people = [make_user(session, Role.INTERVIEWER) for _ in range(PEOPLE)]
    for person in people:
        person.time_zone = f"Etc/GMT{now.hour - 12:+d}"  # the sign of these names is the other way round
    posting = make_posting(session, planner := make_user(session))
    for number in range(PEOPLE):
        plan = Plan(
            round="1",
            starts_at=now - timedelta(hours=2, minutes=5),
            minutes=45,
            time_zone="UTC",
            place="",
            panel=(people[number].id, people[number - 1].id),
            focus=("r2",),
        )
        application = make_application(session, posting, stage=Stage.INTERVIEW)
        schedule_interview(session, application=application, plan=plan, actor_id=planner.id, now=now)
    session.commit()


@pytest.mark.chaos
def test_each_person_gets_each_reminder_once_though_the_worker_is_killed(
    session: Session, settings: Settings, broker: Broker, tmp_path: Path
) -> None:
    broker.flush()
    owe_since_today(session)
    clock = Celery(broker=settings.broker_url)

    def written(*states: MailState) -> int:
        mails = select(func.count()).select_from(Mail)
        found = session.scalar(mails.where(Mail.state.in_(states)) if states else mails) or 0
        session.rollback()
        return found

    def strike() -> None:
        """Do what the clock does every few minutes."""
        clock.send_task("worker.tasks.remind_interviewers", queue="work")

    def kill_once_it_writes() -> int:
        """Kill the worker and its pool as soon as more mails are there than before; tell how many there are."""
        before = written()
        worker = start(tmp_path, "worker", env=environment(settings))
        try:
            wait_for(lambda: "ready" in worker.output(), say=worker.output)
            strike()
            deadline = time.monotonic() + 60
            while written() == before and time.monotonic() < deadline:
                time.sleep(0.002)
        finally:
            worker.close()
        return written()

    after_kills = [kill_once_it_writes() for _ in range(2)]
    assert 0 < after_kills[0] < after_kills[1] < REMINDERS

    with mail_server() as inbox:
        env = {**environment(settings), "SCREENING_SMTP_URL": inbox.url}
        with running(tmp_path, "beat", env=env), running(tmp_path, "worker", env=env) as worker:
            strike()
            strike()
            wait_for(lambda: written(MailState.SENT) == REMINDERS, seconds=180, say=worker.output)

    everybody = session.scalars(select(User.email).where(User.role == Role.INTERVIEWER)).all()
    assert Counter(to for to, _ in inbox.mails) == dict.fromkeys(everybody, 2)
    assert len({(to, message["Message-ID"]) for to, message in inbox.mails}) == REMINDERS
    told = Counter(tuple(key.split(":")[1:4]) for key in session.scalars(select(Mail.key)))
    assert (len(told), set(told.values())) == (REMINDERS, {1})
    clock.close()
    broker.flush()
