"""How far a panel agrees: Krippendorff's alpha for ordinal ratings, severity of raters, and rows for the debrief.

Source of the coefficient: Krippendorff, Content Analysis (2004), chapter 11, the ordinal metric; "no evidence" is missing
data and never a value. The bootstrap resamples units with a generator of fixed seed, so the same ratings give the same
interval on any machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rubrics.resampling import resample

MINIMUM_CRITERIA = 5
"""Fewer criteria rated by two or more people say nothing about agreement: alpha is None then."""

RESAMPLES = 1000

Ratings = Mapping[str, Mapping[str, int | None]]


@dataclass(frozen=True, slots=True)
class DebriefRow:
    """One criterion: ratings by rater (None is "no evidence"), their spread (highest less lowest) and mean; None without ratings."""

    criterion: str
    ratings: tuple[tuple[str, int | None], ...]
    spread: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class RaterSeverity:
    """How far a rater stands from the others on the criteria they share: negative is stricter; None without shared criteria."""

    rater: str
    rated: int
    shared: int
    deviation: float | None


@dataclass(frozen=True, slots=True)
class DebriefComparison:
    """The panel side by side; ``alpha`` and its 95% interval are None below ``MINIMUM_CRITERIA`` shared criteria or without variation."""

    rows: tuple[DebriefRow, ...]
    severity: tuple[RaterSeverity, ...]
    shared_criteria: int
    alpha: float | None
    interval: tuple[float, float] | None


def compare(ratings: Ratings) -> DebriefComparison:
    """Put a panel's ratings side by side, the widest disagreement first, with severity and agreement."""
    rows = sorted(
        (_row(criterion, given) for criterion, given in ratings.items()),
        key=lambda row: (-row.spread, row.mean is None, row.mean or 0.0, row.criterion),
    )
    units = _units(ratings)
    enough = len(units) >= MINIMUM_CRITERIA
    patterns = Counter(tuple(sorted(unit)) for unit in units)
    alpha = alpha_of_patterns(patterns) if enough else None
    return DebriefComparison(
        rows=tuple(rows),
        severity=_severity(ratings),
        shared_criteria=len(units),
        alpha=None if alpha is None else round(alpha, 4),
        interval=alpha_interval(patterns) if alpha is not None else None,
    )


Pattern = tuple[int, ...]
"""The ratings of one unit in ascending order: units of one pattern count alike, so that a table of patterns holds all that alpha needs."""


def ordinal_alpha(units: Iterable[Sequence[int]]) -> float | None:
    """Krippendorff's alpha with the ordinal metric; a unit is the ratings of one criterion; None when nothing varies or pairs."""
    return alpha_of_patterns(Counter(tuple(sorted(unit)) for unit in units))


def alpha_of_patterns(patterns: Mapping[Pattern, int]) -> float | None:
    """Give alpha from how many units have each pattern; units with fewer than two ratings pair with nothing and do not count."""
    pairable = {pattern: count for pattern, count in sorted(patterns.items()) if len(pattern) > 1}
    return _alpha(_Scale(pairable), pairable.values())


def alpha_interval(patterns: Mapping[Pattern, int]) -> tuple[float, float] | None:
    """Give the 95% percentile interval of alpha from ``RESAMPLES`` samples of the units with replacement; None where alpha is.

    Whole units are resampled, the standard bootstrap that Zapf et al. (2016, BMC Medical Research Methodology 16:93)
    recommend after simulations in which drawing pairs, as Krippendorff's own algorithm does, covered far too little. The generator's seed is fixed and patterns stand in order, so that the same units give the same interval.
    """
    pairable = {pattern: count for pattern, count in sorted(patterns.items()) if len(pattern) > 1 and count}
    scale = _Scale(pairable)
    if _alpha(scale, pairable.values()) is None:
        return None
    draw = Random(20_26)
    counts = list(pairable.values())
    found: list[float] = []
    for _ in range(RESAMPLES):
        alpha = _alpha(scale, resample(counts, draw))
        # A sample without any variation has no disagreement to find: it counts as full agreement, as in Hayes (2007).
        found.append(1.0 if alpha is None else alpha)
    found.sort()
    last = len(found) - 1
    return round(found[round(0.025 * last)], 4), round(found[round(0.975 * last)], 4)


class _Scale:
    """What each pattern adds to the coincidence matrix: to the totals of its values, and to the pairs of unequal ones."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        kept = list(patterns)
        values = sorted({value for pattern in kept for value in pattern})
        place = {value: index for index, value in enumerate(values)}
        self.size = len(values)
        self.pairs = [(low, high) for low in range(self.size) for high in range(low + 1, self.size)]
        at = {pair: index for index, pair in enumerate(self.pairs)}
        self.parts = []
        for pattern in kept:
            present = Counter(place[value] for value in pattern)
            totals = sorted(present.items())
            unequal = [
                (at[low, high], present[low] * present[high] / (len(pattern) - 1))
                for low in present
                for high in present
                if low < high
            ]
            self.parts.append((totals, unequal))


def _alpha(scale: _Scale, counts: Iterable[int]) -> float | None:
    totals, observed = [0] * scale.size, [0.0] * len(scale.pairs)
    for (own, unequal), count in zip(scale.parts, counts, strict=True):
        if count:
            for value, times in own:
                totals[value] += count * times
            for pair, weight in unequal:
                observed[pair] += count * weight
    disagreement = chance = 0.0
    for (low, high), seen in zip(scale.pairs, observed, strict=True):
        if totals[low] and totals[high]:
            between = sum(totals[low : high + 1]) - (totals[low] + totals[high]) / 2
            disagreement += seen * between * between
            chance += totals[low] * totals[high] * between * between
    return None if chance == 0 else 1.0 - (sum(totals) - 1) * disagreement / chance


def _units(ratings: Ratings) -> list[tuple[int, ...]]:
    given = (
        tuple(rating for _, rating in sorted(ratings[criterion].items()) if rating is not None)
        for criterion in sorted(ratings)
    )
    return [unit for unit in given if len(unit) >= 2]


def _row(criterion: str, given: Mapping[str, int | None]) -> DebriefRow:
    numbers = [rating for rating in given.values() if rating is not None]
    return DebriefRow(
        criterion=criterion,
        ratings=tuple(sorted(given.items())),
        spread=max(numbers) - min(numbers) if numbers else 0,
        mean=round(sum(numbers) / len(numbers), 4) if numbers else None,
    )


def _severity(ratings: Ratings) -> tuple[RaterSeverity, ...]:
    raters = sorted({rater for given in ratings.values() for rater in given})
    return tuple(severity_of(rater, ratings) for rater in raters)


def severity_of(rater: str, ratings: Ratings) -> RaterSeverity:
    """Compare one rater with the mean of the others wherever both gave a number."""
    rated, deviations = 0, []
    for criterion in sorted(ratings):
        own = ratings[criterion].get(rater)
        if own is None:
            continue
        rated += 1
        others = [rating for other, rating in ratings[criterion].items() if other != rater and rating is not None]
        if others:
            deviations.append(own - sum(others) / len(others))
    mean = round(sum(deviations) / len(deviations), 4) if deviations else None
    return RaterSeverity(rater=rater, rated=rated, shared=len(deviations), deviation=mean)
