"""One posting's applications: ranked table, board, stage moves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from screening.extensions import db
from screening.forms.moving import MoveFormError, MoveRequest, read_move
from screening.models import Application, Posting, Stage
from screening.policy import Permission
from screening.queries.pipeline import LANE, Cursor, Sort, board, page
from screening.queries.pipeline_frame import frame
from screening.queries.progress import progress_of, rescoring_progress
from screening.queries.scopes import application_scope
from screening.queries.stage_rules import LANES, rules_of
from screening.services.asking import go_on_rescoring, stop_rescoring
from screening.services.moving import MoveError, allowed_moves, move_many
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now
from screening.web.drawing import render_around
from screening.web.labels import spoken
from screening.web.recruiter.chosen import read_chosen
from screening.web.recruiter.filter_words import lost_words, problem_words
from screening.web.recruiter.filters import filter_chips
from screening.web.recruiter.letter_work import call_off_with
from screening.web.recruiter.pipeline_lines import draw_lines, draw_tickets
from screening.web.recruiter.returning import back_to
from screening.web.recruiter.waiting_words import waits_of
from screening.web.recruiter.words import REJECT_REASONS
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("pipeline", __name__, url_prefix="/staff/postings")


@blueprint.get("/<int:posting_id>")
@needs(Permission.POSTING_VIEW, of=Posting)
def show(posting: Posting) -> ResponseReturnValue:
    """Show the applications of a posting, ranked or on the board."""
    chosen = read_chosen(request.args)
    reader = actor().id
    around = frame(db.session, posting=posting, reader_id=reader)
    top, rules, words = around.head, around.rules, stage_words(around.rules)
    version_id = around.published.id if around.published else None
    known: dict[str, Any] = {
        "posting": posting,
        "head": top,
        "progress": progress_of(db.session, version_id=version_id, open_keys=around.open_chunks),
        "chosen": chosen,
        "chips": filter_chips(posting, chosen, around),
        "views": around.views,
        "stages": words,
        "targets": [stage for stage in LANES if rules[stage].in_use],
        "reasons": spoken(REJECT_REASONS),
        "problem_words": problem_words,
        "lost_words": lost_words,
        "Sort": Sort,
    }
    if chosen.view == "board":
        found = board(db.session, posting=posting, reader_id=reader, chosen=chosen.filter, now=chosen.at, known=around)
        lanes = [stage for stage in LANES if rules[stage].in_use or top.counts.get(stage)]
        shown = [stage for stage in lanes if stage in chosen.stages] or lanes
        waits, moving = waits_of(found.waiting), may(Permission.APPLICATION_MOVE)
        drawn = [
            draw_tickets(
                found.lanes[stage],
                posting.id,
                stage,
                chosen,
                targets=[(to.value, words[to]) for to in lanes if to in allowed_moves(rules, stage)]
                if moving
                else None,
                waits=waits,
            )
            for stage in shown
        ]
        return render_around(
            "recruiter/pipeline_board.html", *drawn, board=found.lanes, columns=shown, most=LANE, **known
        )
    listed = page(
        db.session,
        posting=posting,
        reader_id=reader,
        chosen=chosen.filter,
        now=chosen.at,
        after=_cursor(request.args, "after"),
        before=_cursor(request.args, "before"),
        known=around,
    )
    lines = draw_lines(listed, chosen, words, waits_of(listed.waiting))
    return render_around("recruiter/pipeline.html", lines, page=listed, **known)


@blueprint.get("/<int:posting_id>/progress")
@needs(Permission.POSTING_VIEW, of=Posting)
def progress(posting: Posting) -> ResponseReturnValue:
    """Show how far re-scoring is: the fragment that the pipeline asks for again and again."""
    known = rescoring_progress(db.session, posting_id=posting.id)
    return render_template("recruiter/rescoring.html", posting=posting, progress=known)


@blueprint.post("/<int:posting_id>/rescoring")
@needs(Permission.POSTING_EDIT, of=Posting)
def rescoring(posting: Posting) -> ResponseReturnValue:
    """Call re-scoring off, or let it go on."""
    turn = {"stop": stop_rescoring, "go_on": go_on_rescoring}.get(request.form.get("act", ""))
    if turn is None:
        abort(400)
    turned = turn(db.session, posting=posting, actor_id=actor().id, now=now())
    db.session.commit()
    if not turned:
        toast(_("Re-scoring is done."))
    elif turn is stop_rescoring:
        toast(
            ngettext(
                "Re-scoring stopped. %(num)s application keeps its earlier prescore.",
                "Re-scoring stopped. %(num)s applications keep their earlier prescores.",
                turned,
            )
        )
    else:
        toast(_("Re-scoring goes on."))
    return redirect(url_for("pipeline.show", posting_id=posting.id), 303)


@blueprint.post("/<int:posting_id>/move")
@needs(Permission.APPLICATION_MOVE, of=Posting)
def move(posting: Posting) -> ResponseReturnValue:
    """Move the ticked applications, all or none, and offer the way back."""
    back = back_to(request.form.get("back"), url_for("pipeline.show", posting_id=posting.id))
    try:
        wanted = read_move(request.form)
    except MoveFormError:
        abort(400)
    if not wanted.application_ids:
        toast(_("Tick at least one candidate first."))
        return redirect(back, 303)
    _check_posting(posting, wanted)
    return carry_out(posting, wanted, back)


def carry_out(posting: Posting, wanted: MoveRequest, back: str) -> ResponseReturnValue:
    """Move what was asked for, all or none, say so with the way back, and go to ``back``; a rejection may call interviews off."""
    at = now()
    try:
        moves = move_many(
            db.session,
            application_ids=wanted.application_ids,
            to=wanted.to,
            actor_id=actor().id,
            now=at,
            reason=wanted.reason or None,
            note=wanted.note or None,
            expected=wanted.seen,
        )
    except MoveError as error:
        db.session.rollback()
        toast(explain_move(error))
        return redirect(back, 303)
    calls_off = wanted.to is Stage.REJECTED and "call_off" in request.form and may(Permission.INTERVIEW_SCHEDULE)
    off = call_off_with(*wanted.application_ids, at=at) if calls_off else []
    token = remember(
        db.session, actor_id=actor().id, act=Act.MOVE, now=at, moves=[move.id for move in moves], interviews=off
    )
    said = [moved_words(len(moves), wanted.to, posting)]
    if off:
        said.append(
            ngettext("%(num)s interview to come is called off.", "%(num)s interviews to come are called off.", len(off))
        )
    db.session.commit()
    toast(" ".join(said), undo=token)
    return redirect(back, 303)


def moved_words(count: int, to: Stage, posting: Posting) -> str:
    """Say what was done, with the posting's own name of the stage."""
    if to is Stage.REJECTED:
        return ngettext("%(num)s candidate rejected.", "%(num)s candidates rejected.", count)
    stage = stage_words(rules_of(db.session, posting_id=posting.id))[to]
    return ngettext(
        "%(num)s candidate moved to %(stage)s.", "%(num)s candidates moved to %(stage)s.", count, stage=stage
    )


def explain_move(error: MoveError) -> str:
    """Say why a move was refused; somebody who owes an evaluation hears nothing of a colleague's decision."""
    application = db.session.get(Application, error.application_id) if error.application_id else None
    name = application.name if application else ""
    blind = application is not None and not may(Permission.DECIDE, application_scope(db.session, application.id))
    code = "not_allowed" if error.code == "waiting" and blind else error.code
    return {
        "not_allowed": _("%(name)s cannot go there from the present stage. Nothing was moved.", name=name),
        "not_in_use": _("%(name)s’s posting leaves this stage out. Nothing was moved.", name=name),
        "changed": _("%(name)s was moved by somebody else in the meantime. Nothing was moved.", name=name),
        "reason_missing": _("Choose a reason to reject. Nothing was moved."),
        "reason_unknown": _("Choose a reason to reject. Nothing was moved."),
        "second_look": _(
            "%(name)s was interviewed, and this posting wants two people to reject: decide in the debrief. Nothing was moved.",
            name=name,
        ),
        "waiting": _("A rejection of %(name)s waits for a second pair of eyes. Nothing was moved.", name=name),
        "candidate_only": _("Only candidates withdraw. Nothing was moved."),
        "applied_again": _(
            "%(name)s has applied again since; go on with the newer application. Nothing was moved.", name=name
        ),
    }[code]


def _check_posting(posting: Posting, wanted: MoveRequest) -> None:
    """Refuse ids of another posting: the right was checked on this one."""
    own = select(func.count()).where(Application.id.in_(wanted.application_ids), Application.posting_id == posting.id)
    if db.session.scalar(own) != len(wanted.application_ids):
        abort(404)


def _cursor(values: MultiDict[str, str], direction: str) -> Cursor | None:
    value, ident, seen = values.get(direction, ""), values.get("id", ""), values.get("seen", "")
    numbers = ident.isascii() and ident.isdigit() and len(ident) < 19 and seen.isascii() and seen.isdigit()
    return Cursor(value, int(ident), min(int(seen[:9]), 10**9)) if value and numbers else None
