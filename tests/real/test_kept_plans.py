"""PostgreSQL keeps the plans of what pages ask, and what only reads opens no transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, func, literal, select, text
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from screening.extensions import reading_first
from screening.models import Posting, PostingState
from screening.models.prepared import Prepared
from screening.queries.columns import read_columns
from tests.factories import make_posting

ODD = "50 % of 'x', %(posting)s, %(param_1)s, %s :y \\ “中”"
TIMES = 12
"""More than the driver waits for before it prepares a statement and PostgreSQL before it weighs one plan for all values."""

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def read_often(session: Session, read: Callable[[], object]) -> None:
    for _ in range(TIMES):
        with reading_first(session):
            read()


def kept(engine: Engine) -> dict[str, tuple[int, int]]:
    """Give what the one connection of the pool has prepared: the statement, how often with one plan for all, how often with its own."""
    asked = "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements"
    with engine.connect() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql(asked)}


def test_a_kept_statement_is_planned_once_with_its_own_values_in_it(engine: Engine, session: Session) -> None:
    posting = make_posting(session)
    session.commit()
    newest = Prepared(
        select(Posting.id, literal(ODD).label("odd"))
        .where(Posting.id == bindparam("posting"), Posting.state.in_([PostingState.DRAFT, PostingState.OPEN]))
        .order_by(Posting.id.desc())
        .limit(7)
    )
    read: list[Any] = []
    read_often(session, lambda: read.extend(newest.read(session, {"posting": posting.id})))
    assert read == TIMES * [(posting.id, ODD)]
    ((statement, (for_all, for_each)),) = [one for one in kept(engine).items() if "posting.id" in one[0]]
    assert "LIMIT 7" in statement
    assert statement.count("$") == 1
    assert for_all > 0
    assert for_each == 5


def test_what_a_filter_asks_is_planned_for_its_values(engine: Engine, session: Session) -> None:
    read_often(session, lambda: read_columns(session, select(Posting.id).where(Posting.id > 0), {}))
    assert not [one for one in kept(engine) if "posting" in one]


def test_after_reading_a_change_is_whole_or_not_at_all(engine: Engine, session: Session) -> None:
    with reading_first(session):
        assert session.scalar(select(func.count()).select_from(Posting)) == 0
        status = session.connection().connection.driver_connection.info.transaction_status  # type: ignore[union-attr]
        assert status.name == "IDLE"
    with pytest.raises(NoResultFound), reading_first(session):
        session.scalars(select(Posting)).one()
    make_posting(session)
    session.flush()
    assert session.scalar(select(func.count()).select_from(Posting)) == 1
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Posting)) == 0
    session.rollback()
    with reading_first(session):
        session.scalar(select(func.count()).select_from(Posting))
    with engine.begin() as connection:
        assert connection.connection.driver_connection.autocommit is False  # type: ignore[union-attr]


def test_who_asks_for_no_transaction_has_none(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM posting"))
    with engine.begin() as connection:
        assert connection.connection.driver_connection.autocommit is False  # type: ignore[union-attr]
