"""Rows in bulk, as fast as the database takes them: indexes are made afterwards, and nothing is safe until the end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Index, create_engine, insert, text
from sqlalchemy.pool import StaticPool

from screening.extensions import tune
from screening.models import Base
from screening.models.search import MAKE_INDEX, ON_SQLITE, gin_index

Row = dict[str, Any]
PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -800000", "foreign_keys = OFF")


class Loader:
    """Writes rows of many tables; JSON documents that are given again and again are written out once."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[Any, str]] = {}

    def open_engine(self, url: str) -> Engine:
        """Make an engine that writes documents as this loader does, on one connection."""
        engine = create_engine(url, json_serializer=self._write, poolclass=StaticPool)
        tune(engine)
        return engine

    def keep(self, documents: Iterable[Any]) -> None:
        """Remember documents that will be given as they are, by themselves and not as equal ones."""
        for document in documents:
            self._written[id(document)] = document, json.dumps(document)

    def load(self, connection: Connection, rows: Mapping[type[Base], Sequence[Row]]) -> None:
        """Write rows; those of a table have the same columns."""
        for table, some in rows.items():
            connection.execute(insert(table.__table__), some)

    def _write(self, document: Any) -> str:
        kept = self._written.get(id(document))
        return kept[1] if kept is not None else json.dumps(document)


@contextmanager
def without_indexes(engine: Engine, tables: Sequence[type[Base]]) -> Iterator[None]:
    """Take the indexes of these tables away while the block fills them, with SQLite's safety; put all back, and count for the planner.

    Keys and what must be unique stay: they are the tables' own.
    """
    indexes = [index for table in tables for index in sorted(table.__table__.indexes, key=lambda one: one.name or "")]
    _begin(engine, indexes)
    yield
    _end(engine, indexes)


def _begin(engine: Engine, indexes: Sequence[Index]) -> None:
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
        is_sqlite = engine.dialect.name == "sqlite"
        for table in ON_SQLITE:
            connection.execute(text(f"DROP TRIGGER {table}_added" if is_sqlite else f"DROP INDEX {gin_index(table)}"))
    if is_sqlite:
        _say(engine, PRAGMAS)


def _end(engine: Engine, indexes: Sequence[Index]) -> None:
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        if not is_sqlite:
            connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        for index in indexes:
            index.create(connection)
        for table, index in ON_SQLITE.items():
            if is_sqlite:
                connection.execute(text(f"INSERT INTO {index}({index}) VALUES ('rebuild')"))
                trigger = next(made for made in MAKE_INDEX[table]["sqlite"] if f"{table}_added" in made)
                connection.execute(text(trigger))
            else:
                connection.execute(text(MAKE_INDEX[table]["postgresql"][0]))
    if is_sqlite:
        _say(engine, ("optimize", "analysis_limit = 0", "journal_mode = WAL"))
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _say(engine: Engine, pragmas: Sequence[str]) -> None:
    """Give SQLite its orders on the one connection of the pool, outside a transaction."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}").fetchall()
        cursor.close()
        raw.driver_connection.log = None  # type: ignore[union-attr] # nothing is safe until the end
    finally:
        raw.close()


def check_keys_late(connection: Connection) -> None:
    """Let rows name others that come later in this transaction: an application and its prescore name each other."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(
        text("PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET LOCAL session_replication_role = replica")
    )
