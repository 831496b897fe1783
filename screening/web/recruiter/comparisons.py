"""Comparing any two contents of a posting's rubric."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.models import Posting
from screening.policy import Permission
from screening.queries.comparison import compare
from screening.queries.pipeline import head
from screening.queries.revisions import ContentName, content_name, contents, read_content, usual_pair
from screening.web.access import needs
from screening.web.recruiter.comparing import shown_comparison
from screening.web.recruiter.words import saved_words

blueprint = Blueprint("comparisons", __name__, url_prefix="/staff/postings")


@blueprint.get("/<int:posting_id>/rubric/compare")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show what differs between two versions or saves; without a choice the newest version and the one before it."""
    rows = contents(db.session, posting_id=posting.id)
    if not rows:
        abort(404)
    usual = usual_pair(rows)
    names = [_name(request.args.get(key), other) for key, other in zip(("from", "to"), usual, strict=True)]
    before, after = (read_content(db.session, posting_id=posting.id, name=name) for name in names)
    if before is None or after is None:
        abort(404)
    shown = shown_comparison(compare(before, after), before=before, after=after, language=posting.language)
    return render_template(
        "recruiter/rubric_compare.html",
        posting=posting,
        head=head(db.session, posting=posting),
        rows=rows,
        first=names[0],
        second=names[1],
        shown=shown,
        saved_words=saved_words,
    )


def _name(text: str | None, otherwise: ContentName) -> ContentName:
    """Read a name from the address; what is no name is not there."""
    if not text:
        return otherwise
    return content_name(text) or abort(404)
