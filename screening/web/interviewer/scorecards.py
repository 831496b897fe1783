"""An interview's kit and the scorecard that one interviewer fills in."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from rubrics.anchors import guide_for
from rubrics.model import Criterion
from screening.extensions import db
from screening.forms.scorecard import Problem, Scorecard, read_abstention, read_reason, read_scorecard
from screening.models import Interview, Recommendation
from screening.policy import Permission
from screening.queries.scorecard import EvaluationVersion, Kit, kit
from screening.services.evaluating import DraftConflictError, abstain, amend_evaluation, save_draft, submit_evaluation
from screening.services.interviewing import InterviewError
from screening.web.access import actor, may, needs, now
from screening.web.formatting import clock, is_chinese
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS, RATINGS, RECOMMENDATIONS
from screening.web.toasts import toast

blueprint = Blueprint("scorecards", __name__, url_prefix="/staff/interviews")


@blueprint.get("/<int:interview_id>/scorecard")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def edit(interview: Interview) -> ResponseReturnValue:
    """Show the kit with the draft, or one's own locked evaluation; ``?amend=1`` opens it for an amendment."""
    found = kit(db.session, interview=interview, user_id=actor().id)
    amending = bool(found.own) and request.args.get("amend") == "1"
    content = _as_content(found.own[0]) if amending else found.draft or {}
    return _page(interview, found, Scorecard(content, _criteria(found)), amending=amending)


@blueprint.post("/<int:interview_id>/scorecard")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def submit(interview: Interview) -> ResponseReturnValue:
    """Lock the evaluation, or an amendment of it; what is missing is said beside its place."""
    found = kit(db.session, interview=interview, user_id=actor().id)
    amending = bool(request.form.get("amending"))
    card = read_scorecard(request.form, _criteria(found))
    problems = card.problems()
    if amending and not read_reason(request.form):
        problems.append(("reason", _("Reason for the amendment"), _("Say why you change it.")))
    if problems:
        return _page(interview, found, card, problems=problems, amending=amending), 422
    try:
        if amending:
            amend_evaluation(
                db.session,
                interview=interview,
                user_id=actor().id,
                judgements=card.judgements(),
                recommendation=Recommendation(card.recommendation),
                summary=card.summary,
                reason=read_reason(request.form),
                seen=request.form.get("seen", 0, type=int),
                now=now(),
            )
        else:
            submit_evaluation(
                db.session,
                interview=interview,
                user_id=actor().id,
                judgements=card.judgements(),
                recommendation=Recommendation(card.recommendation),
                summary=card.summary,
                now=now(),
            )
        db.session.commit()
    except InterviewError as error:
        db.session.rollback()
        return _page(interview, found, card, refused=_explain(error), amending=amending), 409
    toast(
        _("Amendment saved. The earlier version stays readable.") if amending else _("Evaluation submitted and locked.")
    )
    return redirect(url_for("scorecards.edit", interview_id=interview.id), 303)


@blueprint.post("/<int:interview_id>/scorecard/draft")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def draft(interview: Interview) -> ResponseReturnValue:
    """Keep what was typed: by itself for a script (JSON answer), or by the Save button."""
    found = kit(db.session, interview=interview, user_id=actor().id)
    card = read_scorecard(request.form, _criteria(found))
    by_script = request.accept_mimetypes.best == "application/json"
    moment = now()
    try:
        revision = save_draft(
            db.session,
            interview=interview,
            user_id=actor().id,
            content=card.content,
            revision=request.form.get("version", 0, type=int),
            now=moment,
        )
        db.session.commit()
    except DraftConflictError as error:
        db.session.rollback()
        if by_script:
            return jsonify(error="changed"), 409
        stored = Scorecard(error.content, card.criteria)
        return _page(interview, found, card, stored=stored, revision=error.revision), 409
    except InterviewError as error:
        db.session.rollback()
        if by_script:
            return jsonify(error=error.code), 409
        return _page(interview, found, card, refused=_explain(error)), 409
    if by_script:
        return jsonify(saved=_("Draft saved %(time)s", time=clock(moment)), version=revision)
    toast(_("Draft saved %(time)s", time=clock(moment)))
    return redirect(url_for("scorecards.edit", interview_id=interview.id), 303)


@blueprint.post("/<int:interview_id>/scorecard/abstain")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def leave(interview: Interview) -> ResponseReturnValue:
    """Abstain with a reason, as for a conflict of interest."""
    kind, reason = read_abstention(request.form), read_reason(request.form)
    if kind is None:
        toast(_("Choose why you do not judge this candidate."))
        return redirect(url_for("scorecards.edit", interview_id=interview.id), 303)
    try:
        abstain(db.session, interview=interview, user_id=actor().id, kind=kind, reason=reason, now=now())
        db.session.commit()
    except InterviewError as error:
        db.session.rollback()
        toast(_explain(error))
        return redirect(url_for("scorecards.edit", interview_id=interview.id), 303)
    toast(_("You abstain from this interview. The recruiter sees the reason."))
    return redirect(url_for("home.index"), 303)


def _page(
    interview: Interview,
    found: Kit,
    card: Scorecard,
    *,
    problems: list[Problem] | None = None,
    refused: str | None = None,
    stored: Scorecard | None = None,
    revision: int | None = None,
    amending: bool = False,
) -> str:
    language = "zh" if is_chinese() else "en"
    return render_template(
        "interviewer/scorecard.html",
        interview=interview,
        kit=found,
        card=card,
        guides={item.criterion.id: guide_for(item.criterion, language) for item in found.items},
        problems=problems or [],
        refused=refused,
        stored=stored,
        revision=found.revision if revision is None else revision,
        amending=amending,
        locked=bool(found.own) and not amending,
        started=now() >= interview.starts_at,
        ratings=RATINGS,
        recommendations=RECOMMENDATIONS,
        sections=ANSWER_SECTIONS,
        answer_fields=ANSWER_FIELDS,
        may_debrief=may(Permission.DEBRIEF_VIEW),
    )


def _criteria(found: Kit) -> list[Criterion]:
    return [item.criterion for item in found.items]


def _as_content(own: EvaluationVersion) -> dict[str, object]:
    return {
        "ratings": {
            ident: {"value": value, "skip": value is None, "note": note} for ident, (value, note) in own.ratings.items()
        },
        "recommendation": own.recommendation.value,
        "summary": own.summary,
    }


def _explain(error: InterviewError) -> str:
    return {
        "too_early": _("The interview has not started yet. You can save a draft now and submit from its start."),
        "submitted": _("Your evaluation was submitted already, perhaps in another tab. Reload the page to see it."),
        "abstained": _("You abstained from this interview."),
        "cancelled": _("This interview was cancelled."),
        "changed": _("Your evaluation was amended in another tab. Reload the page to see it."),
        "reason_missing": _("Say why, in a few words."),
    }.get(error.code, _("This evaluation cannot be stored any more. Reload the page; your text is still in this one."))
