"""Files that are being sent with a form: judged, stored at once, and kept with the form's draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from screening.documents import failures
from screening.documents.extraction import has_text
from screening.documents.failures import ExtractionError
from screening.documents.recognition import FILE_BYTES, MediaType, file_name_for, recognise
from screening.documents.storage import StoredFile, store_file
from screening.forms.application import ApplicationForm
from screening.forms.custom import AnswerFile
from screening.forms.parts import QuestionForm
from screening.models.application import RESUME
from screening.web.candidate.file_faults import refusal_of

SECONDS_TO_READ = 8.0


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a field: ``file`` when one is there, ``is_new`` when this request brought it, ``error`` when there is none or what came is refused.

    ``answers`` are the files of the questions that the same form asks, by the questions' names.
    """

    file: StoredFile | None = None
    is_new: bool = False
    error: str | None = None
    answers: Mapping[str, Upload] = field(default_factory=dict)

    @property
    def has_error(self) -> bool:
        """Tell whether one of the files was refused."""
        return any(one.error for one in (self, *self.answers.values()))

    def files_for(self, questions: Sequence[Mapping[str, Any]]) -> list[StoredFile]:
        """Give the résumé and the files that answer these questions."""
        names = {question.get("name") for question in questions}
        own = [one for name, one in self.answers.items() if name in names]
        return [one.file for one in (self, *own) if one.file is not None]


def receive(kept: StoredFile | None, *, is_needed: bool = True) -> Upload:
    """Take the file of the current request, else the one that is kept with the draft."""
    upload = _take("resume", RESUME, kept, must_have_text=True)
    if upload.file is None and upload.error is None and is_needed:
        return replace(upload, error=_("Choose a PDF, Word (.docx), text, Markdown or JSON Resume (.json) file."))
    return upload


def receive_answers(form: ApplicationForm, kept: Mapping[str, StoredFile], upload: Upload) -> Upload:
    """Take the files of the form's own questions too: each is put where the form looks for it, with what is wrong with it.

    ``kept`` are those of the draft by their fields.
    """
    answers = {
        name: _take(answer.name, name, kept.get(name)) for name, part, answer in _file_answers(form) if part.is_asked
    }
    both = replace(upload, answers=answers)
    give_answers(form, both)
    return both


def kept_upload(kept: Mapping[str, StoredFile]) -> Upload:
    """Give the files that are kept with a draft, by their fields."""
    answers = {name: Upload(file=file) for name, file in kept.items() if name != RESUME}
    return Upload(file=kept.get(RESUME), answers=answers)


def give_answers(form: ApplicationForm, upload: Upload) -> None:
    """Put the files of questions where a form looks for them; a question that is not asked has none."""
    for name, part, answer in _file_answers(form):
        if part.is_asked and name in upload.answers:
            answer.data, answer.refusal = upload.answers[name].file, upload.answers[name].error


def _file_answers(form: ApplicationForm) -> Iterator[tuple[str, QuestionForm, AnswerFile]]:
    for part in form.parts():
        for answer in part.form:
            if isinstance(answer, AnswerFile):
                yield part.form.question["name"], part.form, answer


def _take(name: str, field_name: str, kept: StoredFile | None, *, must_have_text: bool = False) -> Upload:
    """Take the file that the request brings under a name, else the one that is kept; a refused one takes no place."""
    sent = [file for file in request.files.getlist(name) if isinstance(file, FileStorage) and file.filename]
    if len(sent) > 1:
        return Upload(file=kept, error=_("Choose one file."))
    if not sent:
        return Upload(file=kept)
    content = sent[0].read(FILE_BYTES + 1)
    told = sent[0].filename or ""
    try:
        media_type = recognise(content, file_name=told)
        is_readable = _has_text(content, media_type)
    except ExtractionError as error:
        return Upload(file=kept, error=refusal_of(error))
    stored = store_file(
        current_app.config["SCREENING"].uploads,
        content,
        original_name=file_name_for(media_type, told),
        media_type=media_type.value,
    )
    is_scan = must_have_text and not is_readable
    return Upload(
        file=replace(stored, field=field_name),
        is_new=True,
        error=_(
            "No text was found in this file; it may be a scan. Choose one in which the text can be selected, or send the form again to keep this one."
        )
        if is_scan
        else None,
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
