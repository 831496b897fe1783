"""When somebody may be reminded: by day in their own zone, an hour after an interview and then on each weekday morning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)
EVENING = time(21)
SATURDAY = 5
MOST_REMINDERS = 10


def is_humane(moment: datetime, zone: ZoneInfo) -> bool:
    """Tell whether it is day there: from 9 to 21 o'clock."""
    return MORNING <= moment.astimezone(zone).time() < EVENING


def humane(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment itself by day, else the next 9 o'clock there.

    >>> humane(datetime(2026, 11, 27, 15, 30, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-28T09:00:00+08:00'
    """
    local = moment.astimezone(zone)
    if is_humane(moment, zone):
        return moment
    return _morning(local.date() + timedelta(days=1) * (local.time() >= EVENING), zone)


def reminders_due(ended_at: datetime, *, zone: ZoneInfo, after: timedelta, now: datetime) -> int:
    """Count the reminders that were due by now: the first ``after`` the end, further ones on the mornings of weekdays, ten at most."""
    first = humane(ended_at + after, zone)
    if now < first:
        return 0
    number, day = 1, _next_weekday(first.astimezone(zone).date())
    while number < MOST_REMINDERS and _morning(day, zone) <= now:
        number, day = number + 1, _next_weekday(day)
    return number


def _next_weekday(day: date) -> date:
    following = day + timedelta(days=1)
    return following if following.weekday() < SATURDAY else _next_weekday(following)


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, zone)
