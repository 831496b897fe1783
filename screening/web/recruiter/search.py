"""Search or jump: postings and candidates by name, for every member of staff within their rights."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.policy import Permission
from screening.queries.search import search
from screening.web.access import actor, needs

blueprint = Blueprint("search", __name__, url_prefix="/staff/search")


@blueprint.get("")
@needs(Permission.STAFF)
def index() -> ResponseReturnValue:
    """Show what was found: a page, or for htmx the list alone."""
    text = request.args.get("q", "").strip()[:100]
    template = "recruiter/_found.html" if "HX-Request" in request.headers else "recruiter/search.html"
    return render_template(template, text=text, found=search(db.session, actor=actor(), text=text))
