"""The way back for notes: a new one is removed again, a removed one comes back; by their author, while they may read notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import ApplicationNote
from screening.models.base import JsonObject
from screening.policy import Actor, Permission
from screening.services.noting import NoteError, remove_note, restore_note
from screening.services.way_back import require_on_application


def take_note_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Remove the note that was added."""
    remove_note(session, note=_own(session, arguments, actor), now=now)


def put_note_back(session: Session, arguments: JsonObject, actor: Actor, now: datetime) -> None:
    """Bring the note back that was removed."""
    note = _own(session, arguments, actor)
    restore_note(session, note_id=note.id, actor_id=actor.id, now=now)


def _own(session: Session, arguments: JsonObject, actor: Actor) -> ApplicationNote:
    note = session.get(ApplicationNote, int(arguments["note"]))
    if note is None or note.author_id != actor.id:
        raise NoteError("gone")
    require_on_application(session, Permission.PRESCORE_VIEW, actor, application_id=note.application_id)
    return note
