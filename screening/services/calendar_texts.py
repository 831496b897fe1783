"""Interviews as iCalendar objects (RFC 5545): invitations and cancellations for mails (RFC 5546), and a feed to subscribe to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress, vText

from screening.services.calendar_zones import zone_text

PRODUCT = "-//Screening//Interviews//EN"
ALARM = timedelta(minutes=-15)
PLAIN_IN_ADDRESSES = "@!$&'*+/=?^_`{|}~.-"
REFRESH = timedelta(minutes=30)
"""So often a calendar may ask for the feed again."""


class Method(StrEnum):
    """What a calendar should do with an object (RFC 5546, 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is asked to come, or who asks."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One interview for one reader's calendar. ``stamp`` is when it was last changed; empty ``place`` and ``link`` are left out.

    A task (``is_task``) has a place in the calendar and leaves its time free.
    """

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    is_cancelled: bool
    is_task: bool
    summary: str
    description: str
    place: str
    link: str


def write_invitation(
    entry: Entry, *, method: Method, organizer: Party, guests: Iterable[Party], rings: bool = False
) -> str:
    """Write the object of one mail; ``rings`` adds an alarm a quarter of an hour before, never to a cancellation."""
    event = _event(entry, organizer)
    for guest in guests:
        event.add("attendee", _address(guest, cutype="INDIVIDUAL", role="REQ-PARTICIPANT", **_answer(method)))
    if rings and method is Method.REQUEST:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _words(entry.summary))
        alarm.add("trigger", ALARM)
        event.add_component(alarm)
    return _calendar(method, [entry], [event])


def write_feed(entries: Sequence[Entry], *, organizer: Party, name: str) -> str:
    """Write all interviews of one reader for a calendar that subscribes; the same interviews give the same text."""
    events = [_event(entry, organizer) for entry in entries]
    return _calendar(Method.PUBLISH, entries, events, name)


def _answer(method: Method) -> dict[str, str]:
    return {"partstat": "NEEDS-ACTION", "rsvp": "TRUE"} if method is Method.REQUEST else {}


def _calendar(method: Method, entries: Sequence[Entry], events: Iterable[Event], name: str | None = None) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name is not None:
        calendar.add("name", vText(_words(name)))
        calendar.add("x-wr-calname", vText(_words(name)))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT30M")
    years: dict[str, int] = {}
    for entry in entries:
        year = entry.starts_at.astimezone(ZoneInfo(entry.time_zone)).year
        years[entry.time_zone] = min(year, years.get(entry.time_zone, year))
    for zone, year in sorted(years.items()):
        if not _is_utc(zone):
            calendar.add_component(Timezone.from_ical(zone_text(zone, year)))
    for event in events:
        calendar.add_component(event)
    return str(calendar.to_ical(sorted=False).decode("utf-8"))


def _event(entry: Entry, organizer: Party) -> Event:
    place = UTC if _is_utc(entry.time_zone) else ZoneInfo(entry.time_zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.starts_at.astimezone(place))
    event.add("dtend", entry.ends_at.astimezone(place))
    event.add("summary", _words(entry.summary))
    event.add("description", _words(entry.description))
    if entry.place:
        event.add("location", _words(entry.place))
    if entry.link:
        event.add("url", entry.link)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.is_task else "OPAQUE")
    event.add("organizer", _address(organizer))
    return event


def _is_utc(zone: str) -> bool:
    """Tell whether a zone is one of the names of UTC, which calendars write without any zone."""
    return ZoneInfo(zone).tzname(datetime(2026, 1, 1)) == "UTC"  # noqa: DTZ001 - local to the zone


def _address(party: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress("mailto:" + quote(party.email, safe=PLAIN_IN_ADDRESSES))
    name = " ".join(_words(party.name).split()).replace('"', "'")
    if name:
        address.params["cn"] = vText(name)
    for key, value in parameters.items():
        address.params[key] = vText(value)
    return address


def _words(text: str) -> str:
    """Take out what a calendar's text may not hold: control characters but the line's end (RFC 5545, 3.1), and odd line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        mark for mark in lines if mark == "\n" or unicodedata.category(mark) not in {"Cc", "Cs", "Zl", "Zp", "Cf"}
    ).strip()
