"""How far a panel agrees: Krippendorff's alpha for ordinal ratings, severity of raters, and rows for the debrief.

Source of the coefficient: Krippendorff, Content Analysis (2004), chapter 11, the ordinal metric. The bootstrap resamples
criteria with a generator of fixed seed, so the same ratings give the same interval on any machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    alpha = ordinal_alpha(units) if enough else None
    return DebriefComparison(
        rows=tuple(rows),
        severity=_severity(ratings),
        shared_criteria=len(units),
        alpha=None if alpha is None else round(alpha, 4),
        interval=_bootstrap(units) if alpha is not None else None,
    )


def ordinal_alpha(units: Sequence[Sequence[int]]) -> float | None:
    """Krippendorff's alpha with the ordinal metric; a unit is the ratings of one criterion; None when nothing varies or pairs."""
    pairable = [unit for unit in units if len(unit) >= 2]
    totals = Counter(rating for unit in pairable for rating in unit)
    if len(totals) < 2:
        return None
    distance = _ordinal_distances(totals)
    count = sum(totals.values())
    observed = 0.0
    for unit in pairable:
        present = Counter(unit)
        inside = sum(
            present[low] * present[high] * distance[low, high] for low in present for high in present if low != high
        )
        observed += inside / (len(unit) - 1)
    expected = sum(totals[low] * totals[high] * distance[low, high] for low in totals for high in totals if low != high)
    if expected == 0:
        return None
    return 1.0 - (count - 1) * observed / expected


def _ordinal_distances(totals: Mapping[int, int]) -> dict[tuple[int, int], float]:
    values = sorted(totals)
    distances: dict[tuple[int, int], float] = {}
    for first, low in enumerate(values):
        for high in values[first + 1 :]:
            between = sum(totals[value] for value in values if low <= value <= high)
            distance = (between - (totals[low] + totals[high]) / 2) ** 2
            distances[low, high] = distances[high, low] = distance
    return distances


def _units(ratings: Ratings) -> list[tuple[int, ...]]:
    given = (
        tuple(rating for _, rating in sorted(ratings[criterion].items()) if rating is not None)
        for criterion in sorted(ratings)
    )
    return [unit for unit in given if len(unit) >= 2]


def _bootstrap(units: Sequence[Sequence[int]]) -> tuple[float, float] | None:
    draw = _Draws(20_26)
    found: list[float] = []
    for _ in range(RESAMPLES):
        sample = [units[next(draw) % len(units)] for _ in units]
        alpha = ordinal_alpha(sample)
        # A sample without any variation has no disagreement to find: it counts as full agreement, as in Hayes (2007).
        found.append(1.0 if alpha is None else alpha)
    found.sort()
    last = len(found) - 1
    return round(found[round(0.025 * last)], 4), round(found[round(0.975 * last)], 4)


class _Draws:
    """A linear congruential generator (constants of Knuth's MMIX): the same numbers on any machine and Python version."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def __iter__(self) -> _Draws:
        return self

    def __next__(self) -> int:
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33


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
