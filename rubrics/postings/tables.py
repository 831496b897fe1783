"""Tables with a posting in each line (| 岗位 | 地点 | 职责 | 要求 |), in Markdown or pasted from a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from rubrics.postings.headings import Heading, HeadingKind, Headings

_CELL_END = re.compile(r"(?<!\\)\||\t")
_PIECE_END = re.compile(r"<br\s*/?>|[;；。]", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*\(?\d{1,2}\s{0,2}[、.)]\s*")
_RULE = re.compile(r"^[\s|:-]+$")
_FEWEST = 3
_LONGEST_NAME = 16


class Column(IntEnum):
    """What a column holds, in the order in which a posting tells it."""

    TITLE = 0
    CARD = 1
    DUTY = 2
    REQUIREMENT = 3
    BONUS = 4
    OTHER = 5


_KINDS = {
    HeadingKind.DUTY: Column.DUTY,
    HeadingKind.REQUIREMENT: Column.REQUIREMENT,
    HeadingKind.BONUS: Column.BONUS,
}
_HEADINGS = {column: Heading(kind) for kind, column in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a table's line: its column's kind, the heading that opens the column, and its range in the line."""

    column: Column
    heading: Heading | None
    start: int
    end: int


def read_header(line: str, headings: Headings) -> tuple[Column, ...] | None:
    """Tell the columns of a table of postings by its first line; None for any other line."""
    if line.count("|") + line.count("\t") < _FEWEST - 1:
        return None
    cells = [line[start:end].strip(" *") for start, end in _cells(line)]
    if len(cells) < _FEWEST or any(len(cell) > _LONGEST_NAME for cell in cells):
        return None
    columns = tuple(_column(cell, headings) for cell in cells)
    kinds = set(columns)
    return columns if {Column.TITLE, Column.REQUIREMENT} <= kinds and columns.count(Column.TITLE) == 1 else None


def read_line(line: str, columns: tuple[Column, ...]) -> list[Piece] | None:
    """Give the pieces of a table's line, title first, duties before requirements; None when it is no line of the table."""
    cells = _cells(line)
    if len(cells) != len(columns) or _RULE.match(line):
        return None
    pieces = []
    for column, (start, end) in sorted(zip(columns, cells, strict=True), key=lambda pair: (pair[0], pair[1])):
        if column is Column.OTHER or not line[start:end].strip():
            continue
        heading = _HEADINGS.get(column)
        if heading is None:
            pieces.append(Piece(column, None, start, end))
            continue
        pieces.append(Piece(column, heading, start, start))
        pieces.extend(Piece(column, None, left, right) for left, right in _pieces(line, start, end))
    return pieces


def _cells(line: str) -> list[tuple[int, int]]:
    """Give the ranges of the cells between bars or tabs, the empty ones at a Markdown line's ends left out."""
    cells: list[tuple[int, int]] = []
    start = 0
    for match in _CELL_END.finditer(line):
        cells.append((start, match.start()))
        start = match.end()
    cells.append((start, len(line)))
    if line.lstrip().startswith("|"):
        cells = cells[1:]
    if line.rstrip().endswith("|"):
        cells = cells[:-1]
    return cells


def _column(name: str, headings: Headings) -> Column:
    if name.lower() in headings.title_names:
        return Column.TITLE
    if name.lower() in headings.card_names:
        return Column.CARD
    heading = headings.read_row(name)
    return _KINDS.get(heading.kind, Column.OTHER) if heading is not None else Column.OTHER


def _pieces(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for match in [*_PIECE_END.finditer(line, start, end), None]:
        right = match.start() if match else end
        number = _NUMBER.match(line[left:right])
        begin = left + (number.end() if number else 0)
        if line[begin:right].strip():
            yield begin, right
        left = match.end() if match else end
