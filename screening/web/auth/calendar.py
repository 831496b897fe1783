"""One's own interviews as a calendar to subscribe to: its private address, and the settings that make and end it."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from screening.extensions import db, limiter
from screening.models import User
from screening.policy import Permission
from screening.services.calendar_feed import feed_text, find_feed, renew_feed, switch_feed_off
from screening.web.access import anyone, needs, now, signed_in_user
from screening.web.addresses import address
from screening.web.formatting import company
from screening.web.interview_news import news_words
from screening.web.toasts import toast

blueprint = Blueprint("calendar", __name__, url_prefix="")

FRESH = 300
"""Seconds for which a calendar need not ask again."""


def feed_address(user: User) -> str | None:
    """Give the address of somebody's calendar; None while it is switched off."""
    return address("calendar.feed", feed=_serializer().dumps(user.feed_key)) if user.feed_key else None


def _whose() -> str:
    return f"calendar {(request.view_args or {}).get('feed', '')[:200]}"


def _was_unknown(response: Response) -> bool:
    return response.status_code == 404


@blueprint.get("/calendar/<feed>.ics")
@anyone
@limiter.limit("60 per hour", key_func=_whose)
@limiter.limit("30 per minute", deduct_when=_was_unknown)
def feed(feed: str) -> ResponseReturnValue:
    """Hand out the calendar whose address this is; there is no session behind it, and nothing in it of evaluations."""
    user = _owner(feed)
    if user is None:
        abort(404)
    with force_locale(user.locale or "zh"):
        name = _("Interviews, %(company)s", company=company())
    text = feed_text(
        db.session,
        user=user,
        name=name,
        wording=news_words,
        settings=current_app.config["SCREENING"],
        now=now(),
    )
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.set_etag(sha256(text.encode()).hexdigest())
    response.headers["Cache-Control"] = f"private, max-age={FRESH}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response.make_conditional(request)


@blueprint.post("/staff/settings/calendar")
@needs(Permission.STAFF)
def renew() -> ResponseReturnValue:
    """Switch the calendar on, or give it a new address."""
    was_on = signed_in_user().feed_key is not None
    renew_feed(db.session, user=signed_in_user(), now=now())
    db.session.commit()
    toast(
        _("The calendar has a new address. The old one opens nothing any more.") if was_on else _("The calendar is on.")
    )
    return redirect(url_for("settings.form", _anchor="calendar"), 303)


@blueprint.post("/staff/settings/calendar/off")
@needs(Permission.STAFF)
def switch_off() -> ResponseReturnValue:
    """Switch the calendar off."""
    switch_feed_off(db.session, user=signed_in_user(), now=now())
    db.session.commit()
    toast(_("The calendar is off. Its address opens nothing any more."))
    return redirect(url_for("settings.form", _anchor="calendar"), 303)


def _owner(feed: str) -> User | None:
    try:
        key = _serializer().loads(feed)
    except BadSignature:
        return None
    return find_feed(db.session, key=key) if isinstance(key, str) else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="calendar feed")
