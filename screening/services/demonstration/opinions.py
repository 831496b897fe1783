"""What interviewers of the demonstration think: ratings, notes and a recommendation that fit the applicant's strength."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from rubrics.model import Category, Criterion
from screening.models import Recommendation
from screening.services.demonstration.pieces import table

KINDS = {
    Category.PROGRAMMING_LANGUAGE: "skill",
    Category.TOOL: "skill",
    Category.KNOWLEDGE: "skill",
    Category.EXPERIENCE: "experience",
    Category.ENGINEERING: "experience",
    Category.OPEN_SOURCE: "experience",
    Category.PUBLICATION: "achievement",
    Category.COMPETITION: "achievement",
    Category.LEADERBOARD: "achievement",
    Category.ACADEMIC_STANDING: "achievement",
    Category.TRAIT: "trait",
    Category.OTHER: "trait",
}
LIKELY = {1: (1, 2, 2), 2: (2, 2, 3, 3, 1), 3: (3, 3, 3, 2, 4), 4: (3, 4, 4, 3)}


@dataclass(frozen=True, slots=True)
class Opinion:
    """A filled-in scorecard: per criterion a rating 1–4, or None for "not covered", with a note that may be empty."""

    ratings: dict[str, tuple[int | None, str]]
    recommendation: Recommendation
    summary: str


def form_opinion(
    criteria: Iterable[Criterion], *, strength: int, strictness: float, contrary: bool, applicant: int, sitting: int
) -> Opinion:
    """Form one interviewer's opinion: near to what colleagues see in the same applicant, shifted by how strict they are.

    A contrary one sees one criterion of the core quite differently. ``applicant`` and ``sitting`` are seeds.
    """
    random = Random(sitting)
    asked = list(criteria)
    disputed = next(
        (criterion.id for criterion in asked if KINDS.get(criterion.category) in {"skill", "experience"}), None
    )
    ratings: dict[str, tuple[int | None, str]] = {}
    for criterion in asked:
        value: int | None = Random(f"{applicant} {criterion.key}").choice(LIKELY[strength])
        if contrary and criterion.id == disputed:
            value = 1 if strength >= 3 else 4
        elif random.random() < 0.06 and criterion.id != disputed:
            value = None
        elif value is not None:
            value = _shifted(random, value, strictness)
        ratings[criterion.id] = (value, _note(random, criterion, value))
    numbers = [value for value, _ in ratings.values() if value is not None]
    recommendation = _advise(sum(numbers) / len(numbers), worst=min(numbers))
    return Opinion(ratings, recommendation, random.choice(table("interviews")["summaries"][recommendation.value]))


def _shifted(random: Random, value: int, strictness: float) -> int:
    """Move a rating by one now and then: down for the strict, up for the lenient, either way by chance."""
    if random.random() < abs(strictness):
        value += -1 if strictness > 0 else 1
    elif random.random() < 0.2:
        value += random.choice((-1, 1))
    return min(4, max(1, value))


def _note(random: Random, criterion: Criterion, value: int | None) -> str:
    """Write a note: a must for 1 and 4, frequent for the rest."""
    if value is None or (value in {2, 3} and random.random() < 0.25):
        return ""
    notes = table("interviews")["notes"][KINDS.get(criterion.category, "floor")]
    note: str = random.choice(notes[str(value)])
    return note


def _advise(mean: float, *, worst: int) -> Recommendation:
    """Recommend by the mean, but nobody with a 1 in what was asked."""
    if mean >= 3.4 and worst > 1:
        return Recommendation.STRONG_YES
    if mean >= 2.6 and worst > 1:
        return Recommendation.YES
    return Recommendation.NO if mean >= 1.8 else Recommendation.STRONG_NO
