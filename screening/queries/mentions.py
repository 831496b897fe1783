"""Notes that name somebody and that they have not opened yet; none on an application of which they owe an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, literal, select
from sqlalchemy.orm import Session, aliased

from screening.models import Application, ApplicationNote, Mail, NoteMention, Posting, Role, User
from screening.queries.note_readers import may_read, owes

ROWS = 20
TEMPLATE = "mention"


@dataclass(frozen=True, slots=True)
class Mention:
    """A note that names the reader: whose it is, what it says, and of whom; ``on_debrief`` where their way leads to the debrief only."""

    application_id: int
    candidate: str
    posting_title: str | None
    by: str
    at: datetime
    text: str
    on_debrief: bool


@dataclass(frozen=True, slots=True)
class UntoldMention:
    """A mention of which its reader has had no mail; ``on_debrief`` as above."""

    note_id: int
    user_id: int
    to: str
    locale: str | None
    application_id: int
    candidate: str
    posting_title: str | None
    by: str
    on_debrief: bool

    @property
    def key(self) -> str:
        """Give the key of the mail: one for each note and person."""
        return f"{TEMPLATE}:{self.note_id}:{self.user_id}"


def own_mentions(session: Session, *, user_id: int) -> tuple[Mention, ...]:
    """Read what somebody was named in and has not opened, the newest first. One query."""
    return tuple(_mention(row) for row in session.execute(_own(), {"reader": user_id}))


@cache
def mention_rows() -> Select[*tuple[Any, ...]]:
    """Select the notes on the bound ``application`` that name the bound ``reader`` and that they have not opened."""
    return _rows().where(NoteMention.user_id == bindparam("reader"), Application.id == bindparam("application"))


def mentions_from(rows: list[Any]) -> tuple[Mention, ...]:
    """Give what the rows of ``mention_rows`` tell."""
    return tuple(map(_mention, rows))


def untold_mentions(
    session: Session, *, since: datetime, note_id: int | None = None, limit: int = 200
) -> tuple[UntoldMention, ...]:
    """Read the mentions since a time, or of one note, that need a mail: not opened, without one, by somebody else, and by now not kept back."""
    author = aliased(User)
    key = literal(f"{TEMPLATE}:") + cast(ApplicationNote.id, String) + ":" + cast(User.id, String)
    written = select(Mail.id).where(Mail.key == key).correlate(ApplicationNote, User).exists()
    rows = (
        select(
            ApplicationNote.id,
            User.id,
            User.email,
            User.locale,
            Application.id,
            Application.name,
            Posting.title,
            author.name,
            User.role == Role.INTERVIEWER,
        )
        .join(author, author.id == ApplicationNote.author_id)
        .where(ApplicationNote.at >= since, ApplicationNote.author_id != User.id, User.is_active, ~written)
        .order_by(ApplicationNote.id, User.id)
        .limit(limit)
    )
    if note_id is not None:
        rows = rows.where(ApplicationNote.id == note_id)
    return tuple(UntoldMention(*row) for row in session.execute(_joined(rows)))


def is_still_told(session: Session, *, note_id: int, user_id: int) -> bool:
    """Tell whether a mention still waits for its reader, who may read it."""
    rows = _joined(select(ApplicationNote.id)).where(ApplicationNote.id == note_id, User.id == user_id)
    return session.execute(rows).first() is not None


@cache
def _own() -> Select[*tuple[Any, ...]]:
    return _rows().where(NoteMention.user_id == bindparam("reader"))


def _rows() -> Select[*tuple[Any, ...]]:
    author = aliased(User)
    rows = select(
        Application.id.label("application_id"),
        Application.name.label("candidate"),
        Posting.title.label("posting_title"),
        author.name.label("by"),
        ApplicationNote.at,
        ApplicationNote.text,
        (User.role == Role.INTERVIEWER).label("on_debrief"),
    ).join(author, author.id == ApplicationNote.author_id)
    return _joined(rows).order_by(ApplicationNote.id.desc()).limit(ROWS)


def _joined(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join a note with who was named, where they may read it and have not opened it."""
    return (
        rows.join(NoteMention, NoteMention.note_id == ApplicationNote.id)
        .join(User, User.id == NoteMention.user_id)
        .join(Application, Application.id == ApplicationNote.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(*_waits())
    )


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (
        NoteMention.seen_at.is_(None),
        ApplicationNote.removed_at.is_(None),
        Application.erased_at.is_(None),
        may_read(),
        ~owes(),
    )


def _mention(row: Any) -> Mention:
    return Mention(row.application_id, row.candidate, row.posting_title, row.by, row.at, row.text, bool(row.on_debrief))
