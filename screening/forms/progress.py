"""How much of an application form is filled in: what is needed and counts now, section by section.

The page counts the same way while somebody types: inputs marked ``data-needed`` that can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wtforms import BooleanField, Field, Form, FormField

from screening.forms.application import ApplicationForm
from screening.forms.entries import EntryForm, OtherSkillForm
from screening.forms.questions import QuestionForm, SkillsForm, inputs


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the ``needed`` inputs are ``filled``, and the sections (by their ids) that are ``complete``."""

    filled: int
    needed: int
    complete: frozenset[str]


def progress_of(form: ApplicationForm, *, has_resume: bool) -> Progress:
    """Count what is needed; a section that needs nothing is complete once something in it is ticked."""
    found: dict[str, list[bool]] = {"cv": [has_resume], "you": [], "req": [], "bonus": [], "own": [], "consent-s": []}
    found["you"] += [bool(form[name].data) for name in ("name", "email", "phone")]
    found["consent-s"].append(bool(form.consent.data))
    ticked: dict[str, bool] = {}
    for part in form.parts():
        section = section_of(part.form)
        found[section] += [bool(field.data) for field in needed_inputs(part.form)]
        ticked[section] = ticked.get(section, False) or any(
            isinstance(field, BooleanField) and field.data for field in inputs(part.form)
        )
    complete = {section for section, marks in found.items() if (all(marks) if marks else ticked.get(section))}
    return Progress(
        filled=sum(sum(marks) for marks in found.values()),
        needed=sum(len(marks) for marks in found.values()),
        complete=frozenset(complete),
    )


def section_of(part: QuestionForm) -> str:
    """Give the section of the page in which a question stands."""
    if part.question["kind"] == "education":
        return "you"
    return {"bonus": "bonus", "custom": "own"}.get(part.question["section"], "req")


def needed_inputs(part: Form) -> Iterator[Field]:
    """Give the inputs that have to be filled in as the form stands: those of unticked questions and empty further entries do not count."""
    if isinstance(part, QuestionForm) and not part.is_asked:
        return
    entries = [field for field in part if isinstance(field, FormField) and isinstance(field.form, EntryForm)]
    for field in part:
        if isinstance(field, FormField):
            rest = entries[entries.index(field) :] if field in entries else []
            is_open = field.short_name == "entry0" or any(not one.form.is_blank for one in rest)
            if is_open and not isinstance(field.form, OtherSkillForm):
                yield from needed_inputs(field.form)
        elif field.flags.needed or _is_level_of_ticked(part, field):
            yield field


def _is_level_of_ticked(part: Form, field: Field) -> bool:
    if not isinstance(part, SkillsForm) or not field.short_name.startswith("level"):
        return False
    return bool(part[f"option{field.short_name.removeprefix('level')}"].data)
