"""A résumé that is being sent: judged, stored at once, and kept over a failed submit under a signed token."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage

from screening.documents import failures
from screening.documents.extraction import extract_text
from screening.documents.failures import ExtractionError
from screening.documents.recognition import FILE_BYTES, file_name_for, recognise
from screening.documents.storage import StoredFile, file_path, store_file
from screening.web.labels import FILE_FAILURES

SECONDS = 36 * 3600
SECONDS_TO_READ = 8.0


@dataclass(frozen=True, slots=True)
class Upload:
    """The résumé of a form: ``file`` when one is there, ``token`` to keep it, ``error`` when there is none or it is refused."""

    file: StoredFile | None = None
    token: str = ""
    error: str | None = None


def receive(form_key: str) -> Upload:
    """Take the file of the current request, else the one that an earlier attempt of the same form left."""
    sent = [file for file in request.files.getlist("resume") if isinstance(file, FileStorage) and file.filename]
    earlier = _earlier(request.form.get("resume_token", ""), form_key)
    if len(sent) > 1:
        return Upload(file=earlier.file, token=earlier.token, error=_("Choose one file."))
    if not sent:
        return (
            earlier
            if earlier.file
            else Upload(error=_("Choose your résumé: a PDF, Word (.docx), text or Markdown file."))
        )
    content = sent[0].read(FILE_BYTES + 1)
    name = sent[0].filename or ""
    try:
        media_type = recognise(content, file_name=name)
        has_text = _has_text(content, name)
    except ExtractionError as error:
        return Upload(file=earlier.file, token=earlier.token, error=str(FILE_FAILURES[str(error)]))
    stored = store_file(
        current_app.config["SCREENING"].uploads,
        content,
        original_name=file_name_for(media_type, name),
        media_type=media_type.value,
    )
    return Upload(
        file=stored,
        token=_serializer().dumps({"form": form_key, **asdict(stored)}),
        error=None
        if has_text
        else _(
            "No text was found in this file; it may be a scan. Choose one in which the text can be selected, or send the form again to keep this one."
        ),
    )


def _has_text(content: bytes, name: str) -> bool:
    """Read the file as the prescorer will; raise ExtractionError for one that nobody can open.

    A file that takes long is taken: the worker has more patience.
    """
    try:
        extract_text(content, file_name=name, seconds=SECONDS_TO_READ)
    except ExtractionError as error:
        if str(error) in {failures.SCANNED, failures.NO_TEXT}:
            return False
        if str(error) not in {failures.TAKES_TOO_MUCH, failures.CANNOT_START}:
            raise
    return True


def remembered(form_key: str) -> Upload:
    """Give the file that an earlier attempt of this form left, if any."""
    return _earlier(request.form.get("resume_token", ""), form_key)


def _earlier(token: str, form_key: str) -> Upload:
    """Read the token of the same form; a changed, foreign or old one is none, like one whose file is gone."""
    try:
        kept: dict[str, Any] = _serializer().loads(token, max_age=SECONDS)
    except BadData:
        return Upload()
    if kept.pop("form", None) != form_key:
        return Upload()
    stored = StoredFile(**kept)
    if not file_path(current_app.config["SCREENING"].uploads, stored.storage_key).exists():
        return Upload()
    return Upload(file=stored, token=token)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="staged upload")
