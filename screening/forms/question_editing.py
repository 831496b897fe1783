"""The form in which a recruiter writes a question of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.forms.conditions import condition_choices, read_condition, write_condition
from screening.forms.custom import number
from screening.forms.inputs import line, lines
from screening.services.custom_questions import (
    CHOICES,
    HELP_LENGTH,
    LABEL_LENGTH,
    OPTION_LENGTH,
    OPTIONS,
    UNIT_LENGTH,
    CustomQuestion,
    Option,
    QuestionType,
    Wording,
)
from screening.services.question_sets import REASON_LENGTH

TYPE_WORDS = {
    QuestionType.SHORT: _l("Short text"),
    QuestionType.LONG: _l("Long text"),
    QuestionType.ONE: _l("One choice"),
    QuestionType.MANY: _l("Several choices"),
    QuestionType.NUMBER: _l("Number"),
    QuestionType.DATE: _l("Date"),
    QuestionType.FILE: _l("File"),
}


class EditForm(FlaskForm):
    """One question; words stand in one language or in both."""

    type = RadioField(
        _l("Kind of answer"),
        choices=[SelectChoice(value=kind.value, label=label) for kind, label in TYPE_WORDS.items()],
        default=QuestionType.SHORT.value,
        validate_choice=False,
    )
    label_zh = line(_l("Question in Chinese"), most=LABEL_LENGTH)
    label_en = line(_l("Question in English"), most=LABEL_LENGTH)
    help_zh = lines(_l("Help in Chinese"), most=HELP_LENGTH)
    help_en = lines(_l("Help in English"), most=HELP_LENGTH)
    options_zh = lines(_l("Answers in Chinese, one a line"), most=OPTIONS * (OPTION_LENGTH + 1))
    options_en = lines(_l("Answers in English, one a line"), most=OPTIONS * (OPTION_LENGTH + 1))
    unit_zh = line(_l("Unit in Chinese"), most=UNIT_LENGTH)
    unit_en = line(_l("Unit in English"), most=UNIT_LENGTH)
    lowest = line(_l("Lowest number"), most=20, inputmode="decimal")
    highest = line(_l("Highest number"), most=20, inputmode="decimal")
    needed = BooleanField(_l("An answer is needed"))
    when = SelectField(_l("Asked"), validate_choice=False, default="")
    personal = BooleanField(_l("The answer is personal: it stands apart, interviewers never see it"))
    for_interviewers = BooleanField(_l("Interviewers see the answer"))
    reason = lines(_l("Why it has to be asked"), most=REASON_LENGTH)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields and what they say together."""
        return super().validate(extra_validators) & self._agrees()

    def offer(self, questions: Sequence[Mapping[str, Any]], *, but: str, chinese: bool) -> None:
        """Offer the answers that the question may hang on."""
        grouped = condition_choices(questions, but=but, chinese=chinese)
        self.when.choices = [
            SelectChoice(value="", label=_l("of everybody")),
            *(
                SelectChoice(value=value, label=words, optgroup=asked)
                for asked, answers in grouped.items()
                for value, words in answers
            ),
        ]

    def kind(self) -> QuestionType:
        """Give the kind of answer; a short text when none was sent."""
        known = {kind.value for kind in QuestionType}
        return QuestionType(self.type.data) if self.type.data in known else QuestionType.SHORT

    def _agrees(self) -> bool:
        kind, found = self.kind(), False
        if not (self.label_zh.data or self.label_en.data):
            self.label_zh.errors, found = [_l("Write the question in at least one language.")], True
        if kind in CHOICES:
            found |= self._options_disagree()
        if kind is QuestionType.NUMBER:
            found |= self._bounds_disagree()
        if self.personal.data and self.for_interviewers.data:
            self.for_interviewers.errors, found = [_l("A personal answer is not shown to interviewers.")], True
        return not found

    def _options_disagree(self) -> bool:
        chinese, english = rows(self.options_zh.data), rows(self.options_en.data)
        field = self.options_zh if chinese or not english else self.options_en
        if len(chinese or english) < 2:
            field.errors = [_l("Write at least two answers, each on its own line.")]
        elif len(chinese or english) > OPTIONS:
            field.errors = [_l("Write at most %(most)s answers.", most=OPTIONS)]
        elif chinese and english and len(chinese) != len(english):
            self.options_en.errors = [_l("Write as many answers in both languages, in the same order.")]
        elif any(len(set(words)) < len(words) for words in (chinese, english)):
            field.errors = [_l("Two answers are the same.")]
        elif any(len(word) > OPTION_LENGTH for word in (*chinese, *english)):
            field.errors = [_l("Use at most %(most)s characters for an answer.", most=OPTION_LENGTH)]
        else:
            return False
        return True

    def _bounds_disagree(self) -> bool:
        found = False
        for field in (self.lowest, self.highest):
            if field.data and number(field.data) is None:
                field.errors, found = [_l("Enter a number such as 3 or 3.5.")], True
        low, high = number(self.lowest.data), number(self.highest.data)
        if low is not None and high is not None and low > high:
            self.highest.errors, found = [_l("The highest number is below the lowest.")], True
        return found


def written_question(
    form: EditForm, *, ident: str, before: CustomQuestion | None, questions: Sequence[Mapping[str, Any]]
) -> CustomQuestion:
    """Read the form, faulty or not; an option whose words stay, or whose place stays in a list as long, keeps its value."""
    kind = form.kind()
    is_number = kind is QuestionType.NUMBER
    return CustomQuestion(
        id=ident,
        type=kind,
        label=Wording(form.label_zh.data or "", form.label_en.data or ""),
        help=Wording(form.help_zh.data or "", form.help_en.data or ""),
        needed=bool(form.needed.data),
        options=_options(form, before) if kind in CHOICES else (),
        unit=Wording(form.unit_zh.data or "", form.unit_en.data or "") if is_number else Wording(),
        lowest=number(form.lowest.data) if is_number else None,
        highest=number(form.highest.data) if is_number else None,
        when=read_condition(form.when.data or "", [one for one in questions if one.get("name") != ident]),
        personal=bool(form.personal.data),
        for_interviewers=bool(form.for_interviewers.data) and not form.personal.data,
    )


def fields_of(question: CustomQuestion) -> dict[str, Any]:
    """Give the data that fills the form with a question."""
    return {
        "type": question.type.value,
        "label_zh": question.label.zh,
        "label_en": question.label.en,
        "help_zh": question.help.zh,
        "help_en": question.help.en,
        "options_zh": "\n".join(one.words.zh for one in question.options).strip(),
        "options_en": "\n".join(one.words.en for one in question.options).strip(),
        "unit_zh": question.unit.zh,
        "unit_en": question.unit.en,
        "lowest": _figure(question.lowest),
        "highest": _figure(question.highest),
        "needed": question.needed,
        "when": write_condition(question.when),
        "personal": question.personal,
        "for_interviewers": question.for_interviewers,
    }


def rows(text: str | None) -> list[str]:
    """Give the lines that say something."""
    return [" ".join(row.split()) for row in (text or "").splitlines() if row.strip()]


def _options(form: EditForm, before: CustomQuestion | None) -> tuple[Option, ...]:
    chinese, english = rows(form.options_zh.data), rows(form.options_en.data)
    length = max(len(chinese), len(english))
    words = [
        Wording(chinese[place] if place < len(chinese) else "", english[place] if place < len(english) else "")
        for place in range(min(length, OPTIONS))
    ]
    old = before.options if before is not None else ()
    values = _kept_values(words, old)
    taken = {option.value for option in old} | set(values.values())
    fresh = (value for value in (f"o{place}" for place in range(1, 10 * OPTIONS)) if value not in taken)
    return tuple(Option(values.get(place) or next(fresh), one) for place, one in enumerate(words))


def _kept_values(words: Sequence[Wording], old: Sequence[Option]) -> dict[int, str]:
    kept: dict[int, str] = {}
    for place, one in enumerate(words):
        same = [
            option.value
            for option in old
            if option.value not in kept.values()
            and ((one.zh and one.zh == option.words.zh) or (one.en and one.en == option.words.en))
        ]
        if same:
            kept[place] = same[0]
    if len(words) == len(old):
        for place, option in enumerate(old):
            if place not in kept and option.value not in kept.values():
                kept[place] = option.value
    return kept


def _figure(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:g}"
