"""The interviewers' hours of the next weeks, so that a candidate can be let choose a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from screening.models import User
from screening.services.availability import add_hours
from screening.services.demonstration.office_hours import SATURDAY, ZONE

DAYS = 21
HALVES = ((time(10, 0), time(12, 0)), (time(14, 0), time(17, 0)))


def give_hours(session: Session, *, interviewers: Iterable[User], now: datetime) -> None:
    """Give each interviewer the afternoons of working days, and every other one the mornings as well."""
    today = now.astimezone(ZoneInfo(ZONE)).date()
    days = [today + timedelta(days=number) for number in range(1, DAYS + 1)]
    for number, user in enumerate(interviewers):
        stretches = [
            (datetime.combine(day, begins, ZoneInfo(ZONE)), datetime.combine(day, ends, ZoneInfo(ZONE)))
            for day in days
            if day.weekday() < SATURDAY
            for begins, ends in HALVES[number % 2 :]
        ]
        add_hours(session, user_id=user.id, stretches=stretches, actor_id=user.id, now=now)
