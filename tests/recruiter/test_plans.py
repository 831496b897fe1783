"""No page of staff reads a table that grows with the applications from end to end, whatever SQLite's planner believes of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bench.pages import _pages
from bench.seeded_rows import FILLED
from bench.seeding import Company, seed
from screening.extensions import db
from screening.models import Role, User
from screening.queries.blindness import owed_by
from tests.architecture.doors import sign_in

APPLICATIONS = 1_500
GROWING = {table.__tablename__ for table in FILLED} | {"search_document", "verdict_document", "audit_entry", "job"}
BY_ORDER = {("outbox", "mail"), ("outbox, scheduled", "mail")}
"""Lists that SQLite walks in their order until the page is full."""
SCAN = re.compile(r"^SCAN (\w+)")
ALIASED = re.compile(r"\b(\w+) AS (\w+)\b")


@pytest.fixture
def company(engine) -> Company:
    with Session(engine, expire_on_commit=False) as session:
        return seed(session, applications=APPLICATIONS, now=datetime.now(UTC))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_of_staff_reads_a_growing_table(engine, app, company):
    with Session(engine, expire_on_commit=False) as session:
        pages = _pages(session, company)
        admin = session.scalars(select(User).where(User.role == Role.ADMIN)).one()
    with app.app_context():
        own = db.engine
    asked: dict[tuple[str, str], object] = {}
    page = ""

    def note(_connection, _cursor, statement: str, parameters: object, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.setdefault((page, statement), parameters)

    event.listen(own, "before_cursor_execute", note)
    client = sign_in(app, admin)
    for page, path in pages.items():
        assert client.get(path(1)).status_code == 200, page
    event.remove(own, "before_cursor_execute", note)
    assert len(asked) > 2 * len(pages)
    read = []
    with engine.connect() as connection:
        for (name, statement), parameters in asked.items():
            aliases = {alias: table for table, alias in ALIASED.findall(statement)}
            for _, _, _, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                scanned = SCAN.match(step)
                table = aliases.get(scanned[1], scanned[1]) if scanned else ""
                if table in GROWING and (name, table) not in BY_ORDER:
                    read.append((name, step, " ".join(statement.split())[:300]))
    assert read == [], "\n".join(map(str, read))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_somebody_owes_is_found_among_what_is_not_settled(engine):
    owed = str(owed_by(7).compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        steps = [step for _, _, _, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {owed}")]
    assert any("ix_panelist_user_settled (user_id=? AND is_settled=?)" in step for step in steps), steps
