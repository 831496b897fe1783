"""Entries that a candidate can give more than once: a school, a paper, a prize. An empty one is no entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined] # the stubs are of WTForms 3.2

from screening.forms.binding import CopyingMeta
from screening.forms.inputs import is_month, is_web_address, line, lines, month, needed, whole

DEGREES = {
    "associate": _l("Associate"),
    "bachelor": _l("Bachelor’s"),
    "master": _l("Master’s"),
    "doctorate": _l("Doctorate"),
}
LEVELS = {"basic": _l("basic"), "familiar": _l("familiar"), "proficient": _l("proficient"), "expert": _l("expert")}
PAPER_STATES = {
    "published": _l("published"),
    "accepted": _l("accepted"),
    "submitted": _l("submitted"),
    "preparing": _l("in preparation"),
}
FILL_IN = _l("Fill this in, or take the tick away.")
YEAR = whole(1950, date.max.year, _l("Enter a year such as 2026."))


def select(label: Any, choices: dict[str, Any], *checks: Any, empty: Any = "") -> SelectField:
    """Make a choice of one; nothing is chosen at first."""
    options = [
        SelectChoice(value="", label=empty),
        *(SelectChoice(value=value, label=word) for value, word in choices.items()),
    ]
    return SelectField(label, checks, choices=options, default="")


class EntryForm(Form):
    """An entry that may stay empty unless ``is_needed``; touched, it has to be complete."""

    Meta = CopyingMeta
    is_needed = False

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing was filled in."""
        return not any(field.data for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, unless the entry is empty and may be."""
        if self.is_blank and not self.is_needed:
            return True
        return super().validate(extra_validators) and self.agrees()

    def agrees(self) -> bool:
        """Tell whether the fields agree with each other; put an error where they do not."""
        return True


class EducationForm(EntryForm):
    """One school."""

    institution = line(_l("School"), needed(_l("Enter the school.")), most=120)
    degree = select(_l("Degree"), DEGREES, needed(_l("Choose the degree.")), empty=_l("Choose"))
    area = line(_l("Field of study"), needed(_l("Enter the field of study.")), most=120)
    start = line(_l("From"), is_month, most=20, inputmode="numeric", placeholder="2024-09")
    end = line(
        _l("Until, or expected graduation"),
        needed(_l("Enter when you finished or will finish.")),
        is_month,
        most=20,
        inputmode="numeric",
        placeholder="2027-06",
    )
    enrolled = BooleanField(_l("I am enrolled here now"))
    gpa = line(_l("Grade average"), most=40, placeholder="3.8 / 4.0")
    rank = line(_l("Rank in your year"), most=40, placeholder="5 / 120")

    def agrees(self) -> bool:
        """Refuse an end before the start."""
        start, end = month(self.start.data), month(self.end.data)
        if start and end and end[: len(start)] < start[: len(end)]:
            self.end.errors = [*self.end.errors, _l("The end is before the start.")]
            return False
        return True


class NeededEducationForm(EducationForm):
    """The first school, which everybody gives."""

    is_needed = True


class PublicationForm(EntryForm):
    """One paper."""

    name = line(_l("Title"), needed(_l("Enter the title of the paper.")), most=300)
    publisher = line(
        _l("Conference or journal"),
        needed(_l("Enter the conference or journal, or the one you aim at.")),
        most=200,
        placeholder="CVPR",
    )
    year = line(_l("Year"), YEAR, most=10, inputmode="numeric")
    status = select(_l("State"), PAPER_STATES, needed(_l("Choose how far the paper is.")), empty=_l("Choose"))
    position = line(
        _l("Your place among the authors"),
        whole(1, 500, _l("Enter a number, 1 for the first author.")),
        most=3,
        inputmode="numeric",
        placeholder="1",
    )
    url = line(_l("Link"), is_web_address, most=300, inputmode="url")


class AwardForm(EntryForm):
    """One result in a competition."""

    contest = line(_l("Competition"), needed(_l("Enter the competition.")), most=200)
    prize = line(_l("Prize or place"), needed(_l("Enter the prize or place.")), most=120)
    year = line(_l("Year"), YEAR, most=10, inputmode="numeric")


class LeaderboardForm(EntryForm):
    """One place on a public leaderboard."""

    dataset = line(_l("Leaderboard or data set"), needed(_l("Enter the leaderboard or data set.")), most=200)
    place = line(_l("Your place"), needed(_l("Enter your place.")), most=60)
    year = line(_l("Year"), YEAR, most=10, inputmode="numeric")
    url = line(_l("Link"), is_web_address, most=300, inputmode="url")


class ProjectForm(EntryForm):
    """One open-source project."""

    name = line(_l("Project"), needed(_l("Enter the project’s name.")), most=200)
    url = line(_l("Link"), is_web_address, most=300, inputmode="url")
    description = lines(_l("Your part in it"), needed(_l("Say what you did in it.")), most=1000)


class CertificateForm(EntryForm):
    """One certificate."""

    name = line(_l("Certificate"), needed(_l("Enter the certificate.")), most=200)
    year = line(_l("Year"), YEAR, most=10, inputmode="numeric")


class OtherSkillForm(EntryForm):
    """A language or tool that the form does not name."""

    name = line(_l("Another one"), needed(_l("Enter its name.")), most=80)
    level = select(_l("How well"), LEVELS, needed(_l("Choose how well you know it.")), empty=_l("Choose"))
    example = lines(_l("One thing you did with it"), most=600)
