"""What waits for the one who is signed in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.policy import Permission
from screening.queries.bulks import recent_bulks
from screening.queries.home import open_findings, ready_debriefs
from screening.queries.interviews import focus_texts, own_agenda
from screening.queries.mentions import own_mentions
from screening.queries.on_me import OnMe, on_me
from screening.queries.own_ratings import own_ratings
from screening.queries.requests import waiting_reviews
from screening.queries.second_looks import second_looks
from screening.services.bulks import AT_ONCE as DONE_AT_ONCE
from screening.services.bulks import CALLED_OFF_AT_ONCE
from screening.web.access import actor, may, needs, now, reader
from screening.web.bulk_words import bulk_title, state_words
from screening.web.stage_words import stage_word

blueprint = Blueprint("home", __name__, url_prefix="/staff")

RATED_DAYS = 90
AT_ONCE = 6
"""Rows of a list that are shown before it is unfolded."""


STOP = re.compile("[,;:(，、；：（]")
SHORT = 24


@blueprint.get("/")
@needs(Permission.STAFF)
def index() -> ResponseReturnValue:
    """Show overdue scorecards first, then today, then this week and later; recruiters also see what their postings wait for."""
    moment = now()
    begin, end = _today(moment)
    rows = own_agenda(db.session, user_id=actor().id, since=begin)
    meetings = [row for row in rows if not row.is_review]
    week = begin + timedelta(days=7 - begin.weekday())
    today = [row for row in meetings if row.starts_at < end and row.ends_at >= begin]
    recruits = may(Permission.POSTING_LIST)
    rated = own_ratings(db.session, user_id=actor().id, since=moment - timedelta(days=RATED_DAYS))
    mine = on_me(db.session, actor=actor(), now=moment) if recruits else OnMe()
    return render_template(
        "interviewer/home.html",
        now=moment,
        overdue=[row for row in rows if row.owes and row.due_at <= moment],
        due=[row for row in rows if row.owes and (row.is_review or row.ends_at < begin) and row.due_at > moment],
        today=today,
        covers={ident: [_short(text) for text in texts] for ident, texts in focus_texts(db.session, today).items()},
        next_id=next((row.id for row in today if row.starts_at > moment), None),
        this_week=[row for row in meetings if end <= row.starts_at < week],
        later=[row for row in meetings if row.starts_at >= max(week, end)],
        debriefs=ready_debriefs(db.session, actor=actor()) if recruits else (),
        reviews=waiting_reviews(db.session, actor=actor()) if recruits else (),
        mentions=own_mentions(db.session, user_id=actor().id),
        looks=second_looks(db.session, actor=actor()) if recruits else (),
        on_me=mine,
        waiting=mine.new,
        stage_word=stage_word,
        findings=open_findings(db.session, actor=actor()) if recruits else (),
        bulks=recent_bulks(
            db.session,
            actor_id=actor().id,
            now=moment,
            larger_than=DONE_AT_ONCE,
            calling_off_more_than=CALLED_OFF_AT_ONCE,
        )
        if recruits
        else (),
        bulk_title=bulk_title,
        bulk_state=state_words,
        recruits=recruits,
        rated=rated,
        rated_days=RATED_DAYS,
        interviews=bool(rows) or rated is not None or not recruits,
        at_once=AT_ONCE,
    )


def _short(text: str) -> str:
    """Give the head of a criterion's words, up to the first stop or bracket."""
    head = STOP.split(text, maxsplit=1)[0].strip()
    return head if len(head) <= SHORT else f"{head[: SHORT - 1]}…"


def _today(moment: datetime) -> tuple[datetime, datetime]:
    """Give the reader's day: from midnight to midnight in their zone."""
    zone = ZoneInfo(reader().time_zone or current_app.config["SCREENING"].time_zone)
    begin = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return begin, begin + timedelta(days=1)
