"""The form that narrows a posting's pipeline: a page of its own, which scripts open beside the list."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from screening.extensions import db
from screening.models import Posting
from screening.policy import Permission
from screening.queries.filter_options import filter_names, filter_options
from screening.queries.pipeline_filter import NOBODY, REFERRAL
from screening.queries.pipeline_frame import Frame, frame
from screening.queries.rubric_in_force import rubric_in_force
from screening.web.access import actor, needs
from screening.web.labels import SOURCES, spoken
from screening.web.recruiter.chosen import HIGHEST_SCORE, LONGEST_TEXT, MOST_DAYS, NONE, Chosen, read_chosen
from screening.web.recruiter.filter_words import GATES, VERDICTS, Chip, chips_of, city_word
from screening.web.stage_words import stage_words

blueprint = Blueprint("filters", __name__, url_prefix="/staff/postings")


@blueprint.get("/<int:posting_id>/filter")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show everything that the list can be narrowed by, with the present choice; the form leads back to the list."""
    part = "HX-Request" in request.headers
    chosen = read_chosen(request.args)
    around = frame(db.session, posting=posting, reader_id=actor().id)
    known = {
        "posting": posting,
        "chosen": chosen,
        "head": around.head,
        "options": filter_options(db.session, posting=posting, reader_id=actor().id),
        "rubric": rubric_in_force(db.session, found=around.published),
        "picked_verdicts": {
            key: [verdict for _, verdict in group] for key, group in groupby(chosen.verdicts, key=itemgetter(0))
        },
        "own": actor().id,
        "stages": stage_words(around.rules),
        "sources": spoken(SOURCES),
        "gates": GATES,
        "verdicts": VERDICTS,
        "city_word": city_word,
        "highest": HIGHEST_SCORE,
        "most_days": MOST_DAYS,
        "longest_text": LONGEST_TEXT,
        "NONE": NONE,
        "NOBODY": NOBODY,
        "part": part,
    }
    return render_template("recruiter/_filter.html" if part else "recruiter/filter.html", **known)


def filter_chips(posting: Posting, chosen: Chosen, known: Frame) -> tuple[Chip, ...]:
    """Give the chips of a list's filter: one query for names where it asks for some."""
    referral = chosen.source.removeprefix(REFERRAL)
    names = filter_names(
        db.session,
        posting_id=posting.id,
        tags=chosen.tags,
        people={ident for ident in (chosen.interviewer, chosen.owner) if ident},
        referrers=[int(referral)] if referral != chosen.source else [],
    )
    rubric = rubric_in_force(db.session, found=known.published) if chosen.verdicts else None
    return chips_of(chosen, names=names, rubric=rubric, stages=stage_words(known.rules))
