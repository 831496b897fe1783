"""An interview's kit and the scorecard that one interviewer fills in."""

from __future__ import annotations

from typing import Unpack

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.scorecard import Scorecard, read_abstention, read_reason, read_scorecard
from screening.models import Interview, Recommendation, RubricVersion
from screening.policy import Permission
from screening.queries.scorecard import kit, own_versions
from screening.services.evaluating import (
    DraftConflictError,
    abstain,
    amend_evaluation,
    save_draft,
    submit_evaluation,
)
from screening.services.interviewing import InterviewError, focus_criteria
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now
from screening.web.formatting import clock
from screening.web.interviewer.scorecard_page import Shown, as_content, explain, is_the_same, scorecard_page
from screening.web.toasts import toast

blueprint = Blueprint("scorecards", __name__, url_prefix="/staff/interviews")


@blueprint.get("/<int:interview_id>/scorecard")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def edit(interview: Interview) -> ResponseReturnValue:
    """Show the kit with the draft, or one's own locked evaluation; ``?amend=1`` opens it for an amendment."""
    found = kit(db.session, interview=interview, user_id=actor().id)
    amending = bool(found.own) and request.args.get("amend") == "1"
    content = as_content(found.own[0]) if amending else found.draft or {}
    return scorecard_page(
        interview, found, Scorecard(content, [item.criterion for item in found.items]), amending=amending
    )


@blueprint.post("/<int:interview_id>/scorecard")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def submit(interview: Interview) -> ResponseReturnValue:
    """Lock the evaluation, or an amendment of it; what is missing is said beside its place.

    What was submitted already is never written over: the same once more, as by a double click, is the same page; other
    text comes back as an amendment that wants a reason.
    """
    amending = bool(request.form.get("amending"))
    _version, card = _card(interview)
    problems = card.problems()
    if amending and not read_reason(request.form):
        problems.append(("reason", _("Reason for the amendment"), _("Say why you change it.")))
    if problems:
        return _again(interview, card, problems=problems, amending=amending), 422
    try:
        _store(interview, card, amending=amending)
        db.session.commit()
    except InterviewError as error:
        db.session.rollback()
        own = own_versions(db.session, interview_id=interview.id, user_id=actor().id)
        submitted = error.code == "submitted"
        if not (submitted and own and is_the_same(own[0], card)):
            return _again(interview, card, refused=explain(error), amending=amending or submitted), 409
    else:
        said = _("Amendment saved. The earlier version stays readable.") if amending else None
        toast(said or _("Evaluation submitted and locked."))
    return redirect(url_for("scorecards.edit", interview_id=interview.id), 303)


@blueprint.post("/<int:interview_id>/scorecard/draft")
@needs(Permission.EVALUATION_SUBMIT, of=Interview)
def draft(interview: Interview) -> ResponseReturnValue:
    """Keep what was typed: by itself for a script (JSON answer), or by the Save button."""
    _version, card = _card(interview)
    moment = now()
    if card.oddities():
        return _refuse_draft(interview, card, None)
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
    except (DraftConflictError, InterviewError) as error:
        db.session.rollback()
        return _refuse_draft(interview, card, error)
    if _is_by_script():
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
        token = _way_back(interview)
        db.session.commit()
    except InterviewError as error:
        db.session.rollback()
        toast(explain(error))
        return redirect(url_for("scorecards.edit", interview_id=interview.id), 303)
    toast(_("You abstain from this interview. The recruiter sees the reason."), undo=token)
    return redirect(url_for("home.index"), 303)


def _way_back(interview: Interview) -> str | None:
    """Remember the abstention's undo for those who see nothing of others through it (decision 025)."""
    if not may(Permission.ABSTENTION_RETURN):
        return None
    return remember(db.session, actor_id=actor().id, act=Act.ABSTAIN, now=now(), interview=interview.id)


def _card(interview: Interview) -> tuple[RubricVersion, Scorecard]:
    """Read what was sent, with the rubric that it speaks of: who holds it spares the service a second look.

    The kit is read only when the page is shown again, so that storing stays cheap.
    """
    version = db.session.get_one(RubricVersion, interview.rubric_version_id)
    return version, read_scorecard(request.form, focus_criteria(version, interview.focus))


def _store(interview: Interview, card: Scorecard, *, amending: bool) -> None:
    recommendation, moment = Recommendation(card.recommendation), now()
    if amending:
        amend_evaluation(
            db.session,
            interview=interview,
            user_id=actor().id,
            judgements=card.judgements(),
            recommendation=recommendation,
            summary=card.summary,
            private_note=card.private_note,
            reason=read_reason(request.form),
            seen=request.form.get("seen", 0, type=int),
            now=moment,
        )
    else:
        submit_evaluation(
            db.session,
            interview=interview,
            user_id=actor().id,
            judgements=card.judgements(),
            recommendation=recommendation,
            summary=card.summary,
            private_note=card.private_note,
            now=moment,
        )


def _again(interview: Interview, card: Scorecard, **more: Unpack[Shown]) -> str:
    found = kit(db.session, interview=interview, user_id=actor().id)
    return scorecard_page(interview, found, card, **more)


def _is_by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _refuse_draft(
    interview: Interview, card: Scorecard, error: DraftConflictError | InterviewError | None
) -> ResponseReturnValue:
    """Say why a draft was not kept, with the text still in the form; without an error the text itself is odd."""
    if error is None:
        problems = card.oddities()
        said = " ".join(f"{label}: {message}" for _ident, label, message in problems)
        return _told("odd", said) or _again(interview, card, problems=problems), 422
    if isinstance(error, DraftConflictError):
        stored = Scorecard(error.content, card.criteria)
        return _told("changed", "") or _again(interview, card, stored=stored, revision=error.revision), 409
    return _told(error.code, explain(error)) or _again(interview, card, refused=explain(error)), 409


def _told(code: str, said: str) -> Response | None:
    """Answer a script, which shows ``said``; None for a person."""
    return jsonify(error=code, said=said) if _is_by_script() else None
