"""Pages of staff ask as many queries in a large company as in a small one, and few."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench.pages import _pages
from bench.seeding import seed
from tests.architecture.doors import sign_in
from tests.real import databases
from tests.recruiter.worlds import counted, own_engine

MOST = {
    "overview": 10,
    "today": 12,
    "pipeline": 12,
    "pipeline, second page": 12,
    "pipeline, board": 12,
    "pipeline, filtered": 12,
    "pipeline, by verdicts": 12,
    "pipeline, scores, newest": 12,
}
SIZES = (200, 2_000)
POSTINGS = 6
"""Postings whose pages are asked for; what counts is the one that asks most."""


def count(app: Flask, engine: Engine, applications: int) -> dict[str, int]:
    with Session(engine, expire_on_commit=False) as session:
        company = seed(session, applications=applications, now=datetime.now(UTC))
        pages = _pages(session, company)
    client, asked = sign_in(app, company.admin), own_engine(app)
    found: dict[str, int] = {}
    for name in MOST:
        for address in {pages[name](turn) for turn in range(POSTINGS)}:  # a list without anybody overdue asks one less
            assert client.get(address).status_code == 200, address
            with counted(asked) as statements:
                client.get(address)
            queries = sum(not statement.startswith(("BEGIN", "PRAGMA")) for statement in statements)
            found[name] = max(queries, found.get(name, 0))
    return found


def test_pages_ask_as_many_queries_for_two_hundred_applications_as_for_two_thousand(
    app: Flask, engine: Engine, database_url: str
) -> None:
    clean = databases.clean_sqlite if database_url.startswith("sqlite") else databases.clean_postgresql
    small = count(app, engine, SIZES[0])
    engine.dispose()
    own_engine(app).dispose()
    clean(database_url)
    large = count(app, engine, SIZES[1])
    assert small == large
    assert {name: number for name, number in large.items() if number > MOST[name] or not number} == {}


@pytest.mark.parametrize("view", ["table", "board"])
def test_the_longest_waiting_of_all_stages_are_one_query(app: Flask, engine: Engine, view: str) -> None:
    with Session(engine, expire_on_commit=False) as session:
        company = seed(session, applications=200, now=datetime.now(UTC))
    client = sign_in(app, company.admin)
    address = f"/staff/postings/{company.posting_ids[0]}?sort=waiting&view={view}&stage=all"
    client.get(address)
    with counted(own_engine(app)) as statements:
        assert client.get(address).status_code == 200
    assert 0 < len(statements) <= 12
