"""Handing an application over to a colleague."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.models import Application, User
from screening.policy import Permission
from screening.services.handing_over import HandOverError, hand_over
from screening.services.undoing import Act, remember
from screening.web.access import actor, needs, now
from screening.web.recruiter.returning import back_to
from screening.web.toasts import toast

blueprint = Blueprint("hand_overs", __name__, url_prefix="/staff/applications")


@blueprint.post("/<int:application_id>/hand-over")
@needs(Permission.APPLICATION_MOVE, of=Application)
def give(application: Application) -> ResponseReturnValue:
    """Give the application to a colleague of its posting, or with 0 back to the posting's owner."""
    back = back_to(request.form.get("back"), url_for("applications.show", application_id=application.id))
    to = request.form.get("to", "")
    if not (to.isascii() and to.isdigit() and len(to) < 10):
        abort(400)
    at, to_id = now(), int(to) or None
    try:
        made = hand_over(
            db.session,
            applications=[application],
            to_id=to_id,
            actor_id=actor().id,
            note=request.form.get("note"),
            now=at,
        )
    except HandOverError as error:
        db.session.rollback()
        toast(_explain(error))
        return redirect(back, 303)
    if not made:
        db.session.rollback()
        toast(_("Nothing has changed."))
        return redirect(back, 303)
    token = remember(db.session, actor_id=actor().id, act=Act.HAND_OVER, now=at, hand_overs=[one.id for one in made])
    name = db.session.get_one(User, to_id).name if to_id else None
    db.session.commit()
    toast(_("Handed over to %(name)s.", name=name) if name else _("The owner of the posting has it again."), undo=token)
    return redirect(back, 303)


def _explain(error: HandOverError) -> str:
    return {
        "ended": _("This application has ended, so nobody has to act on it. Nothing was handed over."),
        "no_right": _("This person has no right on the posting. Nothing was handed over."),
    }.get(error.code, _("Somebody else has handed it over meanwhile. Look again."))
