"""What an admin types before a candidate's data are erased, or to decline it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from screening.forms.inputs import clean_line, line, lines, needed
from screening.services.requesting import LONGEST


class EraseForm(FlaskForm):
    """The application's number, typed by hand: there is no way back."""

    reference = line(_l("Number of the application, typed"), needed(_l("Type the number to erase.")), most=40)

    def __init__(self, reference: str, **options: Any) -> None:
        super().__init__(**options)
        self.wanted = reference

    def validate_reference(self, field: Any) -> None:
        """Refuse any other number."""
        if clean_line(field.data) != self.wanted:
            raise ValidationError(_l("This is another number. Type the one that stands above."))


class DeclineForm(FlaskForm):
    """Why the data cannot be deleted, as the candidate is told."""

    answer = lines(
        _l("Why they cannot be deleted, for the candidate"),
        needed(_l("Say why; the candidate has a right to know.")),
        most=LONGEST,
    )
