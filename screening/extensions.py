"""The Flask extensions, made once and bound to an application by ``create_app``."""

from __future__ import annotations

import os
import sqlite3
import threading
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
LOOK_EVERY, LOOK_POLITELY = 0.001, 0.01
"""Seconds between two looks at the write lock; a process that gives way with the processor gives way here as well."""
POLITE_FOR = 1.0
"""Seconds after which whoever gives way has waited long enough."""
PAGES_OF_LOG = 4000
"""Pages of the write-ahead log after which they are copied into the database, 16 MB: pages that are written again and again are
copied less often, and fewer submissions wait for it."""

reading: ContextVar[bool] = ContextVar("reading", default=False)
"""True while a request that cannot write is served: its SQLite transactions need no write lock."""


def tune_sqlite(engine: Engine) -> None:
    """Make SQLite safe for several writers: WAL, durable commits, foreign keys, and BEGIN IMMEDIATE before any write.

    With SQLite's own deferred BEGIN a read-then-insert transaction of one writer fails at once beside another one
    (measured: 700 of 800 with 8 writers); with IMMEDIATE the second waits for its turn up to ``PATIENCE``.
    """
    waiting = Waiting()

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:  # noqa: ARG001 - the signature is SQLAlchemy's
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {PAGES_OF_LOG}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if reading.get():
            connection.exec_driver_sql("BEGIN")
        else:
            waiting.begin(connection)


class Waiting:
    """The wait of a process's threads for SQLite's write lock: one of them looks at it, the others wait for their turn asleep.

    SQLite's own wait grows to a tenth of a second between two looks, so whoever has waited longest looks most seldom:
    with eight writers one in twenty waited for more than a second while the lock was mostly free.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pause = LOOK_POLITELY if _gives_way() else LOOK_EVERY

    def begin(self, connection: Connection) -> None:
        """Begin a transaction with the write lock; after ``PATIENCE`` raise what SQLAlchemy makes of a locked database."""
        cursor: Any = connection.connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        begun = time.monotonic()
        is_mine = self._turn.acquire(timeout=PATIENCE)
        try:
            while not _begun(cursor):
                waited = time.monotonic() - begun
                if waited > PATIENCE:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    return
                time.sleep(self._pause if waited < POLITE_FOR else LOOK_EVERY)
        finally:
            if is_mine:
                self._turn.release()
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
            cursor.close()


def _gives_way() -> bool:
    """Tell whether this process was started to let others come first (``screening worker --give-way``)."""
    return hasattr(os, "getpriority") and os.getpriority(os.PRIO_PROCESS, 0) > 0


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
