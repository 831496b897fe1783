"""The page of an application form: one for an empty form, a refused one, and a draft that somebody goes on with."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import current_app, render_template, request
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from screening.extensions import db
from screening.forms.application import ApplicationForm, application_form, problems_of
from screening.forms.inputs import whole_number
from screening.forms.progress import progress_of
from screening.forms.questions import inputs
from screening.models import ApplicationDraft, FormVersion, Posting
from screening.queries.careers import form_in_force, form_of
from screening.web.access import now
from screening.web.candidate.form_resume import resume_part
from screening.web.candidate.links import draft_token
from screening.web.candidate.roles import ChosenRoles, Settled, chosen_roles, settle
from screening.web.candidate.timing import opening_mark
from screening.web.candidate.uploads import Upload, give_answers
from screening.web.formatting import is_chinese
from screening.web.notices import CURRENT, notice_of

KEY = re.compile(r"[\w-]{16,64}", re.ASCII)
WRITER = re.compile(r"[\w-]{1,40}", re.ASCII)


def read_large_files(endpoint: str | None, values: dict[str, object] | None) -> None:  # noqa: ARG001 - the signature is Flask's
    """Let the form itself refuse a file that is too large; this runs before the form key's check reads the body."""
    request.max_content_length = current_app.config["SCREENING"].form_bytes


def sent_key() -> str:
    """Read the form's key, or make one for a form that came without."""
    key = request.form.get("form_key", "")
    return key if KEY.fullmatch(key) else new_key()


def new_key() -> str:
    """Make the key of a new form."""
    return secrets.token_urlsafe(24)


def sent_version(posting: Posting) -> FormVersion | None:
    """Read the form that the candidate filled in, or the one in force when it is not told."""
    number = whole_number(request.form.get("form_version"))
    seen = form_of(db.session, posting_id=posting.id, form_version_id=number) if number else None
    return seen or form_in_force(db.session, posting_id=posting.id)


def form_class(version: FormVersion, also: str = "") -> type[ApplicationForm]:
    """Make the form of a version in the page's language, as of today; ``also`` names the roles that it applies for together."""
    return application_form(chosen_roles(version, also).questions, chinese=is_chinese(), today=today())


def typed_form(version: FormVersion, fields: Sequence[Sequence[str]], *, key: str) -> ApplicationForm:
    """Fill a form with [name, value] pairs so that it shows each text exactly as it was typed."""
    settled = settle(version, fields)
    form = settled_form(version, settled, key=key)
    values = MultiDict(settled.fields)
    for field in inputs(form):
        if isinstance(field, StringField) and field.raw_data and field.name in values:
            field.data = field.raw_data[0]
    return form


def settled_form(version: FormVersion, settled: Settled, *, key: str) -> ApplicationForm:
    """Fill the form of the roles that are open now."""
    form = form_class(version, settled.chosen.written)(formdata=MultiDict(settled.fields))
    form.left = settled.left
    form.form_key.data, form.form_version.data = key, str(version.id)
    if notice_of(form.notice_shown.data) is None:
        form.consent.data = False
    return form


def show_form(
    posting: Posting,
    form: ApplicationForm,
    upload: Upload,
    *,
    status: int = 200,
    draft: ApplicationDraft | None = None,
    newer: ApplicationDraft | None = None,
    notice: str = "",
    minutes: int = 0,
) -> tuple[str, int]:
    """Render the form with everything that was typed and the file that is kept.

    ``draft`` is what is stored of this page, ``newer`` what another tab or device stored instead; ``notice`` names a
    block of the template: applied, large, resumed, quick, old, wait; ``minutes`` is how long to wait.
    """
    version = db.session.get_one(FormVersion, int(str(form.form_version.data)))
    chosen = chosen_roles(version, form.also.data or "")
    values = form_values(posting, chosen, form, upload, draft=draft, newer=newer, notice=notice, minutes=minutes)
    return render_template("candidate/apply.html", **values), status


def form_values(
    posting: Posting,
    chosen: ChosenRoles,
    form: ApplicationForm,
    upload: Upload,
    *,
    draft: ApplicationDraft | None = None,
    newer: ApplicationDraft | None = None,
    notice: str = "",
    minutes: int = 0,
) -> dict[str, Any]:
    """Give what the template of the form shows, and write the page's own marks into the form."""
    form.also.data = chosen.written
    errors = problems_of(form)
    if upload.error:
        errors.insert(0, ("resume", _("Résumé"), upload.error))
    give_answers(form, upload)
    if newer is None:
        form.draft_version.data = str(draft.version if draft else 0)
    if notice_of(form.notice_shown.data) is not CURRENT:
        form.consent.data = False  # it was given to another text
    form.notice_shown.data = CURRENT.version
    form.opened.data = form.opened.data or opening_mark(posting.slug)
    form.draft_writer.data = secrets.token_urlsafe(12)
    return {
        "posting": posting,
        "chosen": chosen,
        "form": form,
        "errors": errors,
        "progress": progress_of(form, has_resume=upload.file is not None),
        "draft": draft,
        "newer": newer,
        "notice": notice,
        "minutes": minutes,
        "privacy": CURRENT,
        "token": draft_token(str(form.form_key.data)),
        **resume_part(upload, draft, [part.form.question for part in form.parts()]),
    }


def sent_writer() -> str:
    """Read the mark of the page that sends; a page without one is nobody in particular."""
    writer = request.form.get("draft_writer", "")
    return writer if WRITER.fullmatch(writer) else ""


def today() -> date:
    """Give the date in the reader's time zone."""
    return now().astimezone(get_timezone()).date()
