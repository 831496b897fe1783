"""Time zones as calendars carry them (RFC 5545, 3.6.5): the changes of the clock around an interview, from the zone database.

Written here because the calendar library gives the onset of summer time in the time after it, an hour late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

YEARS_AFTER = 4
"""So many years must follow one rule for the rule to be written down."""
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Rule = tuple[int, str]
"""A month and a weekday in it: (3, "-1SU") is the last Sunday of March."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the clock. ``onset`` is the local time at which it comes, as read before it."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


@lru_cache(maxsize=256)
def zone_text(zone: str, year: int) -> bytes:
    """Give the VTIMEZONE of an IANA zone for times from ``year`` on."""
    return bytes(zone_component(zone, year).to_ical())


def zone_component(zone: str, year: int) -> Timezone:
    """Describe an IANA zone from the year before ``year`` on: by its rules where four years keep them, else change by change."""
    place = ZoneInfo(zone)
    start, end = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + YEARS_AFTER, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", zone)
    changes = tuple(_changes(place, start, end))
    rules = _rules(changes, range(year - 1, year + YEARS_AFTER))
    if rules is None:
        first = start.astimezone(place)
        offset = first.utcoffset() or timedelta()
        component.add_component(
            _observance(Change(datetime(1970, 1, 1), offset, offset, first.tzname() or zone, bool(first.dst())))  # noqa: DTZ001 - local to the zone
        )
        for change in changes:
            component.add_component(_observance(change))
    else:
        for change, rule in zip(changes, rules, strict=False):
            component.add_component(_observance(change, rule))
    return component


def _changes(place: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    """Find the changes of the clock in a span: day by day, then to the second."""
    days = [start + timedelta(days=day) for day in range((end - start).days + 1)]
    for before, after in pairwise(days):
        if _state(place, before) == _state(place, after):
            continue
        low, high = before, after
        while high - low > timedelta(seconds=1):
            middle = (low + (high - low) / 2).replace(microsecond=0)
            low, high = (middle, high) if _state(place, middle) == _state(place, before) else (low, middle)
        old, new = low.astimezone(place), high.astimezone(place)
        offset = old.utcoffset() or timedelta()
        yield Change(
            onset=(high + offset).replace(tzinfo=None),
            before=offset,
            after=new.utcoffset() or timedelta(),
            name=new.tzname() or str(place),
            is_summer=bool(new.dst()),
        )


def _state(place: ZoneInfo, at: datetime) -> tuple[timedelta | None, bool]:
    local = at.astimezone(place)
    return local.utcoffset(), bool(local.dst())


def _rules(changes: Sequence[Change], years: range) -> tuple[Rule, ...] | None:
    """Give a rule for each change of the first year when all later years follow them; None for a zone that does not, or has none."""
    by_year = {year: [change for change in changes if change.onset.year == year] for year in years}
    first = by_year[years[0]]
    if not first or any(len(found) != len(first) for found in by_year.values()):
        return None
    found: list[Rule] = []
    for place, change in enumerate(first):
        same = [by_year[year][place] for year in years]
        if any(_shape(one) != _shape(change) for one in same):
            return None
        common = set.intersection(*(_readings(one.onset) for one in same))
        if not common:
            return None
        found.append(min(common))
    return tuple(found)


def _shape(change: Change) -> tuple[object, ...]:
    return change.onset.time(), change.before, change.after, change.name, change.is_summer


def _readings(onset: datetime) -> set[Rule]:
    """Give the ways to name a day: as the n-th weekday of its month, and as the last one."""
    day = DAYS[onset.weekday()]
    readings = {(onset.month, f"{(onset.day - 1) // 7 + 1}{day}")}
    if (onset + timedelta(days=7)).month != onset.month:
        readings.add((onset.month, f"-1{day}"))
    return readings


def _observance(change: Change, rule: Rule | None = None) -> TimezoneStandard | TimezoneDaylight:
    component = TimezoneDaylight() if change.is_summer else TimezoneStandard()
    component.add("dtstart", change.onset)
    component.add("tzoffsetfrom", change.before)
    component.add("tzoffsetto", change.after)
    component.add("tzname", change.name)
    if rule is not None:
        month, day = rule
        component.add("rrule", {"freq": "yearly", "bymonth": month, "byday": day})
    return component
