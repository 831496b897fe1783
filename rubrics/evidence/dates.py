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
_SPAN = re.compile(
    r"((?:19|20)\d\d)\s*(?:[-./年]\s*(\d{1,2}))?\s*(?:月)?(?:[-./]\d{1,2})?\s*(?:-{1,2}|–|—|~|至|到|to)+\s*(?:((?:19|20)\d\d)\s*(?:[-./年]\s*(\d{1,2}))?|(至今|今|现在|present|now|current|ongoing))"
)
_POINT = re.compile(r"((?:19|20)\d\d)\s*[-./年]\s*(\d{1,2})")
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
    for match in _SPAN.finditer(plain):
        first = _month(match.group(1), match.group(2), 1)
        if match.group(5):
            yield first, None, match.start(), match.end()
        else:
            yield first, _month(match.group(3), match.group(4), 12), match.start(), match.end()


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
        found += [
            _month(match.group(1), match.group(2), 1) for match in _POINT.finditer(plain, passage.start, passage.end)
        ]
    return max(found, default=None)


def _month(year: str, month: str | None, otherwise: int) -> Month:
    number = int(month) if month else otherwise
    return int(year) * 12 + (number if 1 <= number <= 12 else otherwise) - 1


_DATED = (
    ("work", ("startDate", "endDate")),
    ("volunteer", ("startDate", "endDate")),
    ("projects", ("startDate", "endDate")),
    ("awards", ("date",)),
    ("certificates", ("date",)),
    ("publications", ("releaseDate",)),
)
