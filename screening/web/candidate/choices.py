"""What a filled-in form says to each of its roles: their own forms' answers, ready to be sent together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import MultiDict

from screening.extensions import db
from screening.forms.answers import answers_of
from screening.forms.application import ApplicationForm, application_form
from screening.services.batches import Choice, Origin
from screening.services.referring import find_referral
from screening.web.candidate.form_page import today
from screening.web.candidate.roles import ChosenRoles
from screening.web.candidate.uploads import Upload, give_answers
from screening.web.formatting import is_chinese

SOURCE = re.compile(r"[\w.-]{1,40}", re.ASCII)
CODE = re.compile(r"[\w-]{1,24}", re.ASCII)
REFERRAL = "referral"


def choices_of(
    chosen: ChosenRoles, filled: ApplicationForm, fields: Sequence[tuple[str, str]], upload: Upload
) -> list[Choice]:
    """Give each role what its own form would have been sent with the same answers, the first choice first."""
    if not chosen.are_several:
        answers = answers_of(filled, questions=chosen.questions, chinese=is_chinese(), today=today())
        only = chosen.roles[0]
        return [Choice(only.posting, only.version, answers, upload.files_for(chosen.questions))]
    typed: dict[str, list[str]] = {}
    for name, value in fields:
        typed.setdefault(name, []).append(value)
    choices = []
    for role in chosen.roles:
        questions = role.version.questions
        own = application_form(questions, chinese=is_chinese(), today=today())(
            formdata=MultiDict(chosen.merged.own_fields(role.slug, typed))
        )
        give_answers(own, upload)
        answers = answers_of(own, questions=questions, chinese=is_chinese(), today=today())
        choices.append(Choice(role.posting, role.version, answers, upload.files_for(questions)))
    return choices


def origin_in(form: ApplicationForm) -> Origin:
    """Read where the candidate came from; a link that names nobody we know came from the site."""
    code, source = form.ref.data or "", form.source.data or ""
    referral = find_referral(db.session, code) if CODE.fullmatch(code) else None
    if referral is not None:
        return Origin(REFERRAL, referral, form.heard.data or None)
    return Origin(source if SOURCE.fullmatch(source) else "site", None, form.heard.data or None)


def link_origin() -> dict[str, str]:
    """Give what the present address says of its origin, for the links that lead on: ``from`` and ``ref``."""
    kept = {"from": SOURCE, "ref": CODE}
    return {name: value for name, shape in kept.items() if shape.fullmatch(value := request.args.get(name, ""))}
