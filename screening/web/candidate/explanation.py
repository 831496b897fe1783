"""The prescore in plain words for the one whom it is about: behind the signed link and a proof."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rubrics.prescore import Quote, Verdict
from screening.extensions import db
from screening.models import Application
from screening.queries.explanation import Told, read_explanation
from screening.web.candidate.evidence import can_add
from screening.web.candidate.links import private_page, unknown_link
from screening.web.candidate.proof import proven
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS, FILE_FAILURES

blueprint = Blueprint("explanation", __name__, url_prefix="")

WORDS = {
    Verdict.MET: _l("Shown"),
    Verdict.PARTLY: _l("Shown in part"),
    Verdict.NOT_SHOWN: _l("Nothing found"),
    Verdict.CONTRADICTED: _l("To be checked"),
    Verdict.FOR_INTERVIEW: _l("For a conversation"),
}
BY_MACHINE = {
    Verdict.MET: _l("We found this in what you sent."),
    Verdict.PARTLY: _l("We found part of this in what you sent; a person looks at it more closely."),
    Verdict.NOT_SHOWN: _l("We found nothing in what you sent that shows this; that is not a no."),
    Verdict.CONTRADICTED: _l("These words of yours seem to speak against it; a person checks whether they do."),
    Verdict.FOR_INTERVIEW: _l("A conversation will show this; the program did not judge it."),
}
BY_PERSON = {
    Verdict.MET: _l("A person has read your application on this point and finds it shown."),
    Verdict.PARTLY: _l("A person has read your application on this point and finds part of it shown."),
    Verdict.NOT_SHOWN: _l(
        "A person has read your application on this point and found nothing that shows it; that is not a no."
    ),
    Verdict.CONTRADICTED: _l("A person has read your application on this point and finds that it says otherwise."),
    Verdict.FOR_INTERVIEW: _l("A person has read your application on this point; a conversation will show it."),
}
SILENT_MAILBOXES = ("noreply", "donotreply")


@blueprint.get("/status/<token>/explanation")
@proven
def show(token: str, application: Application) -> ResponseReturnValue:
    """Explain the prescore of the application that the link belongs to."""
    explanation = read_explanation(db.session, application_id=application.id)
    if explanation is None:
        return unknown_link()
    shown = render_template(
        "candidate/explanation.html",
        explanation=explanation,
        token=token,
        Told=Told,
        words=WORDS,
        by_machine=BY_MACHINE,
        by_person=BY_PERSON,
        place_of=place_of,
        words_of=words_of,
        may_add=explanation.told is Told.POINTS and can_add(application, explanation.additions),
        failures=FILE_FAILURES,
        answer_fields=ANSWER_FIELDS,
        address=contact_address(current_app.config["SCREENING"].mail_from),
    )
    return private_page(shown)


def place_of(quote: Quote) -> str:
    """Say where the candidate wrote the quoted words: the résumé, or a field of the form."""
    if quote.source == "resume":
        return _("your résumé")
    section, *rest = quote.source.strip("/").split("/")
    fields = [str(ANSWER_FIELDS[name]) for name in rest if name in ANSWER_FIELDS and section != "statements"]
    named = [str(ANSWER_SECTIONS[section]), *fields[-1:]] if section in ANSWER_SECTIONS else []
    return " · ".join([_("your answers"), *named])


def words_of(quote: Quote) -> str:
    """Give the quoted words; a ticked or an empty box is told as yes or no."""
    if quote.source == "resume" or quote.quote not in {"true", "false"}:
        return quote.quote
    return _("Yes") if quote.quote == "true" else _("No")


def contact_address(sender: str) -> str | None:
    """Give the address that mails are sent from, where somebody may read what comes back; None where nobody does."""
    mailbox, _at, domain = sender.lower().rpartition("@")
    plain = "".join(character for character in mailbox if character.isalnum())
    return None if domain == "localhost" or plain.startswith(SILENT_MAILBOXES) else sender
