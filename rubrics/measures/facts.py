"""One candidate whose panels are complete, as the measures need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rubrics.prescore import Verdict


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One interviewer's latest evaluation of one interview.

    ``ratings`` by criterion key, 1 to 4 or None for "not covered"; ``recommendation`` 1 (strong no) to 4 (strong yes);
    ``hours`` from the interview's end to the first submission, never negative; ``letters`` counts all its notes.
    """

    interview: int
    rater: int
    recommendation: int
    hours: float
    on_time: bool
    letters: int
    ratings: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Case:
    """Scorecards in the order of the interviews; the prescore's verdicts by criterion key and its point from 0 to 1.

    ``went_on`` tells what people decided at last: True for advance, offer or hire, False for a rejection, None for nothing.
    """

    scorecards: tuple[Scorecard, ...]
    verdicts: Mapping[str, Verdict]
    point: float | None
    went_on: bool | None
