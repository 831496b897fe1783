"""The buttons with which a candidate adds roles to a form, orders them, and takes them off again; nothing typed is lost."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from screening.extensions import db, limiter
from screening.models.application import RESUME
from screening.services.application_drafts import DraftError, find_draft
from screening.web.access import anyone
from screening.web.candidate.draft_keeping import keep_typed, kept_files
from screening.web.candidate.draft_memory import remember_draft
from screening.web.candidate.drafts import refused
from screening.web.candidate.form_page import read_large_files, sent_key, sent_version, settled_form, show_form
from screening.web.candidate.links import draft_token
from screening.web.candidate.roles import anchor_posting, changed_roles, chosen_roles, moved_fields, settle
from screening.web.candidate.uploads import receive, receive_answers

blueprint = Blueprint("choosing", __name__, url_prefix="")
blueprint.url_value_preprocessor(read_large_files)


def _whose() -> str:
    return f"roles {request.form.get('form_key', '')[:64]} {request.remote_addr}"


@blueprint.post("/roles/<slug>/roles")
@limiter.limit("60 per minute", key_func=_whose)
@limiter.limit("600 per minute")
@anyone
def change(slug: str) -> ResponseReturnValue:
    """Keep what was typed with the roles as the button ``roles`` leaves them, and show the draft: add, up:slug, down:slug, remove:slug."""
    key = sent_key()
    posting = anchor_posting(slug, request.form.get("also", ""))
    version = sent_version(posting) if posting else None
    if posting is None or version is None:
        abort(404)
    kept = kept_files(posting, find_draft(db.session, key))
    settled = settle(version, request.form.items(multi=True))
    upload = receive(kept.get(RESUME), is_needed=False)
    upload = receive_answers(settled_form(version, settled, key=key), kept, upload)
    also = changed_roles(settled.chosen, request.form.get("roles", ""), request.form.get("role", ""))
    after = chosen_roles(version, also)
    fields = moved_fields(settled.chosen, after, settled.fields)
    try:
        draft = keep_typed(posting, version, key, upload, fields)
        db.session.commit()
    except DraftError as error:
        db.session.rollback()
        return refused(error, posting, settled_form(version, settled, key=key), upload)
    remember_draft(posting.id, key)
    if upload.has_error:
        settled = settle(version, fields)
        return show_form(posting, settled_form(version, settled, key=key), upload, draft=draft, status=422)
    act = request.form["roles"] if request.form["roles"] != "add" else f"up:{request.form.get('role', '')}"
    return redirect(url_for("drafts.show", token=draft_token(draft.key), changed=act), 303)
