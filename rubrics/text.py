"""Source text and spans of it: whatever is read keeps the place it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

_LINE_END = re.compile(r"\r\n|\r|\n")
_MANY_SPACES = re.compile(r" {2,}")
# Printable ASCII and Chinese characters: whatever makes a text comparable leaves them as they are, but for their case.
_UNUSUAL = re.compile(r"[^ -~\u4e00-\u9fff]")
_FEW = 40
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
class Gaps:
    """Offsets of a text from which blanks were taken out: from each of the ``places`` on, ``shifts`` tells how many in all."""

    places: list[int]
    shifts: list[int]

    def __getitem__(self, place: int) -> int:
        """Give the place in the original."""
        return place + self.shifts[bisect_right(self.places, place)]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made comparable: NFKC character by character, lower case, look-alike radicals replaced, blanks single.

    ``offsets`` maps each character of ``text`` (and its end) to the original; None means that both count alike.
    """

    text: str
    offsets: tuple[int, ...] | Gaps | None = None

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


def lowered(text: str, table: Mapping[int, str]) -> str:
    """Give the lower-case text with every character replaced as a table says, as ``text.translate(table)`` does.

    The table must leave its own results and Chinese characters as they are, and give nothing but lower case. Few kinds of other
    characters stand in a text (its punctuation), so that replacing one kind after the other takes half the time of a translation.
    """
    unusual = set(_UNUSUAL.findall(text))
    if len(unusual) > _FEW or "İ" in unusual:  # the one character whose lower case is longer
        return text.translate(table)
    for character in unusual:
        settled = table[ord(character)]
        if settled != character:
            text = text.replace(character, settled)
    return text.lower()


def fold(text: str) -> Folded:
    """Make a text comparable: width, case, radicals and runs of blanks stop to matter; offsets of the original are kept."""
    folded = lowered(text, _FOLDS)
    offsets = None if len(folded) == len(text) else (*_expanded(text), len(text))
    if "  " not in folded:
        return Folded(folded, offsets)
    single, gaps = _single_blanks(folded)
    if offsets is None:
        return Folded(single, gaps)
    return Folded(single, tuple([offsets[gaps[place]] for place in range(len(single) + 1)]))


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


def _single_blanks(folded: str) -> tuple[str, Gaps]:
    parts: list[str] = []
    places: list[int] = []
    shifts = [0]
    last = 0
    for match in _MANY_SPACES.finditer(folded):
        start, end = match.span()
        parts.append(folded[last : start + 1])
        places.append(start + 1 - shifts[-1])
        shifts.append(shifts[-1] + end - start - 1)
        last = end
    parts.append(folded[last:])
    return "".join(parts), Gaps(places, shifts)


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
