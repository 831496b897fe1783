"""Bringing a database to a version of its tables, up or down.

On SQLite foreign keys are off meanwhile: a batch migration replaces tables, and with them on it deletes the rows that
refer to the old one. After each step, still inside the transaction, ``PRAGMA foreign_key_check`` must find nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script.revision import ResolutionError
from alembic.util.exc import CommandError
from flask import Flask
from sqlalchemy import Engine, event

from screening.extensions import alembic, db
from screening.models.search import is_of_models


class BrokenReferenceError(Exception):
    """A migration left a row that refers to nothing; the migration was taken back."""


class UnknownVersionError(Exception):
    """The tables are of a version that this code knows no way from."""


def upgrade(app: Flask, target: str = "heads") -> None:
    """Bring the database up to ``target``."""
    configure(app)
    with app.app_context(), foreign_keys_off(db.engine), known_versions():
        alembic.upgrade(target)


def downgrade(app: Flask, target: str) -> None:
    """Bring the database down to ``target``, for example ``-1`` or ``base``."""
    configure(app)
    with app.app_context(), foreign_keys_off(db.engine), known_versions():
        alembic.downgrade(int(target) if target.lstrip("-").isdigit() and target.startswith("-") else target)


def is_current(app: Flask) -> bool:
    """Tell whether the database has the version that this code needs."""
    with app.app_context(), known_versions():
        return {script.revision for script in alembic.current()} == {script.revision for script in alembic.heads()}


def configure(app: Flask) -> None:
    """Set how Alembic compares and changes tables; tables are replaced where SQLite cannot change them."""
    app.config["ALEMBIC_CONTEXT"].update(
        render_as_batch=True,
        compare_type=True,
        include_name=lambda name, kind, _: is_of_models(name, kind),
        transactional_ddl=True,  # SQLite can, though Alembic does not expect it: the driver leaves transactions to us
        on_version_apply=check_references,
    )


def check_references(*, ctx: MigrationContext, **_: object) -> None:
    """Raise BrokenReferenceError when a row refers to nothing; Alembic calls this after each step, inside its transaction."""
    connection = ctx.connection
    if connection is None:
        return
    if connection.dialect.name == "sqlite" and (
        rows := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    ):
        raise BrokenReferenceError(f"{len(rows)} rows would refer to nothing, first in table {rows[0][0]}")


@contextmanager
def known_versions() -> Iterator[None]:
    """Say in words that the tables are of a version that no migration here begins or ends with."""
    try:
        yield
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise UnknownVersionError(
            "The tables were made by another version of Screening. Use that version, or keep this one's data elsewhere: SCREENING_INSTANCE names the folder."
        ) from error


@contextmanager
def foreign_keys_off(engine: Engine) -> Iterator[None]:
    """Switch SQLite's foreign keys off for new connections; they cannot be switched inside a transaction."""
    if engine.dialect.name != "sqlite":
        yield
        return

    def switch_off(connection: Any, record: object) -> None:  # noqa: ARG001 - the signature is SQLAlchemy's
        connection.execute("PRAGMA foreign_keys = OFF")

    engine.dispose()
    event.listen(engine, "connect", switch_off)
    try:
        yield
    finally:
        event.remove(engine, "connect", switch_off)
        engine.dispose()
