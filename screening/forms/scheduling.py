"""Planning an interview: local time in a named zone, panel, and the criteria that it must cover."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectMultipleField, StringField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from screening.queries.clashes import Span
from screening.services.interviewing import DUE_HOURS, Plan

YEARS = range(2000, 2100)
"""Years in which an interview can lie; at the ends of the calendar, times have no UTC."""
LENGTHS = range(5, 481)
"""Minutes that an interview can last."""


class LocalTimeError(ValueError):
    """A local time that its zone does not have, or has twice: ``code`` is missing or twice."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def to_utc(day: date, clock: time, zone: str) -> datetime:
    """Turn a local time of an IANA zone into UTC; raise LocalTimeError where clocks are put forward or back over it."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise LocalTimeError("missing")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise LocalTimeError("twice")
    return local.astimezone(UTC)


def strip(text: str | None) -> str | None:
    """Take the spaces around a typed text away, and NUL, which PostgreSQL does not store."""
    return text.replace("\x00", "").strip() if text else text


class LocalTimesForm(FlaskForm):
    """When a meeting begins."""

    day = DateField(_l("Date"), [InputRequired(_l("Choose the date."))])
    clock = TimeField(_l("Start"), [InputRequired(_l("Enter the time at which it starts."))])


class MeetingForm(FlaskForm):
    """What is planned, apart from when; the choices of ``panel`` and ``focus`` are given by the view."""

    round = StringField(
        _l("Round"),
        [
            DataRequired(_l("Name the round, such as First interview.")),
            Length(max=80, message=_l("Use at most 80 characters.")),
        ],
        filters=[strip],
    )
    time_zone = StringField(
        _l("Time zone"), [DataRequired(_l("Choose a time zone from the list, such as Asia/Shanghai."))], filters=[strip]
    )
    minutes = IntegerField(
        _l("Minutes"),
        [
            InputRequired(_l("Enter how many minutes it lasts.")),
            NumberRange(LENGTHS[0], LENGTHS[-1], _l("Between 5 and 480 minutes.")),
        ],
    )
    place = StringField(
        _l("Place or link"), [Length(max=300, message=_l("Use at most 300 characters."))], filters=[strip]
    )
    panel = SelectMultipleField(_l("Panel"), [DataRequired(_l("Choose at least one interviewer."))], coerce=int)
    focus = SelectMultipleField(
        _l("Focus criteria"), [DataRequired(_l("Choose at least one criterion that this interview covers."))]
    )

    def validate_time_zone(self, field: StringField) -> None:
        """Refuse a zone that is not one of the IANA names."""
        if field.data not in available_timezones():
            raise ValidationError(_l("Choose a time zone from the list, such as Asia/Shanghai."))


class ScheduleForm(LocalTimesForm, MeetingForm):
    """One interview at one time."""

    tell = BooleanField(_l("Tell the candidate by mail"), default=True)

    def validate_day(self, field: DateField) -> None:
        """Refuse a year that cannot be meant."""
        if field.data is not None and field.data.year not in YEARS:
            raise ValidationError(_l("Choose a date in this century."))

    def validate_clock(self, field: TimeField) -> None:
        """Refuse a local time that does not exist or exists twice in its zone."""
        if field.data is None or self.day.data is None or self.day.data.year not in YEARS:
            return
        if self.time_zone.data not in available_timezones():
            return
        try:
            to_utc(self.day.data, field.data, self.time_zone.data)
        except LocalTimeError as error:
            if error.code == "missing":
                raise ValidationError(
                    _l("Clocks are put forward over this time: it does not exist on that day.")
                ) from error
            raise ValidationError(
                _l("Clocks are put back over this time: it exists twice on that day. Choose another.")
            ) from error

    def plan(self, *, due_hours: int = DUE_HOURS) -> Plan:
        """Give what was planned; only after validation."""
        assert self.day.data is not None and self.clock.data is not None and self.time_zone.data is not None  # noqa: S101, PT018 - validated above
        return Plan(
            round=self.round.data or "",
            starts_at=to_utc(self.day.data, self.clock.data, self.time_zone.data),
            minutes=self.minutes.data or 0,
            time_zone=self.time_zone.data,
            place=self.place.data or "",
            panel=tuple(self.panel.data or ()),
            focus=tuple(self.focus.data or ()),
            due_hours=due_hours,
        )

    def span(self) -> Span | None:
        """Give the time that stands in the fields, None while it is not whole; no field is told that it is wrong."""
        day, clock, zone, minutes = self.day.data, self.clock.data, self.time_zone.data, self.minutes.data
        if day is None or clock is None or zone not in available_timezones():
            return None
        if day.year not in YEARS or minutes is None or minutes not in LENGTHS:
            return None
        try:
            starts_at = to_utc(day, clock, zone)
        except LocalTimeError:
            return None
        return Span(starts_at, starts_at + timedelta(minutes=minutes))


def tomorrow_at_ten(moment: datetime, zone: str) -> datetime:
    """Give tomorrow at ten in a zone: a start to change, never a time in the night."""
    local = moment.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)
