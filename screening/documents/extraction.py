"""A résumé's text: read in a child process that may do little, so that a hostile file can harm nobody.

The child has limits on memory, processor time and open files, cannot write, has no secrets in its environment, an empty
folder of its own, and a clock that ends it. The same bytes give the same text.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rubrics.dossier import HiddenText
from screening.documents.failures import CANNOT_START, TAKES_TOO_MUCH, ExtractionError
from screening.documents.recognition import MediaType, recognise

__all__ = ["CANNOT_START", "ExtractedText", "ExtractionError", "extract_text"]

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 40
READERS = {MediaType.PDF: "pdf", MediaType.DOCX: "word", MediaType.TEXT: "plain", MediaType.MARKDOWN: "plain"}
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from screening.documents.{reader} import read
from screening.documents.reading import serve
serve(read)
"""


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text with its hidden stretches (offsets in characters of ``text``); ``pages`` is None where a format has none."""

    text: str
    hidden: tuple[HiddenText, ...]
    pages: int | None


def extract_text(content: bytes, *, file_name: str) -> ExtractedText:
    """Read a .pdf, .docx, .txt or .md; raise ExtractionError with one clear English sentence out of a closed list.

    For text and Markdown it is the decoded file unaltered; the content decides what the file is, the name only tells
    Markdown from text.
    """
    media_type = recognise(content, file_name=file_name)
    answer = _ask_child(content, READERS[media_type])
    if "failure" in answer:
        raise ExtractionError(answer["failure"])
    hidden = tuple(HiddenText(start, end) for start, end in answer["hidden"])
    return ExtractedText(text=answer["text"], hidden=hidden, pages=answer["pages"])


def _ask_child(content: bytes, reader: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        command = [sys.executable, "-I", "-B", "-c", PROGRAM.format(reader=reader), str(ROOT)]
        try:
            done = subprocess.run(  # noqa: S603 - our own program, no shell
                command,
                input=content,
                capture_output=True,
                cwd=folder,
                env=_environment(),
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ExtractionError(TAKES_TOO_MUCH) from error
        except OSError as error:
            raise ExtractionError(CANNOT_START) from error
    if done.returncode != 0:
        raise ExtractionError(TAKES_TOO_MUCH)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise ExtractionError(TAKES_TOO_MUCH) from error
    return answer


def _environment() -> dict[str, str]:
    """Give the child nothing but what its system needs to start a program."""
    kept = {
        name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ
    }
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
