"""Why a file is not taken or cannot be read: a closed list of complete, constant sentences, so that pages can translate them."""

from __future__ import annotations

EMPTY = "The file is empty."
TOO_LARGE = "The file is larger than 10 MB."
NOT_ACCEPTED = "This is not a PDF, Word (.docx), text or Markdown file, whatever its name says."
MARKUP_FILE = "This is a web page or a picture in markup; send a PDF, Word (.docx), text or Markdown file."
OLD_WORD = "This is a file of an old Word version (.doc); save it as .docx or PDF."
ENCRYPTED = "The file is protected with a password; send it without one."
MACROS = "The Word file contains macros; save it as a plain .docx or PDF."
BROKEN = "The file is broken and cannot be opened."
UNPACKS_TOO_LARGE = "The file unpacks to far more than a résumé can hold."
TOO_MANY_PAGES = "The PDF has more than 60 pages."
SCANNED = "No text was found; the file is probably a scan. Send one in which the text can be selected."
NO_TEXT = "No text was found in the Word file; it may hold only pictures."
TOO_MUCH_TEXT = "The file holds far more text than a résumé."
TWO_KINDS = "The file is two kinds of file at once; save it anew as a PDF or .docx."
NOT_JSON_RESUME = "This is no JSON Resume document (jsonresume.org, schema 1.0)."
TAKES_TOO_MUCH = "The file takes too much time or memory to read."
CANNOT_START = "The file cannot be read at the moment."


CODES = {
    EMPTY: "empty",
    TOO_LARGE: "too_large",
    NOT_ACCEPTED: "not_accepted",
    MARKUP_FILE: "markup_file",
    OLD_WORD: "old_word",
    ENCRYPTED: "encrypted",
    MACROS: "macros",
    BROKEN: "broken",
    UNPACKS_TOO_LARGE: "unpacks_too_large",
    TOO_MANY_PAGES: "too_many_pages",
    SCANNED: "no_text",
    NO_TEXT: "no_text",
    TOO_MUCH_TEXT: "too_much_text",
    TWO_KINDS: "two_kinds",
    NOT_JSON_RESUME: "not_json_resume",
    TAKES_TOO_MUCH: "takes_too_much",
    CANNOT_START: "cannot_start",
}
"""A short name for each sentence, for programs."""


class ExtractionError(Exception):
    """A file that is not taken or cannot be read; the text is one of the sentences of this module."""

    @property
    def code(self) -> str:
        """Give the short name of the sentence."""
        return CODES.get(str(self), "unknown")
