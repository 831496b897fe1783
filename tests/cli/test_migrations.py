"""Migrations and models say the same on both databases, go both ways, and never leave a row that refers to nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from screening.app import create_app
from screening.cli import main
from screening.cli.migrating import BrokenReferenceError, check_references, downgrade, is_current, upgrade
from screening.config import load_settings
from screening.extensions import alembic, db
from screening.models import Answer, Base
from screening.models.search import is_of_models
from tests.factories import make_application, make_posting
from tests.real import databases


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgresql")
    yield databases.make_postgresql_database(server, "screening_empty")
    databases.drop_postgresql_database(server, "screening_empty")


@pytest.fixture
def bare_app(empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(load_settings({"SCREENING_DATABASE_URL": empty_url}, instance=tmp_path / "instance"))
    yield app
    with app.app_context():
        db.engine.dispose()


def tables(app: Flask) -> set[str]:
    with app.app_context():
        found = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if is_of_models(name, "table")}


def test_migrations_make_exactly_what_the_models_say(bare_app: Flask) -> None:
    assert not is_current(bare_app)

    upgrade(bare_app)

    assert is_current(bare_app)
    assert tables(bare_app) == set(Base.metadata.tables)
    with bare_app.app_context():
        assert alembic.compare_metadata() == []


def test_migrations_go_back_to_nothing_and_up_again(bare_app: Flask) -> None:
    upgrade(bare_app)
    downgrade(bare_app, "base")
    assert tables(bare_app) == set()

    upgrade(bare_app)

    assert tables(bare_app) == set(Base.metadata.tables)


def test_a_second_upgrade_keeps_the_data(bare_app: Flask) -> None:
    upgrade(bare_app)
    with bare_app.app_context():
        make_application(db.session, make_posting(db.session))
        db.session.commit()
        before = db.session.scalars(select(Answer.id)).all()

    upgrade(bare_app)

    with bare_app.app_context():
        assert db.session.scalars(select(Answer.id)).all() == before != []


def test_a_row_that_refers_to_nothing_takes_a_migration_back(tmp_path: Path) -> None:
    app = create_app(load_settings({}, instance=tmp_path / "instance"))
    upgrade(app)
    with app.app_context():
        connection = alembic.migration_context.connection
        assert connection is not None
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("INSERT INTO answer (application_id, field, value) VALUES (77, 'basics', '{}')")
        with pytest.raises(BrokenReferenceError, match="1 rows would refer to nothing, first in table answer"):
            check_references(ctx=alembic.migration_context)
        connection.rollback()
        db.engine.dispose()


def test_the_commands_make_and_check_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_INSTANCE", str(tmp_path / "instance"))
    run = CliRunner()

    codes = [
        run.invoke(main, line).exit_code
        for line in (["migrate", "--check"], ["init-db"], ["init-db"], ["migrate", "--check"])
    ]

    assert codes == [1, 0, 0, 0]


def test_sessions_see_the_tables(session: Session) -> None:
    assert set(inspect(session.get_bind()).get_table_names()) >= set(Base.metadata.tables)


def test_tables_of_another_version_are_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_INSTANCE", str(tmp_path / "instance"))
    run = CliRunner()
    assert run.invoke(main, ["migrate"]).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "instance" / "screening.sqlite3")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'of another time'")
        database.commit()

    for command in (["migrate"], ["migrate", "--check"], ["init-db"], ["doctor"]):
        told = run.invoke(main, command)

        assert told.exit_code == 1, command
        assert "made by another version of Screening" in told.output, command
        assert "Traceback" not in told.output
