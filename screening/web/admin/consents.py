"""Who agreed to what: the versions of the privacy notice and the applications that came with each, for admins."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.forms.inputs import whole_number
from screening.policy import Permission
from screening.queries.consents import count_consents, list_consents
from screening.web.access import LARGEST_ID, needs
from screening.web.notices import NOTICES, notice_of

blueprint = Blueprint("consents", __name__, url_prefix="")


@blueprint.get("/staff/consents/")
@needs(Permission.USERS_MANAGE)
def index() -> ResponseReturnValue:
    """List the versions with their counts, and the applications of one or of all."""
    counts = count_consents(db.session)
    asked = request.args.get("version", "")
    chosen = asked if asked in counts or notice_of(asked) else None
    before = whole_number(request.args.get("before"))
    page = list_consents(db.session, version=chosen, before=min(before, LARGEST_ID) if before else None)
    unknown = sorted(counts.keys() - {notice.version for notice in NOTICES})
    return render_template(
        "admin/consents.html", notices=NOTICES, counts=counts, unknown=unknown, chosen=chosen, page=page
    )
