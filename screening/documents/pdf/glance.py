"""A glance at a PDF: whether it opens and has type on a page, for somebody who waits. Runs only in the limited child process."""

from __future__ import annotations

from screening.documents.failures import SCANNED, TOO_MANY_PAGES, ExtractionError
from screening.documents.pdf.library import Document
from screening.documents.pdf.reader import PAGES, SAMPLE
from screening.documents.reading import Reading


def rehearse() -> None:
    """Look at a page of our own, so that a process has loaded what every file needs."""
    read(SAMPLE)


def read(content: bytes) -> Reading:
    """Give the first page with type on it, unchecked and in no order; raise ExtractionError with a clear sentence."""
    document = Document(content)
    try:
        count = len(document)
        if count > PAGES:
            raise ExtractionError(TOO_MANY_PAGES)
        for number in range(count):
            page = document.page(number)
            try:
                text = page.characters if page.count else ""
                if text.strip(" \0\r\n\t\xa0"):
                    return Reading(text.replace("\0", "\ufffd"), (), count)
            finally:
                page.close()
    finally:
        document.close()
    raise ExtractionError(SCANNED)
