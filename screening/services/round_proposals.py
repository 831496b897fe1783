"""A first plan of interviews made from a rubric: a proposal for a person to change, never stored by itself.

The rules, in this order; each round is left out when nothing falls to it:

1. What a conversation has to show (traits, natural languages, whatever only an interview can judge) goes to the panel.
2. What decides whether somebody can come at all (availability, place, enrolment) goes to a short call.
3. Skills, tools, knowledge, engineering and experience go to the technical interview: the form has only the candidate's
   own word for them. More than ``MOST`` criteria make two such interviews of equal size, the rubric's first ones first.
4. What was made and can be read (papers, contests, leaderboards, open source) goes to a review of the documents.
5. Degrees, fields of study, grades and certificates go to nobody: the form asks for them and paper proves them. Where the
   rubric says that an interview judges them too, the panel asks.

A panel with more than ``MOST`` criteria keeps the requirements first and the heavier before the lighter; what is left over is
given to nobody and stands as a gap in the coverage, where a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rubrics.model import AssessedBy, Category, Criterion, Rubric, Section
from screening.models import RoundKind

MOST = 6
"""Criteria that one interview can ask about in earnest: ten minutes each fill an hour."""


class Ground(StrEnum):
    """Why a round has its criteria."""

    READABLE = "readable"
    PRACTICAL = "practical"
    OWN_WORD = "own_word"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class ProposedRound:
    """A round that a person may take over; ``number`` counts technical rounds where there are two, 0 where there is one."""

    kind: RoundKind
    ground: Ground
    minutes: int
    seats: int
    due_hours: int
    focus: tuple[str, ...]
    number: int = 0


GROUNDS = {
    Category.AVAILABILITY: Ground.PRACTICAL,
    Category.LOCATION: Ground.PRACTICAL,
    Category.ENROLMENT: Ground.PRACTICAL,
    Category.PROGRAMMING_LANGUAGE: Ground.OWN_WORD,
    Category.TOOL: Ground.OWN_WORD,
    Category.KNOWLEDGE: Ground.OWN_WORD,
    Category.ENGINEERING: Ground.OWN_WORD,
    Category.EXPERIENCE: Ground.OWN_WORD,
    Category.PUBLICATION: Ground.READABLE,
    Category.COMPETITION: Ground.READABLE,
    Category.LEADERBOARD: Ground.READABLE,
    Category.OPEN_SOURCE: Ground.READABLE,
    Category.TRAIT: Ground.SPOKEN,
    Category.NATURAL_LANGUAGE: Ground.SPOKEN,
    Category.OTHER: Ground.SPOKEN,
}
"""What is missing here is proved on paper."""


def propose_rounds(rubric: Rubric) -> tuple[ProposedRound, ...]:
    """Propose the rounds of a plan; pure, the same rubric gives the same plan. Every key stands in one round at most."""
    fallen: dict[Ground, list[Criterion]] = {ground: [] for ground in Ground}
    for criterion in rubric.criteria:
        ground = _ground_of(criterion)
        if ground is not None:
            fallen[ground].append(criterion)
    readable, practical, own_word, spoken = (fallen[ground] for ground in Ground)
    made = [
        ProposedRound(RoundKind.RESUME_REVIEW, Ground.READABLE, 20, 1, 48, _keys(_foremost(readable))),
        ProposedRound(RoundKind.PHONE, Ground.PRACTICAL, 20, 1, 24, _keys(_foremost(practical))),
        *(
            ProposedRound(RoundKind.TECHNICAL, Ground.OWN_WORD, 60, 2, 24, _keys(part), number)
            for number, part in _halves(own_word)
        ),
        ProposedRound(RoundKind.PANEL, Ground.SPOKEN, 45, 2, 24, _keys(_foremost(spoken))),
    ]
    return tuple(one for one in made if one.focus)


def _ground_of(criterion: Criterion) -> Ground | None:
    ground = GROUNDS.get(criterion.category)
    if criterion.assessed_by is AssessedBy.INTERVIEW and ground is not Ground.OWN_WORD:
        return Ground.SPOKEN
    if criterion.assessed_by is AssessedBy.BOTH and ground in {None, Ground.READABLE}:
        return Ground.SPOKEN
    return ground


def _foremost(criteria: list[Criterion], most: int = MOST) -> list[Criterion]:
    """Keep the most important ones, in the rubric's order."""
    ranked = sorted(criteria, key=lambda one: (one.section is Section.BONUS, -one.weight))[:most]
    return [criterion for criterion in criteria if criterion in ranked]


def _halves(criteria: list[Criterion]) -> list[tuple[int, list[Criterion]]]:
    """Make one interview or two; two hold the ``2 * MOST`` foremost."""
    if len(criteria) <= MOST:
        return [(0, criteria)]
    kept = _foremost(criteria, 2 * MOST)
    middle = (len(kept) + 1) // 2
    return [(1, kept[:middle]), (2, kept[middle:])]


def _keys(criteria: Iterable[Criterion]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(criterion.key for criterion in criteria))
