"""Voluntary questions after an application: a form of its own, which can be left out, changed and taken back."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from screening.extensions import db, limiter
from screening.models import Application, Posting
from screening.services.voluntary import QUESTIONS, UNSAID, is_asked, keep_answers, own_answers, take_back
from screening.web.candidate.links import private_page
from screening.web.candidate.proof import proven
from screening.web.toasts import toast

blueprint = Blueprint("voluntary", __name__, url_prefix="")

ASKED = {
    "sex": _l("Your sex"),
    "age": _l("Your age"),
    "disability": _l("Do you have a disability or a long-term illness?"),
    "ethnicity": _l("Do you belong to an ethnic minority where you would work?"),
}
SAID = {
    "woman": _l("Woman"),
    "man": _l("Man"),
    "other": _l("Another"),
    "under_25": _l("Under 25"),
    "25_34": _l("25 to 34"),
    "35_44": _l("35 to 44"),
    "45_over": _l("45 and over"),
    "disabled": _l("Yes"),
    "not_disabled": _l("No"),
    "minority": _l("Yes"),
    "majority": _l("No"),
    UNSAID: _l("Prefer not to say"),
}


@blueprint.get("/status/<token>/voluntary")
@proven
def show(token: str, application: Application) -> ResponseReturnValue:
    """Show the form with what was answered before; where nothing is asked there is only what can be taken back."""
    answers = answers_of(application)
    if not answers and not is_asked(db.session, application=application):
        abort(404)
    posting = db.session.get_one(Posting, application.posting_id)
    shown = render_template(
        "candidate/voluntary.html",
        token=token,
        posting=posting,
        asks=posting.asks_voluntary,
        answers=answers,
        questions=QUESTIONS,
        asked=ASKED,
        said=SAID,
        unsaid=UNSAID,
    )
    return private_page(shown)


@blueprint.post("/status/<token>/voluntary")
@limiter.limit("20 per minute")
@proven
def keep(token: str, application: Application) -> ResponseReturnValue:
    """Keep the answers, or delete them when the button to take them back was pressed."""
    key = current_app.config["SCREENING"].voluntary_key
    if request.form.get("act") == "take-back":
        take_back(db.session, key=key, application=application)
        words = _("Your voluntary answers are deleted.")
    elif is_asked(db.session, application=application):
        answers = {question: request.form.get(question, "") for question in QUESTIONS}
        keep_answers(db.session, key=key, application=application, answers=answers)
        words = _("Thank you. Your answers are kept apart from your application.")
    else:
        abort(404)
    db.session.commit()
    toast(words)
    return redirect(url_for("status.show", token=token), 303)


def answers_of(application: Application) -> dict[str, str]:
    """Read what the candidate has answered; only for a browser that has proven the application."""
    key = current_app.config["SCREENING"].voluntary_key
    return own_answers(db.session, key=key, application_id=application.id)
