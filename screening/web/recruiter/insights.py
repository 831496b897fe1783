"""Insights: what the figures say about interviews, of one posting or of all that one reads, as a page and as a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from screening.extensions import db
from screening.models import Posting
from screening.policy import Permission
from screening.queries.insights import Insights, Standing, insights
from screening.web.access import actor, may, needs, now
from screening.web.recruiter import insight_words as words
from screening.web.recruiter.insight_rows import header, rows
from screening.web.spreadsheets import csv_file

blueprint = Blueprint("insights", __name__, url_prefix="/staff")

PERIODS = {30: _l("Last 30 days"), 90: _l("Last 90 days"), 365: _l("Last year"), 0: _l("All time")}
USUAL = 90


@blueprint.get("/insights")
@needs(Permission.INSIGHTS_VIEW)
def index() -> ResponseReturnValue:
    """Show the figures of all postings that one has rights on; a chosen posting has its own address."""
    chosen = request.args.get("posting", "")
    if chosen.isdecimal():
        return redirect(url_for("insights.posting", posting_id=int(chosen), days=_days()))
    return _page(insights(db.session, actor=actor(), posting_id=None, days=_days()))


@blueprint.get("/postings/<int:posting_id>/insights")
@needs(Permission.POSTING_VIEW, of=Posting)
def posting(posting: Posting) -> ResponseReturnValue:
    """Show the figures of one posting."""
    return _page(insights(db.session, actor=actor(), posting_id=posting.id, days=_days()), posting)


@blueprint.get("/insights.csv")
@needs(Permission.INSIGHTS_VIEW)
def table() -> ResponseReturnValue:
    """Give the same figures as a spreadsheet."""
    return _file(insights(db.session, actor=actor(), posting_id=None, days=_days()))


@blueprint.get("/postings/<int:posting_id>/insights.csv")
@needs(Permission.POSTING_VIEW, of=Posting)
def posting_table(posting: Posting) -> ResponseReturnValue:
    """Give one posting's figures as a spreadsheet."""
    return _file(insights(db.session, actor=actor(), posting_id=posting.id, days=_days()))


def _page(page: Insights, posting: Posting | None = None) -> ResponseReturnValue:
    return render_template(
        "recruiter/insights.html",
        page=page,
        posting=posting,
        days=_days(),
        periods=PERIODS,
        names_raters=may(Permission.RATERS_VIEW),
        words=words,
        Standing=Standing,
    )


def _file(page: Insights) -> ResponseReturnValue:
    if page.standing is not Standing.READY:
        abort(404)
    name = _("insights")
    return csv_file(f"{name}-{now():%Y-%m-%d}.csv", header(), rows(page, with_raters=may(Permission.RATERS_VIEW)))


def _days() -> int:
    asked = request.args.get("days", "")
    return next((days for days in PERIODS if str(days) == asked), USUAL)
