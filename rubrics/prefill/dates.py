"""Months as a form takes them, 2027-06 or 2027, from dates as people write them; nothing is added that is not told."""

from __future__ import annotations

import re
from typing import NamedTuple

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"(?:(?<![a-z])(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? ?"
    r"|(?<!\d)(?P<early>\d{1,2}) ?[/.] ?)?(?P<year>(?:19|20)\d\d)(?:\s*[-./年]\s*(?P<month>\d{1,2})(?!\d))?"
)


class Told(NamedTuple):
    """A time from ``start`` to ``end``; an open or untold end is empty."""

    start: str
    end: str


def months_told(plain: str) -> list[str]:
    """Give each month that a text in lower case names, in order."""
    found = []
    for match in _MONTH.finditer(plain):
        number = int(match["month"] or match["early"] or 0)
        if match["name"]:
            number = _NAMES.index(match["name"]) + 1
        found.append(f"{match['year']}-{number:02}" if 1 <= number <= 12 else match["year"])
    return found


def year_told(plain: str) -> str:
    """Give the only year that a text names; empty when it names none or several."""
    years = {month[:4] for month in months_told(plain)}
    return years.pop() if len(years) == 1 else ""


def written_span(plain: str, *, is_open: bool) -> Told | None:
    """Give the two ends of a span; a span whose second end repeats only the month (2024.09-12) has the first one's year."""
    months = months_told(plain)
    if len(months) == 1 and not is_open:
        tail = re.search(r"(?<!\d)(\d{1,2}) ?月?$", plain)
        if tail is None or not 1 <= int(tail[1]) <= 12:
            return None
        return Told(months[0], f"{months[0][:4]}-{int(tail[1]):02}")
    if not months or len(months) > 2:
        return None
    return Told(months[0], "" if is_open else months[-1])
