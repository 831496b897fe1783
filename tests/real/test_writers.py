"""Several writers on SQLite: each waits for its turn, none for long, and who only reads waits for nobody."""

from __future__ import annotations

import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from errno import EIO
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Event, get_ident
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from screening import extensions
from screening.extensions import LOOK_EVERY, LOOK_POLITELY, Bell, reading_first
from screening.models import Person
from tests.real.databases import open_engine

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add(session: Session, number: int, now: datetime) -> None:
    session.execute(insert(Person).values(email_normalised=f"{number}@example.com", created_at=now))


def test_writers_take_turns_and_none_is_refused(engine: Engine, now: datetime) -> None:
    def write(writer: int) -> None:
        for one in range(20):
            with Session(engine) as session:
                add(session, writer * 100 + one, now)
                session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 160


def test_writer_that_waits_in_vain_is_told(engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "PATIENCE", 0.05)
    with Session(engine) as first, Session(engine) as second:
        add(first, 1, now)
        with pytest.raises(OperationalError, match="locked"):
            add(second, 2, now)
        second.rollback()
        first.commit()
        add(second, 2, now)
        second.commit()


def test_of_all_threads_that_wait_one_looks(engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    looking: set[int] = set()
    look = extensions._begun

    def noted(cursor: Any) -> bool:
        begun = look(cursor)
        if not begun:
            looking.add(get_ident())
        return begun

    def write(number: int) -> None:
        with Session(engine) as session:
            add(session, number, now)
            session.commit()

    monkeypatch.setattr(extensions, "_begun", noted)
    with ThreadPoolExecutor(6) as pool, Session(engine) as first:
        add(first, 1, now)
        writers = [pool.submit(write, number) for number in range(2, 8)]
        sleep(0.2)
        assert len(looking) == 1
        assert not any(writer.done() for writer in writers)
        first.commit()
        for writer in writers:
            writer.result(30)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 7


@pytest.mark.parametrize("niceness", [0, 5])
def test_process_that_gives_way_looks_seldom_at_first(
    niceness: int, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, answers, pauses = iter([0.0, 0.5, 2.0]), iter([False, False, True]), list[float]()
    monkeypatch.setattr(extensions, "_gives_way", lambda: niceness > 0)
    monkeypatch.setattr(extensions, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=pauses.append))
    monkeypatch.setattr(extensions, "_begun", lambda _cursor: next(answers))
    with engine.connect() as connection:
        extensions.Waiting(Bell(None)).begin(connection)
    assert pauses == [LOOK_POLITELY if niceness else LOOK_EVERY, LOOK_EVERY]


def test_who_waits_is_woken_by_another_process_s_end_of_turn(
    engine: Engine, database_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "LOOK_UNTOLD", 20.0)
    other = open_engine(database_url)  # with a wait of its own, as another process has
    waits = Event()
    look = extensions._begun

    def noted(cursor: Any) -> bool:
        begun = look(cursor)
        if not begun:
            waits.set()
        return begun

    def write() -> float:
        with Session(other) as session:
            begun = monotonic()
            add(session, 2, now)
            session.commit()
        return monotonic() - begun

    monkeypatch.setattr(extensions, "_begun", noted)
    with ThreadPoolExecutor(1) as pool, Session(engine) as first:
        add(first, 1, now)
        writer = pool.submit(write)
        assert waits.wait(30)
        first.commit()
        first.close()
        assert writer.result(30) < extensions.LOOK_UNTOLD / 2
    other.dispose()


def test_a_commit_waits_for_the_disk_after_it_has_let_the_next_writer_in(
    engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_flushing, may_end = Event(), Event()

    def flush(file: int) -> None:
        assert os.fstat(file).st_size > 0
        is_flushing.set()
        assert may_end.wait(30)

    def write() -> None:
        with Session(engine) as session:
            add(session, 1, now)
            session.commit()

    monkeypatch.setattr(extensions, "_flush", flush)
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        assert is_flushing.wait(30)
        with Session(engine) as session:
            assert session.scalar(select(func.count()).select_from(Person)) == 1
            add(session, 2, now)
            assert not writer.done()
            session.rollback()
        may_end.set()
        writer.result(30)


def test_after_an_error_of_the_disk_nothing_is_acknowledged_until_the_log_is_copied(
    database_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "PATIENCE", 0.05)
    engine = open_engine(database_url)
    errors = iter([OSError(EIO, "the disk is gone"), None, None])

    def flush(_file: int) -> None:
        if (error := next(errors)) is not None:
            raise error

    monkeypatch.setattr(extensions, "_flush", flush)
    with Session(engine) as reader, Session(engine) as session:
        with reading_first(reader):  # who looks at an older state keeps the log from being copied
            reader.scalar(select(func.count()).select_from(Person))
            for number, told in ((1, "the disk is gone"), (2, "an earlier commit")):
                add(session, number, now)
                with pytest.raises(OSError, match=told):
                    session.commit()
                session.rollback()
        add(session, 3, now)
        session.commit()
        assert session.scalar(select(func.count()).select_from(Person)) == 3
    engine.dispose()


def test_an_error_of_the_disk_is_made_up_for_where_the_log_can_be_copied(
    engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flush(_file: int) -> None:
        raise OSError(EIO, "the disk is gone")

    monkeypatch.setattr(extensions, "_flush", flush)
    with Session(engine) as session:
        add(session, 1, now)
        session.commit()
    engine.dispose()
    copy = sqlite3.connect(f"file:{engine.url.database}?immutable=1", uri=True)  # without the log
    assert copy.execute("SELECT count(*) FROM person").fetchone() == (1,)
    copy.close()


def test_a_database_behind_a_link_is_flushed_where_it_lies(database_url: str, tmp_path: Path, now: datetime) -> None:
    linked = tmp_path / "linked.sqlite3"
    linked.symlink_to(database_url.removeprefix("sqlite:///"))
    engine = open_engine(f"sqlite:///{linked}")
    with Session(engine) as session:
        add(session, 1, now)
        session.commit()
        assert session.scalar(select(func.count()).select_from(Person)) == 1
    engine.dispose()


def test_who_is_told_of_another_s_commit_waits_for_the_disk(
    engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    with Session(engine) as session:
        add(session, 1, now)
        session.commit()
    monkeypatch.setattr(extensions, "_flush", flushed.append)
    with Session(engine) as session, reading_first(session):
        session.scalar(select(func.count()).select_from(Person))
        assert not flushed
        extensions.make_safe(session)
        assert len(flushed) == 1


def test_only_who_has_written_waits_for_the_disk(
    engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(extensions, "_flush", flushed.append)
    with Session(engine) as session:
        add(session, 1, now)
        session.rollback()
        with reading_first(session):
            session.scalar(select(func.count()).select_from(Person))
        assert not flushed
        add(session, 1, now)
        session.commit()
        assert len(flushed) == 1
        with reading_first(session):  # a mistake, and still no loss
            add(session, 2, now)
        assert len(flushed) == 2


HOLDER = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""


def test_whoever_waits_for_a_process_that_is_killed_goes_on(engine: Engine, now: datetime) -> None:
    with Popen([sys.executable, "-c", HOLDER, str(engine.url.database)], stdout=PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        def write() -> None:
            with Session(engine) as session:
                add(session, 1, now)
                session.commit()

        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(write)
            sleep(0.2)
            assert not writer.done()
            holder.kill()
            writer.result(extensions.PATIENCE)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_ring_that_is_lost_only_costs_a_wait(engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bell, "ring", lambda _self: None)
    test_writers_take_turns_and_none_is_refused(engine, now)


def test_request_that_reads_first_holds_up_no_writer_and_then_writes(engine: Engine, now: datetime) -> None:
    has_read, has_written = Event(), Event()

    def request() -> int:
        with Session(engine, expire_on_commit=False) as session:
            with reading_first(session):
                seen = session.scalar(select(func.count()).select_from(Person)) or 0
                has_read.set()
                assert has_written.wait(30)
            add(session, 2, now)
            session.commit()
        return seen

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(request)
        assert has_read.wait(30)
        with Session(engine) as session:
            add(session, 1, now)
            session.commit()
        has_written.set()
        assert asked.result(30) == 0
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 2
