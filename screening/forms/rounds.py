"""One round of an interview plan, and a pool of interviewers; the views give the choices."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import InputRequired, NumberRange

from screening.forms.inputs import line, needed
from screening.models import RoundKind
from screening.services.interview_plans import MOST_HOURS, MOST_SEATS, RoundFields
from screening.services.pools import PoolFields

NAME_LENGTH = 80
KINDS = {
    RoundKind.RESUME_REVIEW: _l("Résumé review"),
    RoundKind.PHONE: _l("Phone call"),
    RoundKind.TECHNICAL: _l("Technical interview"),
    RoundKind.PANEL: _l("Panel interview"),
    RoundKind.OTHER: _l("Another kind"),
}


def whole_field(label: Any, low: int, high: int, empty: Any, outside: Any) -> IntegerField:
    """Make a field for a whole number between the two."""
    return IntegerField(label, [InputRequired(empty), NumberRange(low, high, outside)])


class RoundForm(FlaskForm):
    """What a person says about a round; ``pool`` 0 is none."""

    kind = RadioField(
        _l("Kind"),
        [InputRequired(_l("Choose a kind."))],
        choices=[SelectChoice(value=kind.value, label=words) for kind, words in KINDS.items()],
    )
    name = line(_l("Name of the round"), needed(_l("Name the round, such as First interview.")), most=NAME_LENGTH)
    minutes = whole_field(
        _l("Minutes"), 5, 480, _l("Enter how many minutes it lasts."), _l("Between 5 and 480 minutes.")
    )
    seats = whole_field(
        _l("Interviewers"), 1, MOST_SEATS, _l("Enter how many people interview."), _l("Between 1 and 12 people.")
    )
    due_hours = whole_field(
        _l("Hours until the scorecard is due"),
        1,
        MOST_HOURS,
        _l("Enter after how many hours the scorecard is due."),
        _l("Between 1 and 720 hours."),
    )
    focus = SelectMultipleField(_l("Criteria"))
    fixed = SelectMultipleField(_l("Always in this round"), coerce=int)
    pool = SelectField(_l("Fill the seats from"), coerce=int)

    def validate_fixed(self, field: SelectMultipleField) -> None:
        """Refuse more people than seats."""
        if self.seats.data and len(set(field.data or ())) > self.seats.data:
            raise ValidationError(_l("These are more people than the round has seats."))

    def fields(self) -> RoundFields:
        """Give what was said; only after validation."""
        return RoundFields(
            kind=RoundKind(self.kind.data),
            name=self.name.data or "",
            minutes=self.minutes.data or 0,
            seats=self.seats.data or 0,
            focus=tuple(self.focus.data or ()),
            fixed=tuple(self.fixed.data or ()),
            pool_id=self.pool.data or None,
            due_hours=self.due_hours.data or 0,
        )


class PoolForm(FlaskForm):
    """A pool's name and members."""

    name = line(_l("Name of the pool"), needed(_l("Name the pool, such as Algorithms.")), most=NAME_LENGTH)
    members = SelectMultipleField(_l("Members"), coerce=int)

    def fields(self) -> PoolFields:
        """Give what was said; only after validation."""
        return PoolFields(self.name.data or "", tuple(sorted(set(self.members.data or ()))))
