"""The saves of a rubric's draft, and the way back to any of them."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.rubric import read_revision
from screening.models import Posting
from screening.policy import Permission
from screening.queries.pipeline import head
from screening.services.drafting import RevisionError, restore_revision
from screening.web.access import actor, may, needs, now
from screening.web.recruiter.rubric_acts import offer_undo, open_work
from screening.web.recruiter.words import saved_words

blueprint = Blueprint("revisions", __name__, url_prefix="/staff/postings/<int:posting_id>/rubric/history")


@blueprint.get("")
@needs(Permission.POSTING_VIEW, of=Posting)
def index(posting: Posting) -> ResponseReturnValue:
    """List what was done to the draft, newest first."""
    return _page(posting)


@blueprint.post("")
@needs(Permission.POSTING_EDIT, of=Posting)
def restore(posting: Posting) -> ResponseReturnValue:
    """Give the draft the content that it had before one of its saves."""
    to, revision = request.form.get("to", ""), read_revision(request.form)
    if not to.isascii() or not to.isdigit() or len(to) > 8:
        abort(404)
    try:
        draft = restore_revision(
            db.session, posting=posting, to=int(to), revision=revision, actor_id=actor().id, now=now()
        )
        offer_undo(draft, before=revision, words=_("The draft is what it was before that save."))
    except RevisionError:
        db.session.rollback()
        return _page(posting, conflict=True), 409
    return redirect(url_for("rubrics.review", posting_id=posting.id), 303)


def _page(posting: Posting, *, conflict: bool = False) -> str:
    return render_template(
        "recruiter/rubric_history.html",
        posting=posting,
        page=open_work(posting).page,
        head=head(db.session, posting=posting),
        saved_words=saved_words,
        conflict=conflict,
        edits=may(Permission.POSTING_EDIT),
    )
