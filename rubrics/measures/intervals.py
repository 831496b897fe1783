"""Means and shares with their 95% intervals, from sums that can be added up."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Moments:
    """How many numbers, their sum and the sum of their squares."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        """Join two sets of numbers."""
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    def with_number(self, number: float) -> Moments:
        """Add one number."""
        return Moments(self.n + 1, self.total + number, self.squares + number * number)

    @property
    def mean(self) -> float:
        """Give the mean of at least one number."""
        return self.total / self.n

    @property
    def scatter(self) -> float:
        """Give the sum of squared distances from the mean."""
        return max(0.0, self.squares - self.total * self.total / self.n) if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of ``n`` things with its 95% interval; all three are None where ``n`` is too few to say."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def mean_of(moments: Moments, *, least: int, floor: float = -math.inf, ceiling: float = math.inf) -> Estimate:
    """Give a mean with Student's interval, cut to what the scale allows; nothing below ``least`` numbers."""
    if moments.n < max(2, least):
        return Estimate(moments.n)
    reach = student(moments.n - 1) * math.sqrt(moments.scatter / (moments.n - 1) / moments.n)
    mean = moments.mean
    return Estimate(moments.n, round(mean, 4), round(max(floor, mean - reach), 4), round(min(ceiling, mean + reach), 4))


def share_of(part: int, whole: int, *, least: int) -> Estimate:
    """Give a share with Wilson's interval (Wilson, 1927, JASA 22:209-212); nothing below ``least``."""
    if whole < max(1, least):
        return Estimate(whole)
    share = part / whole
    square = Z * Z / whole
    middle = (share + square / 2) / (1 + square)
    reach = Z / (1 + square) * math.sqrt(share * (1 - share) / whole + square / (4 * whole))
    return Estimate(whole, round(share, 4), round(max(0.0, middle - reach), 4), round(min(1.0, middle + reach), 4))


def student(freedom: int) -> float:
    """Give Student's 97.5% point by the expansion of Cornish and Fisher (Abramowitz and Stegun, 26.7.5); within 1% from 4 degrees of freedom on."""
    if freedom in _FEW:
        return _FEW[freedom]
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
    )
    return Z + terms[0] / freedom + terms[1] / freedom**2 + terms[2] / freedom**3


_FEW = {1: 12.706, 2: 4.303, 3: 3.182}
