"""Saying when one takes interviews: local times of a day, or of the same weekdays for some weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectMultipleField, TimeField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import InputRequired, NumberRange

from screening.forms.scheduling import YEARS, LocalTimeError, to_utc
from screening.queries.free_times import Stretch

WEEKS = 26
WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


class HoursForm(FlaskForm):
    """Hours from a first day on. Without weekdays the first day's own is meant; ``weeks`` says for how many weeks they hold."""

    first = DateField(_l("From the day"), [InputRequired(_l("Choose the date."))])
    begins = TimeField(_l("From"), [InputRequired(_l("Enter when you can begin."))])
    ends = TimeField(_l("Until"), [InputRequired(_l("Enter until when."))])
    weekdays = SelectMultipleField(
        _l("On these weekdays"),
        coerce=int,
        choices=[SelectChoice(value=number, label=name) for number, name in enumerate(WEEKDAYS)],
    )
    weeks = IntegerField(
        _l("For so many weeks"),
        [
            InputRequired(_l("Enter for how many weeks, 1 for one.")),
            NumberRange(1, WEEKS, _l("Between 1 and %(max)s weeks.", max=WEEKS)),
        ],
    )

    def __init__(self, *arguments: Any, zone: str, **more: Any) -> None:
        """Take the IANA zone in which the times are meant."""
        super().__init__(*arguments, **more)
        self.zone = zone if zone in available_timezones() else "UTC"

    def validate_first(self, field: DateField) -> None:
        """Refuse a year that cannot be meant."""
        if field.data is not None and field.data.year not in YEARS:
            raise ValidationError(_l("Choose a date in this century."))

    def validate_ends(self, field: TimeField) -> None:
        """Refuse hours that end before they begin, and local times that the zone does not have."""
        if field.data is None or self.begins.data is None:
            return
        if field.data <= self.begins.data:
            raise ValidationError(_l("It ends before it begins. Hours over midnight are two entries."))
        try:
            if self.first.data is not None and self.first.data.year in YEARS and self._weeks:
                self.stretches()
        except LocalTimeError as error:
            raise ValidationError(
                _l("On one of these days clocks are changed at this time. Choose other times or fewer weeks.")
            ) from error

    @property
    def _weeks(self) -> int:
        weeks = self.weeks.data or 0
        return weeks if 1 <= weeks <= WEEKS else 0

    def stretches(self) -> list[Stretch]:
        """Give every stretch in UTC; only after validation."""
        first, begins, ends = self.first.data, self.begins.data, self.ends.data
        assert first is not None and begins is not None and ends is not None  # noqa: S101, PT018 - validated above
        wanted = set(self.weekdays.data or [first.weekday()])
        days = [first + timedelta(days=number) for number in range(7 * self._weeks)]
        return [
            (to_utc(day, begins, self.zone), to_utc(day, ends, self.zone)) for day in days if day.weekday() in wanted
        ]
