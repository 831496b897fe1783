"""The form with which a candidate adds to one criterion: the question that the application form would ask, a link, a file.

Nothing of it is needed by itself, but something must be given. The file is kept over a refused submit under a signed token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FormField, HiddenField

from screening.forms.inputs import clean_line, is_web_address, line
from screening.forms.questions import Document, QuestionForm, question_form


class EvidenceForm(FlaskForm):
    """What every addition may hold beside its question."""

    form_key = HiddenField(filters=[clean_line])
    criterion = HiddenField(filters=[clean_line])
    file_token = HiddenField(filters=[clean_line])
    link = line(_l("Link to your evidence"), is_web_address, most=300, inputmode="url")

    def parts(self) -> Iterator[Any]:
        """Give the questions' parts in the form's order."""
        return (field for field in self if isinstance(field, FormField))


class LeftEmpty(QuestionForm):
    """A question that may stay empty; begun, it has to be complete."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, unless nothing was filled in."""
        return True if self.is_blank else super().validate(extra_validators)


def evidence_form(questions: Sequence[Document], *, chinese: bool, today: date) -> type[EvidenceForm]:
    """Make the form class for these questions; what the application form asks to tick first is asked at once."""
    fields = {question["id"]: FormField(_part(question, chinese=chinese, today=today)) for question in questions}
    return type("CriterionEvidenceForm", (EvidenceForm,), fields)


def _part(question: Document, *, chinese: bool, today: date) -> type[QuestionForm]:
    made = question_form({**question, "needed": False}, chinese=chinese, today=today)
    return type("AddedQuestion", (LeftEmpty, made), {"has": None})
