"""A résumé's text: read in a child process that may do little, so that a hostile file can harm nobody.

Each file has a child of its own with limits on memory, processor time and open files, which cannot write, has no secrets
in its environment, an empty folder of its own, and a clock that ends it. The same bytes give the same text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rubrics.dossier import HiddenText
from screening.documents import warm
from screening.documents.failures import CANNOT_START, NO_TEXT, SCANNED, TAKES_TOO_MUCH, ExtractionError
from screening.documents.recognition import MediaType, recognise

__all__ = ["CANNOT_START", "ExtractedText", "ExtractionError", "extract_text", "has_text"]

MOST_SECONDS = warm.MOST_SECONDS
READERS = {
    MediaType.PDF: "pdf",
    MediaType.DOCX: "word",
    MediaType.TEXT: "plain",
    MediaType.MARKDOWN: "plain",
    MediaType.JSON_RESUME: "json",
}


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text with its hidden stretches (offsets in characters of ``text``); ``pages`` is None where a format has none.

    ``is_recognised`` tells that a program recognised letters in pictures of pages: they may be wrong.
    """

    text: str
    hidden: tuple[HiddenText, ...]
    pages: int | None
    is_recognised: bool = False


def extract_text(content: bytes, *, file_name: str, seconds: float = MOST_SECONDS) -> ExtractedText:
    """Read a .pdf, .docx, .txt, .md or .json (JSON Resume); raise ExtractionError with one clear English sentence out of a closed list.

    A file that takes longer than ``seconds`` is one of them. For text and Markdown the text is the decoded file unaltered; the content decides what the file is, the name only tells
    Markdown from text.
    """
    media_type = recognise(content, file_name=file_name)
    answer = _ask(READERS[media_type], content, seconds)
    if "failure" in answer:
        raise ExtractionError(answer["failure"])
    hidden = tuple(HiddenText(start, end) for start, end in answer["hidden"])
    return ExtractedText(
        text=answer["text"], hidden=hidden, pages=answer["pages"], is_recognised=answer["is_recognised"]
    )


def has_text(content: bytes, media_type: MediaType, *, seconds: float = MOST_SECONDS) -> bool:
    """Tell whether a file that ``recognise`` took holds words, sooner than reading it would; raise ExtractionError for one that nobody can open.

    Recognising text, Markdown and JSON Resume has read them already. A PDF is opened, but its pages are not drawn.
    """
    if media_type in {MediaType.TEXT, MediaType.MARKDOWN, MediaType.JSON_RESUME}:
        return True
    answer = _ask("glance" if media_type is MediaType.PDF else READERS[media_type], content, seconds)
    failure = answer.get("failure")
    if failure in {SCANNED, NO_TEXT}:
        return False
    if failure is not None:
        raise ExtractionError(failure)
    return True


def _ask(reader: str, content: bytes, seconds: float) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(warm.ask(reader, content, seconds=seconds))
    except warm.CannotStartError as error:
        raise ExtractionError(CANNOT_START) from error
    except (warm.NoAnswerError, ValueError) as error:
        raise ExtractionError(TAKES_TOO_MUCH) from error
    return answer
