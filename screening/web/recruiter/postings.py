"""The overview of all postings with their stage counts, and closing and reopening one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from screening.extensions import db
from screening.models import Posting, PostingState
from screening.policy import Permission
from screening.queries.postings import SORTS, PostingFilter, overview
from screening.queries.stage_rules import LANES
from screening.services.publishing import close_posting, reopen_posting
from screening.services.undoing import Act, remember
from screening.web.access import actor, needs, now
from screening.web.drawing import draw_rows, render_around
from screening.web.labels import STAGES, spoken
from screening.web.recruiter.overview_lines import Shown, line_of, link
from screening.web.recruiter.returning import back_to
from screening.web.toasts import toast

LINE = "recruiter/_overview_row.html"

blueprint = Blueprint("postings", __name__, url_prefix="/staff/postings")


@blueprint.get("/")
@needs(Permission.POSTING_LIST)
def index() -> ResponseReturnValue:
    """Show the postings that one has rights on."""
    return _page("recruiter/postings.html")


@blueprint.get("/live")
@needs(Permission.POSTING_LIST)
def live() -> ResponseReturnValue:
    """Give the part of the overview that changes by itself, for a page that is looked at."""
    return _page("recruiter/_overview.html")


def _page(template: str) -> ResponseReturnValue:
    chosen, moment = _filter(), now()
    page = overview(db.session, actor=actor(), chosen=chosen, today=start_of_day(moment), now=moment)
    return render_around(
        template,
        draw_rows(LINE, [Shown(row, page.highest) for row in page.rows], line_of),
        page=page,
        chosen=chosen,
        link=partial(link, chosen),
        read_at=moment,
        lanes=LANES,
        stages=spoken(STAGES),
        PostingState=PostingState,
    )


@blueprint.post("/<int:posting_id>/close")
@needs(Permission.POSTING_EDIT, of=Posting)
def close(posting: Posting) -> ResponseReturnValue:
    """Take no more applications."""
    close_posting(db.session, posting=posting, actor_id=actor().id, now=now())
    token = remember(db.session, actor_id=actor().id, act=Act.CLOSE, now=now(), posting=posting.id)
    db.session.commit()
    toast(_("“%(title)s” is closed to new applications.", title=posting.title), undo=token)
    return redirect(back_to(request.form.get("back"), url_for("postings.index")), 303)


@blueprint.post("/<int:posting_id>/reopen")
@needs(Permission.POSTING_EDIT, of=Posting)
def reopen(posting: Posting) -> ResponseReturnValue:
    """Let candidates apply again."""
    reopen_posting(db.session, posting=posting, actor_id=actor().id, now=now())
    db.session.commit()
    toast(_("“%(title)s” takes applications again.", title=posting.title))
    return redirect(back_to(request.form.get("back"), url_for("postings.index")), 303)


def start_of_day(moment: datetime) -> datetime:
    """Give the start of the reader's day."""
    local = moment.astimezone(get_timezone() or UTC)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _filter() -> PostingFilter:
    state, sort = request.args.get("state", ""), request.args.get("sort", "")
    return PostingFilter(
        state=PostingState(state) if state in set(PostingState) else PostingState.OPEN,
        text=request.args.get("q", "").strip()[:100],
        attention=request.args.get("attention") == "1",
        mine=request.args.get("mine") == "1",
        sort=sort if sort in SORTS else "new",
    )
