"""How long things take, as counts by whole hours: sums that can be added up, from which quantiles are read to the hour."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

LONGEST_HOURS = 10_000
"""What takes longer, more than a year, counts as so long: a bound on how much one spread can hold."""

Spread = Counter[int]
"""How many things took so many whole hours, rounded down."""


def hours_of(seconds: float) -> int:
    """Give whole hours, never less than none."""
    return min(LONGEST_HOURS, max(0, math.floor(seconds / 3600)))


def quantile(spread: Spread, share: float) -> int | None:
    """Give the smallest number of hours within which at least ``share`` of the things were done; None of nothing.

    This is the inverse of the distribution function (definition 1 of Hyndman and Fan, 1996, The American Statistician
    50:361-365): always a value that occurred, whatever was rounded.

    >>> quantile(Counter({1: 1, 5: 2, 9: 1}), 0.5), quantile(Counter({1: 1, 5: 2, 9: 1}), 0.9)
    (5, 9)
    """
    whole = sum(spread.values())
    if not whole:
        return None
    wanted, seen = math.ceil(share * whole - 1e-9), 0
    for hours in sorted(spread):
        seen += spread[hours]
        if seen >= wanted:
            return hours
    return max(spread)


def join(spreads: Iterable[Spread]) -> Spread:
    """Add spreads up."""
    whole: Spread = Counter()
    for spread in spreads:
        whole.update(spread)
    return whole
