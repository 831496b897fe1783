"""A decision as typed: outcome, reason from the list, note; and the word of the second person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import InputRequired, Length

from screening.services.deciding import NOTE_LENGTH


def without_nul(text: str | None) -> str:
    """Take NUL out of a typed text; PostgreSQL does not store it."""
    return (text or "").replace("\x00", "")


class DecisionForm(FlaskForm):
    """The choices of ``outcome`` and ``reason`` are given by the view, since they depend on the stage."""

    outcome = RadioField(_l("Outcome"), [InputRequired(_l("Choose an outcome."))])
    reason = SelectField(_l("Reason"), [InputRequired(_l("Choose a reason from the list."))])
    note = TextAreaField(
        _l("Note"),
        [Length(max=NOTE_LENGTH, message=_l("Use at most 4,000 characters."))],
        filters=[without_nul],
    )


class SecondForm(FlaskForm):
    """The second person's word on the rejection ``decision``, which is a number as text."""

    decision = HiddenField()
    agrees = RadioField(
        _l("Your word"),
        [InputRequired(_l("Say whether you agree."))],
        choices=[
            SelectChoice(value="yes", label=_l("I agree: reject")),
            SelectChoice(value="no", label=_l("I disagree: back to the debrief")),
        ],
    )
    second_note = TextAreaField(
        _l("Your note"),
        [Length(max=NOTE_LENGTH, message=_l("Use at most 4,000 characters."))],
        filters=[without_nul],
    )
