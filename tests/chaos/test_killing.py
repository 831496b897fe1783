"""Submissions while processes are killed at random: nothing is lost, nothing is done twice.

The victims are children of the test: worker, relay, broker, and on PostgreSQL the database server itself. Kills and
submissions are counted and the test ends by itself.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from screening.config import Settings, load_settings
from screening.models import Application, Base, FormVersion, Job, JobState, Posting, StoredPrescore
from screening.queue import PRESCORE_APPLICATION
from screening.services.prescoring import ask_for_prescore
from tests.factories import NOW, make_application, make_posting
from tests.real import databases
from tests.real.broker import Broker, start_broker
from tests.real.postgresql import start_postgresql
from tests.real.processes import Running, environment, start, wait_for

SUBMISSIONS = 36
KILLS = 12


class Stage:
    """The processes that may die; each victim comes back at once, as under a supervisor."""

    def __init__(self, folder: Path, settings: Settings, broker: Broker) -> None:
        self._folder, self._env, self._broker = folder, environment(settings), broker
        self._running: dict[str, Running] = {}
        for name in ("worker", "beat"):
            self.start(name)

    def start(self, name: str) -> None:
        self._running[name] = start(self._folder, name, env=self._env)

    def kill(self, name: str) -> None:
        if name == "broker":
            self._broker.kill(signal.SIGKILL)
            self._broker.start()
            return
        self._running[name].close()
        self.start(name)

    def revive(self) -> None:
        """Start again what ended by itself, and a worker that a broken broker connection may have left deaf."""
        self.kill("worker")
        if self._running["beat"].process.poll() is not None:
            self.start("beat")

    def output(self) -> str:
        return "".join(running.output()[-3000:] for running in self._running.values())

    def close(self) -> None:
        for running in self._running.values():
            running.close()


@contextmanager
def sqlite(folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    path = databases.make_sqlite_template(folder / "chaos.sqlite3")
    yield f"sqlite:///{path}", None


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    server = start_postgresql()

    def crash() -> None:
        server.pause()
        server.resume()

    url = databases.make_postgresql_database(server, "chaos")
    engine = databases.open_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:  # the tests' servers answer before a commit is written down; this one crashes
        connection.execute(text("ALTER DATABASE chaos SET synchronous_commit = on"))
    engine.dispose()
    yield url, crash
    server.close()


def submit(engine: Engine, posting_id: int, version_id: int) -> int | None:
    """Submit as a web process does; give the id when the database said that it is stored."""
    try:
        with Session(engine, expire_on_commit=False) as session:
            application = make_application(session, session.get_one(Posting, posting_id))
            ask_for_prescore(session, application_id=application.id, rubric_version_id=version_id, now=NOW)
            session.commit()
            return application.id
    except SQLAlchemyError:
        return None


def count(engine: Engine, what: type[Base]) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


@pytest.mark.chaos
@pytest.mark.parametrize("database", [sqlite, postgresql])
def test_every_submission_is_judged_once_though_everything_dies(
    database: Callable[[Path], object], tmp_path: Path
) -> None:
    dice = random.Random(20261124)
    with ExitStack() as stack:
        url, crash_database = stack.enter_context(database(tmp_path))  # type: ignore[var-annotated,arg-type]  # two context managers of one shape
        broker = start_broker()
        stack.callback(broker.close)
        settings = load_settings(
            {"SCREENING_DATABASE_URL": url, "SCREENING_BROKER_URL": broker.url}, instance=tmp_path / "instance"
        )
        engine = databases.open_engine(url)
        stack.callback(engine.dispose)
        with Session(engine) as session:
            posting = make_posting(session)
            session.commit()
            posting_id = posting.id
            version_id = session.scalars(select(FormVersion.rubric_version_id)).one()
        processes = Stage(tmp_path, settings, broker)
        stack.callback(processes.close)
        victims = ["worker", "beat", "broker"]

        acknowledged = []
        for number in range(SUBMISSIONS):
            acknowledged.append(submit(engine, posting_id, version_id))
            if number % (SUBMISSIONS // KILLS) == 0:
                time.sleep(dice.uniform(0.3, 1.5))
                processes.kill(dice.choice(victims))
                if crash_database is not None and number % 12 == 0:
                    crash_database()
        processes.revive()
        stored = {ident for ident in acknowledged if ident is not None}
        wait_for(lambda: count(engine, StoredPrescore) >= count(engine, Application), seconds=150, say=processes.output)

        with Session(engine) as session:
            applications = session.scalars(select(Application.id)).all()
            judged = session.scalars(select(StoredPrescore.application_id)).all()
            states = set(session.scalars(select(Job.state).where(Job.name == PRESCORE_APPLICATION)))
        assert stored <= set(applications)
        assert sorted(judged) == sorted(applications)
        assert len(stored) >= SUBMISSIONS - KILLS
        assert states == {JobState.DONE}
