"""A recruiter's own question as a part of the application form, and the condition that it may hang on.

A condition is judged here, on the server, by the other answers of the same form; the page only hides what is not asked.
A condition on something that the form does not ask (any more) is none: the question is asked of everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, FileField, Form, FormField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from screening.forms.conditions import condition_words
from screening.forms.inputs import day, line, lines, needed, plain
from screening.forms.parts import Document, QuestionForm
from screening.services.custom_questions import ANSWERED, KIND, QuestionType, load_wording

NUMBER = re.compile(r"[+\-−]?(?:\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:[.]\d{1,6})?")
ANSWER = "answer"
MOST = {QuestionType.SHORT: 300, QuestionType.LONG: 4000}
MISSING = {
    QuestionType.SHORT: _l("Answer this question."),
    QuestionType.LONG: _l("Answer this question."),
    QuestionType.ONE: _l("Choose an answer."),
    QuestionType.MANY: _l("Choose at least one answer."),
    QuestionType.NUMBER: _l("Enter a number."),
    QuestionType.DATE: _l("Enter a date such as 2026-12-01."),
    QuestionType.FILE: _l("Choose a file: PDF, Word (.docx), text or Markdown."),
}


class AnswerFile(FileField):
    """The file of a question; the view puts the stored file into ``data`` and what is wrong with it into ``refusal``."""

    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """The inputs by which a page shows or hides a question: their names, and the value that one of them must have."""

    names: tuple[str, ...]
    value: str


class CustomForm(QuestionForm):
    """A recruiter's own question; ``whole`` is the form around it, by whose answers its condition is judged."""

    whole: Form | None = None
    chinese = False

    @property
    def is_asked(self) -> bool:
        """Tell whether the question's condition holds; without one it is asked of everybody."""
        return self.whole is None or is_met(self.question.get("when"), self.whole)

    @property
    def condition(self) -> str:
        """Say in words when the question is asked; empty when it always is."""
        parts = [field.form for field in self.whole or () if isinstance(field, FormField)]
        asked = [part.question for part in parts if isinstance(part, QuestionForm)]
        return condition_words(self.question.get("when"), asked, chinese=self.chinese)

    @property
    def watched(self) -> Watched | None:
        """Name the inputs that decide whether the question is shown; None when it always is."""
        when = self.question.get("when")
        if when is None or self.whole is None:
            return None
        names = [name for part in _sources(when, self.whole) for name in _inputs(part, when)]
        ticked = when["source"] in {"skill", "have"}
        return Watched(tuple(names), "y" if ticked else when["value"]) if names else None

    def called(self, field: Field) -> str:  # noqa: ARG002 - the signature is QuestionForm's
        """Call the field by the question."""
        return str(self[ANSWER].label.text)


def custom_fields(question: Document, *, chinese: bool) -> dict[str, Any]:
    """Make the field that takes the answer."""
    kind = QuestionType(question["type"])
    label = load_wording(question["label"]).said(chinese=chinese)
    checks = [needed(MISSING[kind])] if question["needed"] else []
    match kind:
        case QuestionType.SHORT:
            answer: Any = line(label, *checks, most=MOST[kind])
        case QuestionType.LONG:
            answer = lines(label, *checks, most=MOST[kind])
        case QuestionType.NUMBER:
            answer = line(label, *checks, _is_number_between(question), most=20, inputmode="decimal")
        case QuestionType.DATE:
            answer = line(label, *checks, _is_day, most=20, type="date")
        case QuestionType.FILE:
            answer = AnswerFile(label, [_is_taken, *checks])
        case QuestionType.ONE:
            answer = RadioField(
                label,
                checks,
                choices=_choices(question, chinese=chinese),
                validate_choice=False,
                filters=[_known(question)],
            )
        case QuestionType.MANY:
            answer = SelectMultipleField(  # type: ignore[call-arg] # the stubs are of WTForms 3.2
                label,
                checks,
                choices=_choices(question, chinese=chinese),
                option_widget=CheckboxInput(),
                widget=ListWidget(prefix_label=False),
                invalid_choice_message=_l("Choose from the answers shown."),
            )
    return {ANSWER: answer, "chinese": chinese}


def number(text: str | None) -> float | int | None:
    """Read a number in any digits, with a decimal point, commas between thousands only; None when it is none."""
    digits = plain(text)
    if not NUMBER.fullmatch(digits):
        return None
    value = float(digits.replace("−", "-").replace(",", ""))
    return int(value) if value.is_integer() else value


def is_met(when: Mapping[str, str] | None, whole: Form) -> bool:
    """Tell whether the answers of a form meet a condition; what the form does not ask keeps nothing back."""
    if when is None:
        return True
    parts = list(_sources(when, whole))
    return not parts or any(_has(part, when) for part in parts)


def _sources(when: Mapping[str, str], whole: Form) -> Iterator[Any]:
    """Find the parts of the form that a condition speaks of."""
    for field in whole:
        if isinstance(field, FormField) and isinstance(field.form, QuestionForm) and _speaks_of(when, field.form):
            yield field.form


def _speaks_of(when: Mapping[str, str], part: QuestionForm) -> bool:
    kind, value = part.question["kind"], when["value"]
    match when["source"]:
        case "cities":
            return bool(kind == "cities")
        case "degree":
            return bool(kind == "education")
        case "on_site":
            return kind == "availability" and "on_site" in part
        case "skill":
            return kind == "skills" and any(option["value"] == value for option in part.question["options"])
        case "have":
            return kind == value and "has" in part
        case ident:
            return kind == KIND and part.question["name"] == ident


def _has(part: Any, when: Mapping[str, str]) -> bool:
    """Tell whether a part that counts has the answer of a condition."""
    if not part.is_asked:
        return False
    source, value = when["source"], when["value"]
    if source in {"skill", "have"}:
        return any(part[name].data for name in _own_inputs(part, when))
    if source == "degree":
        return any(entry.form.degree.data == value for entry in part if entry.short_name.startswith("entry"))
    data = [answer for name in _own_inputs(part, when) for answer in _listed(part[name].data)]
    return any(data) if value == ANSWERED else value in data


def _inputs(part: Any, when: Mapping[str, str]) -> list[str]:
    if when["source"] == "degree":
        return [entry.form.degree.name for entry in part if entry.short_name.startswith("entry")]
    return [part[name].name for name in _own_inputs(part, when)]


def _own_inputs(part: Any, when: Mapping[str, str]) -> list[str]:
    match when["source"]:
        case "cities":
            return ["chosen"]
        case "on_site":
            return ["on_site"]
        case "skill":
            options = part.question["options"]
            return [f"option{place}" for place, option in enumerate(options) if option["value"] == when["value"]]
        case "have":
            return ["has"]
        case _:
            return [ANSWER]


def _listed(data: Any) -> list[Any]:
    return list(data) if isinstance(data, list) else [data]


def _choices(question: Document, *, chinese: bool) -> list[Any]:
    return [
        SelectChoice(value=option["value"], label=load_wording(option).said(chinese=chinese))
        for option in question["options"]
    ]


def _known(question: Document) -> Any:
    """Take what is no option for no answer: a form that somebody changed by hand answers nothing."""
    values = {option["value"] for option in question["options"]}
    return lambda data: data if data in values else None


def _is_number_between(question: Document) -> Any:
    lowest, highest = question["lowest"], question["highest"]

    def check(form: Form, field: Field) -> None:  # noqa: ARG001 - the signature is WTForms'
        if not field.data:
            return
        value = number(field.data)
        if value is None:
            raise ValidationError(_l("Enter a number such as 3 or 3.5."))
        if lowest is not None and value < lowest:
            raise ValidationError(_l("Enter a number of at least %(lowest)s.", lowest=f"{lowest:g}"))
        if highest is not None and value > highest:
            raise ValidationError(_l("Enter a number of at most %(highest)s.", highest=f"{highest:g}"))

    return check


def _is_day(form: Form, field: Field) -> None:  # noqa: ARG001 - the signature is WTForms'
    if field.data and day(field.data) is None:
        raise ValidationError(_l("Enter a date such as 2026-12-01."))


def _is_taken(form: Form, field: Any) -> None:  # noqa: ARG001 - the signature is WTForms'
    if field.refusal:
        raise StopValidation(field.refusal)
