"""The timeline in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.prescore import Verdict
from screening.models import MailState, Outcome, Stage
from screening.queries.timeline import Event
from screening.web.labels import SOURCES, WITHDRAWALS
from screening.web.recruiter.words import REJECT_REASONS

VERDICTS = {
    Verdict.MET: _l("Met"),
    Verdict.PARTLY: _l("Partly met"),
    Verdict.NOT_SHOWN: _l("Not shown"),
    Verdict.CONTRADICTED: _l("Contradicted"),
    Verdict.FOR_INTERVIEW: _l("For the interviewer"),
}
OUTCOMES = {
    Outcome.ADVANCE: _l("advance"),
    Outcome.REJECT: _l("reject"),
    Outcome.OFFER: _l("offer"),
    Outcome.HIRE: _l("hire"),
}


def event_words(event: Event, stages: Mapping[Stage, str]) -> str:
    """Say what happened, by whom, with the posting's words for its ``stages``; a note or reason is printed beside it."""
    facts, who = event.facts, event.by or _("The candidate")
    match event.kind:
        case "applied":
            words = _("Applied; source: %(source)s", source=SOURCES.get(facts["source"], facts["source"]))
        case "moved" | "undone":
            words = _moved(event, who, stages)
        case "scored":
            words = _("Prescored: %(point)s (rubric v%(version)s)", point=facts["point"], version=facts["version"])
        case "verdict" | "verdict_back":
            words = _judged(event, who)
        case "added":
            words = _("Added by the candidate: evidence for %(code)s", code=facts["criterion"])
        case "review_asked":
            words = _("The candidate asked for a human review")
        case "review_answered":
            words = _("%(who)s answered the request for a human review", who=who)
        case "handed" | "note" | "mail":
            words = _worked(event, who)
        case "decided" | "seconded" | "objected":
            words = _decided(event, who)
        case _:
            words = _interviewed(event, who)
    return words


def _judged(event: Event, who: str) -> str:
    code = event.facts["criterion"]
    if event.kind == "verdict_back":
        return _("%(who)s gave %(code)s back to the machine’s verdict:", who=who, code=code)
    verdict = VERDICTS[Verdict(event.facts["verdict"])]
    return _("%(who)s changed %(code)s to %(verdict)s:", who=who, code=code, verdict=verdict)


def _worked(event: Event, who: str) -> str:
    if event.kind == "mail":
        return _mailed(event)
    if event.kind == "note":
        return _("%(who)s wrote a note", who=who)
    to = event.facts["to"]
    if to:
        return _("%(who)s handed over to %(name)s", who=who, name=to)
    return _("%(who)s gave it back to the posting’s owner", who=who)


def _mailed(event: Event) -> str:
    """Say what became of a mail; who released it is told where it was a person."""
    subject, state = event.facts["subject"], MailState(event.facts["state"])
    if state in {MailState.SENT, MailState.UNCERTAIN}:
        words = _("Mail to the candidate: %(subject)s", subject=subject)
    elif state is MailState.RECALLED:
        words = _("Mail recalled before it went out: %(subject)s", subject=subject)
    elif state is MailState.FAILED:
        words = _("Mail could not be sent: %(subject)s", subject=subject)
    elif state is MailState.KEPT:
        words = _("Mail kept here, no mail server is set: %(subject)s", subject=subject)
    else:
        words = _("Mail waits in the outbox: %(subject)s", subject=subject)
    return f"{event.by} · {words}" if event.by else words


def _decided(event: Event, who: str) -> str:
    if event.kind == "seconded":
        return _("%(who)s looked at the rejection too and agreed", who=who)
    if event.kind == "objected":
        return _("%(who)s disagreed with the rejection: back to the debrief", who=who)
    words = _("%(who)s decided: %(outcome)s", who=who, outcome=OUTCOMES[Outcome(event.facts["outcome"])])
    if event.facts["waited"]:
        words += _(" (waiting for a second person)")
    return words + (_(" (taken back)") if event.facts["undone"] else "")


def _moved(event: Event, who: str, stages: Mapping[Stage, str]) -> str:
    to = stages[Stage(event.facts["to"])]
    if event.kind == "undone":
        return _("%(who)s took a move back: %(stage)s", who=who, stage=to)
    if event.facts["to"] == Stage.REJECTED.value:
        reason = REJECT_REASONS.get(event.facts["reason"], event.facts["reason"])
        return _("%(who)s rejected: %(reason)s", who=who, reason=reason)
    if event.facts["to"] == Stage.WITHDRAWN.value:
        given = WITHDRAWALS.get(event.facts["reason"] or "")
        return _("The candidate withdrew: %(reason)s", reason=given) if given else _("The candidate withdrew")
    return _("%(who)s moved to %(stage)s", who=who, stage=to)


def _interviewed(event: Event, who: str) -> str:
    name = event.facts["round"]
    return {
        "scheduled": _("%(who)s scheduled: %(round)s", who=who, round=name),
        "cancelled": _("Cancelled: %(round)s", round=name),
        "evaluated": _("%(who)s submitted the evaluation of %(round)s", who=who, round=name),
        "amended": _("%(who)s amended the evaluation of %(round)s", who=who, round=name),
    }[event.kind]
