"""Pasting or uploading a document of postings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import TextAreaField

from screening.documents.decoding import UndecodableError, decode_text

DOCUMENT_BYTES = 4 * 1024 * 1024


class UploadError(Exception):
    """A file that cannot be read as text: ``code`` is binary or too_large."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ImportForm(FlaskForm):
    """A pasted text or a text file; a chosen file wins over the text."""

    text = TextAreaField(_l("Posting text"))
    file = FileField(_l("Text file"))

    @property
    def upload(self) -> FileStorage | None:
        """The chosen file, None when none was chosen."""
        data = self.file.data
        return data if isinstance(data, FileStorage) and data.filename else None

    def read(self) -> tuple[str, str]:
        """Give the document's name and text, unaltered but for browsers' line ends; raise UploadError for a file that is no text.

        A browser sends a text field with CR LF; those are taken back, so that the same text pasted twice is the same
        document.
        """
        upload = self.upload
        if upload is None:
            return "", (self.text.data or "").replace("\r\n", "\n")
        with upload.stream:
            content = upload.stream.read(DOCUMENT_BYTES + 1)
        if len(content) > DOCUMENT_BYTES:
            raise UploadError("too_large")
        try:
            return upload.filename or "", decode_text(content)
        except UndecodableError as error:
            raise UploadError("binary") from error
