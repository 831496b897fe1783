"""How pages print times, lists and numbers in the reader's language and time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask import current_app
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from screening.forms.questions import statement_title
from screening.web.access import now

WEEKDAYS_ZH = "一二三四五六日"


def is_chinese() -> bool:
    """Tell whether the page is in Chinese."""
    locale = get_locale()
    return locale is not None and locale.language == "zh"


def html_language(locale: str | None = None) -> str:
    """Give the value of ``lang`` for a locale: zh-Hans or en; without one, the page's own."""
    chinese = is_chinese() if locale is None else locale.startswith("zh")
    return "zh-Hans" if chinese else "en"


def day(value: datetime, zone: str | None = None) -> str:
    """Print a date: 11 月 26 日（周四） or Thu 26 November; with the year when it is not this one."""
    local = _local(value, zone)
    year = local.year != _local(now(), zone).year
    if is_chinese():
        head = f"{local.year} 年 " if year else ""
        return f"{head}{local.month} 月 {local.day} 日（周{WEEKDAYS_ZH[local.weekday()]}）"
    return f"{local:%a} {local.day} {local:%B}{f' {local.year}' if year else ''}"


def short_day(value: datetime) -> str:
    """Print a date where there is little room: 11 月 30 日 or 30 Nov."""
    local = _local(value, None)
    return f"{local.month} 月 {local.day} 日" if is_chinese() else f"{local.day} {local:%b}"


def full_date(value: date) -> str:
    """Print a date that is read years later: 29 November 2026."""
    if is_chinese():
        return f"{value.year} 年 {value.month} 月 {value.day} 日"
    return f"{value.day} {value:%B} {value.year}"


def moment(value: datetime, zone: str | None = None) -> str:
    """Print a date and time: 11 月 26 日（周四）14:00 or Thu 26 November, 14:00."""
    joint = "" if is_chinese() else ", "
    return f"{day(value, zone)}{joint}{_local(value, zone):%H:%M}"


def clock(value: datetime, zone: str | None = None) -> str:
    """Print a time of day: 14:00."""
    return f"{_local(value, zone):%H:%M}"


def zoned(value: datetime, zone: str | None = None, minutes: int = 0) -> str:
    """Print a date and time with its zone, for readers outside the company: Thu 26 November, 14:00–14:45, Beijing time."""
    return f"{_span(value, zone, minutes)}{_comma()}{zone_name(zone, value)}"


def planned(value: datetime, zone: str, minutes: int = 0) -> str:
    """Print a date and time in the zone it was planned in, which is named where it is not the reader's own."""
    span = _span(value, zone, minutes)
    return span if zone == str(get_timezone()) else f"{span}{_comma()}{zone_name(zone, value)}"


def zone_name(zone: str | None = None, at: datetime | None = None) -> str:
    """Name a time zone as people do at a moment, now where none is given: 北京时间, Central European Standard Time."""
    place = ZoneInfo(zone) if zone else get_timezone() or UTC
    if str(place) in {"Asia/Shanghai", "Asia/Chongqing", "PRC"}:
        return _("Beijing time")
    return get_timezone_name((at or now()).astimezone(place), locale=get_locale())


def days_since(value: datetime) -> int:
    """Count whole days from ``value`` until now."""
    return whole_days(now() - value)


def whole_days(passed: timedelta) -> int:
    """Count the whole days that have passed; none where a clock is behind."""
    return max(0, passed.days)


def time_tag(value: datetime, zone: str | None = None) -> Markup:
    """Make a ``<time>`` element with a machine-readable UTC value."""
    return Markup('<time datetime="{}">{}</time>').format(value.astimezone(UTC).isoformat(), moment(value, zone))


def listing(words: list[str] | tuple[str, ...]) -> str:
    """Join words: 北京、上海 or Beijing, Shanghai."""
    return joiner()(words)


def joiner() -> Callable[[Iterable[str]], str]:
    """Give what joins words in the page's language."""
    return ("、" if is_chinese() else ", ").join


def percent(share: float | None) -> str:
    """Print a share of one as a whole number out of 100, or a dash when there is none."""
    return "–" if share is None else str(round(share * 100))


def file_size(octets: int) -> str:
    """Print a number of bytes as kB or MB, as file managers do; the smallest file has 1 kB."""
    return f"{octets / 1_000_000:.1f} MB" if octets >= 1_000_000 else f"{max(1, round(octets / 1000))} kB"


def company() -> str:
    """Give the company's name in the page's language."""
    settings = current_app.config["SCREENING"]
    return settings.company_zh if is_chinese() else settings.company_en


def _span(value: datetime, zone: str | None, minutes: int) -> str:
    end = f"–{clock(value + timedelta(minutes=minutes), zone)}" if minutes else ""
    return f"{moment(value, zone)}{end}"


def _comma() -> str:
    return "，" if is_chinese() else ", "


def _local(value: datetime, zone: str | None) -> datetime:
    return value.astimezone(ZoneInfo(zone) if zone else get_timezone() or UTC)


FILTERS = {
    "day": day,
    "short_day": short_day,
    "full_date": full_date,
    "moment": moment,
    "clock": clock,
    "days_since": days_since,
    "time_tag": time_tag,
    "zoned": zoned,
    "zone_name": zone_name,
    "planned": planned,
    "listing": listing,
    "percent": percent,
    "file_size": file_size,
    "statement_title": statement_title,
}
SPOKEN_FILTERS: Mapping[str, Callable[[], Callable[..., str]]] = {"listing": joiner}
"""Filters that are made once for a language, by what makes them."""

__all__ = [
    "FILTERS",
    "SPOKEN_FILTERS",
    "_",
    "clock",
    "company",
    "day",
    "days_since",
    "file_size",
    "html_language",
    "is_chinese",
    "joiner",
    "listing",
    "moment",
    "percent",
    "planned",
    "time_tag",
    "zone_name",
    "zoned",
]
