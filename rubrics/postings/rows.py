"""Cutting a document into rows: one line each, or several where a line runs headings and numbered items together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rubrics.lazy import Kept
from rubrics.postings.headings import Heading, HeadingKind, Headings
from rubrics.postings.tables import Column, Piece, read_header, read_line
from rubrics.text import SourceText, fold

_MARKER = re.compile(
    r"(?P<quote>(?:\s*>)*)\s*"
    r"(?:(?P<hash>\#{1,6})\s+)?"
    r"(?P<bullet>(?:[•●▪■◆◇◦○·‣▶►✓✔★☆→➢➤❖♦]|(?![🌎📍💰])[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?(?=\s?\w)|(?:[-–—*+](?=\s|[^\s\d*\-+–—A-Za-z]|[A-Z][a-z])))\s*)?"
    r"(?:(?P<hash2>\#{1,6})\s+)?"
    r"(?P<number>(?:\(?\d{1,2}\s{0,2}(?:[、)]|[.:,](?![\d%]))|\(\d{1,2}\)|[一二三四五六七八九十]{1,3}[、.](?!\d)|\([一二三四五六七八九十]{1,2}\))\s*)?"
)
_CIRCLED = re.compile("[①-⑳❶-❿]\\s*")
_EDGE = " \t\r\n\v\f*_#`|>\u3000"
_RULER = re.compile(r"^\s*(?:[-=_*~—]\s*){3,}$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(
    r"(?<![\d.\-~/])(\d{1,2})\s{0,2}(?:、|(?<![A-Za-z]\d)(?<![A-Za-z]\d\d)(?:\)|[.:,](?![\d%])|(?=\s(?![年个天月人次名项种门万周小届款条篇分岁])[一-鿿])))"
)
_CHOICE_LEAD = re.compile(
    r"(?:之一|其一|任一|至少|以下|下列|如下|任意)[^:]{0,14}:\s*$|one of the following[^:]{0,20}:\s*$", re.IGNORECASE
)
_FIRST = re.compile(r"(?<!\d)1\s{0,2}[、.]")
_SECOND = re.compile(r"(?<!\d)2\s{0,2}[、.]")
_TITLE_REACH = 60
_CHINESE_DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True, eq=False)
class Row:
    """A stretch of one line: where its words start and end in the document, and how it is marked.

    ``marker`` is "", "bullet" or "number"; ``number`` the number itself; ``level`` counts Markdown's #; ``bold`` says that
    the whole row is set off; ``cut`` that it was cut out of a longer line; ``gap`` that a blank line stands before it; ``begins`` that a posting begins
    here. ``known`` keeps what was found out about the row.
    """

    source: SourceText
    line: int
    start: int
    end: int
    marker: str
    number: int | None
    style: str
    level: int
    bold: bool
    indent: int
    gap: bool
    cut: bool = False
    heading: Heading | None = None
    ruler: bool = False
    begins: bool = False
    known: dict[str, object] = field(default_factory=dict, init=False, repr=False)

    @Kept
    def text(self) -> str:
        """Give the row's words, full-width forms settled, one character for one."""
        return self.source.words(self.start, self.end)

    @Kept
    def folded(self) -> str:
        """Give the row's words made comparable."""
        return fold(self.text).text

    @property
    def blank(self) -> bool:
        """Whether the row has no words."""
        return self.end <= self.start


def read_rows(source: SourceText, headings: Headings) -> list[Row]:
    """Every row of the document that has words or is a ruler, in order."""
    rows: list[Row] = []
    text = source.words(0, len(source.text))
    gap = True
    columns: tuple[Column, ...] | None = None
    for number in range(1, source.line_count + 1):
        span = source.line_span(number)
        line = text[span.start : span.end]
        if not line.strip(_EDGE + "-=—~"):
            if rows and _RULER.match(line) and len(line.strip()) >= 3:
                rows.append(Row(source, number, span.start, span.start, "", None, "", 0, False, 0, gap, ruler=True))
            gap = True
            continue
        header = read_header(line, headings) if columns is None else None
        if header is not None:
            columns = header
            continue
        pieces = read_line(line, columns) if columns is not None else None
        if pieces is not None:
            rows.extend(_posting_rows(source, text, number, span.start, pieces))
            continue
        for row in _rows_of_line(source, text, number, span.start, span.end, gap, headings):
            _cut_title_before(rows, row, text, headings)
            rows.append(row)
            gap = False
    return rows


def _posting_rows(source: SourceText, text: str, number: int, start: int, pieces: list[Piece]) -> list[Row]:
    """Give the rows of a posting that stands in one line of a table."""
    rows = []
    for piece in pieces:
        row = _row(
            source, text, number, start + piece.start, start + piece.end, gap=piece.column is Column.TITLE, cut=True
        )
        row = replace(row, heading=piece.heading, begins=piece.column is Column.TITLE)
        if piece.column is Column.TITLE:
            row = replace(row, level=2)
        elif piece.column is not Column.CARD and piece.heading is None:
            row = replace(row, marker="bullet")
        rows.append(row)
    return rows


def _cut_title_before(rows: list[Row], row: Row, text: str, headings: Headings) -> None:
    """Cut the next posting's title off a list's last item where the page lost the line break (…者优先。客服主管 / 1. …)."""
    last = rows[-1] if rows else None
    if last is None or row.number != 1 or last.heading is not None or (last.number or 0) <= 1:
        return
    start = max(last.start, last.end - _TITLE_REACH)
    found = headings.role_tail.search(text[start : last.end])
    if found is not None and start + found.start() > last.start:
        place = start + found.start("title")
        title = _row(last.source, text, last.line, place, last.end, gap=True, cut=True)
        rows[-1:] = [replace(last, end=start + found.start() + 1), replace(title, gap=True)]


def _rows_of_line(
    source: SourceText, text: str, number: int, start: int, end: int, gap: bool, headings: Headings
) -> list[Row]:
    first = _row(source, text, number, start, end, gap)
    if first.blank:
        return [first]
    pieces = [first]
    if text[start:end].lstrip().startswith("|"):
        pieces = _table_rows(first, text, headings)
    else:
        pieces = [
            piece
            for part in _split_titles(first, text, headings)
            for whole in _split_headings(part, text, headings)
            for piece in _split_numbers(whole, text)
        ]
    return [piece for piece in pieces if not piece.blank] or [first]


def _table_rows(row: Row, text: str, headings: Headings) -> list[Row]:
    """Give a table's line as it stands, or as heading and items where its first cell is a heading (| 任职要求 | 1. … |)."""
    cell, bar, _ = text[row.start : row.end].partition("|")
    heading = headings.read_row(cell.strip()) if bar else None
    if heading is None or heading.kind is HeadingKind.OTHER:
        return [replace(row, style="table")]
    title = _row(row.source, text, row.line, row.start, row.start + len(cell), row.gap, cut=True)
    start = row.start + len(cell) + 1
    breaks = list(_BREAK.finditer(text[start : row.end]))
    lefts = [start, *(start + match.end() for match in breaks)]
    rights = [*(start + match.start() for match in breaks), row.end]
    pieces = [_with_heading(title, heading)]
    for left, right in zip(lefts, rights, strict=True):
        pieces.extend(_split_numbers(_row(row.source, text, row.line, left, right, gap=False, cut=True), text))
    return pieces


def _row(source: SourceText, text: str, number: int, start: int, end: int, gap: bool, *, cut: bool = False) -> Row:
    line = text[start:end]
    match = _MARKER.match(line)
    assert match is not None  # noqa: S101  # every part of the pattern is optional
    indent = len(line) - len(line.lstrip())
    place = match.end()
    circled = _CIRCLED.match(line, place)
    if circled:
        place = circled.end()
    marker, value, style = "", None, ""
    if match["number"] or circled:
        marker, style = "number", "number"
        digits = _DIGITS.search(match["number"] or "")
        value = int(digits.group()) if digits else _chinese_number(match["number"] or "")
        if not digits:
            style = "chinese"
        elif "(" in (match["number"] or ""):
            style = "(1)"
    elif match["bullet"]:
        marker, style = "bullet", match["bullet"].strip()
    words = line[place:]
    bold = words.lstrip().startswith(("**", "__")) and words.rstrip().rstrip(":").endswith(("**", "__"))
    left = len(words) - len(words.lstrip(_EDGE))
    right = len(words.rstrip(_EDGE + "\"'" if words.count('"') % 2 else words.rstrip(_EDGE) and _EDGE))
    level = len(match["hash"] or match["hash2"] or "")
    begin = start + place + left
    return Row(
        source,
        number,
        begin,
        max(begin, start + place + right),
        marker,
        value,
        style,
        level,
        bold,
        indent,
        gap,
        cut,
    )


def _chinese_number(text: str) -> int | None:
    value = 0
    for character in text:
        digit = _CHINESE_DIGITS.find(character)
        if digit > 0:
            value = value * 10 + digit if digit != 10 or not value else value * 10
    return value or None


def _split_titles(row: Row, text: str, headings: Headings) -> list[Row]:
    """Cut a list's item where the page lost the line breaks around the next posting's title (… 能力。客服主管1、 …2、 …)."""
    restarts = (row.number or 0) > 1 and _FIRST.search(row.text) is not None
    found = headings.role_inside.search(row.text) if restarts else None
    if found is None or not _SECOND.search(row.text, found.end()):
        return [row]
    start, end = row.start + found.start("title"), row.start + found.end("title")
    before = _remarked(_row(row.source, text, row.line, row.start, start, row.gap, cut=True), row)
    title = replace(_row(row.source, text, row.line, start, end, gap=True, cut=True), gap=True)
    return [before, title, _row(row.source, text, row.line, end, row.end, gap=False, cut=True)]


def _split_headings(row: Row, text: str, headings: Headings) -> list[Row]:
    """Cut a row where a heading stands inside it (岗位职责:1、…任职要求:1、…)."""
    marked = row.marker == "bullet" or (row.marker == "number" and row.style == "number")
    whole = headings.read_row(row.text, level=row.level, bold=row.bold, marked=marked)
    if whole is not None:
        return [_with_heading(row, whole)]
    pieces: list[Row] = []
    place = row.start
    for found in headings.inline(row.text, marked=row.marker == "bullet"):
        start, end = row.start + found.start, row.start + found.end
        before = _row(row.source, text, row.line, place, start, row.gap and not pieces, cut=True)
        if not pieces and place == row.start:
            before = _remarked(before, row)
        if not before.blank:
            pieces.append(before)
        title = _row(row.source, text, row.line, start, end, row.gap and not pieces, cut=True)
        pieces.append(_with_heading(title, Heading(found.kind, found.strength)))
        place = end
    if not pieces:
        return [row]
    rest = _row(row.source, text, row.line, place, row.end, False, cut=True)
    if not rest.blank:
        pieces.append(rest)
    return pieces


def _split_numbers(row: Row, text: str) -> list[Row]:
    """Cut a row at inner numbers that count up: 1、…2、…3、… (and bullets run together: 要求:-…-…)."""
    if row.heading is not None:
        return [row]
    words = row.text
    cuts = _number_cuts(words, row.number if row.style == "number" else None) if len(words) > 8 else []
    if not cuts and row.style == "-" and row.cut:
        cuts = [match.start() for match in re.finditer(r"(?<=[一-鿿;。)])-(?=[一-鿿])", words)]
    if not cuts or _CHOICE_LEAD.search(words[: cuts[0]]):
        return [row]
    edges = [0, *cuts, len(words)]
    pieces = []
    for left, right in pairwise(edges):
        piece = _row(row.source, text, row.line, row.start + left, row.start + right, row.gap and not left, cut=True)
        pieces.append(_remarked(piece, row) if left == 0 else piece)
    return pieces


def _number_cuts(words: str, own: int | None) -> list[int]:
    found = [(match.start(), int(match[1]), match.group()) for match in _NUMBERED.finditer(words)]
    if not found:
        return []
    expected = own + 1 if own is not None else 1
    cuts: list[int] = []
    depth = last = 0
    for place, value, mark in found:
        depth += words.count("(", last, place) - words.count(")", last, place)
        last = place
        bare = mark.strip().isdigit()
        if value != expected or depth > 0:
            continue
        if bare and (not cuts and own is None):
            continue
        cuts.append(place)
        expected += 1
    return cuts if own is not None or len(cuts) >= 2 else []


def _remarked(piece: Row, row: Row) -> Row:
    """Give a first piece with the marks of the row that it was cut from."""
    return replace(
        piece,
        start=max(piece.start, row.start),
        marker=row.marker,
        number=row.number,
        style=row.style,
        level=row.level,
        bold=row.bold and piece.end == row.end,
        indent=row.indent,
        gap=row.gap,
    )


def _with_heading(row: Row, heading: Heading) -> Row:
    return replace(row, heading=heading)
