"""Acts on many by a real worker on a real broker: killed in the middle, gone on with, done once, and taken back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from screening import audit
from screening.config import Settings
from screening.models import (
    Application,
    Bulk,
    BulkItem,
    BulkKind,
    BulkState,
    ItemState,
    Job,
    Mail,
    MailState,
    Person,
    Posting,
    Role,
    Stage,
    StageMove,
    User,
)
from screening.policy import Actor
from screening.services.bulks import start as start_bulk
from screening.services.bulks import stop
from screening.services.stage_counts import find_drift, repair_counts
from screening.services.undoing import undo_bulk
from tests.factories import NOW, make_application, make_posting, make_user
from tests.real.broker import Broker
from tests.real.processes import environment, running, start, wait_for

MANY, TOO_MANY = 4_000, 16_000
"""What a worker has not done when it is killed, and when somebody has looked and pressed a button."""


@pytest.fixture(autouse=True)
def _empty_queue(broker: Broker) -> None:
    broker.flush()


@pytest.fixture
def recruiter(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def posting(session: Session, recruiter: User) -> Posting:
    return make_posting(session, recruiter)


def fill(session: Session, posting: Posting, number: int) -> list[int]:
    """Store so many new applications at once."""
    model = make_application(session, posting)
    people = [{"email_normalised": f"p{place}@example.com", "created_at": NOW} for place in range(number)]
    ids = list(session.scalars(insert(Person).returning(Person.id), people))
    rows = [
        {
            "person_id": person,
            "posting_id": posting.id,
            "form_version_id": model.form_version_id,
            "idempotency_key": f"bulk-{person}",
            "name": f"云小鹤{person}",
            "email": f"p{person}@example.com",
            "phone": None,
            "locale": "zh" if person % 2 else "en",
            "consent_version": "1",
            "stage": Stage.APPLIED,
            "stage_since": NOW,
            "submitted_at": NOW,
        }
        for person in ids
    ]
    made = list(session.scalars(insert(Application).returning(Application.id), rows))
    session.execute(
        insert(StageMove), [{"application_id": ident, "to_stage": Stage.APPLIED, "at": NOW} for ident in made]
    )
    repair_counts(session, posting_id=posting.id)
    session.commit()
    return made


def seen(session: Session, ident: int, what: Callable[[Bulk], bool]) -> Callable[[], bool]:
    """Make a question about the stored act."""

    def ask() -> bool:
        session.expire_all()
        answer = what(session.get_one(Bulk, ident))
        session.rollback()
        return answer

    return ask


def kill(pid: int) -> None:
    """End a worker with all its processes as a crash would."""
    family = psutil.Process(pid).children(recursive=True)
    for one in (psutil.Process(pid), *family):
        os.kill(one.pid, signal.SIGKILL)


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done_and_another_goes_on(
    session: Session, posting: Posting, recruiter: User, settings: Settings, tmp_path: Path
) -> None:
    ids, env = fill(session, posting, MANY), environment(settings)
    bulk = start_bulk(
        session,
        posting=posting,
        kind=BulkKind.MOVE,
        arguments={"to": "screening"},
        seen=dict.fromkeys(ids, Stage.APPLIED),
        actor_id=recruiter.id,
        now=datetime.now(UTC),
    )
    session.commit()
    ident, where, author = bulk.id, posting.id, recruiter.id
    with running(tmp_path, "beat", env=env):
        first = start(tmp_path, "worker", env=env)
        try:
            wait_for(seen(session, ident, lambda one: 0 < one.done < MANY), say=first.output)
            kill(first.process.pid)
        finally:
            first.close()
        session.expire_all()
        halfway = session.get_one(Bulk, ident)
        moved = session.scalar(select(func.count()).where(Application.stage == Stage.SCREENING))
        assert 0 < halfway.done < MANY, "it was killed too late to show anything"
        assert moved == halfway.done
        assert not find_drift(session, posting_id=where)
        # the lease of the one that died would end by itself a minute later
        session.execute(update(Job).where(Job.name == "run_bulk").values(due_at=datetime.now(UTC)))
        session.commit()
        with running(tmp_path, "worker", env=env) as second:
            wait_for(seen(session, ident, lambda one: one.state is BulkState.DONE), say=second.output)
            session.expire_all()
            assert (session.get_one(Bulk, ident).done, session.get_one(Bulk, ident).skipped) == (MANY, 0)
            moves = select(func.count()).where(StageMove.to_stage == Stage.SCREENING)
            assert session.scalar(moves) == MANY, "somebody was moved twice, or not at all"
            assert not find_drift(session, posting_id=where)
            session.rollback()
            actor = Actor(author, Role.RECRUITER, frozenset({where}))
            undo_bulk(session, bulk=session.get_one(Bulk, ident), actor=actor, now=datetime.now(UTC))
            session.commit()
            wait_for(seen(session, ident, lambda one: one.state is BulkState.UNDONE), say=second.output)
    session.expire_all()
    assert session.get_one(Bulk, ident).undone == MANY
    assert session.scalar(select(func.count()).where(Application.stage == Stage.SCREENING)) == 0
    assert not find_drift(session, posting_id=where)
    assert audit.is_intact(session)


def test_a_stop_reaches_the_worker_within_a_part(
    session: Session, posting: Posting, recruiter: User, settings: Settings, tmp_path: Path
) -> None:
    ids, env = fill(session, posting, TOO_MANY), environment(settings)
    bulk = start_bulk(
        session,
        posting=posting,
        kind=BulkKind.MOVE,
        arguments={"to": "rejected", "reason": "filled"},
        seen=dict.fromkeys(ids, Stage.APPLIED),
        actor_id=recruiter.id,
        now=datetime.now(UTC),
    )
    session.commit()
    ident, where = bulk.id, posting.id
    with running(tmp_path, "beat", env=env), running(tmp_path, "worker", env=env) as worker:
        wait_for(seen(session, ident, lambda one: one.done > 0), say=worker.output)
        assert stop(session, bulk=session.get_one(Bulk, ident), now=datetime.now(UTC))
        session.commit()
        time.sleep(2)
        session.expire_all()
        stopped = session.get_one(Bulk, ident)
        waiting = session.scalar(select(func.count()).where(BulkItem.state == ItemState.WAITING))
        rejected = session.scalar(select(func.count()).where(Application.stage == Stage.REJECTED))
        assert (stopped.state, stopped.done + (waiting or 0), rejected) == (BulkState.STOPPED, TOO_MANY, stopped.done)
        assert stopped.done < TOO_MANY
        assert not find_drift(session, posting_id=where)


def test_letters_are_written_once_for_each_in_their_language_and_recalled(
    session: Session, posting: Posting, recruiter: User, settings: Settings, tmp_path: Path
) -> None:
    ids, env = fill(session, posting, 120), environment(settings)
    letters = {
        "zh": ["关于 {posting}", "{name} 你好\n{status_link}"],
        "en": ["About {posting}", "Dear {name}\n{status_link}"],
    }
    bulk = start_bulk(
        session,
        posting=posting,
        kind=BulkKind.MAIL,
        arguments={"letters": letters, "base": "https://jobs.example.com/"},
        seen=dict.fromkeys(ids, Stage.APPLIED),
        actor_id=recruiter.id,
        now=datetime.now(UTC),
    )
    session.commit()
    ident, where, author = bulk.id, posting.id, recruiter.id
    with running(tmp_path, "beat", env=env), running(tmp_path, "worker", env=env) as worker:
        wait_for(seen(session, ident, lambda one: one.state is BulkState.DONE), say=worker.output)
        session.expire_all()
        mails = session.scalars(select(Mail).where(Mail.key.startswith(f"bulk:{ident}:"))).all()
        assert sorted(mail.application_id or 0 for mail in mails) == sorted(ids)
        by_locale = {mail.locale: mail for mail in mails}
        assert by_locale["zh"].subject.startswith("关于 ")
        assert by_locale["en"].text.startswith("Dear ")
        assert "https://jobs.example.com/status/" in by_locale["en"].text
        assert {mail.state for mail in mails} == {MailState.WAITING}
        assert all(mail.due_at > datetime.now(UTC) for mail in mails)
        session.rollback()
        actor = Actor(author, Role.RECRUITER, frozenset({where}))
        undo_bulk(session, bulk=session.get_one(Bulk, ident), actor=actor, now=datetime.now(UTC))
        session.commit()
        wait_for(seen(session, ident, lambda one: one.state is BulkState.UNDONE), say=worker.output)
    session.expire_all()
    assert session.get_one(Bulk, ident).undone == len(ids)
    states = session.scalars(select(Mail.state).where(Mail.key.startswith(f"bulk:{ident}:")))
    assert set(states) == {MailState.RECALLED}
