"""Comparing two to four candidates of a posting."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rubrics.model import Section
from screening.extensions import db
from screening.models import Posting, Stage
from screening.policy import Permission
from screening.queries.pipeline_frame import frame
from screening.queries.side_by_side import MOST, SideBySide, side_by_side
from screening.queries.standing import State
from screening.web.access import LARGEST_ID, actor, may, needs
from screening.web.labels import OUTCOMES, RECOMMENDATIONS, SECTIONS, spoken
from screening.web.recruiter.returning import back_to
from screening.web.recruiter.words import REJECT_REASONS
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("side_by_side", __name__, url_prefix="/staff/postings")

FORWARD = {Stage.APPLIED: Stage.SCREENING, Stage.SCREENING: Stage.INTERVIEW, Stage.INTERVIEW: Stage.DEBRIEF}
"""Where a plain move leads; from the debrief on only a decision does."""


@blueprint.get("/<int:posting_id>/compare")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show the candidates that the address names, the first four of them."""
    ids = _ids(request.args.getlist("ids"))
    page = side_by_side(db.session, posting=posting, application_ids=ids[:MOST], reader_id=actor().id)
    if page is None:
        abort(404)
    hidden = request.args.get("names") == "hidden"
    around = frame(db.session, posting=posting, reader_id=actor().id)
    return render_template(
        "recruiter/side_by_side.html",
        posting=posting,
        head=around.head,
        page=page,
        ids=ids[:MOST],
        most=MOST,
        too_many=len(ids) > MOST,
        hidden=hidden,
        names=_names(page, hidden=hidden),
        only=request.args.get("only") == "differences",
        address=partial(_address, posting.id),
        sections=[
            (SECTIONS[section], [line for line in page.lines if line.criterion.section is section])
            for section in Section
        ],
        may_move=may(Permission.APPLICATION_MOVE),
        forward=FORWARD,
        stages=stage_words(around.rules),
        outcomes=OUTCOMES,
        recommendations=RECOMMENDATIONS,
        reasons=spoken(REJECT_REASONS),
        State=State,
    )


@blueprint.post("/<int:posting_id>/compare")
@needs(Permission.POSTING_VIEW, of=Posting)
def choose(posting: Posting) -> ResponseReturnValue:
    """Go to the comparison of the ticked candidates, whose address can be shared."""
    ids = _ids(request.form.getlist("ids"))
    if not ids:
        toast(_("Tick two to four candidates first."))
        return redirect(back_to(request.form.get("back"), url_for("pipeline.show", posting_id=posting.id)), 303)
    return redirect(url_for("side_by_side.show", posting_id=posting.id, ids=ids[:MOST]), 303)


def _ids(values: list[str]) -> list[int]:
    """Read numbers in their order, each once; what is no number of a row is not there."""
    numbers = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 11]
    return list(dict.fromkeys(number for number in numbers if number <= LARGEST_ID))


def _names(page: SideBySide, *, hidden: bool) -> list[str]:
    """Name the candidates, or count them with letters."""
    if not hidden:
        return [one.name for one in page.columns]
    return [_("Candidate %(letter)s", letter="ABCD"[place]) for place in range(len(page.columns))]


def _address(posting_id: int, ids: list[int], *, hidden: bool, only: bool) -> str:
    """Give the address of a comparison, which shows the same to whoever may see it."""
    return url_for(
        "side_by_side.show",
        posting_id=posting_id,
        ids=ids,
        names="hidden" if hidden else None,
        only="differences" if only else None,
    )
