"""Tables as files for spreadsheets: what people typed stays text, and Chinese opens right."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import Response

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads a file of UTF-8 in the code page of the machine."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What OWASP lists under CSV injection; full-width forms count, since spreadsheets in Chinese take them for the same."""

Cell = str | int | float | None


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answer with a CSV file of this name; numbers are numbers, None is an empty cell, and no text is run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    answer = Response((BYTE_ORDER_MARK + text.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def harmless(cell: Cell) -> Cell:
    """Put an apostrophe before a text that a spreadsheet would take for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
