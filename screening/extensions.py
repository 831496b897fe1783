"""The Flask extensions, made once and bound to an application by ``create_app``."""

from __future__ import annotations

import os
import select
import sqlite3
import stat
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from errno import EIO
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


class ViewLimiter(Limiter):
    """Limits that stand on views, each of which asks for its own: a page without any does not look for some."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


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
limiter = ViewLimiter(get_remote_address)
login_manager = LoginManager()

PATIENCE = 15.0
"""Seconds that a writer waits for the others on SQLite."""
LOOK_EVERY, LOOK_UNTOLD, LOOK_POLITELY = 0.001, 0.02, 0.01
"""Seconds between two looks at the write lock: without a bell, with one that has not rung, and of a process that gives way
with the processor and so gives way here as well."""
POLITE_FOR = 1.0
"""Seconds after which whoever gives way has waited long enough."""
PAGES_OF_LOG = 4000
"""Pages of the write-ahead log after which they are copied into the database, 16 MB: pages that are written again and again are
copied less often, and fewer submissions wait for it."""

reading: ContextVar[bool] = ContextVar("reading", default=False)
"""True while a request that cannot write is served: its SQLite transactions need no write lock, and on PostgreSQL it has none,
so that what it wrote by mistake would be stored at once."""


class DurableConnection(sqlite3.Connection):
    """A connection to SQLite whose commit ends when the disk has it, and lets the next writer in before it waits for the disk.

    SQLite flushes its write-ahead log while it holds the write lock, so writers wait for the disk one after the other. What
    is flushed here later holds the frames of every commit before, so a commit that was told is never lost and none is lost
    in the middle; the waits of several go on at once. SQLite itself still flushes the log before it copies pages from it
    (``synchronous = NORMAL``: sqlite.org/wal.html, "performance considerations").
    """

    bell: Bell
    log: Log | None = None
    """The write-ahead log, None where the database has none."""
    is_writing = False
    _changes = 0
    _file: int | None = None

    def commit(self) -> None:
        """End the transaction; raise OSError when the disk does not take it."""
        holds_lock, self.is_writing = self.is_writing, False
        wrote, self._changes = holds_lock or self.total_changes != self._changes, self.total_changes
        super().commit()
        if holds_lock:
            self.bell.ring()
        if wrote:
            self.make_safe()

    def rollback(self) -> None:
        """Take the transaction back."""
        holds_lock, self.is_writing = self.is_writing, False
        super().rollback()
        self._changes = self.total_changes
        if holds_lock:
            self.bell.ring()

    def make_safe(self) -> None:
        """Wait until the disk has every commit so far, whoever made it; raise OSError when it does not take them.

        A disk tells an error once to each open file and would take what comes behind the hole. So the file stays open, and
        after an error the log is trusted again only when all of it has been copied into the database.
        """
        if self.log is None:
            return
        try:
            if self._file is None:
                self._file = os.open(self.log.path, os.O_RDWR)
            _flush(self._file)
        except OSError:
            self.log.is_doubtful = True
            if not self._copy_log():
                raise
        if self.log.is_doubtful and not self._copy_log():
            raise OSError(EIO, "the disk has not taken an earlier commit", self.log.path)

    def close(self) -> None:
        """Close the log's file as well."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)
        super().close()

    def _copy_log(self) -> bool:
        is_busy, *_ = self.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        if self.log is not None and not is_busy:
            self.log.is_doubtful = False
        return not is_busy


@dataclass(slots=True)
class Log:
    """The write-ahead log of a database; ``is_doubtful`` after the disk has not taken a part of it."""

    path: str
    is_doubtful: bool = False


def tune(engine: Engine) -> None:
    """Make an engine as the product needs it on its database."""
    (tune_sqlite if engine.dialect.name == "sqlite" else tune_postgresql)(engine)


def tune_sqlite(engine: Engine) -> None:
    """Make SQLite safe for several writers: WAL, durable commits, foreign keys, and BEGIN IMMEDIATE before any write.

    With SQLite's own deferred BEGIN a read-then-insert transaction of one writer fails at once beside another one
    (measured: 700 of 800 with 8 writers); with IMMEDIATE the second waits for its turn up to ``PATIENCE``.
    """
    bell = Bell(engine.url.database)
    waiting = Waiting(bell)
    logs: dict[str, Log] = {}

    @event.listens_for(engine, "do_connect")
    def make(_dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
        options["factory"] = DurableConnection

    @event.listens_for(engine, "connect")
    def connect(connection: DurableConnection, _record: object) -> None:
        connection.isolation_level = None
        connection.bell = bell
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
        has_log = cursor.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        connection.log = logs.setdefault(_file_of(cursor), Log(f"{_file_of(cursor)}-wal")) if has_log else None
        cursor.execute(f"PRAGMA synchronous = {'NORMAL' if has_log else 'FULL'}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {PAGES_OF_LOG}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if reading.get():
            connection.exec_driver_sql("BEGIN")
        else:
            waiting.begin(connection)
            connection.connection.driver_connection.is_writing = True  # type: ignore[union-attr] # made above


def tune_postgresql(engine: Engine) -> None:
    """Let what only reads ask without a transaction: every statement sees what is committed then, as in a READ COMMITTED transaction.

    That spares BEGIN and ROLLBACK their way to the server, and the driver keeps its prepared statements, all of which
    it forgets at each ROLLBACK: PostgreSQL plans a page's statements for as long as it takes to answer them. A statement with
    the execution option ``plans_anew`` is never prepared.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        is_asked = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        if driver.autocommit is not (reading.get() or is_asked):
            driver.autocommit = not driver.autocommit

    @event.listens_for(engine, "do_execute")
    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        if not context.execution_options.get("plans_anew"):
            return False
        cursor.execute(statement, parameters, prepare=False)
        return True


class Bell:
    """What wakes the processes that wait for a database file's write lock: a named pipe beside it, into which whoever ends a transaction puts a byte.

    It is a hint and no lock: the lock is SQLite's, which ends with its process. A ring that is lost costs a wait of
    ``LOOK_UNTOLD``; where no pipe can be made, each look comes ``LOOK_EVERY`` after the last. The pipe is closed when nobody
    can ring any more, and not before: its number might be another file's by then.
    """

    def __init__(self, database: str | None) -> None:
        is_file = database is not None and not database.startswith((":memory:", "file:"))
        self._path = f"{database}-bell" if is_file and hasattr(os, "mkfifo") else None
        self._pipe: int | None = None

    def ring(self) -> None:
        """Wake one who waits."""
        if (pipe := self._opened()) is not None:
            with suppress(BlockingIOError):  # a full pipe wakes as well
                os.write(pipe, b"!")

    def wait(self) -> None:
        """Wait for a ring, or for so long that it pays to look."""
        pipe = self._opened()
        if pipe is None:
            time.sleep(LOOK_EVERY)
            return
        ring = select.poll()
        ring.register(pipe, select.POLLIN)
        if ring.poll(1000 * LOOK_UNTOLD):
            with suppress(BlockingIOError):  # somebody else was woken by it
                os.read(pipe, 1)

    def _opened(self) -> int | None:
        path = self._path  # another thread may find meanwhile that none can be made
        if self._pipe is None and path is not None:
            pipe = _pipe_at(path)
            if pipe is None:
                self._path = None
                return None
            weakref.finalize(self, os.close, pipe)
            self._pipe = pipe
        return self._pipe


class Waiting:
    """The wait of a process's threads for SQLite's write lock: one of them looks at it, the others wait for their turn asleep.

    SQLite's own wait grows to a tenth of a second between two looks, so whoever has waited longest looks most seldom:
    with eight writers one in twenty waited for more than a second while the lock was mostly free.
    """

    def __init__(self, bell: Bell) -> None:
        self._turn = threading.Lock()
        self._bell = bell
        self._is_polite = _gives_way()

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
                if self._is_polite and waited < POLITE_FOR:
                    time.sleep(LOOK_POLITELY)
                else:
                    self._bell.wait()
        finally:
            if is_mine:
                self._turn.release()
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
            cursor.close()


def _pipe_at(path: str) -> int | None:
    """Open the named pipe, made if need be; None where that cannot be done, or where something else lies there."""
    try:
        with suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        if not stat.S_ISFIFO(os.lstat(path).st_mode):
            return None
        return os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return None


def _file_of(cursor: Any) -> str:
    """Name the database's file as SQLite found it, beside which it keeps the log: behind links, and whatever folder we are in later."""
    (file,) = (row[2] for row in cursor.execute("PRAGMA database_list").fetchall() if row[1] == "main")
    return str(file)


def make_safe(session: Session) -> None:
    """Wait until the disk has all that this session can read, before somebody is told that it is stored.

    Who reads may see another's commit while it still waits for the disk. PostgreSQL shows none before.
    """
    connection = session.connection().connection.driver_connection
    if isinstance(connection, DurableConnection):
        connection.make_safe()


def _flush(file: int) -> None:
    """Wait until the disk has what was written to an open file, by whomever."""
    getattr(os, "fdatasync", os.fsync)(file)


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
    """Let a request that will write read so that it holds up no writer, until the end of the block.

    What was read stays loaded and may be old by the time of the write: the writer looks again at what must still hold.
    """
    token = reading.set(True)
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()  # what comes next is no reader's
        raise
    finally:
        reading.reset(token)
