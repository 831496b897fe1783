"""Who interviews how much: for recruiters, before they ask somebody for one more."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.policy import Permission
from screening.queries.workload import MANY, workload
from screening.web.access import actor, needs, now, reader

blueprint = Blueprint("workload", __name__, url_prefix="/staff/interviews")


@blueprint.get("/workload")
@needs(Permission.POSTING_LIST)
def show() -> ResponseReturnValue:
    """Show everybody's weeks: names and counts over all postings, no candidates."""
    page = workload(
        db.session,
        reader_id=actor().id,
        zone=reader().time_zone or current_app.config["SCREENING"].time_zone,
        now=now(),
        after=whole_number(request.args.get("after")),
    )
    return render_template("recruiter/workload.html", page=page, many=MANY, resumed="after" in request.args)
