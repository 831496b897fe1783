"""Several writers on SQLite: each waits for its turn, none for long, and who only reads waits for nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from screening import extensions
from screening.extensions import reading_first
from screening.models import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add(session: Session, number: int, now: datetime) -> None:
    session.add(Person(email_normalised=f"{number}@example.com", created_at=now))
    session.flush()


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
