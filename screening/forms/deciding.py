"""A decision as typed: outcome, reason from the list, note."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from screening.services.deciding import NOTE_LENGTH


class DecisionForm(FlaskForm):
    """The choices of ``outcome`` and ``reason`` are given by the view, since they depend on the stage."""

    outcome = RadioField(_l("Outcome"), [InputRequired(_l("Choose an outcome."))])
    reason = SelectField(_l("Reason"), [InputRequired(_l("Choose a reason from the list."))])
    note = TextAreaField(
        _l("Note"),
        [Length(max=NOTE_LENGTH, message=_l("Use at most 4,000 characters."))],
        filters=[lambda text: (text or "").replace("\x00", "")],
    )
