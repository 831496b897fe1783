"""Text and Markdown: the decoded file unaltered. Runs only in the limited child process."""

from __future__ import annotations

from screening.documents.decoding import UndecodableError, decode_text
from screening.documents.failures import NOT_ACCEPTED, ExtractionError
from screening.documents.reading import Reading


def read(content: bytes) -> Reading:
    """Decode the file; nothing in it is hidden."""
    try:
        return Reading(decode_text(content))
    except UndecodableError as error:
        raise ExtractionError(NOT_ACCEPTED) from error
