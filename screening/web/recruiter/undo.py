"""Taking the last step back."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.policy import Permission
from screening.services.undoing import Act
from screening.services.undoing import undo as take_back
from screening.services.way_back import UndoError
from screening.web.access import actor, needs, now
from screening.web.interview_news import tell_of
from screening.web.recruiter.bulk_letters import tell_of_interview
from screening.web.recruiter.returning import back_to_referrer
from screening.web.toasts import toast

blueprint = Blueprint("undo", __name__, url_prefix="/staff/undo")


@blueprint.post("/<token>")
@needs(Permission.STAFF)
def undo(token: str) -> ResponseReturnValue:
    """Take one step back, or say why it cannot be taken back any more."""
    try:
        undone = take_back(db.session, token=token, actor=actor(), now=now(), tell=tell_of_interview)
        if undone.act in {Act.CANCEL, Act.SCHEDULE, Act.RESCHEDULE}:
            tell_of(int(undone.arguments["interview"]), tell_candidate=None)
        for ident in undone.arguments.get("interviews", ()):
            tell_of(int(ident), tell_candidate=None)
        db.session.commit()
        toast(_("Taken back."))
    except UndoError as error:
        db.session.rollback()
        toast(_explain(error.code))
    return redirect(back_to_referrer(request.referrer, url_for("home.index")), 303)


def _explain(code: str) -> str:
    return {
        "expired": _("A step can be taken back for ten minutes. This one is older."),
        "used": _("This step was taken back already."),
        "changed": _("Somebody has gone on from here since, so nothing was taken back."),
        "applied": _("Somebody has applied with these questions since, so they stay in force."),
        "told": _("The mail has gone out, so this is not taken back. Move the application by hand and write again."),
        "running": _("It is still going on. Stop it first."),
        "forbidden": _("You have no right to take this back any more."),
    }.get(code, _("There is nothing to take back."))
