"""Dates in an application: the reference date by which "in progress" is judged, and the months that dated spans cover.

Nothing depends on today: the reference is the start of availability, else the latest date outside the education entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rubrics.dossier import Json
from rubrics.evidence.reading import Reading
from rubrics.evidence.texts import Role, entries

_ISO = re.compile(r"^\s*((?:19|20)\d\d)(?:[-./年]\s*(\d{1,2}))?")
_HAS_YEAR = re.compile(r"(?:19|20)\d\d")
_NAMED = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|fall|autumn|winter)"
_YEAR = r"(?:19|20)\d\d"
_SPAN = re.compile(
    rf"(?:(?P<name>{_NAMED})\.?,? ?|(?<!\d)(?P<early>\d{{1,2}}) ?[/.] ?)?(?P<year>{_YEAR})(?:\s*[-./年]\s*(?P<month>\d{{1,2}}))?\s*月?(?:[-./]\d{{1,2}}日?)?(?: ?\([^()\n]{{0,8}}\))?"
    rf"\s*(?:-{{1,2}}|–|—|−|~|至|到|to|until)+\s*"
    rf"(?:(?:(?P<last_name>{_NAMED})\.?,? ?|(?<!\d)(?P<last_early>\d{{1,2}}) ?[/.] ?)?(?P<last_year>{_YEAR})(?:\s*[-./年]\s*(?P<last_month>\d{{1,2}}))?"
    rf"|(?P<open>至今|今|现在|目前|present|now|current|ongoing|today)|(?P<only_month>\d{{1,2}}) ?月?(?![\d.:]))"
)
_POINT = re.compile(rf"(?:(?P<name>{_NAMED})\.?,? )?(?P<year>{_YEAR})(?:\s*[-./年]\s*(?P<month>\d{{1,2}}))?")
_MONTHS = {
    name: place
    for place, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTHS |= {"spr": 3, "sum": 6, "fal": 9, "aut": 9, "win": 12}
Month = int
"""Months since the year 0: year × 12 + month − 1."""


def month_of(text: Json) -> Month | None:
    """Give the month of an ISO date or of a date as people write it; a year alone is its January; None for anything else."""
    if not isinstance(text, (str, int)) or isinstance(text, bool):
        return None
    match = _ISO.match(str(text))
    if match is None:
        return None
    month = int(match.group(2) or 1)
    return int(match.group(1)) * 12 + (month if 1 <= month <= 12 else 1) - 1


def reference_month(reading: Reading) -> Month | None:
    """Give the month that counts as now: the start of availability, else the latest date outside education; None without any."""
    return reading.remember("reference month", lambda: _reference(reading))


def end_is_ahead(end: Json, reading: Reading) -> bool | None:
    """Whether an end date lies after the reference month; None when that cannot be told."""
    month, reference = month_of(end), reference_month(reading)
    if month is None or reference is None:
        return None
    return month >= reference


def spans_in(plain: str) -> Iterator[tuple[Month, Month | None, int, int]]:
    """Dated spans in a text with their places; the second month is None for "until now"."""
    if _HAS_YEAR.search(plain) is None:
        return
    for match in _SPAN.finditer(plain):
        first = _told(match["year"], match["month"] or match["early"], match["name"], 1)
        if match["open"]:
            yield first, None, match.start(), match.end()
        elif match["only_month"]:
            last = _told(match["year"], match["only_month"], None, 12)
            yield first, max(first, last), match.start(), match.end()
        else:
            last = _told(match["last_year"], match["last_month"] or match["last_early"], match["last_name"], 12)
            yield first, last, match.start(), match.end()


def covered_months(spans: Iterable[tuple[Month, Month]]) -> int:
    """Months covered by spans (both ends included), overlaps counted once."""
    covered: set[Month] = set()
    for first, last in spans:
        if first <= last <= first + 12 * 60:
            covered.update(range(first, last + 1))
    return len(covered)


def _reference(reading: Reading) -> Month | None:
    availability = reading.dossier.answers.get("availability")
    if isinstance(availability, dict):
        start = month_of(availability.get("start"))
        if start is not None:
            return start
    found: list[Month] = []
    for section, names in _DATED:
        for _, row in entries(reading.dossier.answers, section):
            found += [month for name in names if (month := month_of(row.get(name))) is not None]
    for passage in reading.passages(Role.WORK, Role.PROJECT, Role.PUBLICATION, Role.AWARD):
        plain = reading.sources[passage.source].plain
        if _HAS_YEAR.search(plain, passage.start, passage.end) is None:
            continue
        found += [
            _told(match["year"], match["month"], match["name"], 1)
            for match in _POINT.finditer(plain, passage.start, passage.end)
        ]
    return max(found, default=None)


def _told(year: str, month: str | None, name: str | None, otherwise: int) -> Month:
    """Give a month from its number or its name; ``otherwise`` stands where neither is told."""
    number = _MONTHS[name[:3]] if name else int(month) if month else otherwise
    return int(year) * 12 + (number if 1 <= number <= 12 else otherwise) - 1


_DATED = (
    ("work", ("startDate", "endDate")),
    ("volunteer", ("startDate", "endDate")),
    ("projects", ("startDate", "endDate")),
    ("awards", ("date",)),
    ("certificates", ("date",)),
    ("publications", ("releaseDate",)),
)
