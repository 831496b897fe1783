"""Adding to a criterion that the prescore did not find, or found in part: its question, a link, a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from rubrics.model import Criterion, Rubric
from screening.documents.recognition import FILE_BYTES
from screening.documents.storage import StoredFile, file_path
from screening.extensions import db, limiter
from screening.forms.answers import sections_of
from screening.forms.application import problems_of
from screening.forms.evidence import EvidenceForm, evidence_form
from screening.forms.inputs import web_address
from screening.models import Application, Posting
from screening.queries.additions import Addition, additions
from screening.queries.explanation import read_judging_rubric
from screening.services.adding_evidence import MOST, EvidenceError, add_evidence, questions_about
from screening.services.moving import ENDED
from screening.web.access import now
from screening.web.candidate.form_page import new_key, read_large_files, sent_key, today
from screening.web.candidate.links import private_page
from screening.web.candidate.proof import proven
from screening.web.candidate.uploads import Upload, receive
from screening.web.formatting import is_chinese
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS, FILE_FAILURES
from screening.web.toasts import toast

blueprint = Blueprint("evidence", __name__, url_prefix="")
blueprint.url_value_preprocessor(read_large_files)
SECONDS = 36 * 3600


@dataclass(frozen=True, slots=True)
class Subject:
    """What is added to: the criterion as the rubric that judged the application has it, and its questions."""

    criterion: Criterion
    questions: list[dict[str, Any]]


@blueprint.get("/status/<token>/evidence/<criterion_id>")
@proven
def form(token: str, application: Application, criterion_id: str) -> ResponseReturnValue:
    """Ask what the application form would ask for this criterion."""
    subject = _subject(application, ident=criterion_id)
    if subject is None:
        abort(404)
    refused = _why_not(application)
    if refused:
        toast(refused)
        return redirect(url_for("explanation.show", token=token), 303)
    empty = _form_class(subject)(formdata=None, form_key=new_key(), criterion=subject.criterion.key)
    return _page(token, application, subject, empty, Upload())


@blueprint.post("/status/<token>/evidence/<criterion_id>")
@limiter.limit("20 per minute; 60 per hour")
@proven
def add(token: str, application: Application, criterion_id: str) -> ResponseReturnValue:
    """Keep what was added; the prescore is made again by the worker, and the earlier one stays."""
    subject = _subject(application, key=request.form.get("criterion"), ident=criterion_id)
    if subject is None:
        abort(404)
    key = sent_key()
    filled = _form_class(subject)(formdata=request.form)
    filled.form_key.data, filled.criterion.data = key, subject.criterion.key
    upload = receive(_kept(filled.file_token.data or "", key), is_needed=False)
    if not filled.validate() or upload.error:
        return _page(token, application, subject, filled, upload, 422)
    try:
        add_evidence(
            db.session,
            application=application,
            criterion=subject.criterion,
            answers=sections_of(filled, questions=subject.questions, chinese=is_chinese(), today=today()),
            link=web_address(filled.link.data) if filled.link.data else None,
            file=upload.file,
            key=key,
            now=now(),
        )
        db.session.commit()
    except EvidenceError as error:
        db.session.rollback()
        if error.code == "empty":
            return _page(token, application, subject, filled, upload, 422, is_empty=True)
        toast(_why_not(application) or _("Nothing more can be added to this application."))
        return redirect(url_for("explanation.show", token=token), 303)
    toast(_("Added. The recruiters see it, and the prescore is being made again."))
    return redirect(url_for("explanation.show", token=token), 303)


def can_add(application: Application, added: tuple[Addition, ...]) -> bool:
    """Tell whether the page may offer to add something."""
    return application.stage not in ENDED and len(added) < MOST


def _why_not(application: Application) -> str | None:
    if application.stage in ENDED:
        return _("This application has ended already.")
    if not can_add(application, additions(db.session, application_id=application.id)):
        return _("You have added as much as an application takes. For anything more, write to the recruiters.")
    return None


def _subject(application: Application, *, ident: str, key: str | None = None) -> Subject | None:
    """Find the criterion by its key, which outlives rubric versions, else by its short name in the version that judged."""
    rubric = read_judging_rubric(db.session, application=application)
    found = _find(rubric, ident=ident, key=key) if rubric else None
    return Subject(found, questions_about(rubric, found)) if rubric and found else None


def _find(rubric: Rubric, *, ident: str, key: str | None) -> Criterion | None:
    by_key = (one for one in rubric.criteria if key and one.key == key)
    by_ident = (one for one in rubric.criteria if not key and one.id == ident)
    return next(by_key, None) or next(by_ident, None)


def _form_class(subject: Subject) -> type[EvidenceForm]:
    return evidence_form(subject.questions, chinese=is_chinese(), today=today())


def _page(
    token: str,
    application: Application,
    subject: Subject,
    filled: EvidenceForm,
    upload: Upload,
    status: int = 200,
    *,
    is_empty: bool = False,
) -> ResponseReturnValue:
    """Render the form with everything that was typed; a file that was taken is kept by its token."""
    errors = problems_of(filled)
    if upload.error:
        errors.append(("resume", _("File"), upload.error))
    if is_empty:
        filled.link.errors = [_("Answer the question, give a link or choose a file.")]
        errors = problems_of(filled)
    filled.file_token.data = (
        _serializer().dumps({"form": filled.form_key.data, **asdict(upload.file)}) if upload.file else ""
    )
    shown = render_template(
        "candidate/evidence.html",
        token=token,
        posting=db.session.get_one(Posting, application.posting_id),
        criterion=subject.criterion,
        form=filled,
        upload=upload,
        errors=errors,
        most=FILE_BYTES,
        most_additions=MOST,
        added=[
            one
            for one in additions(db.session, application_id=application.id)
            if one.criterion_key == subject.criterion.key
        ],
        failures=FILE_FAILURES,
        answer_fields=ANSWER_FIELDS,
        sections=ANSWER_SECTIONS,
    )
    return private_page(shown), status


def _kept(token: str, form_key: str) -> StoredFile | None:
    """Read the file of an earlier attempt of the same form; a changed, foreign or old token holds none."""
    try:
        kept: dict[str, Any] = _serializer().loads(token, max_age=SECONDS)
    except BadData:
        return None
    if kept.pop("form", None) != form_key:
        return None
    stored = StoredFile(**kept)
    return stored if file_path(current_app.config["SCREENING"].uploads, stored.storage_key).exists() else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="added file")
