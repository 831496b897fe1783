"""When a whole panel has time: the stretches that all of them gave, less what they and the candidate have planned already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")
Stretch = tuple[datetime, datetime]
"""A stretch of time from its start up to its end, both aware."""


def merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Join stretches that touch or overlap, the earliest first."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Cut what is taken out of the stretches."""
    left = list(merged(stretches))
    for start, end in merged(taken):
        left = [
            piece
            for one in left
            for piece in ((one[0], min(one[1], start)), (max(one[0], end), one[1]))
            if piece[0] < piece[1]
        ]
    return merged(left)


def common(calendars: Sequence[Iterable[Stretch]]) -> tuple[Stretch, ...]:
    """Give the stretches that are in every one of these calendars; nothing for no calendar."""
    return reduce(_both, map(merged, calendars)) if calendars else ()


def starts(stretches: Iterable[Stretch], *, minutes: int, step: int, limit: int) -> tuple[datetime, ...]:
    """Give the first ``limit`` starts, every ``step`` minutes from the full hour in UTC, at which ``minutes`` fit into a stretch.

    Zones differ from UTC by multiples of a quarter of an hour, so with a step of 15 or 30 minutes starts look even there too.
    """
    length, pace = timedelta(minutes=minutes), timedelta(minutes=step)
    found: list[datetime] = []
    for start, end in merged(stretches):
        hour = start.replace(minute=0, second=0, microsecond=0)
        at = hour + -(-(start - hour) // pace) * pace
        while at + length <= end:
            if len(found) == limit:
                return tuple(found)
            found.append(at)
            at += pace
    return tuple(found)


def by_day(things: Iterable[T], zone: str, *, start_of: Callable[[T], datetime]) -> list[list[T]]:
    """Part things that are in the order of their starts by the day on which they start in an IANA zone."""
    return [list(day) for _, day in groupby(things, key=lambda one: start_of(one).astimezone(ZoneInfo(zone)).date())]


def as_text(stretches: Iterable[Stretch]) -> str:
    """Write stretches down, as ``stretches_in`` reads them."""
    return " ".join(f"{start.isoformat()}/{end.isoformat()}" for start, end in stretches)


def stretches_in(text: str) -> list[Stretch]:
    """Read stretches: two times in ISO 8601 with a slash between, each stretch a word; nothing where a word is none."""
    try:
        found = [tuple(map(datetime.fromisoformat, word.split("/"))) for word in text.split()]
    except ValueError:
        return []
    pairs = [(pair[0], pair[1]) for pair in found if len(pair) == 2 and all(time.tzinfo for time in pair)]
    return pairs if len(pairs) == len(found) and all(start < end for start, end in pairs) else []


def _both(first: Sequence[Stretch], second: Sequence[Stretch]) -> tuple[Stretch, ...]:
    shared = [
        (max(one[0], other[0]), min(one[1], other[1]))
        for one in first
        for other in second
        if one[0] < other[1] and other[0] < one[1]
    ]
    return merged(shared)
