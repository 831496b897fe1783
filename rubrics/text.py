"""Source text and spans of it: whatever is read keeps the place it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field

_LINE_END = re.compile(r"\r\n|\r|\n")
_MANY_SPACES = re.compile(r" {2,}")
_ESCAPE = re.compile(r"\\(?=[\\`*_{}\[\]()#+\-.!>~|&$])")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters ``[start, end)`` counted from the start of the text it belongs to."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Lines:
    """An inclusive range of 1-based line numbers."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made comparable: NFKC character by character, lower case, look-alike radicals replaced, blanks single.

    ``offsets`` maps each character of ``text`` (and its end) to the original; None means that both count alike.
    """

    text: str
    offsets: tuple[int, ...] | None = None

    def origin(self, position: int) -> int:
        """Give the place in the original of a place in the folded text."""
        return position if self.offsets is None else self.offsets[position]

    def span(self, start: int, end: int) -> Span:
        """Give the original's span of a half-open range of the folded text."""
        if self.offsets is None:
            return Span(start, end)
        return Span(self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start])


@dataclass(frozen=True, slots=True)
class SourceText:
    """A document kept unaltered, with its line table; lines end at LF, CR LF or CR."""

    text: str
    starts: tuple[int, ...] = field(init=False)
    ends: tuple[int, ...] = field(init=False)
    _settled: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build the line table."""
        starts, ends = [0], []
        for match in _LINE_END.finditer(self.text):
            ends.append(match.start())
            starts.append(match.end())
        ends.append(len(self.text))
        if len(starts) > 1 and starts[-1] == len(self.text):
            starts.pop()
            ends.pop()
        object.__setattr__(self, "starts", tuple(starts))
        object.__setattr__(self, "ends", tuple(ends))
        object.__setattr__(self, "_settled", _settled(self.text))

    @property
    def line_count(self) -> int:
        """How many lines the text has; a line end at the very end opens no further line."""
        return len(self.starts)

    def line(self, number: int) -> str:
        """Give the text of a 1-based line, without its line end."""
        return self.text[self.starts[number - 1] : self.ends[number - 1]]

    def words(self, start: int, end: int) -> str:
        """Give a stretch as ``plain`` does; the whole text was settled once."""
        return _unescaped(self._settled[start:end])

    def line_span(self, number: int) -> Span:
        """Give the characters of a 1-based line, without its line end."""
        return Span(self.starts[number - 1], self.ends[number - 1])

    def line_of(self, position: int) -> int:
        """Give the 1-based line in which a character stands."""
        return bisect_right(self.starts, position)

    def lines_of(self, span: Span) -> Lines:
        """Give the lines that a span touches."""
        return Lines(self.line_of(span.start), self.line_of(max(span.start, span.end - 1)))


def fold(text: str) -> Folded:
    """Make a text comparable: width, case, radicals and runs of blanks stop to matter; offsets of the original are kept."""
    if text.isascii():
        folded = text.lower().translate(_ASCII_BLANKS)
        offsets: list[int] | None = None
    else:
        folded = text.translate(_FOLDS)
        offsets = None if len(folded) == len(text) else _expanded(text)
    if "  " in folded:
        folded, offsets = _single_blanks(folded, offsets)
    if offsets is None:
        return Folded(folded)
    return Folded(folded, (*offsets, len(text)))


def plain(text: str) -> str:
    """Give the text with full-width forms, look-alike radicals, odd blanks, private-use bullets and Markdown's escapes settled, character for character: every offset stays."""
    return _unescaped(_settled(text))


def normalised(text: str) -> str:
    """One line of words for comparing and showing: width and radicals settled, blanks single, case kept."""
    return " ".join("".join(map(_plain_character, text)).split())


def _settled(text: str) -> str:
    return text if text.isascii() else text.translate(_PLAINS)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(" ", text) if "\\" in text else text


def _expanded(text: str) -> list[int]:
    offsets: list[int] = []
    for position, character in enumerate(text):
        offsets.extend([position] * len(_FOLDS[ord(character)]))
    return offsets


def _single_blanks(folded: str, offsets: list[int] | None) -> tuple[str, list[int]]:
    kept: list[int] = []
    parts: list[str] = []
    last = 0
    for match in _MANY_SPACES.finditer(folded):
        kept.extend(range(last, match.start() + 1))
        parts.append(folded[last : match.start() + 1])
        last = match.end()
    kept.extend(range(last, len(folded)))
    parts.append(folded[last:])
    return "".join(parts), kept if offsets is None else [offsets[place] for place in kept]


def _plain_character(character: str) -> str:
    """NFKC of one character; private-use characters (bullets of office documents) become a bullet, odd blanks a blank."""
    if character.isascii():
        return character
    category = unicodedata.category(character)
    if category == "Co":
        return "•"
    if category in {"Zs", "Zl", "Zp"} or character in "\u200b\u200c\u200d\u2060\ufeff":
        return " "
    radical = _RADICALS.get(character)
    return radical or unicodedata.normalize("NFKC", character) or character


class _FoldTable(dict[int, str]):
    """A translation table that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        plain = _plain_character(chr(code)).lower()
        folded = " " if plain.isspace() else plain
        self[code] = folded
        return folded


class _PlainTable(dict[int, str]):
    """The same for ``plain``: one character stays one character, case and line ends are kept."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        settled = _plain_character(character) if not character.isspace() or code > 127 else character
        if code == 0x85 or len(settled) != 1:
            settled = character
        self[code] = settled
        return settled


# CJK Radicals Supplement forms that NFKC leaves alone, met in text copied from PDF files; source: Unicode, EquivalentUnifiedIdeograph.
_RADICALS = {
    "⺟": "母",
    "⺠": "民",
    "⻁": "虎",
    "⻄": "西",
    "⻅": "见",
    "⻆": "角",
    "⻉": "贝",
    "⻋": "车",
    "⻑": "長",
    "⻓": "长",
    "⻔": "门",
    "⻘": "青",
    "⻙": "韦",
    "⻚": "页",
    "⻛": "风",
    "⻜": "飞",
    "⻝": "食",
    "⻢": "马",
    "⻣": "骨",
    "⻤": "鬼",
    "⻥": "鱼",
    "⻦": "鸟",
    "⻧": "卤",
    "⻨": "麦",
    "⻩": "黄",
    "⻬": "齐",
    "⻮": "齿",
    "⻰": "龙",
    "⻳": "龟",
    "⺝": "月",
    "⺼": "肉",
    "⺁": "厂",
    "⻌": "辶",
}
_FOLDS = _FoldTable()
_PLAINS = _PlainTable()
_ASCII_BLANKS = dict.fromkeys((9, 10, 11, 12, 13, 28, 29, 30, 31), " ")
