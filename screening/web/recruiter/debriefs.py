"""The panel's evaluations side by side, and the decision."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from rubrics.anchors import guide_for
from screening.extensions import db
from screening.forms.deciding import DecisionForm, SecondForm
from screening.models import Application, Decision, Outcome, Stage
from screening.policy import Permission
from screening.queries.coming_interviews import coming_interviews
from screening.queries.debrief import Debrief, debrief
from screening.queries.insights import severities
from screening.queries.second_looks import in_need_of_second_look, may_look
from screening.queries.stage_rules import Rules, rules_of
from screening.services.deciding import DecideError, decide, possible_outcomes, take_back_decision
from screening.services.letters import LetterError
from screening.services.open_points import open_points
from screening.services.reasons import REASONS as REASONS_FOR
from screening.services.seconding import second
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, reader
from screening.web.labels import OUTCOMES, RATINGS, RECOMMENDATIONS
from screening.web.recruiter.debrief_words import (
    ABSTENTIONS,
    REASONS,
    agreement_words,
    contradictions,
    decision_state,
    outcome_words,
    settled_words,
    severity_words,
    stands_apart,
)
from screening.web.recruiter.decision_letters import (
    call_off_decided,
    letters_of,
    planned_after,
    read_decided,
    tell_decided,
)
from screening.web.recruiter.letter_work import due_words, reader_zone
from screening.web.stage_words import stage_words
from screening.web.toasts import toast

blueprint = Blueprint("debriefs", __name__, url_prefix="/staff/applications")

MEASURED_DAYS = 90
"""The period over which somebody's severity is shown."""


@blueprint.get("/<int:application_id>/debrief")
@needs(Permission.DEBRIEF_VIEW, of=Application)
def show(application: Application) -> ResponseReturnValue:
    """Show the matrix, disagreements first, and the decision form to who may decide."""
    return _page(application)


@blueprint.post("/<int:application_id>/debrief")
@needs(Permission.DECIDE, of=Application)
def make(application: Application) -> ResponseReturnValue:
    """Store a decision, move the application, and offer the way back; a rejection may wait for a second pair of eyes."""
    form, at = _form(application), now()
    if not form.validate():
        return _page(application, form), 422
    typed = read_decided(_outcomes(application), Outcome(form.outcome.data), at)
    if typed.errors:
        return _page(application, form), 422
    try:
        decision = decide(
            db.session,
            application=application,
            outcome=Outcome(form.outcome.data),
            reason=form.reason.data,
            note=form.note.data or "",
            actor_id=actor().id,
            now=at,
            tell_candidate=typed.wanted,
            afterwards=planned_after(typed),
        )
        mail = tell_decided(application, decision, planned_after(typed), at) if not decision.needs_second else None
    except DecideError as error:
        db.session.rollback()
        return _page(application, form, refused=error.code), 422
    except LetterError:
        db.session.rollback()
        toast(_("Nobody can write to this candidate any more. Nothing was decided."))
        return _back(application)
    called_off = call_off_decided(application, decision, planned_after(typed), at) if not decision.needs_second else []
    token = remember(
        db.session, actor_id=actor().id, act=Act.DECISION, now=at, decision=decision.id, interviews=called_off
    )
    db.session.commit()
    if decision.needs_second:
        toast(_("The rejection waits for a second pair of eyes. Nothing has moved."), undo=token)
    else:
        said = [_("Decision recorded: %(outcome)s.", outcome=OUTCOMES[decision.outcome])]
        toast(" ".join([*said, due_words(mail.due_at, at)] if mail else said), undo=token)
    return _back(application)


@blueprint.post("/<int:application_id>/debrief/second")
@needs(Permission.DECIDE, of=Application)
def give_second(application: Application) -> ResponseReturnValue:
    """Agree or disagree with a colleague's rejection."""
    form, at = SecondForm(), now()
    decision = _decision(application, form.decision.data)
    if decision is None:
        toast(settled_words(None))
        return _back(application)
    if not form.validate():
        return _page(application, second_form=form), 422
    agrees = form.agrees.data == "yes"
    try:
        second(
            db.session,
            decision=decision,
            agrees=agrees,
            note=form.second_note.data or "",
            actor_id=actor().id,
            now=at,
        )
    except DecideError as error:
        db.session.rollback()
        if error.code == "note_missing":
            form.second_note.errors = [_("Say what you see differently.")]
            return _page(application, second_form=form), 422
        return _too_late(application, decision.id, error)
    called_off = call_off_decided(application, decision, decision.afterwards, at) if agrees else []
    if agrees and decision.tell_candidate:
        with suppress(LetterError):  # whose data are erased meanwhile is told nothing more
            tell_decided(application, decision, decision.afterwards, at)
    token = remember(
        db.session, actor_id=actor().id, act=Act.SECOND, now=at, decision=decision.id, interviews=called_off
    )
    db.session.commit()
    toast(_("Rejected: two of you agree.") if agrees else _("Back in the debrief, with both notes."), undo=token)
    return _back(application)


@blueprint.post("/<int:application_id>/debrief/withdraw")
@needs(Permission.DECIDE, of=Application)
def withdraw(application: Application) -> ResponseReturnValue:
    """Take one's own rejection back while it waits."""
    decision = _decision(application, request.form.get("decision"))
    if decision is None or decision.actor_id != actor().id or not decision.needs_second:
        toast(settled_words(None))
        return _back(application)
    try:
        take_back_decision(db.session, decision=decision, actor_id=actor().id, now=now())
    except DecideError as error:
        db.session.rollback()
        return _too_late(application, decision.id, error)
    db.session.commit()
    toast(_("Taken back."))
    return _back(application)


def _decision(application: Application, number: str | None) -> Decision | None:
    """Find a decision of this application by the number that the page sent."""
    if not number or not number.isascii() or not number.isdigit() or len(number) > 9:
        return None
    found = db.session.get(Decision, int(number))
    return found if found is not None and found.application_id == application.id else None


def _too_late(application: Application, decision_id: int, error: DecideError) -> ResponseReturnValue:
    """Say what became of a rejection that does not wait any more."""
    rows = debrief(db.session, application=application).decisions
    row = next((one for one in rows if one.id == decision_id), None)
    same = error.code == "same_person"
    toast(_("Somebody else has to look at your own rejection.") if same else settled_words(row))
    return _back(application)


def _back(application: Application) -> ResponseReturnValue:
    return redirect(url_for("debriefs.show", application_id=application.id), 303)


def _rules(application: Application) -> Rules:
    """Give the rules of the posting's stages, read once a page."""
    if "stage_rules" not in g:
        g.stage_rules = rules_of(db.session, posting_id=application.posting_id)
    rules: Rules = g.stage_rules
    return rules


def _outcomes(application: Application) -> dict[Outcome, Stage]:
    """Give what may be decided, as it was when the page began: deciding moves the application."""
    if "outcomes" not in g:
        g.outcomes = possible_outcomes(application.stage, _rules(application))
    outcomes: dict[Outcome, Stage] = g.outcomes
    return outcomes


def _labels(application: Application) -> dict[Outcome, str]:
    """Name what may be decided."""
    stages = stage_words(_rules(application))
    return {outcome: outcome_words(outcome, to, stages) for outcome, to in _outcomes(application).items()}


def _form(application: Application) -> DecisionForm:
    form = DecisionForm()
    outcomes = _outcomes(application)
    form.outcome.choices = [
        SelectChoice(value=outcome.value, label=label) for outcome, label in _labels(application).items()
    ]
    form.reason.choices = {
        outcome.value: [SelectChoice(value=reason, label=REASONS[reason]) for reason in REASONS_FOR[outcome]]
        for outcome in outcomes
    }
    return form


def _page(
    application: Application,
    form: DecisionForm | None = None,
    *,
    refused: str | None = None,
    second_form: SecondForm | None = None,
) -> str:
    page = debrief(db.session, application=application, reader_id=actor().id)
    form, second_form = form or _form(application), second_form or SecondForm(formdata=None)
    _explain(form, refused)
    decides = may(Permission.DECIDE)
    waiting = page.waiting_decision
    looks = page.posting.second_look or waiting is not None
    needs_second = looks and bool(in_need_of_second_look(db.session, [application.id], now=now()))
    first = waiting.actor_id if waiting else actor().id
    stages = stage_words(_rules(application))
    return render_template(
        "recruiter/debrief.html",
        application=application,
        page=page,
        now=now(),
        form=form,
        second_form=second_form,
        errors=[(field.id, field.label.text, field.errors[0]) for field in (*form, *second_form) if field.errors],
        may_decide=decides and bool(form.outcome.choices) and waiting is None,
        may_second=decides and waiting is not None and waiting.actor_id != actor().id,
        may_withdraw=decides and waiting is not None and waiting.actor_id == actor().id,
        lookers=may_look(db.session, application=application, actor_id=first) if decides and needs_second else (),
        needs_second=needs_second,
        may_see_application=may(Permission.APPLICATION_VIEW),
        may_plan=may(Permission.INTERVIEW_SCHEDULE),
        may_read_private=may(Permission.PRIVATE_NOTE_VIEW),
        open_points=open_points(page),
        agreement=agreement_words(page.comparison),
        severities=_severities(page),
        contradictions=contradictions(page.confrontations),
        reasons_for={outcome: REASONS_FOR[outcome] for outcome in _outcomes(application)},
        labels={outcome.value: label for outcome, label in _labels(application).items()},
        letters=letters_of(application, page.posting, _outcomes(application), form.outcome.data, stages)
        if decides and waiting is None
        else (),
        coming=coming_interviews(db.session, application_id=application.id, reader_id=actor().id, now=now())
        if decides and may(Permission.INTERVIEW_SCHEDULE)
        else (),
        call_off=request.method == "GET" or "call_off" in request.form,
        zone=reader_zone(),
        decider=reader().name,
        decision_state=decision_state,
        anchors=_anchors(page),
        abstentions=ABSTENTIONS,
        ratings=RATINGS,
        recommendations=RECOMMENDATIONS,
        outcomes=OUTCOMES,
        reasons=REASONS,
        stages=stages,
    )


def _explain(form: DecisionForm, refused: str | None) -> None:
    """Put the service's refusal beside the field that it speaks of."""
    if refused == "note_missing":
        form.note.errors = [_("A rejection needs a note: what was missing?")]
    elif refused in {"reason_missing", "reason_unknown"}:
        form.reason.errors = [_("This reason does not go with this outcome. Choose another.")]
    elif refused == "waiting":
        form.outcome.errors = [_("A rejection waits for a second pair of eyes. Settle that first.")]
    elif refused is not None:
        form.outcome.errors = [_("This outcome is not possible at this stage any more. Reload the page.")]


def _severities(page: Debrief) -> list[tuple[str, str, bool]]:
    """Say how the panel's members rate elsewhere: name, words, and whether they stand apart; for who may see figures of people."""
    if not may(Permission.RATERS_VIEW):
        return []
    known = severities(db.session, actor=actor(), days=MEASURED_DAYS)
    panel = {seat.user_id: seat.name for seat in page.seats if seat.latest}
    said = [(name, known[ident]) for ident, name in panel.items() if ident in known]
    return [(name, words, stands_apart(one)) for name, one in said if (words := severity_words(one, MEASURED_DAYS))]


def _anchors(page: Debrief) -> dict[str, tuple[str, ...]]:
    """Give the text of ratings 1 to 4 by criterion key, in the posting's language."""
    known = (row.criterion for row in page.rows if row.criterion is not None)
    return {one.key: guide_for(one, page.posting.language).anchors for one in known}
