"""The panel's evaluations side by side, and the decision."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.extensions import db
from screening.forms.deciding import DecisionForm
from screening.models import Application, Outcome, Stage
from screening.policy import Permission
from screening.queries.debrief import debrief
from screening.services.deciding import DecideError, decide, possible_outcomes, reasons_for
from screening.services.undoing import Act, remember
from screening.web.access import actor, may, needs, now, signed_in_user
from screening.web.labels import OUTCOMES, RATINGS, RECOMMENDATIONS, STAGES
from screening.web.recruiter.words import REJECT_REASONS
from screening.web.toasts import toast

blueprint = Blueprint("debriefs", __name__, url_prefix="/staff/applications")

REASONS = {
    **REJECT_REASONS,
    "panel_agrees": _l("The panel agrees"),
    "strong_evidence": _l("Strong evidence on what matters"),
    "one_more_round": _l("One more conversation is needed"),
    "open_question": _l("A question stays open"),
}


@blueprint.get("/<int:application_id>/debrief")
@needs(Permission.DEBRIEF_VIEW, of=Application)
def show(application: Application) -> ResponseReturnValue:
    """Show the matrix, disagreements first, and the decision form to who may decide."""
    return _page(application, _form(application))


@blueprint.post("/<int:application_id>/debrief")
@needs(Permission.DECIDE, of=Application)
def make(application: Application) -> ResponseReturnValue:
    """Store a decision, move the application, and offer the way back."""
    form = _form(application)
    if not form.validate():
        return _page(application, form), 422
    try:
        decision = decide(
            db.session,
            application=application,
            outcome=Outcome(form.outcome.data),
            reason=form.reason.data,
            note=form.note.data or "",
            actor_id=actor().id,
            now=now(),
        )
    except DecideError as error:
        db.session.rollback()
        return _page(application, form, refused=error.code), 422
    token = remember(db.session, actor_id=actor().id, act=Act.DECISION, now=now(), decision=decision.id)
    db.session.commit()
    toast(_("Decision recorded: %(outcome)s.", outcome=OUTCOMES[decision.outcome]), undo=token)
    return redirect(url_for("debriefs.show", application_id=application.id), 303)


def _form(application: Application) -> DecisionForm:
    form = DecisionForm()
    outcomes = possible_outcomes(application.stage)
    form.outcome.choices = [
        SelectChoice(value=outcome.value, label=_outcome_words(outcome, to)) for outcome, to in outcomes.items()
    ]
    reasons = list(dict.fromkeys(reason for outcome in outcomes for reason in reasons_for(outcome)))
    if request.method == "POST" and form.outcome.data in set(Outcome):
        reasons = [
            *reasons_for(Outcome(form.outcome.data)),
            *(set(reasons) - set(reasons_for(Outcome(form.outcome.data)))),
        ]
    form.reason.choices = [
        SelectChoice(value="", label=_("Choose a reason")),
        *(SelectChoice(value=reason, label=REASONS[reason]) for reason in reasons),
    ]
    return form


def _outcome_words(outcome: Outcome, to: Stage) -> str:
    """Say what an outcome does; only advancing leads to different places."""
    if outcome is not Outcome.ADVANCE:
        return str(OUTCOMES[outcome])
    return _("One more interview") if to is Stage.INTERVIEW else _("Advance to %(stage)s", stage=STAGES[to])


def _page(application: Application, form: DecisionForm, *, refused: str | None = None) -> str:
    if refused == "note_missing":
        form.note.errors = [_("A rejection needs a note: what was missing?")]
    elif refused in {"reason_missing", "reason_unknown"}:
        form.reason.errors = [_("This reason does not go with this outcome. Choose another.")]
    elif refused is not None:
        form.outcome.errors = [_("This outcome is not possible at this stage any more. Reload the page.")]
    return render_template(
        "recruiter/debrief.html",
        application=application,
        page=debrief(db.session, application=application),
        form=form,
        errors=[(field.id, field.label.text, field.errors[0]) for field in form if field.errors],
        may_decide=may(Permission.DECIDE) and bool(form.outcome.choices),
        may_see_application=may(Permission.APPLICATION_VIEW),
        decider=signed_in_user().name,
        ratings=RATINGS,
        recommendations=RECOMMENDATIONS,
        outcomes=OUTCOMES,
        reasons=REASONS,
        stages=STAGES,
    )
