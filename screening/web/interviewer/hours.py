"""When somebody takes interviews: their own page, and the same page for recruiters who keep a colleague's hours."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from screening.extensions import db
from screening.forms.hours import WEEKDAYS, WEEKS, HoursForm
from screening.models import User
from screening.policy import Permission
from screening.queries.booking import hours_of
from screening.queries.free_times import as_text, by_day, stretches_in
from screening.queries.interviews import possible_panel
from screening.services.availability import HoursError, add_hours, remove_hours
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, signed_in_user
from screening.web.toasts import toast

blueprint = Blueprint("hours", __name__, url_prefix="/staff/hours")

AHEAD = timedelta(weeks=WEEKS + 1)


@blueprint.get("/")
@needs(Permission.STAFF)
def own() -> ResponseReturnValue:
    """Show one's own hours to come."""
    return _page(signed_in_user(), _form(signed_in_user(), first_time=True))


@blueprint.post("/")
@needs(Permission.STAFF)
def add_own() -> ResponseReturnValue:
    """Add to one's own hours."""
    return _add(signed_in_user())


@blueprint.post("/remove")
@needs(Permission.STAFF)
def remove_own() -> ResponseReturnValue:
    """Take one stretch out of one's own hours."""
    return _remove(signed_in_user())


@blueprint.get("/<int:user_id>")
@needs(Permission.HOURS_KEEP, of=User)
def of(user: User) -> ResponseReturnValue:
    """Show a colleague's hours to come."""
    return _page(user, _form(user, first_time=True))


@blueprint.post("/<int:user_id>")
@needs(Permission.HOURS_KEEP, of=User)
def add(user: User) -> ResponseReturnValue:
    """Add to a colleague's hours what they said."""
    return _add(user)


@blueprint.post("/<int:user_id>/remove")
@needs(Permission.HOURS_KEEP, of=User)
def remove(user: User) -> ResponseReturnValue:
    """Take one stretch out of a colleague's hours."""
    return _remove(user)


def _add(user: User) -> ResponseReturnValue:
    form = _form(user)
    if not form.validate():
        return _page(user, form), 422
    moment = now()
    try:
        new = add_hours(db.session, user_id=user.id, stretches=form.stretches(), actor_id=actor().id, now=moment)
    except HoursError as error:
        db.session.rollback()
        _blame(form, error)
        return _page(user, form), 422
    token = None
    if new:
        token = remember(
            db.session, actor_id=actor().id, act=Act.HOURS_ADDED, now=moment, user=user.id, stretches=as_text(new)
        )
    db.session.commit()
    if new:
        toast(ngettext("%(num)s stretch added.", "%(num)s stretches added.", len(new)), undo=token)
    else:
        toast(_("These hours were there already."))
    return _back(user)


def _remove(user: User) -> ResponseReturnValue:
    stretch = next(iter(stretches_in(request.form.get("stretch", ""))), None)
    if stretch is None:
        abort(400)
    moment = now()
    remove_hours(db.session, user_id=user.id, stretches=[stretch], actor_id=actor().id, now=moment)
    token = remember(
        db.session, actor_id=actor().id, act=Act.HOURS_REMOVED, now=moment, user=user.id, stretches=as_text([stretch])
    )
    db.session.commit()
    toast(_("Hours removed. Interviews in them stay."), undo=token)
    return _back(user)


def _back(user: User) -> Response:
    own_page = user.id == actor().id
    return redirect(url_for("hours.own") if own_page else url_for("hours.of", user_id=user.id), 303)


def _zone(user: User) -> str:
    return user.time_zone or str(current_app.config["SCREENING"].time_zone)


def _form(user: User, *, first_time: bool = False) -> HoursForm:
    tomorrow = now().astimezone(ZoneInfo(_zone(user))).date() + timedelta(days=1)
    return HoursForm(
        zone=_zone(user), formdata=None if first_time else request.form, data={"first": tomorrow, "weeks": 1}
    )


def _page(user: User, form: HoursForm) -> str:
    moment = now()
    zone = _zone(user)
    hours = hours_of(db.session, user_ids=[user.id], start=moment, end=moment + AHEAD)[user.id]
    own_page = user.id == actor().id
    return render_template(
        "interviewer/hours.html",
        person=user,
        own_page=own_page,
        form=form,
        zone=zone,
        days=by_day(hours, zone, start_of=lambda stretch: stretch[0]),
        weekdays=list(enumerate(WEEKDAYS)),
        errors=[(field.id, field.label.text, field.errors[0]) for field in form if field.errors],
        colleagues=possible_panel(db.session) if may(Permission.HOURS_KEEP) else (),
    )


def _blame(form: HoursForm, error: HoursError) -> None:
    """Put the reason beside the field that it speaks of."""
    field, words = {
        "past": (form.first, _("These hours are over already.")),
        "too_long": (form.ends, _("At most 16 hours in one stretch.")),
        "too_many": (form.weeks, _("That is more than can be kept. Take fewer weeks.")),
    }[error.code]
    field.errors = [words]
