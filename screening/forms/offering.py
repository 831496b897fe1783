"""Offering times: what is planned, in which days the candidate may choose, and until when; and what the candidate answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, ValidationError
from wtforms.validators import InputRequired, NumberRange

from screening.forms.inputs import lines, needed
from screening.forms.scheduling import YEARS, MeetingForm
from screening.services.booking import LONGEST_WISH, Terms
from screening.services.interviewing import Plan

LONGEST_NOTICE = 240


class OfferForm(MeetingForm):
    """What an offer holds; days are those of ``time_zone``, the last one included."""

    first = DateField(_l("From the day"), [InputRequired(_l("Choose the date."))])
    last = DateField(_l("Last day"), [InputRequired(_l("Choose the date."))])
    until = DateField(_l("Answer until"), [InputRequired(_l("Choose the date."))])
    notice_hours = IntegerField(
        _l("Hours ahead, at least"),
        [
            InputRequired(_l("Enter how many hours ahead, at least.")),
            NumberRange(0, LONGEST_NOTICE, _l("Between 0 and %(max)s hours.", max=LONGEST_NOTICE)),
        ],
    )

    def validate_first(self, field: DateField) -> None:
        """Refuse a year that cannot be meant."""
        self._check_year(field)

    def validate_last(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        self._check_year(field)
        if field.data is not None and self.first.data is not None and field.data < self.first.data:
            raise ValidationError(_l("The last day is before the first."))

    def validate_until(self, field: DateField) -> None:
        """Refuse a year that cannot be meant."""
        self._check_year(field)

    def plan(self) -> Plan:
        """Give what is planned, at the start of its first day; only after validation."""
        return Plan(
            round=self.round.data or "",
            starts_at=self.terms().earliest,
            minutes=self.minutes.data or 0,
            time_zone=self.time_zone.data or "",
            place=self.place.data or "",
            panel=tuple(self.panel.data or ()),
            focus=tuple(self.focus.data or ()),
        )

    def terms(self) -> Terms:
        """Give between when one may choose, and until when; only after validation."""
        first, last, until = self.first.data, self.last.data, self.until.data
        assert first is not None and last is not None and until is not None  # noqa: S101, PT018 - validated above
        return Terms(
            earliest=self._midnight(first),
            latest=self._midnight(last + timedelta(days=1)),
            expires_at=self._midnight(until + timedelta(days=1)) - timedelta(minutes=1),
            notice_hours=self.notice_hours.data or 0,
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.time_zone.data or "UTC")).astimezone(UTC)

    def _check_year(self, field: DateField) -> None:
        if field.data is not None and field.data.year not in YEARS:
            raise ValidationError(_l("Choose a date in this century."))


class WishForm(FlaskForm):
    """What a candidate writes when no time fits."""

    text = lines(
        _l("When would you have time?"), needed(_l("Say in a few words when you have time.")), most=LONGEST_WISH
    )
