"""Who rates below or above their panels: deviations shrunk towards none, the more the fewer interviews they rest on.

An interview counts once for a rater: the mean, over the criteria that others rated too, of the own rating less the mean of
the others' (so nobody is compared with themselves). A rater's mean over interviews scatters by chance alone, and whoever is
listed first after few interviews is mostly lucky or unlucky. So each mean is drawn towards 0, the expectation of a rater
like the others, by the parametric empirical Bayes rule of Morris (1983, JASA 78:47-55, section 5) with a known centre:
the shrinkage and the interval both allow for the between-rater variance being estimated from few raters. With equal
numbers of interviews it is the rule of James and Stein (1961).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rubrics.measures.intervals import Moments, Z, student

LEAST_INTERVIEWS = 5
"""Fewer interviews with others say nothing about a rater's severity."""
LEAST_RATERS = 3
"""With fewer raters nothing can be learnt about how raters differ: their means stand as they are."""


@dataclass(frozen=True, slots=True)
class Severity:
    """One rater: ``raw`` mean deviation, ``value`` after shrinkage with its 95% interval; all None below ``LEAST_INTERVIEWS``. Negative is stricter."""

    rater: int
    n: int
    raw: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


def severities(deviations: Mapping[int, Moments]) -> tuple[Severity, ...]:
    """Estimate all raters together from their interviews' deviations, the strictest first; those with too few stand last."""
    enough = {rater: one for rater, one in deviations.items() if one.n >= LEAST_INTERVIEWS}
    found = _estimate(enough)
    few = [Severity(rater, one.n) for rater, one in sorted(deviations.items()) if rater not in enough]
    return (*sorted(found, key=lambda one: (one.value or 0.0, one.rater)), *few)


def _estimate(enough: Mapping[int, Moments]) -> list[Severity]:
    freedom = sum(one.n - 1 for one in enough.values())
    if not enough:
        return []
    noise = sum(one.scatter for one in enough.values()) / freedom
    variances = {rater: noise / one.n for rater, one in enough.items()}
    means = {rater: one.mean for rater, one in enough.items()}
    raters, reach = len(enough), student(freedom)
    if raters < LEAST_RATERS or noise == 0:
        return [
            _severity(rater, enough[rater], means[rater], reach * math.sqrt(variances[rater]))
            for rater in sorted(enough)
        ]
    between = between_variance(means, variances)
    weights = {rater: 1 / (variance + between) for rater, variance in variances.items()}
    typical = sum(weights[rater] * variances[rater] for rater in enough) / sum(weights.values())
    found = []
    for rater in sorted(enough):
        variance, mean = variances[rater], means[rater]
        pull = (raters - 2) / raters * variance / (variance + between)
        doubt = 2 / (raters - 2) * pull * pull * (typical + between) / (variance + between)
        deviation = math.sqrt(variance * (1 - pull) + doubt * mean * mean)
        found.append(_severity(rater, enough[rater], (1 - pull) * mean, Z * deviation))
    return found


def between_variance(means: Mapping[int, float], variances: Mapping[int, float]) -> float:
    """Estimate how far raters differ beyond chance: Morris's weighted moments, solved by repetition, never below 0."""
    found = max(0.0, sum(means[one] ** 2 - variances[one] for one in means) / len(means))
    for _ in range(200):
        weights = {one: 1 / (variances[one] + found) for one in means}
        excess = sum(weights[one] * (means[one] ** 2 - variances[one]) for one in means) / sum(weights.values())
        before, found = found, max(0.0, excess)
        if abs(found - before) < 1e-12:
            break
    return found


def _severity(rater: int, moments: Moments, value: float, reach: float) -> Severity:
    return Severity(
        rater, moments.n, round(moments.mean, 4), round(value, 4), round(value - reach, 4), round(value + reach, 4)
    )
