"""A real worker and a real relay on a real broker: work that was asked for gets done, whatever dies in between."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import Application, Fit, FormVersion, Heartbeat, Job, JobState, Posting, StoredPrescore
from screening.queries.progress import rescoring_progress
from screening.services.asking import ask_for_prescores
from screening.services.prescoring import ask_for_prescore
from tests.factories import NOW, make_application, make_posting
from tests.real.broker import Broker
from tests.real.processes import environment, running, start, wait_for

VERSION = select(FormVersion.rubric_version_id)


@pytest.fixture(autouse=True)
def _empty_queue(broker: Broker) -> Iterator[None]:
    broker.flush()
    yield
    if not broker.process:
        broker.start()
    broker.flush()


@pytest.fixture
def posting(session: Session) -> Posting:
    made = make_posting(session)
    session.commit()
    return made


def submit(session: Session, posting: Posting) -> Application:
    """Do what a submission does: the application and the job that judges it in one transaction."""
    application = make_application(session, posting)
    version_id = session.scalars(
        select(FormVersion.rubric_version_id).where(FormVersion.posting_id == posting.id)
    ).one()
    ask_for_prescore(session, application_id=application.id, rubric_version_id=version_id, now=NOW)
    session.commit()
    return application


def counter(session: Session, minimum: int) -> Callable[[], bool]:
    """Make a question that is true once ``minimum`` prescores are stored."""

    def ask() -> bool:
        session.rollback()
        found = session.scalar(select(func.count()).select_from(StoredPrescore)) or 0
        session.rollback()
        return found >= minimum

    return ask


def test_a_submission_is_judged_and_ranked(
    session: Session, posting: Posting, settings: Settings, tmp_path: Path
) -> None:
    env = environment(settings)
    with running(tmp_path, "worker", env=env) as worker, running(tmp_path, "beat", env=env) as relay:
        application = submit(session, posting)
        wait_for(counter(session, 1), say=lambda: worker.output() + relay.output())

        assert worker.stop() == 0
        assert relay.stop() == 0

    session.expire_all()
    stored = session.scalars(select(StoredPrescore)).one()
    assert (stored.application_id, application.prescore_id) == (application.id, stored.id)
    assert application.rank_score >= 0
    states = dict(session.execute(select(Job.name, Job.state)).all())
    assert states["prescore_application"] is JobState.DONE
    assert "fit_application" in states


def test_what_was_submitted_while_the_worker_was_dead_is_judged_when_it_is_back(
    session: Session, posting: Posting, settings: Settings, tmp_path: Path
) -> None:
    env = environment(settings)
    with running(tmp_path, "beat", env=env):
        first = start(tmp_path, "worker", env=env)
        try:
            wait_for(lambda: "ready" in first.output(), say=first.output)
        finally:
            first.close()
        for _ in range(3):
            submit(session, posting)
        with running(tmp_path, "worker", env=env) as second:
            wait_for(counter(session, 3), say=second.output)


def test_a_broker_that_is_down_delays_and_loses_nothing(
    session: Session, posting: Posting, settings: Settings, broker: Broker, tmp_path: Path
) -> None:
    env = environment(settings)
    broker.kill()
    with running(tmp_path, "beat", env=env) as relay:
        submit(session, posting)
        wait_for(lambda: "not in reach" in relay.output(), say=relay.output)
        assert session.scalars(select(Job.state)).all() == [JobState.WAITING]
        session.rollback()
        broker.start()
        with running(tmp_path, "worker", env=env) as worker:
            wait_for(counter(session, 1), say=lambda: relay.output() + worker.output())


def test_a_task_whose_pool_process_was_killed_is_run_again(
    session: Session, posting: Posting, settings: Settings, tmp_path: Path
) -> None:
    env = environment(settings)
    with running(tmp_path, "beat", env=env), running(tmp_path, "worker", env=env) as worker:
        submit(session, posting)
        wait_for(counter(session, 1), say=worker.output)  # a pool that loses a process before it has begun is given up
        for _ in range(6):
            submit(session, posting)
        os.kill(psutil.Process(worker.process.pid).children()[0].pid, signal.SIGKILL)
        wait_for(counter(session, 7), seconds=150, say=worker.output)


def test_a_new_rubric_version_asks_for_all_applications_once(session: Session, posting: Posting) -> None:
    version_id = session.scalars(select(FormVersion.rubric_version_id)).one()
    applications = [make_application(session, posting) for _ in range(3)]
    applications[1].prescore_refused = True
    session.flush()

    asked = [ask_for_prescores(session, posting_id=posting.id, rubric_version_id=version_id, now=NOW) for _ in range(2)]

    assert asked == [2, 0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_worker_leaves_a_sign_of_life(session: Session, settings: Settings, tmp_path: Path) -> None:
    env = {**environment(settings), "SCREENING_HEARTBEAT_FILE": str(tmp_path / "alive")}

    def names() -> set[str]:
        session.rollback()
        found = set(session.scalars(select(Heartbeat.name)))
        session.rollback()
        return found

    with running(tmp_path, "worker", env=env) as worker, running(tmp_path, "beat", env=environment(settings)) as relay:
        wait_for(lambda: names() == {"worker", "relay", "beat"}, say=lambda: worker.output() + relay.output())

    assert (tmp_path / "alive").exists()


def test_a_posting_is_judged_anew_in_one_chunk_and_fitted_to_another(
    session: Session, posting: Posting, settings: Settings, tmp_path: Path
) -> None:
    version_id = session.scalars(select(FormVersion.rubric_version_id)).one()
    make_posting(session, slug="other")
    for _ in range(12):
        make_application(session, posting)
    ask_for_prescores(session, posting_id=posting.id, rubric_version_id=version_id, now=NOW)
    session.commit()
    env = environment(settings)

    def fitted() -> bool:
        session.rollback()
        found = session.scalar(select(func.count()).select_from(Fit)) or 0
        session.rollback()
        return found == 12

    with running(tmp_path, "worker", env=env) as worker, running(tmp_path, "beat", env=env) as relay:
        wait_for(counter(session, 12), say=lambda: worker.output() + relay.output())
        wait_for(fitted, say=lambda: worker.output() + relay.output())

    session.expire_all()
    assert session.scalars(select(Job.state).where(Job.name == "rescore_applications")).all() == [JobState.DONE]
    assert all(rank >= 0 for rank in session.scalars(select(Application.rank_score)))


def test_rescoring_survives_killing_and_its_progress_is_what_is_stored(
    session: Session, posting: Posting, settings: Settings, tmp_path: Path
) -> None:
    total = 160
    applications = [make_application(session, posting) for _ in range(total)]
    ask_for_prescores(
        session, posting_id=posting.id, rubric_version_id=session.scalars(VERSION).one(), now=datetime.now(UTC)
    )
    session.commit()
    env = environment(settings)

    def told() -> tuple[int, int]:
        """Read progress and rows in one transaction, as they are committed together."""
        session.rollback()
        known = rescoring_progress(session, posting_id=posting.id)
        stored = session.scalar(select(func.count()).select_from(StoredPrescore)) or 0
        session.rollback()
        return (known.done if known else total), stored

    with running(tmp_path, "beat", env=env):
        first = start(tmp_path, "worker", env=env)
        try:
            wait_for(lambda: told()[1] > 0, say=first.output)
            os.kill(psutil.Process(first.process.pid).children()[0].pid, signal.SIGKILL)
        finally:
            first.close()
        after = told()
        # A chunk that died with its worker is sent again when its lease ends; the test does not wait for that.
        session.execute(update(Job).where(Job.state == JobState.WAITING).values(due_at=NOW))
        session.commit()
        with running(tmp_path, "worker", env=env) as second:
            wait_for(lambda: told() == (total, total), seconds=90, say=second.output)

    assert after[0] == after[1]
    session.expire_all()
    judged = session.scalars(select(StoredPrescore.application_id).order_by(StoredPrescore.application_id)).all()
    assert judged == [one.id for one in applications]
    assert all(rank >= 0 for rank in session.scalars(select(Application.rank_score)))
    assert rescoring_progress(session, posting_id=posting.id) is None
