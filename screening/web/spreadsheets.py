"""Tables as files for spreadsheets: what people typed stays text, dates are dates, and Chinese opens right."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import Response
from flask_babel import get_timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from screening.web.access import now

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads a file of UTF-8 in the code page of the machine."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What OWASP lists under CSV injection; full-width forms count, since spreadsheets in Chinese take them for the same."""
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROPERTIES = "docProps/core.xml"
NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
LONGEST_TITLE, LONGEST_CELL, WIDEST = 31, 32_767, 60

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; ``shares`` are the columns whose numbers are shares of one, shown as percent."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shares: Collection[int] = field(default_factory=frozenset)


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answer with a CSV file of this name; numbers are numbers, None is an empty cell, and no text is run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return _attached((BYTE_ORDER_MARK + text.getvalue()).encode(), name, "text/csv; charset=utf-8")


def xlsx_file(name: str, sheets: Sequence[Sheet]) -> Response:
    """Answer with a workbook of at least one sheet: heads frozen, columns as wide as what they hold, texts marked as texts."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write(book, sheet)
    return _attached(_packed(book), name, WORKBOOK)


def harmless(cell: Cell) -> str | int | float | None:
    """Put an apostrophe before a text that a spreadsheet would take for a formula; numbers stay numbers, a moment is written on the reader's clock."""
    if isinstance(cell, datetime):
        return f"{_local(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, str) and cell.startswith(STARTS_A_FORMULA):
        return f"'{cell}"
    return cell


def _packed(book: Workbook) -> bytes:
    """Save a workbook so that the same cells at the same moment are the same bytes: openpyxl notes the clock in two places."""
    raw, content = io.BytesIO(), io.BytesIO()
    book.save(raw)
    book.properties.created = book.properties.modified = now().replace(tzinfo=None, microsecond=0)
    with ZipFile(raw) as made, ZipFile(content, "w", ZIP_DEFLATED) as file:
        for entry in made.namelist():
            data = tostring(book.properties.to_tree()) if entry == PROPERTIES else made.read(entry)
            file.writestr(ZipInfo(entry), data, ZIP_DEFLATED)
    return content.getvalue()


def _write(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(NOT_IN_A_TITLE.sub(" ", sheet.title)[:LONGEST_TITLE] or None)
    for number, row in enumerate([sheet.header, *sheet.rows], 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(number, column)
            if isinstance(value, str):
                # A text cell is never run; the quote keeps it a text when somebody edits it.
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL]
                cell.data_type, cell.quotePrefix = "s", value.startswith(STARTS_A_FORMULA)
                cell.alignment = Alignment(vertical="top", wrap_text=_width(value) > WIDEST)
            elif isinstance(value, datetime):
                cell.value, cell.number_format = _local(value), "yyyy-mm-dd hh:mm"
            elif value is not None:
                cell.value = value
                if column - 1 in sheet.shares:
                    cell.number_format = "0.0%"
            if number == 1:
                cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for column in range(1, len(sheet.header) + 1):
        widths = (_width(row[column - 1]) for row in (sheet.header, *sheet.rows) if column <= len(row))
        page.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(widths, default=8)) + 2


def _width(value: Cell) -> int:
    """Give how many columns of a terminal a text takes: Chinese characters take two."""
    if isinstance(value, datetime):
        return 16
    if isinstance(value, float):
        return 8
    text = "" if value is None else str(value)
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def _local(moment: datetime) -> datetime:
    """Give the wall clock of the reader, which is all that a spreadsheet can hold."""
    return moment.astimezone(get_timezone()).replace(tzinfo=None, microsecond=0)


def _attached(content: bytes, name: str, media_type: str) -> Response:
    answer = Response(content, content_type=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
