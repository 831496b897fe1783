"""Interviews at a time at which somebody would hardly plan their own: early, late, or on a weekend, in their own zone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import User
from screening.queries.clashes import Span

MORNING = time(8)
EVENING = time(20)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class OddHour:
    """Somebody for whom a time is odd, in their ``zone``; ``is_weekend`` tells why, else it is too early or too late."""

    name: str
    zone: str
    is_weekend: bool


def odd_hours(session: Session, *, user_ids: Collection[int], span: Span, company_zone: str) -> tuple[OddHour, ...]:
    """Name those of a panel for whom a span is not between 8 and 20 o'clock on a weekday. One query."""
    people = session.execute(
        select(User.name, User.time_zone).where(User.id.in_(user_ids)).order_by(User.name, User.id)
    )
    zones = [(name, zone or company_zone) for name, zone in people]
    return tuple(
        OddHour(name, zone, weekend) for name, zone in zones for odd, weekend in [_is_odd(span, ZoneInfo(zone))] if odd
    )


def _is_odd(span: Span, zone: ZoneInfo) -> tuple[bool, bool]:
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    weekend = start.weekday() >= SATURDAY or end.weekday() >= SATURDAY
    by_day = start.time() >= MORNING and end.time() <= EVENING and start.date() == end.date()
    return weekend or not by_day, weekend
