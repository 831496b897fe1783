"""iCalendar objects: a second library reads what we meant, whatever the words are and wherever the clocks change."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo, available_timezones

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.services.calendar_texts import Entry, Method, Party, write_feed, write_invitation
from screening.services.calendar_zones import zone_text
from screening.services.mailing import calendar_method

CHANGING = (
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Pacific/Chatham",
)
STEADY = ("Asia/Shanghai", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Kiritimati")
COMPANY = Party("远山智能", "jobs@example.com")
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def entry(**changes) -> Entry:
    start = changes.pop("starts_at", datetime(2026, 12, 1, 6, tzinfo=UTC))
    values = {
        "uid": "0f0e1f4e-0000-4000-8000-000000000001",
        "sequence": 3,
        "stamp": datetime(2026, 11, 29, 13, 5, 6, tzinfo=UTC),
        "starts_at": start,
        "ends_at": start + timedelta(minutes=45),
        "time_zone": "Asia/Shanghai",
        "is_cancelled": False,
        "is_task": False,
        "summary": "面试：云小鹤",
        "description": "职位：语音研发",
        "place": "",
        "link": "",
    }
    return Entry(**{**values, **changes})


def invite(one: Entry, method: Method = Method.REQUEST, *guests: Party, rings: bool = False) -> str:
    return write_invitation(one, method=method, organizer=COMPANY, guests=guests, rings=rings)


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS)
def test_any_words_come_back_as_they_were(summary, description, place, name):
    text = invite(
        entry(summary=summary, description=description, place=place), Method.REQUEST, Party(name, "a@b.example")
    )
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert "\n" not in text.replace("\r\n", "")
    event = vobject.readOne(text).vevent
    read = {
        "summary": event.summary.value,
        "description": event.description.value,
        "location": event.location.value if "location" in event.contents else "",
    }
    for value in read.values():
        assert not any(ord(mark) < 32 and mark != "\n" for mark in value)
    visible = {"summary": summary, "description": description, "location": place}
    for field, wrote in visible.items():
        assert "".join(read[field].split()) == "".join(_seen(wrote).split())
    assert event.attendee.value == "mailto:a@b.example"
    assert calendar_method(text) == "REQUEST"


def _seen(text: str) -> str:
    """Give what may stand in a calendar of a text."""
    return "".join(
        mark for mark in text if unicodedata.category(mark) not in {"Cc", "Cf", "Zl", "Zp"} or mark in "\r\n"
    )


def test_marks_with_a_meaning_in_calendars_are_only_marks():
    words = "a,b;c\\n\nMETHOD:CANCEL\nEND:VEVENT, 「；，」 \\; \\\\"
    event = vobject.readOne(invite(entry(summary=words, description=words, place=words))).vevent
    assert (event.summary.value, event.description.value, event.location.value) == (words, words, words)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CHANGING + STEADY), MOMENTS, st.integers(5, 480))
def test_times_survive_the_way_through_another_calendar(zone, start, minutes):
    text = invite(entry(time_zone=zone, starts_at=start, ends_at=start + timedelta(minutes=minutes)))
    rules = tzical(StringIO(text)).get(zone)
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert f"DTSTART;TZID={zone}:{local:%Y%m%dT%H%M%S}\r\n" in text.replace("\r\n ", "")
    if _is_plain(local, zone):
        assert local.replace(tzinfo=rules).astimezone(UTC) == start


def _is_plain(local: datetime, zone: str) -> bool:
    """Tell whether a local time exists once: around a change of clocks libraries choose differently."""
    place = ZoneInfo(zone)
    around = {local.replace(tzinfo=place).utcoffset()}
    around |= {
        (local + timedelta(hours=step)).replace(tzinfo=place, fold=fold).utcoffset()
        for step in (-2, 2)
        for fold in (0, 1)
    }
    return len(around) == 1


@pytest.mark.parametrize("zone", CHANGING + STEADY)
@pytest.mark.parametrize("year", [2026, 2031])
def test_every_hour_of_two_years_has_the_offset_of_the_zone_database(zone, year):
    rules = tzical(StringIO(zone_text(zone, year).decode())).get(zone)
    hour = datetime(year, 1, 1)
    wrong = []
    while hour.year < year + 2:
        if (
            _is_plain(hour, zone)
            and hour.replace(tzinfo=rules).utcoffset() != hour.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        ):
            wrong.append(hour)
        hour += timedelta(hours=1)
    assert wrong == []


def test_known_rules_are_written_as_rules():
    berlin = zone_text("Europe/Berlin", 2026).decode()
    assert "DTSTART:20250330T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in berlin
    assert "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200" in berlin
    island = zone_text("Australia/Lord_Howe", 2026).decode()
    assert "TZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100" in island
    assert "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=10" in island
    assert "RRULE" not in zone_text("Asia/Shanghai", 2026).decode()


def test_every_zone_that_can_be_chosen_makes_a_calendar():
    for zone in sorted(available_timezones() - {"localtime", "Factory"})[::7]:
        assert vobject.readOne(invite(entry(time_zone=zone))).vevent.uid.value == entry().uid


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Zulu"])
def test_utc_needs_no_zone(zone):
    text = invite(entry(time_zone=zone))
    assert "DTSTART:20261201T060000Z" in text
    assert "VTIMEZONE" not in text


def test_cancellation_says_so_and_never_rings():
    text = invite(entry(is_cancelled=True), Method.CANCEL, Party("何以然", "he@example.com"), rings=True)
    event = vobject.readOne(text).vevent
    assert calendar_method(text) == "CANCEL"
    assert (event.status.value, "valarm" in event.contents) == ("CANCELLED", False)
    assert "RSVP" not in text


def test_a_task_leaves_its_time_free():
    assert vobject.readOne(invite(entry(is_task=True))).vevent.transp.value == "TRANSPARENT"
    assert vobject.readOne(invite(entry())).vevent.transp.value == "OPAQUE"


def test_what_was_not_given_is_left_out():
    bare = invite(entry())
    assert "LOCATION" not in bare
    assert "URL" not in bare
    full = vobject.readOne(invite(entry(place="3 号会议室", link="https://example.com/s?a=1,2;b"))).vevent
    assert (full.location.value, full.url.value) == ("3 号会议室", "https://example.com/s?a=1,2;b")


def test_an_address_beyond_ascii_is_a_valid_one():
    text = invite(entry(), Method.REQUEST, Party('"小鹤"; x', "小鹤@例子.example"))
    event = vobject.readOne(text).vevent
    assert event.attendee.value == "mailto:%E5%B0%8F%E9%B9%A4@%E4%BE%8B%E5%AD%90.example"
    assert event.attendee.params["CN"] == ["'小鹤'; x"]


def test_a_feed_holds_every_interview_and_each_zone_once():
    zones = ("Europe/Berlin", "Asia/Shanghai", "Europe/Berlin")
    entries = [entry(uid=str(number), time_zone=zone) for number, zone in enumerate(zones)]
    feed = write_feed(entries, organizer=COMPANY, name="面试, 甲")
    read = vobject.readOne(feed)
    assert [event.uid.value for event in read.vevent_list] == ["0", "1", "2"]
    assert sorted(zone.tzid.value for zone in read.vtimezone_list) == ["Asia/Shanghai", "Europe/Berlin"]
    assert "X-WR-CALNAME:面试\\, 甲\r\n" in feed
    assert "ATTENDEE" not in feed
    assert write_feed(entries, organizer=COMPANY, name="面试, 甲") == feed


def test_an_empty_feed_is_a_calendar():
    assert "VEVENT" not in write_feed([], organizer=COMPANY, name="面试")
