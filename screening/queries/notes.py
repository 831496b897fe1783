"""Notes that staff wrote on an application, newest first; for readers who owe no evaluation of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, ApplicationNote, User


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of staff."""

    text: str
    by: str
    at: datetime


def notes(session: Session, *, application: Application) -> tuple[NoteRow, ...]:
    """Read the notes, newest first; only for readers who owe nothing."""
    rows = session.execute(
        select(ApplicationNote.text, User.name, ApplicationNote.at)
        .join(User, User.id == ApplicationNote.author_id)
        .where(ApplicationNote.application_id == application.id)
        .order_by(ApplicationNote.id.desc())
    )
    return tuple(NoteRow(*row) for row in rows)
