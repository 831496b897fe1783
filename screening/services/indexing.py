"""Keeping the index of the search: an application's words are written when its texts have been read or have changed.

A name that was typed a moment ago is found some seconds later, when the worker has taken up the application.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Table, and_, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from screening import queue
from screening.documents.words import document_words
from screening.models import Application, SearchDocument, VerdictDocument
from screening.models.search import DOCUMENTS, ON_SQLITE, VERDICTS
from screening.queries.standing import verdict_words
from screening.queries.texts import stored_words, texts_of

CHUNK = 200
MERGED_PAGES = 500
"""Pages of SQLite's index that one transaction rewrites: some 30 ms."""


def index_applications(session: Session, *, application_ids: Collection[int]) -> int:
    """Write the words of these applications, in place of those that are there; erased ones have none. Give the number."""
    named = select(Application.id).where(Application.id.in_(application_ids)).order_by(Application.id)
    session.execute(named.with_for_update(read=True))  # so that none is erased between reading and writing
    rows = [
        {
            "application_id": ident,
            "words": stored_words(
                session, document_words(posting_id=found.posting_id, name=found.name, texts=found.written)
            ),
        }
        for ident, found in texts_of(session, application_ids).items()
    ]
    if rows:
        session.execute(_write(session.get_bind().dialect.name, DOCUMENTS), rows)
    return len(rows)


def index_verdicts(session: Session, kept: Collection[tuple[int, int, str | None]]) -> None:
    """Write the words of verdicts, given by application, posting and what ``Application.verdicts`` holds; without a result there are none."""
    rows = [
        {"application_id": ident, "words": " ".join(verdict_words(posting_id, verdicts))}
        for ident, posting_id, verdicts in kept
        if verdicts
    ]
    gone = [ident for ident, _, verdicts in kept if not verdicts]
    if rows:
        session.execute(_write(session.get_bind().dialect.name, VERDICTS), rows)
    if gone:
        session.execute(delete(VERDICTS).where(VERDICTS.c.application_id.in_(gone)))


def index_new(session: Session, *, application_id: int) -> None:
    """Write the words of an application that has none yet."""
    known = select(SearchDocument.application_id).where(SearchDocument.application_id == application_id)
    if session.scalar(known) is None:
        index_applications(session, application_ids=[application_id])


def index_chunk(session: Session, *, after: int) -> tuple[int, int]:
    """Write the words of the next ``CHUNK`` applications with higher numbers; give how many were looked at and the last one's number."""
    ids = session.scalars(select(Application.id).where(Application.id > after).order_by(Application.id).limit(CHUNK))
    chunk = ids.all()
    if chunk:
        index_applications(session, application_ids=chunk)
        kept = select(Application.id, Application.posting_id, Application.verdicts).where(Application.id.in_(chunk))
        index_verdicts(session, [(ident, posting, verdicts) for ident, posting, verdicts in session.execute(kept)])
    return len(chunk), chunk[-1] if chunk else after


def count_missing(session: Session) -> int:
    """Count the applications that no search finds, or no filter by verdicts, because nobody has written their words."""
    no_words = SearchDocument.application_id.is_(None)
    no_verdicts = and_(Application.verdicts.is_not(None), VerdictDocument.application_id.is_(None))
    missing = (
        select(func.count(Application.id))
        .outerjoin(SearchDocument, SearchDocument.application_id == Application.id)
        .outerjoin(VerdictDocument, VerdictDocument.application_id == Application.id)
        .where(or_(no_words, no_verdicts), Application.erased_at.is_(None))
    )
    return session.scalar(missing) or 0


def ask_for_index(session: Session, *, application_id: int, now: datetime) -> None:
    """Ask the worker to write the words of an application that it has no other work with."""
    queue.enqueue(
        session, queue.INDEX_APPLICATION, key=f"index:{application_id}", now=now, application_id=application_id
    )


def ask_to_forget(session: Session, *, application_id: int, now: datetime) -> None:
    """Ask the worker to rewrite SQLite's index after an application was erased: what was deleted lies in its old segments."""
    if session.get_bind().dialect.name == "sqlite":
        queue.enqueue(session, queue.FORGET_WORDS, key=f"forget:{application_id}", now=now, first=1)


def forget_words(session: Session, *, is_first: bool) -> bool:
    """Rewrite a part of SQLite's indexes without what was deleted from them; tell whether there is more to do.

    All segments become one, as ``optimize`` would make them at once while every writer waits.
    """
    session.execute(text("PRAGMA secure_delete = ON"))
    pages = -MERGED_PAGES if is_first else MERGED_PAGES
    go_on = [_merge(session, index, pages) for index in ON_SQLITE.values()]
    return any(go_on)


def _merge(session: Session, index: str, pages: int) -> bool:
    before = session.scalar(text("SELECT total_changes()")) or 0
    merge = f"INSERT INTO {index}({index}, rank) VALUES ('merge', :pages)"  # noqa: S608 - a name of our own
    session.execute(text(merge), {"pages": pages})
    after = session.scalar(text("SELECT total_changes()")) or 0
    return after - before >= 2  # FTS5 documents this sign: one change is the statement itself


@cache
def _write(dialect: str, documents: Table) -> Insert:
    upsert: Any = postgresql_insert if dialect == "postgresql" else sqlite_insert
    statement = upsert(documents)
    written: Insert = statement.on_conflict_do_update(
        index_elements=["application_id"], set_={"words": statement.excluded.words}
    )
    return written
