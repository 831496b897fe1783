"""The letters of decisions: one for each outcome on the page, the one of the outcome taken with the decision or with the second word on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext as _

from screening.extensions import db
from screening.forms.letters import LATER, TypedLetter, read_letter
from screening.models import Application, Decision, Mail, Outcome, Posting, Stage
from screening.models.base import JsonObject
from screening.policy import Permission
from screening.services.mail_templates import letter_text
from screening.services.outbox import SOON
from screening.services.telling import decision_key
from screening.web.access import may, now
from screening.web.recruiter.debrief_words import outcome_words
from screening.web.recruiter.letter_work import (
    LetterOffer,
    call_off_with,
    letter_offers,
    post_letter,
    reader_zone,
    typed_again,
)


@dataclass(frozen=True, slots=True)
class OutcomeLetter:
    """What an outcome would send: its words on the page, and the letter."""

    outcome: Outcome
    label: str
    letter: LetterOffer


def letters_of(
    application: Application,
    posting: Posting,
    outcomes: Mapping[Outcome, Stage],
    chosen: str | None,
    stages: Mapping[Stage, str],
) -> tuple[OutcomeLetter, ...]:
    """Give the letter of each outcome that is possible, with what was typed where the form comes back. One query."""
    offers = letter_offers(application, posting=posting, stages=list(outcomes.values()))
    made = []
    for outcome, to in outcomes.items():
        offer = offers.get(to.value)
        if offer is None:
            continue
        if request.method == "POST" and outcome.value == chosen:
            offer = typed_again(offer, read_letter(request.form, stage=to, zone=reader_zone(), now=now()))
        made.append(OutcomeLetter(outcome, _("Mail: %(outcome)s", outcome=outcome_words(outcome, to, stages)), offer))
    return tuple(made)


def read_decided(outcomes: Mapping[Outcome, Stage], outcome: Outcome, at: datetime) -> TypedLetter:
    """Read the letter of the outcome that was chosen; letters of the others are not looked at."""
    return read_letter(request.form, stage=outcomes.get(outcome), zone=reader_zone(), now=at)


def planned_after(typed: TypedLetter) -> JsonObject:
    """Give what happens once the decision stands, as it is kept with one that waits for a second person."""
    return {
        "subject": typed.subject if typed.wanted else "",
        "text": typed.text if typed.wanted else "",
        "when": typed.when,
        "due_at": typed.due_at.isoformat(),
        "call_off": "call_off" in request.form and may(Permission.INTERVIEW_SCHEDULE),
    }


def tell_decided(application: Application, decision: Decision, planned: JsonObject | None, at: datetime) -> Mail | None:
    """Write the letter of a decision that stands, if one is wanted; the caller commits it with the decision."""
    if not decision.tell_candidate:
        return None
    to = Stage(decision.to_stage)
    posting = db.session.get_one(Posting, application.posting_id)
    if planned is None or not planned["text"]:
        kept = letter_text(db.session, posting_id=posting.id, stage=to, locale=application.locale)
        planned = {"subject": kept.subject, "text": kept.text, "when": LATER, "due_at": at.isoformat()}
    due_at = at + SOON if planned["when"] == LATER else max(at, datetime.fromisoformat(planned["due_at"]))
    return post_letter(
        application,
        posting=posting,
        stage=to,
        subject=planned["subject"],
        text=planned["text"],
        due_at=due_at,
        key=decision_key(decision.id, at),
        at=at,
    )


def call_off_decided(
    application: Application, decision: Decision, planned: JsonObject | None, at: datetime
) -> list[int]:
    """Call the interviews to come off where a rejection that stands asks for it."""
    if decision.outcome is not Outcome.REJECT or planned is None or not planned.get("call_off"):
        return []
    return call_off_with(application.id, at=at)
