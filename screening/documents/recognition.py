"""What a candidate's file is, decided by its content: a name proves nothing.

PDF and Word files are known by their structure; everything else must be readable text that is no page, picture,
script or program in disguise.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum
from functools import cache
from pathlib import PurePath

import puremagic
import puremagic.main

from screening.documents.decoding import UndecodableError, decode_text
from screening.documents.failures import (
    BROKEN,
    EMPTY,
    ENCRYPTED,
    MACROS,
    MARKUP_FILE,
    NOT_ACCEPTED,
    OLD_WORD,
    TOO_LARGE,
    TWO_KINDS,
    UNPACKS_TOO_LARGE,
    ExtractionError,
)
from screening.documents.json_resume import read_json_resume

FILE_BYTES = 10 * 1024 * 1024
UNPACKED_BYTES = 60 * 1024 * 1024
PARTS = 3000
TEXT_NAMES = frozenset({"", ".txt", ".text", ".md", ".markdown"})
MARKUP = re.compile(
    r"(?is)\A[\s\ufeff]*(?:<!--.*?-->\s*)*<\s*(?:!doctype|\?xml|html|head|body|svg|script|iframe|img|style|meta)\b"
)
RICH_TEXT = re.compile(r"\A\s*(?:\{\\rtf|%!PS|%PDF|#!)")
ZIP_END, ZIP_TAIL = b"PK\x05\x06", 66_000
PDF_HEAD = 1024  # viewers look for the start of a PDF so far
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")


class MediaType(StrEnum):
    """The kinds of file that are read."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    TEXT = "text/plain"
    MARKDOWN = "text/markdown"
    JSON_RESUME = "application/json"


SUFFIXES = {
    MediaType.PDF: (".pdf",),
    MediaType.DOCX: (".docx",),
    MediaType.TEXT: (".txt", ".text"),
    MediaType.MARKDOWN: (".md", ".markdown"),
    MediaType.JSON_RESUME: (".json",),
}


def recognise(content: bytes, *, file_name: str) -> MediaType:
    """Tell what the file is; raise ExtractionError for what is not taken. The name only tells Markdown and JSON Resume from text."""
    if not content:
        raise ExtractionError(EMPTY)
    if len(content) > FILE_BYTES:
        raise ExtractionError(TOO_LARGE)
    if content.startswith(b"%PDF-"):
        if ZIP_END in content[-ZIP_TAIL:] and b"[Content_Types].xml" in content:
            raise ExtractionError(TWO_KINDS)
        return MediaType.PDF
    if content.startswith(b"PK\x03\x04"):
        if b"%PDF-" in content[:PDF_HEAD]:
            raise ExtractionError(TWO_KINDS)
        check_word_package(content)
        return MediaType.DOCX
    if content.startswith(OLE):
        raise ExtractionError(ENCRYPTED if ENCRYPTED_OFFICE in content else OLD_WORD)
    return _recognise_text(content, file_name)


def check_word_package(content: bytes) -> None:
    """Look at the table of contents of a .docx before anything is unpacked; raise ExtractionError for what is none, or is dangerous."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = {member.filename for member in members}
            if len(members) > PARTS or sum(member.file_size for member in members) > UNPACKED_BYTES:
                raise ExtractionError(UNPACKS_TOO_LARGE)
            if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
                raise ExtractionError(NOT_ACCEPTED)
            if any(member.flag_bits & 1 for member in members):
                raise ExtractionError(ENCRYPTED)
            kinds = package.read("[Content_Types].xml")
            if b"macroenabled" in kinds.lower() or any(name.lower().endswith("vbaproject.bin") for name in names):
                raise ExtractionError(MACROS)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise ExtractionError(BROKEN) from error


def file_name_for(media_type: MediaType, name: str) -> str:
    """Give the name as the candidate's, at most 200 characters, with the suffix that belongs to the content."""
    plain = "".join(
        character for character in name.replace("\\", "/").rsplit("/", 1)[-1] if character.isprintable()
    ).strip()
    suffix = PurePath(plain).suffix
    known = suffix.lower() in SUFFIXES[media_type]
    ending = suffix if known else SUFFIXES[media_type][0]
    stem = plain.removesuffix(suffix) if known else plain
    return f"{stem[: 200 - len(ending)] or 'file'}{ending}"


def _recognise_text(content: bytes, file_name: str) -> MediaType:
    try:
        text = decode_text(content)
    except UndecodableError as error:
        raise ExtractionError(NOT_ACCEPTED) from error
    if not text.strip():
        raise ExtractionError(EMPTY)
    if MARKUP.match(text):
        raise ExtractionError(MARKUP_FILE)
    suffix = PurePath(file_name).suffix.lower()
    if suffix in SUFFIXES[MediaType.JSON_RESUME]:
        read_json_resume(text)
        return MediaType.JSON_RESUME
    if RICH_TEXT.match(text) or suffix not in TEXT_NAMES or _has_binary_signature(content):
        raise ExtractionError(NOT_ACCEPTED)
    return MediaType.MARKDOWN if suffix in SUFFIXES[MediaType.MARKDOWN] else MediaType.TEXT


def _has_binary_signature(content: bytes) -> bool:
    """Ask puremagic for a signature at the start of five bytes or more: shorter ones stand in ordinary text."""
    looked_at = content[:4096]
    if not _has_any_signature(looked_at):
        return False
    try:
        found = puremagic.magic_string(looked_at)
    except (puremagic.PureError, ValueError):
        return False
    return any(
        len(match.byte_match) >= 5 and match.mime_type and not match.mime_type.startswith("text/") for match in found
    )


def _has_any_signature(content: bytes) -> bool:
    """Tell whether puremagic would find anything at all: it compares with 1,400 signatures one by one, for every text anew."""
    starts, ends = _signatures()
    return any(content.startswith(signatures, offset) for offset, signatures in starts) or any(
        content[offset : offset + len(signature) or None] == signature for offset, signature in ends
    )


@cache
def _signatures() -> tuple[tuple[tuple[int, tuple[bytes, ...]], ...], tuple[tuple[int, bytes], ...]]:
    """Give puremagic's signatures: those that stand so many bytes after the start together, then those before the end."""
    starts: dict[int, list[bytes]] = {}
    for row in puremagic.main.magic_header_array:
        starts.setdefault(row.offset, []).append(row.byte_match)
    ends = tuple((row.offset, row.byte_match) for row in puremagic.main.magic_footer_array)
    return tuple((offset, tuple(found)) for offset, found in starts.items()), ends
