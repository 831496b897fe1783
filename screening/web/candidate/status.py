"""A candidate's own application: the signed link tells where it stands; what was sent, and the way out, want a proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from screening.extensions import db, limiter
from screening.models import Application, Stage
from screening.queries.batches import own_batch
from screening.queries.booking import open_offer_keys
from screening.queries.requests import own_reviews
from screening.queries.status import Status, read_status
from screening.services.applying import withdraw_application
from screening.services.moving import ENDED, OVER, MoveError
from screening.services.reasons import WITHDRAWAL_REASONS
from screening.services.voluntary import is_asked
from screening.web.access import anyone, now
from screening.web.candidate.answer_words import said
from screening.web.candidate.cities import city_name
from screening.web.candidate.links import (
    application_id_in,
    masked,
    offer_token,
    private_page,
    status_link,
    status_token,
    unknown_link,
)
from screening.web.candidate.proof import is_proven, proven
from screening.web.candidate.voluntary import answers_of
from screening.web.interview_news import call_off
from screening.web.labels import ANSWER_FIELDS, FILE_FAILURES, WITHDRAWALS
from screening.web.toasts import toast

blueprint = Blueprint("status", __name__, url_prefix="")

WAY = {
    Stage.APPLIED: _l("Application received"),
    Stage.SCREENING: _l("Read by a recruiter"),
    Stage.INTERVIEW: _l("Interviews"),
    Stage.DEBRIEF: _l("Debrief and decision"),
    Stage.OFFER: _l("Offer"),
}
ENDS = {
    Stage.HIRED: _l("Hired"),
    Stage.REJECTED: _l("We will not go on with this application"),
    Stage.WITHDRAWN: _l("Withdrawn by you"),
}
SENTENCES = {
    Stage.APPLIED: _l("We have your application. A recruiter will read it next."),
    Stage.SCREENING: _l("A recruiter is reading your application."),
    Stage.INTERVIEW: _l("You are in the interview stage."),
    Stage.DEBRIEF: _l("The interviews are done. The interviewers compare their notes, then a person decides."),
    Stage.OFFER: _l("We want to make you an offer and will contact you."),
    Stage.HIRED: _l("Welcome. We are looking forward to working with you."),
    Stage.REJECTED: _l(
        "A person has decided not to go on with this application. Thank you for the work that you put into it."
    ),
    Stage.WITHDRAWN: _l("You have withdrawn this application. Nobody will read it any further."),
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of the way: done, now or to come (state "")."""

    text: str
    state: str
    at: datetime | None


@blueprint.get("/status/<token>")
@anyone
def show(token: str) -> ResponseReturnValue:
    """Show the application that the link belongs to; a browser without proof sees its stage and the times of appointments."""
    status = _status(token)
    if status is None:
        return unknown_link()
    shown = render_template(
        "candidate/status.html",
        status=status,
        sentence=SENTENCES[status.stage],
        way=_way(status),
        link=status_link(status.application_id),
        token=token,
        proven=is_proven(status.application_id),
        masked=masked(status.email),
        failures=FILE_FAILURES,
        answer_fields=ANSWER_FIELDS,
        reviews=own_reviews(db.session, application_id=status.application_id, now=now()),
        others=_others(status),
        choices=_choices(status),
        batch=_batch(status),
        may_apply_again=status.stage in OVER
        and not any(other.application_id > status.application_id for other in status.others),
        city_name=city_name,
        said=said,
        voluntary=_voluntary(status.application_id),
        withdrawals=WITHDRAWALS,
    )
    return private_page(shown)


@blueprint.post("/status/<token>/withdraw")
@limiter.limit("20 per minute")
@proven
def withdraw(token: str, application: Application) -> ResponseReturnValue:
    """Take the application back; one that has ended stays as it is."""
    try:
        reason = request.form.get("reason", "")
        reason_given = reason if reason in WITHDRAWAL_REASONS else None
        withdraw_application(db.session, application=application, now=now(), reason=reason_given)
        call_off([application.id])
        db.session.commit()
    except MoveError:
        db.session.rollback()
        toast(_("This application has ended already."))
    else:
        toast(_("Your application is withdrawn."))
    return redirect(url_for("status.show", token=token), 303)


def _status(token: str) -> Status | None:
    number = application_id_in(token)
    return read_status(db.session, application_id=number, now=now()) if number else None


def _voluntary(application_id: int) -> str | None:
    """Say whether voluntary questions are to be offered: "open", or "answered" where they can be changed; None where not, and for a stranger."""
    if not is_proven(application_id):
        return None
    application = db.session.get_one(Application, application_id)
    if answers_of(application):
        return "answered"
    return "open" if is_asked(db.session, application=application) else None


def _others(status: Status) -> list[dict[str, Any]]:
    """Link the person's other applications for the role, as far as this browser has proven them too."""
    return [
        {"token": status_token(other.application_id), "at": other.submitted_at}
        for other in status.others
        if is_proven(other.application_id)
    ]


def _choices(status: Status) -> list[tuple[str, str]]:
    """Give round and token of each offer to choose a time that is open."""
    if status.stage in ENDED:
        return []
    keys = open_offer_keys(db.session, application_id=status.application_id, now=now())
    return [(name, offer_token(key)) for key, name in keys]


def _batch(status: Status) -> list[dict[str, Any]]:
    """Link the roles that were applied for together, for a browser that has proven this one."""
    roles = own_batch(db.session, application_id=status.application_id, now=now())
    return [
        {"role": role, "token": status_token(role.application_id), "where": WAY.get(role.stage) or ENDS[role.stage]}
        for role in roles
        if is_proven(status.application_id)
    ]


def _way(status: Status) -> list[Milestone]:
    """Lay out the whole way: what was reached with its time, where it stands, what is to come."""
    reached = {step.stage: step.at for step in status.steps}
    if status.stage in ENDS:
        past = [Milestone(str(WAY[stage]), "done", reached[stage]) for stage in WAY if stage in reached]
        return [*past, Milestone(str(ENDS[status.stage]), "now", reached.get(status.stage))]
    stages = list(WAY)
    here = stages.index(status.stage)
    return [
        Milestone(str(text), "now" if number == here else "done" if number < here else "", reached.get(stage))
        for number, (stage, text) in enumerate(WAY.items())
        if number >= here or stage in reached
    ]
