"""One question of a form version as a WTForms part: its kind decides the fields, its document what they say."""

# ruff: noqa: ARG001 - every maker has one signature

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, FormField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2
from wtforms.widgets import CheckboxInput, ListWidget

from screening.forms.custom import CustomForm, custom_fields
from screening.forms.entries import (
    LEVELS,
    AwardForm,
    CertificateForm,
    EducationForm,
    EntryForm,
    LeaderboardForm,
    NeededEducationForm,
    OtherSkillForm,
    ProjectForm,
    PublicationForm,
    select,
)
from screening.forms.inputs import is_day_to_come, line, lines, needed, whole
from screening.forms.parts import Document, QuestionForm, inputs

__all__ = ["NOWHERE", "Document", "QuestionForm", "SkillsForm", "inputs", "question_form"]

NOWHERE = "-"

ENTRIES: Mapping[str, tuple[type[EntryForm], int, Any]] = {
    "publications": (PublicationForm, 3, _l("Paper")),
    "awards": (AwardForm, 3, _l("Competition")),
    "leaderboards": (LeaderboardForm, 2, _l("Leaderboard")),
    "projects": (ProjectForm, 3, _l("Project")),
    "certificates": (CertificateForm, 2, _l("Certificate")),
}


class SkillsForm(QuestionForm):
    """Options with a level and one thing done each, and others that the candidate names."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the levels of what is ticked only."""
        if not self.is_asked:
            return True
        valid = super().validate(extra_validators)
        for number in range(len(self.question["options"])):
            level = self[f"level{number}"]
            if self[f"option{number}"].data and not level.data:
                level.errors = [_l("Choose how well you know it.")]
                valid = False
        return valid

    def called(self, field: Field) -> str:
        """Put the language or tool before what is asked about it."""
        option = f"option{field.short_name.removeprefix('level').removeprefix('example')}"
        above = [str(self[option].label.text)] if option in self else []
        return " · ".join([*above, str(field.label.text)])


def question_form(question: Document, *, chinese: bool, today: date) -> type[QuestionForm]:
    """Make the part of one question."""
    kind = question["kind"]
    fields = _entries(*ENTRIES[kind]) if kind in ENTRIES else MAKERS[kind](question, chinese=chinese, today=today)
    if kind in ENTRIES or question["section"] == "bonus":
        fields = {"has": BooleanField(_l("I have this")), **fields}
    base = BASES.get(kind, QuestionForm)
    return type("Question", (base,), {"question": question, **fields})


def _entries(kind: type[EntryForm], count: int, label: Any) -> dict[str, Any]:
    return {f"entry{number}": FormField(kind, label) for number in range(count)}


def _education(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    first = NeededEducationForm if question["needed"] else EducationForm
    return {
        "entry0": FormField(first, _l("Education")),
        "entry1": FormField(EducationForm, _l("Education")),
        "entry2": FormField(EducationForm, _l("Education")),
    }


def _availability(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    needs = question.get("needs", {})

    def asked(name: str, message: Any) -> list[Any]:
        return [needed(message)] if name in needs else []

    fields: dict[str, Any] = {
        "start": line(
            _l("First day you can start"),
            *asked("within_days", _l("Enter the first day on which you can start.")),
            is_day_to_come(today),
            most=20,
            type="date",
        ),
        "months": line(
            _l("Months you can stay"),
            *asked("months", _l("Enter a number of months, for example 4.")),
            whole(1, 120, _l("Enter a number of months, for example 4.")),
            most=6,
            inputmode="numeric",
        ),
        "days_per_week": line(
            _l("Days a week"),
            *asked("days_per_week", _l("Enter a number of days from 1 to 7.")),
            whole(1, 7, _l("Enter a number of days from 1 to 7.")),
            most=2,
            inputmode="numeric",
        ),
    }
    if "on_site" in needs:
        choices = [SelectChoice(value="yes", label=_l("Yes")), SelectChoice(value="no", label=_l("No"))]
        fields["on_site"] = RadioField(
            _l("Can you work on site?"), [needed(_l("Choose yes or no."))], choices=choices, validate_choice=False
        )
    return fields


def _cities(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    choices = [SelectChoice(value=city["value"], label=_name(city, chinese=chinese)) for city in question["options"]]
    choices.append(SelectChoice(value=NOWHERE, label=_l("None of these")))
    return {
        "chosen": SelectMultipleField(  # type: ignore[call-arg] # the stubs are of WTForms 3.2
            _l("Where can you work?"),
            [needed(_l("Choose the cities in which you can work."))],
            choices=choices,
            option_widget=CheckboxInput(),
            widget=ListWidget(prefix_label=False),
            invalid_choice_message=_l("Choose from the cities shown."),
        )
    }


def _skills(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for number, option in enumerate(question["options"]):
        fields[f"option{number}"] = BooleanField(_name(option, chinese=chinese))
        fields[f"level{number}"] = select(_l("How well"), LEVELS, empty=_l("Choose"))
        fields[f"example{number}"] = lines(_l("One thing you did with it"), most=600)
    if question["open"]:
        fields["other"] = FormField(OtherSkillForm, _l("Another one"))
    return fields


def _language(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    return {"fluency": line(_l("Certificate and score, or how you use it"), most=200)}


def _statement(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    checks = [needed(_l("Write a sentence or two. If there is nothing, write “none”."))] if question["needed"] else []
    return {"text": lines(statement_title(question, chinese=chinese), *checks, most=2000)}


def statement_title(question: Document, *, chinese: bool) -> Any:
    """Ask for an answer in own words in plain words, as the page and its list of errors both do."""
    topics = [_name(topic, chinese=chinese) for topic in question.get("topics", ())]
    match question.get("category"):
        case "knowledge" if topics:
            return _l("What have you learnt or done in %(topics)s?", topics=("、" if chinese else ", ").join(topics))
        case "knowledge":
            return _l("What have you learnt or done in this area?")
        case "experience":
            return _l("What have you done in this?")
        case "engineering":
            return _l("What shows how you build software?")
    return _l("What can you say to this?")


def _custom(question: Document, *, chinese: bool, today: date) -> dict[str, Any]:
    return custom_fields(question, chinese=chinese)


def _name(option: Mapping[str, str], *, chinese: bool) -> str:
    return option["zh" if chinese else "en"]


MAKERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "education": _education,
    "availability": _availability,
    "cities": _cities,
    "skills": _skills,
    "languages": _language,
    "statement": _statement,
    "custom": _custom,
}
BASES: Mapping[str, type[QuestionForm]] = {"skills": SkillsForm, "custom": CustomForm}
