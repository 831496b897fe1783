"""The figures that a page shows; each says how many things it rests on, and is None where they are too few to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rubrics.measures.intervals import Estimate
from rubrics.measures.severity import Severity
from rubrics.measures.tally import Spread
from rubrics.prescore import Verdict

TENTATIVE = 0.667
"""Below this alpha ratings should not carry conclusions (Krippendorff, Content Analysis, 2004, p. 241); the panel calibrates its anchors first."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One criterion: alpha over ``alpha.n`` candidates whom two or more people rated. ``flat`` where all of them rated alike, so that nothing varies."""

    criterion: str
    alpha: Estimate
    flat: bool = False

    @property
    def needs_work(self) -> bool:
        """Whether the panel had better calibrate its anchors."""
        return self.alpha.value is not None and self.alpha.value < TENTATIVE


@dataclass(frozen=True, slots=True)
class Use:
    """How the scale is used, by one rater or by all (None): counts, mean and the share of 2 and 3, None where too few.

    It describes what was given and estimates nothing, so it has no interval.
    """

    rater: int | None
    counts: Spread
    mean: float | None
    middle: float | None

    @property
    def n(self) -> int:
        """How many ratings were given."""
        return sum(self.counts[:4])

    @property
    def levels(self) -> int:
        """How many of the four levels were given at all."""
        return sum(count > 0 for count in self.counts[:4])


@dataclass(frozen=True, slots=True)
class Promptness:
    """Evaluations of one rater or of all (None): the share on time, the median of hours from the end to submission, and of letters; None if too few."""

    rater: int | None
    on_time: Estimate
    hours: int | None
    letters: int | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks for or against a criterion: the commonest of its ``n`` ratings and that one's share, and tau-b with recommendations and decisions."""

    criterion: str
    n: int
    commonest: int | None
    share: float | None
    advised: Estimate
    decided: Estimate

    @property
    def never_discriminates(self) -> bool:
        """Whether nearly everybody gets the same rating."""
        return self.share is not None and self.share >= NEARLY_ALL

    @property
    def contradicts(self) -> bool:
        """Whether higher ratings go with worse outcomes beyond chance: the whole interval lies below 0."""
        return any(one.high is not None and one.high < 0 for one in (self.advised, self.decided))


NEARLY_ALL = 0.9
"""A criterion on which nine of ten ratings are the same tells candidates apart in the tenth only."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mean interview ratings: by verdict (once a candidate), by criterion and verdict, by band of the prescore; and the correlation of points and ratings."""

    verdicts: Mapping[Verdict, Estimate]
    criteria: tuple[tuple[str, Mapping[Verdict, Estimate]], ...]
    bands: tuple[tuple[int, Estimate], ...]
    correlation: Estimate


@dataclass(frozen=True, slots=True)
class Measures:
    """All figures of one scope and period."""

    cases: int
    evaluations: int
    agreement: tuple[Agreement, ...]
    severity: tuple[Severity, ...]
    uses: tuple[Use, ...]
    promptness: tuple[Promptness, ...]
    doubts: tuple[Doubt, ...]
    calibration: Calibration
