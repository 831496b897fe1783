"""Notes of staff on an application: written, changed and removed by their authors, with colleagues named behind an @.

Who owes an evaluation may be named, and learns of it when they have submitted: no page and no mail tells them before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, ApplicationNote, Mail, NoteMention
from screening.queries.mentions import TEMPLATE, UntoldMention, is_still_told, untold_mentions
from screening.queries.note_readers import Colleague, colleagues_of
from screening.services.mailing import MailField, post_mail

TOLD_WITHIN = timedelta(days=60)
"""Of an older note nobody gets a mail any more."""
KEPT = timedelta(minutes=10)
"""So long a removed note can be brought back, and a mail of it waits."""
AT = re.compile(r"(?<![\w.])[@＠](?=\w)")
NAME = re.compile(r"[\w.·-]{1,40}")
WORD = re.compile(r"[A-Za-z0-9_]")


class NoteError(Exception):
    """A note that cannot be stored or changed: ``code`` is text_missing, unknown (``names`` that nobody has) or gone."""

    def __init__(self, code: str, names: Sequence[str] = ()) -> None:
        self.code, self.names = code, tuple(names)
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Found:
    """Who is named in a text, and the names behind an @ that nobody has."""

    user_ids: tuple[int, ...]
    unknown: tuple[str, ...]


Words = Callable[[UntoldMention], Mapping[str, MailField]]
"""Gives the fields of the mail in its reader's language."""


def find_mentions(text: str, colleagues: Collection[Colleague]) -> Found:
    """Find the colleagues named behind an @, the longest name first; an @ inside a word or address names nobody.

    >>> people = [Colleague(1, "云", "云"), Colleague(2, "云小鹤", "云小鹤"), Colleague(3, "Ann", "Ann")]
    >>> find_mentions("@云小鹤请看；@ann 也是。写给 a@b.example，问 @Anna。", people)
    Found(user_ids=(2, 3), unknown=('Anna',))
    """
    by_length = sorted(colleagues, key=lambda one: -len(one.handle))
    ids, unknown = [], []
    for at in AT.finditer(text):
        rest = text[at.end() :]
        named = next((one for one in by_length if _begins(rest, one.handle)), None)
        if named is not None:
            ids.append(named.id)
        elif (word := NAME.match(rest)) is not None:
            unknown.append(word[0])
    return Found(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(unknown)))


def _begins(text: str, handle: str) -> bool:
    """Tell whether a text begins with a name and the name ends there; Chinese goes on without a space."""
    begin, after = text[: len(handle)], text[len(handle) : len(handle) + 1]
    return begin.casefold() == handle.casefold() and not (WORD.match(handle[-1]) and WORD.match(after))


def write_note(
    session: Session, *, application: Application, text: str, actor_id: int, now: datetime
) -> ApplicationNote:
    """Add a note and mention whom it names; raise NoteError for one without words or with a name that nobody has."""
    words, found = _read(session, application, text)
    note = ApplicationNote(application_id=application.id, author_id=actor_id, text=words, at=now)
    session.add(note)
    session.flush()
    _mention(session, note, found.user_ids)
    _record(session, "note.add", note, now)
    return note


def edit_note(
    session: Session, *, application: Application, note: ApplicationNote, text: str, now: datetime
) -> ApplicationNote:
    """Change one's own note; who is named anew is mentioned, who is not named any more and has not looked is not."""
    words, found = _read(session, application, text)
    if note.removed_at is not None:
        raise NoteError("gone")
    if words == note.text:
        return note
    note.text, note.edited_at = words, now
    dropped = delete(NoteMention).where(
        NoteMention.note_id == note.id, NoteMention.seen_at.is_(None), NoteMention.user_id.not_in(found.user_ids)
    )
    session.execute(dropped)
    _mention(session, note, found.user_ids)
    _record(session, "note.edit", note, now)
    return note


def remove_note(session: Session, *, note: ApplicationNote, now: datetime) -> None:
    """Take one's own note away; for ten minutes it can be brought back."""
    if note.removed_at is not None:
        raise NoteError("gone")
    note.removed_at = now
    _record(session, "note.remove", note, now)


def restore_note(session: Session, *, note_id: int, actor_id: int, now: datetime) -> ApplicationNote:
    """Bring a removed note back; raise NoteError ``gone`` where there is none of this author."""
    note = session.get(ApplicationNote, note_id)
    if note is None or note.author_id != actor_id or note.removed_at is None:
        raise NoteError("gone")
    note.removed_at = None
    _record(session, "note.restore", note, now)
    return note


def forget_removed_notes(session: Session, *, now: datetime) -> int:
    """Delete the notes that can be brought back no more; tell how many."""
    old = delete(ApplicationNote).where(ApplicationNote.removed_at < now - KEPT).returning(ApplicationNote.id)
    return len(session.scalars(old, execution_options={"synchronize_session": False}).all())


def see_mentions(session: Session, *, application_id: int, user_id: int, now: datetime) -> None:
    """Note that somebody has opened the application after they were named on it."""
    notes = select(ApplicationNote.id).where(ApplicationNote.application_id == application_id)
    session.execute(
        update(NoteMention)
        .where(NoteMention.note_id.in_(notes), NoteMention.user_id == user_id, NoteMention.seen_at.is_(None))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def tell_mentioned(session: Session, *, words: Words, now: datetime, note_id: int | None = None) -> int:
    """Write the mails of a note, or of all that wait since their readers owed an evaluation; tell how many.

    A mail waits as long as its note can be removed.
    """
    waiting = untold_mentions(session, since=now - TOLD_WITHIN, note_id=note_id)
    for one in waiting:
        post_mail(
            session,
            key=one.key,
            template=TEMPLATE,
            locale=one.locale or "zh",
            to=one.to,
            fields=words(one),
            now=now,
            application_id=one.application_id,
            due_at=now + KEPT,
        )
    return len(waiting)


def is_moot(session: Session, *, mail: Mail) -> bool:
    """Tell whether a mail about a mention has nothing to say any more: the note is gone, was opened, or must not be read now."""
    if mail.template != TEMPLATE:
        return False
    _, note_id, user_id = mail.key.split(":")
    return not is_still_told(session, note_id=int(note_id), user_id=int(user_id))


def _read(session: Session, application: Application, text: str) -> tuple[str, Found]:
    words = text.strip()
    if not words:
        raise NoteError("text_missing")
    named = AT.search(words) is not None
    found = find_mentions(words, colleagues_of(session, application=application)) if named else Found((), ())
    if found.unknown:
        raise NoteError("unknown", found.unknown)
    return words, found


def _mention(session: Session, note: ApplicationNote, user_ids: Collection[int]) -> None:
    known = set(session.scalars(select(NoteMention.user_id).where(NoteMention.note_id == note.id)))
    session.add_all(
        NoteMention(note_id=note.id, user_id=ident)
        for ident in user_ids
        if ident not in known and ident != note.author_id
    )
    session.flush()


def _record(session: Session, act: str, note: ApplicationNote, now: datetime) -> None:
    record(
        session,
        act=act,
        actor_id=note.author_id,
        subject_type="application",
        subject_id=note.application_id,
        now=now,
        note=note.id,
    )
