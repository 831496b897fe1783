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
    criteria: Iterable[Criterion], *, strength: int, strictness: float, contrary: bool, seed: int
) -> Opinion:
    """Form an interviewer's opinion of an applicant; a contrary one sees the first criterion two steps away from the likely."""
    random = Random(seed)
    ratings: dict[str, tuple[int | None, str]] = {}
    for place, criterion in enumerate(criteria):
        value: int | None = random.choice(LIKELY[strength])
        if contrary and place == 0:
            value = 1 if strength >= 3 else 4
        elif random.random() < 0.08 and place:
            value = None
        elif value is not None and value > 1 and random.random() < strictness:
            value -= 1
        elif value is not None and value < 4 and random.random() < -strictness:
            value += 1
        ratings[criterion.id] = (value, _note(random, criterion, value))
    numbers = [value for value, _ in ratings.values() if value is not None]
    recommendation = _advise(sum(numbers) / len(numbers))
    return Opinion(ratings, recommendation, random.choice(table("interviews")["summaries"][recommendation.value]))


def _note(random: Random, criterion: Criterion, value: int | None) -> str:
    """Write a note: a must for 1 and 4, frequent for the rest."""
    if value is None or (value in {2, 3} and random.random() < 0.25):
        return ""
    notes = table("interviews")["notes"][KINDS.get(criterion.category, "floor")]
    note: str = random.choice(notes[str(value)])
    return note


def _advise(mean: float) -> Recommendation:
    if mean >= 3.4:
        return Recommendation.STRONG_YES
    if mean >= 2.6:
        return Recommendation.YES
    return Recommendation.NO if mean >= 1.8 else Recommendation.STRONG_NO
