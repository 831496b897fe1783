"""A rubric file as it is sent: first as an upload, then once more with the confirmation, so that nothing is kept in between."""

from __future__ import annotations

from werkzeug.datastructures import FileStorage, MultiDict

from screening.documents.decoding import UndecodableError, decode_text

FILE_BYTES = 400_000


class RubricUploadError(Exception):
    """A file that is no text: ``code`` is none, empty, binary or too_large."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_upload(files: MultiDict[str, FileStorage]) -> tuple[str, str]:
    """Give the name and the text of the chosen file, its line ends as LF; raise RubricUploadError."""
    upload = files.get("file")
    if upload is None or not upload.filename:
        raise RubricUploadError("none")
    with upload.stream:
        content = upload.stream.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        raise RubricUploadError("too_large")
    try:
        text = decode_text(content)
    except UndecodableError as error:
        raise RubricUploadError("binary") from error
    if not text.strip():
        raise RubricUploadError("empty")
    return upload.filename, _with_plain_ends(text)


def read_confirmed(fields: MultiDict[str, str]) -> tuple[str, str]:
    """Give the name and the text that the page of differences sent back; browsers make CR LF of the line ends."""
    text = fields.get("text", "")
    if len(text.encode()) > 2 * FILE_BYTES:
        raise RubricUploadError("too_large")
    return fields.get("name", "")[:255], _with_plain_ends(text)


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
