"""Who settles each criterion: the application form, a round of the plan, or nobody; the gaps come first.

The form settles a criterion when a question with fields of its own asks for the fact and paper can prove it: a degree, a
date, a paper. A level that somebody gives themselves and words about what they did are hints, and so is whatever the machine
finds in a résumé: a person has to look. What the rubric wants judged in an interview, no form settles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rubrics.model import AssessedBy, Category, Criterion, Section
from screening.models import RoundKind

PROVABLE = frozenset(
    {
        Category.DEGREE,
        Category.FIELD_OF_STUDY,
        Category.ENROLMENT,
        Category.LOCATION,
        Category.AVAILABILITY,
        Category.PUBLICATION,
        Category.COMPETITION,
        Category.LEADERBOARD,
        Category.OPEN_SOURCE,
        Category.ACADEMIC_STANDING,
        Category.NATURAL_LANGUAGE,
        Category.CERTIFICATION,
    }
)
"""Facts that a paper, a page or a date proves."""
OWN_WORDS = frozenset({"skills", "statement"})
"""Kinds of questions whose answer is the candidate's own word."""


class Form(StrEnum):
    """What the application form does for a criterion."""

    SETTLES = "settles"
    HINTS = "hints"  # it asks, and has only the candidate's own word
    SILENT = "silent"  # it does not ask; a résumé may hint at it


@dataclass(frozen=True, slots=True)
class Asking:
    """A round as the table needs it: its id, kind, name and the keys it asks about."""

    id: int
    kind: RoundKind
    name: str
    keys: Collection[str]


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One criterion: what the form does for it, and which rounds look at it, in the plan's order."""

    criterion: Criterion
    form: Form
    rounds: tuple[Asking, ...]

    @property
    def needs_conversation(self) -> bool:
        """Whether the rubric wants it judged in an interview."""
        return self.criterion.assessed_by is not AssessedBy.APPLICATION

    @property
    def only_read(self) -> bool:
        """Whether it needs a conversation and is only read about."""
        return (
            self.needs_conversation
            and bool(self.rounds)
            and all(one.kind is RoundKind.RESUME_REVIEW for one in self.rounds)
        )

    @property
    def is_gap(self) -> bool:
        """Whether nobody settles it."""
        return self.form is not Form.SETTLES and (not self.rounds or self.only_read)


def cover(
    criteria: Iterable[Criterion], *, questions: Sequence[Mapping[str, Any]], rounds: Sequence[Asking]
) -> tuple[CoverageLine, ...]:
    """Lay the criteria out, gaps first: requirements before bonus, what the form is silent about before what it hints at; else in the rubric's order."""
    kinds: dict[str, set[str]] = {}
    for question in questions:
        for entry in question.get("asks", ()):
            kinds.setdefault(entry["key"], set()).add(question["kind"])
    lines = [
        CoverageLine(one, _form_of(one, kinds.get(one.key, set())), tuple(r for r in rounds if one.key in r.keys))
        for one in criteria
    ]
    return tuple(sorted(lines, key=_rank))


def _form_of(criterion: Criterion, kinds: set[str]) -> Form:
    if not kinds:
        return Form.SILENT
    proves = criterion.category in PROVABLE and bool(kinds - OWN_WORDS)
    return Form.SETTLES if proves and criterion.assessed_by is AssessedBy.APPLICATION else Form.HINTS


def _rank(line: CoverageLine) -> tuple[bool, bool, bool]:
    gap = line.is_gap
    return not gap, gap and line.criterion.section is Section.BONUS, gap and line.form is not Form.SILENT
