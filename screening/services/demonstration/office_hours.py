"""Plausible times: office hours on weekdays in the company's zone, before or after the moment of loading."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
SLOTS = (time(9, 30), time(10, 30), time(11, 30), time(14, 0), time(15, 0), time(16, 0), time(17, 0), time(18, 0))
MINUTES = 45
REACH = 20  # days
A_DAY = 4  # interviews of one person
SATURDAY = 5


def some_time(random: Random, now: datetime, days_ago: float) -> datetime:
    """Give a moment about so many days before now; at night people sleep, so it is moved into the day."""
    local = (now - timedelta(days=days_ago)).astimezone(ZoneInfo(ZONE))
    hour = local.hour if 9 <= local.hour <= 21 else random.randint(9, 21)
    moment = local.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60), microsecond=0)
    return min(moment, now - timedelta(minutes=random.randint(3, 40)))


def rising(moments: list[datetime], now: datetime) -> list[datetime]:
    """Give the same moments, each at least a quarter of an hour after the one before, the last before now."""
    risen: list[datetime] = []
    for moment in moments:
        risen.append(max(moment, risen[-1] + timedelta(minutes=15)) if risen else moment)
    late = max(timedelta(0), risen[-1] - (now - timedelta(minutes=2)))
    return [moment - late for moment in risen]


class Diary:
    """Who is busy when; it gives each interview a slot in which its whole panel is free."""

    def __init__(self, interviewers: tuple[str, ...]) -> None:
        self._busy: dict[str, set[datetime]] = {name: set() for name in interviewers}

    def panel(self, random: Random, absent: tuple[str, ...] = ()) -> tuple[str, str]:
        """Choose two interviewers who have sat the least so far, not those who are absent."""
        present = [name for name in self._busy if name not in absent]
        random.shuffle(present)
        first, second, *_ = sorted(present, key=lambda name: len(self._busy[name]))
        return first, second

    def book(
        self, random: Random, panel: tuple[str, str], day: datetime, *, after: datetime, before: datetime | None
    ) -> datetime | None:
        """Take a free slot within the bounds on the day, else on the nearest other; None where there is none.

        A weekend, and more than A_DAY interviews for somebody, only where nothing else is left.
        """
        local = day.astimezone(ZoneInfo(ZONE))
        days = [local + timedelta(days=offset) for offset in sorted(range(-REACH, REACH + 1), key=abs)]
        weekdays = [other for other in days if other.weekday() < SATURDAY]
        for candidates, limit in ((weekdays, A_DAY), (days, A_DAY), (days, len(SLOTS))):
            for candidate in candidates:
                free = self._free(panel, candidate, after, before, limit)
                if free:
                    start = random.choice(free)
                    for name in panel:
                        self._busy[name].add(start)
                    return start
        return None

    def _free(
        self, panel: tuple[str, str], local: datetime, after: datetime, before: datetime | None, limit: int
    ) -> list[datetime]:
        if any(sum(start.date() == local.date() for start in self._busy[name]) >= limit for name in panel):
            return []
        starts = [datetime.combine(local.date(), slot, ZoneInfo(ZONE)) for slot in SLOTS]
        return [
            start
            for start in starts
            if all(start not in self._busy[name] for name in panel)
            and start > after
            and (before is None or start + timedelta(minutes=MINUTES) < before)
        ]
