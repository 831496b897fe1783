"""Notes on an application: writing, changing and removing one's own, and noting that one has read what one was named in."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.models import Application, ApplicationNote
from screening.policy import Permission
from screening.queries.notes import NoteDraft
from screening.services.noting import NoteError, edit_note, remove_note, see_mentions, tell_mentioned, write_note
from screening.services.undoing import Act, remember
from screening.web.access import LARGEST_ID, actor, may, needs, now
from screening.web.formatting import listing
from screening.web.mention_words import mention_words
from screening.web.recruiter.applications import application_view
from screening.web.toasts import toast

blueprint = Blueprint("notes", __name__, url_prefix="/staff/applications/<int:application_id>")

LONGEST = 10_000


@blueprint.post("/notes")
@needs(Permission.PRESCORE_VIEW, of=Application)
def add(application: Application) -> ResponseReturnValue:
    """Add a note; whom it names gets a mail when it can no longer be taken back."""
    text, at = request.form.get("text", "")[:LONGEST], now()
    try:
        note = write_note(db.session, application=application, text=text, actor_id=actor().id, now=at)
    except NoteError as error:
        return _refused(application, 0, text, error)
    told = tell_mentioned(db.session, words=mention_words, now=at, note_id=note.id)
    token = remember(db.session, actor_id=actor().id, act=Act.NOTE, now=at, note=note.id)
    db.session.commit()
    toast(_("Note added. Who is named gets a mail in ten minutes.") if told else _("Note added."), undo=token)
    return _back(application)


@blueprint.post("/notes/<int:note_id>")
@needs(Permission.PRESCORE_VIEW, of=Application)
def edit(application: Application, note_id: int) -> ResponseReturnValue:
    """Change one's own note."""
    note, text, at = _own(application, note_id), request.form.get("text", "")[:LONGEST], now()
    try:
        edit_note(db.session, application=application, note=note, text=text, now=at)
    except NoteError as error:
        return _refused(application, note_id, text, error)
    tell_mentioned(db.session, words=mention_words, now=at, note_id=note_id)
    db.session.commit()
    toast(_("Note changed."))
    return _back(application)


@blueprint.post("/notes/<int:note_id>/remove")
@needs(Permission.PRESCORE_VIEW, of=Application)
def remove(application: Application, note_id: int) -> ResponseReturnValue:
    """Remove one's own note and offer the way back."""
    at = now()
    try:
        remove_note(db.session, note=_own(application, note_id), now=at)
    except NoteError:
        db.session.rollback()
        toast(_("This note was removed already."))
        return _back(application)
    token = remember(db.session, actor_id=actor().id, act=Act.NOTE_REMOVED, now=at, note=note_id)
    db.session.commit()
    toast(_("Note removed."), undo=token)
    return _back(application)


@blueprint.post("/mentions/seen")
@needs(Permission.DEBRIEF_VIEW, of=Application)
def see(application: Application) -> ResponseReturnValue:
    """Note that the reader has opened what they were named in; the page itself sends this once it is open."""
    see_mentions(db.session, application_id=application.id, user_id=actor().id, now=now())
    db.session.commit()
    if "HX-Request" in request.headers:
        return "", 204
    if may(Permission.APPLICATION_VIEW):
        return _back(application)
    return redirect(url_for("debriefs.show", application_id=application.id), 303)


def _own(application: Application, note_id: int) -> ApplicationNote:
    note = db.session.get(ApplicationNote, note_id) if note_id <= LARGEST_ID else None
    if note is None or note.application_id != application.id or note.author_id != actor().id:
        abort(404)
    return note


def _refused(application: Application, note_id: int, text: str, error: NoteError) -> ResponseReturnValue:
    db.session.rollback()
    if error.code == "gone":
        toast(_("This note was removed already."))
        return _back(application)
    problem = _("Write the note first.")
    if error.code == "unknown":
        problem = _(
            "Nobody who may read this note is called %(names)s. Choose a name from the list, or leave the @ out.",
            names=listing([f"@{name}" for name in error.names]),
        )
    return application_view(application, side="notes", draft=NoteDraft(note_id, text, problem)), 422


def _back(application: Application) -> ResponseReturnValue:
    return redirect(url_for("applications.show", application_id=application.id, side="notes"), 303)
