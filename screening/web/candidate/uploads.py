"""A file that is being sent with a form: judged, stored at once, and kept with the form's draft."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from screening.documents import failures
from screening.documents.extraction import has_text
from screening.documents.failures import ExtractionError
from screening.documents.recognition import FILE_BYTES, MediaType, file_name_for, recognise
from screening.documents.storage import StoredFile, store_file
from screening.web.labels import FILE_FAILURES

SECONDS_TO_READ = 8.0


@dataclass(frozen=True, slots=True)
class Upload:
    """The résumé of a form: ``file`` when one is there, ``is_new`` when this request brought it, ``error`` when there is none or what came is refused."""

    file: StoredFile | None = None
    is_new: bool = False
    error: str | None = None


def receive(kept: StoredFile | None, *, is_needed: bool = True) -> Upload:
    """Take the file of the current request, else the one that is kept with the draft."""
    sent = [file for file in request.files.getlist("resume") if isinstance(file, FileStorage) and file.filename]
    if len(sent) > 1:
        return Upload(file=kept, error=_("Choose one file."))
    if not sent:
        missing = _("Choose your résumé: a PDF, Word (.docx), text or Markdown file.")
        return Upload(file=kept, error=missing if kept is None and is_needed else None)
    content = sent[0].read(FILE_BYTES + 1)
    name = sent[0].filename or ""
    try:
        media_type = recognise(content, file_name=name)
        is_readable = _has_text(content, media_type)
    except ExtractionError as error:
        return Upload(file=kept, error=str(FILE_FAILURES[str(error)]))
    stored = store_file(
        current_app.config["SCREENING"].uploads,
        content,
        original_name=file_name_for(media_type, name),
        media_type=media_type.value,
    )
    return Upload(
        file=stored,
        is_new=True,
        error=None
        if is_readable
        else _(
            "No text was found in this file; it may be a scan. Choose one in which the text can be selected, or send the form again to keep this one."
        ),
    )


def _has_text(content: bytes, media_type: MediaType) -> bool:
    """Tell whether there are words in the file; raise ExtractionError for one that nobody can open.

    A file that takes long is taken: the worker has more patience.
    """
    try:
        return has_text(content, media_type, seconds=SECONDS_TO_READ)
    except ExtractionError as error:
        if str(error) not in {failures.TAKES_TOO_MUCH, failures.CANNOT_START}:
            raise
    return True
