"""The switch of a posting: whether a rejection after an interview needs a second pair of eyes."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.models import Posting
from screening.policy import Permission
from screening.services.seconding import set_second_look
from screening.web.access import actor, needs, now
from screening.web.toasts import toast

blueprint = Blueprint("second_looks", __name__, url_prefix="/staff/postings")


@blueprint.post("/<int:posting_id>/second-look")
@needs(Permission.POSTING_EDIT, of=Posting)
def switch(posting: Posting) -> ResponseReturnValue:
    """Switch it on or off; what waits already goes on waiting."""
    wanted = request.form.get("second_look") == "on"
    changed = set_second_look(db.session, posting=posting, wanted=wanted, actor_id=actor().id, now=now())
    db.session.commit()
    if changed and wanted:
        toast(_("From now on a rejection after an interview waits for a second person."))
    elif changed:
        toast(_("One person can reject after an interview again. What waits already goes on waiting."))
    return redirect(url_for("plans.show", posting_id=posting.id, _anchor="second-look"), 303)
