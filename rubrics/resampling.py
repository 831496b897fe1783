"""Samples with replacement from counted things, in time that does not grow with how many there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

ONE_BY_ONE = 256
"""Up to so many things are drawn singly; more by the binomial share of each kind."""
WIDE = 25.0
"""From this variance on a binomial number is drawn from the normal curve, rounded: their 2.5% and 97.5% points differ by less than one."""


def resample(counts: Sequence[int], draw: Random) -> list[int]:
    """Draw as many things as there are, with replacement, and tell how many of each kind came."""
    total = sum(counts)
    if total <= ONE_BY_ONE:
        kinds = [kind for kind, count in enumerate(counts) for _ in range(count)]
        drawn = [0] * len(counts)
        for _ in range(total):
            drawn[kinds[int(draw.random() * total)]] += 1
        return drawn
    drawn = []
    things, chances = total, total
    for count in counts:
        share = binomial(things, count / chances, draw) if chances > count else things
        drawn.append(share)
        things, chances = things - share, chances - count
    return drawn


def binomial(trials: int, chance: float, draw: Random) -> int:
    """Draw how many of ``trials`` succeed, each with ``chance``."""
    if chance > 0.5:
        return trials - binomial(trials, 1.0 - chance, draw)
    mean = trials * chance
    variance = mean * (1.0 - chance)
    if variance > WIDE:
        return min(trials, max(0, round(draw.normalvariate(mean, math.sqrt(variance)))))
    return _by_inversion(trials, chance, draw.random())


def _by_inversion(trials: int, chance: float, left: float) -> int:
    """Walk up the distribution until its probability is used up (BINV of Kachitvichyanukul and Schmeiser, 1988)."""
    odds = chance / (1.0 - chance)
    mass, successes = (1.0 - chance) ** trials, 0
    while left > mass and successes < trials:
        left -= mass
        successes += 1
        mass *= odds * (trials - successes + 1) / successes
    return successes
