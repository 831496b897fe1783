"""The Flask extensions, made once and bound to an application by ``create_app``."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from flask_alembic import Alembic
from flask_babel import Babel, Domain, get_locale
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from screening.models import Base


class KeptDomain(Domain):  # type: ignore[misc] # Flask-Babel has no types
    """The translations, looked up by their language: Flask-Babel writes the locale out for each text, a sixth of a page's time."""

    def get_translations(self) -> Any:
        """Give the texts of the locale in force."""
        locale = get_locale()
        if locale is None:
            return super().get_translations()
        kept = self.cache.get(locale.language)
        if kept is None:
            kept = self.cache[locale.language] = super().get_translations()
        return kept


class KeptBabel(Babel):  # type: ignore[misc] # as above
    """Flask-Babel with translations that are found quickly."""

    @cached_property
    def domain_instance(self) -> KeptDomain:
        """The only domain."""
        return KeptDomain(domain=self.domain)


db = SQLAlchemy(session_options={"expire_on_commit": False})
alembic = Alembic(metadatas=Base.metadata)
babel = KeptBabel()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
login_manager = LoginManager()

PATIENCE = 15.0
"""Seconds that a writer waits for the others on SQLite."""
LOOK_EVERY = 0.002

reading: ContextVar[bool] = ContextVar("reading", default=False)
"""True while a request that cannot write is served: its SQLite transactions need no write lock."""


def tune_sqlite(engine: Engine) -> None:
    """Make SQLite safe for several writers: WAL, durable commits, foreign keys, and BEGIN IMMEDIATE before any write.

    With SQLite's own deferred BEGIN a read-then-insert transaction of one writer fails at once beside another one
    (measured: 700 of 800 with 8 writers); with IMMEDIATE the second waits for its turn up to ``PATIENCE``.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:  # noqa: ARG001 - the signature is SQLAlchemy's
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if reading.get():
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)


def _begin_writing(connection: Connection) -> None:
    """Ask for the write lock again and again until it is free.

    SQLite's own wait grows to a tenth of a second between two looks, so whoever has waited longest looks most seldom:
    with eight writers one in twenty waited for more than a second while the lock was mostly free.
    """
    cursor: Any = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 0")
    deadline = time.monotonic() + PATIENCE
    try:
        while not _begun(cursor):
            if time.monotonic() > deadline:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what SQLAlchemy makes of it
                return
            time.sleep(LOOK_EVERY)
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
        cursor.close()


def _begun(cursor: Any) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


@contextmanager
def reading_first(session: Session) -> Iterator[None]:
    """Let a request that will write read in a transaction that holds up no writer; it ends with the block.

    What was read stays loaded and may be old by the time of the write: the writer looks again at what must still hold.
    """
    token = reading.set(True)
    try:
        yield
        session.commit()
    finally:
        reading.reset(token)
