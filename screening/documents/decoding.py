"""Bytes of a text file to characters: UTF-8, GB18030 or UTF-16, with a byte order mark or without."""

from __future__ import annotations

import codecs

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSES = ("gb18030", "utf-16-le", "utf-16-be")
SAMPLE = 4000
LEAST_COMMON = 0.7
CONTROLS_ALLOWED = frozenset("\t\n\r\f\x0b\x1a\x85")


class UndecodableError(Exception):
    """The bytes are no text in a known encoding."""


def decode_text(content: bytes) -> str:
    """Decode a text file without changing it otherwise; raise UndecodableError for bytes that are no text.

    A mark decides; then UTF-8, which other encodings hardly ever satisfy by chance; then the encoding in which the
    largest share of characters is common (ASCII and GB 2312), at least ``LEAST_COMMON``.
    """
    text = _marked(content)
    if text is None:
        text = _attempt(content, "utf-8")
        if text is None or "\0" in text:
            text = _likeliest(content)
    if text is None or _is_binary(text):
        raise UndecodableError
    return text


def _marked(content: bytes) -> str | None:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            text = _attempt(content[len(mark) :], encoding)
            if text is None:
                raise UndecodableError
            return text
    return None


def _likeliest(content: bytes) -> str | None:
    candidates = [
        (text, _share_of_common(text[:SAMPLE]))
        for encoding in GUESSES
        if (text := _attempt(content, encoding)) is not None
    ]
    text, share = max(candidates, key=lambda candidate: candidate[1], default=(None, 0.0))
    return text if share >= LEAST_COMMON else None


def _attempt(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _share_of_common(text: str) -> float:
    return sum(map(_is_common, text)) / len(text) if text else 0.0


def _is_common(character: str) -> bool:
    if character.isascii():
        return character.isprintable() or character in CONTROLS_ALLOWED
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_binary(text: str) -> bool:
    """NUL never stands in a text, other control characters seldom."""
    controls = sum(
        1
        for character in text
        if (character < " " or "\x7f" <= character <= "\x9f") and character not in CONTROLS_ALLOWED
    )
    return "\0" in text or controls > len(text) // 200
