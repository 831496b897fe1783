"""The forms of a human review: the candidate's words, and the answer of the one who looked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from screening.forms.inputs import at_most, lines, needed
from screening.services.requesting import LONGEST


class ReviewForm(FlaskForm):
    """What the candidate asks, in words that may be left out."""

    text = lines(_l("What should the person look at?"), at_most(LONGEST), most=LONGEST)


class AnswerForm(FlaskForm):
    """What the candidate is told."""

    answer = lines(
        _l("Your answer to the candidate"),
        needed(_l("Write what you found; the candidate waits for it.")),
        at_most(LONGEST),
        most=LONGEST,
    )
