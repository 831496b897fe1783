"""One candidate's prescore beside the interviews, criterion by criterion: where the conversation bears out the documents.

Verdicts and ratings are different things. They are put on one line only to see which way they differ: a verdict says
what the documents show, and a rating of 3 means that the person meets the criterion. So ``met`` is borne out by a mean
that rounds to 3 or more, ``contradicted`` by one that rounds to 2 or less, and ``partly`` by anything between. What
the documents do not show, and what only a conversation can show, is no claim and is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rubrics.agreement import Ratings
from rubrics.prescore import Verdict

MINIMUM_RATINGS = 2
"""One person's rating is that person's view; two are the least that a mean is worth taking of."""

PLACES = {Verdict.MET: 1.0, Verdict.PARTLY: 0.5, Verdict.CONTRADICTED: 0.0}
BORNE_OUT = {Verdict.MET: (2.5, 4.0), Verdict.PARTLY: (1.5, 3.5), Verdict.CONTRADICTED: (1.0, 2.5)}


class Direction(StrEnum):
    """How the interviews stand to the documents."""

    IN_LINE = "in_line"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Confrontation:
    """One criterion: places of verdict and mean rating on a line from 0 to 1, how many ratings, and the direction."""

    criterion: str
    documents: float
    interviews: float
    ratings: int
    direction: Direction


def confront(verdicts: Mapping[str, Verdict], ratings: Ratings) -> tuple[Confrontation, ...]:
    """Compare where both speak, in the order of ``ratings``; criteria with fewer than ``MINIMUM_RATINGS`` numbers are left out."""
    found = []
    for criterion, given in ratings.items():
        verdict = verdicts.get(criterion)
        numbers = [rating for rating in given.values() if rating is not None]
        if verdict in PLACES and len(numbers) >= MINIMUM_RATINGS:
            mean = sum(numbers) / len(numbers)
            found.append(
                Confrontation(
                    criterion=criterion,
                    documents=PLACES[verdict],
                    interviews=round((mean - 1) / 3, 4),
                    ratings=len(numbers),
                    direction=_direction(verdict, mean),
                )
            )
    return tuple(found)


def _direction(verdict: Verdict, mean: float) -> Direction:
    low, high = BORNE_OUT[verdict]
    if mean < low:
        return Direction.BELOW
    return Direction.ABOVE if mean > high else Direction.IN_LINE
