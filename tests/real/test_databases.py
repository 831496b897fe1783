"""The two databases that tests run on are real, empty and alike."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from screening.models import Person


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_empty_with_numbers_from_one(session: Session, now: datetime, turn: int) -> None:
    session.add(Person(email_normalised="xiaohe@example.com", created_at=now))
    session.commit()

    found = session.scalars(select(Person)).one()

    assert (found.id, found.created_at) == (1, now)


def test_databases_are_the_real_ones(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    else:
        assert "PostgreSQL 18" in str(session.scalar(text("SELECT version()")))
