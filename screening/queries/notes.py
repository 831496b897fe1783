"""Notes that staff wrote on an application, newest first; for readers who owe no evaluation of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from screening.models import Application, ApplicationNote, NoteMention, User
from screening.queries.note_readers import Colleague, colleague_rows, colleagues_from
from screening.queries.together import Together

MOST = 200


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of staff; ``pieces`` are its words, each with whether it names a colleague. ``own``: the reader wrote it."""

    id: int
    text: str
    pieces: tuple[tuple[str, bool], ...]
    by: str
    own: bool
    at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What somebody typed and could not be stored: ``note_id`` of the one that is edited, 0 for a new one; ``problem`` why."""

    note_id: int
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The newest ``MOST`` notes, and who may be named in one."""

    rows: tuple[NoteRow, ...]
    colleagues: tuple[Colleague, ...]


def notes(session: Session, *, application: Application, reader_id: int) -> Notes:
    """Read the notes, newest first; only for readers who owe nothing. One query."""
    lists = _lists().read(session, application=application.id)
    named: dict[int, list[str]] = {}
    for row in lists["named"]:
        named.setdefault(row.note_id, []).append(row.name)
    return Notes(
        tuple(
            NoteRow(
                one.id,
                one.text,
                _cut(one.text, named.get(one.id, ())),
                one.by,
                one.author_id == reader_id,
                one.at,
                one.edited_at,
            )
            for one in lists["notes"]
        ),
        tuple(one for one in colleagues_from(lists["colleagues"]) if one.id != reader_id),
    )


@cache
def _lists() -> Together:
    here: BindParameter[int] = bindparam("application")
    return Together(
        notes=select(
            ApplicationNote.id,
            ApplicationNote.text,
            ApplicationNote.author_id,
            User.name.label("by"),
            ApplicationNote.at,
            ApplicationNote.edited_at,
        )
        .join(User, User.id == ApplicationNote.author_id)
        .where(ApplicationNote.application_id == here, ApplicationNote.removed_at.is_(None))
        .order_by(ApplicationNote.id.desc())
        .limit(MOST),
        named=select(NoteMention.note_id, User.name)
        .join(User, User.id == NoteMention.user_id)
        .join(ApplicationNote, ApplicationNote.id == NoteMention.note_id)
        .where(ApplicationNote.application_id == here),
        colleagues=colleague_rows(),
    )


def _cut(text: str, names: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Cut a text at the names that it mentions."""
    parts: Sequence[Any] = sorted({re.escape(name) for name in names}, key=len, reverse=True)
    if not parts:
        return ((text, False),)
    cut = re.split(rf"([@＠](?:{'|'.join(parts)})(?: \([^)\s]+\))?)", text, flags=re.IGNORECASE)
    return tuple((piece, bool(place % 2)) for place, piece in enumerate(cut) if piece)
