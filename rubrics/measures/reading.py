"""Reading the figures off a tally, each behind its guard."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from rubrics.agreement import alpha_interval, alpha_of_patterns
from rubrics.measures.association import tau_b
from rubrics.measures.figures import Agreement, Calibration, Doubt, Measures, Promptness, Use
from rubrics.measures.intervals import Estimate, Moments, Z, mean_of, share_of
from rubrics.measures.severity import severities
from rubrics.measures.tally import BANDS, LETTERS_STEP, LEVELS, NO_RATINGS, Line, Pace, Spread, Tally, add_up
from rubrics.prescore import Verdict

LEAST_UNITS = 10
"""Candidates that two or more people rated on a criterion, for its alpha."""
LEAST_RATINGS = 20
"""Ratings, for how a scale is used or whether a criterion tells candidates apart."""
LEAST_EVALUATIONS = 5
LEAST_CANDIDATES = 5
"""Candidates, for a mean rating."""
LEAST_PAIRS = 20
"""Candidates, for how two things go together."""


def measure(tally: Tally) -> Measures:
    """Read all figures: criteria with the lowest agreement first, the strictest raters first, all raters before each one."""
    return Measures(
        cases=tally.cases,
        evaluations=sum(sum(pace.hours.values()) for pace in tally.paces.values()),
        agreement=_agreement(tally.patterns),
        severity=severities(tally.deviations),
        uses=_uses(tally),
        promptness=_promptness(tally),
        doubts=tuple(_doubt(tally, key) for key in sorted(tally.criteria)),
        calibration=_calibration(tally),
    )


def _agreement(patterns: Mapping[str, Counter[str]]) -> tuple[Agreement, ...]:
    found = [_alpha(key, counted) for key, counted in patterns.items()]
    return tuple(sorted(found, key=lambda one: (one.alpha.value is None, one.alpha.value or 0.0, one.criterion)))


def _alpha(key: str, counted: Counter[str]) -> Agreement:
    units = sum(counted.values())
    if units < LEAST_UNITS:
        return Agreement(key, Estimate(units))
    patterns = {tuple(map(int, written)): count for written, count in counted.items()}
    alpha, interval = alpha_of_patterns(patterns), alpha_interval(patterns)
    if alpha is None or interval is None:
        return Agreement(key, Estimate(units), flat=True)
    return Agreement(key, Estimate(units, round(alpha, 4), *interval))


def _uses(tally: Tally) -> tuple[Use, ...]:
    together = Counter[int]()
    for spread in tally.raters.values():
        together.update(dict(enumerate(spread)))
    everybody: Spread = (together[0], together[1], together[2], together[3], together[4])
    return (_use(None, everybody), *(_use(rater, tally.raters[rater]) for rater in sorted(tally.raters)))


def _use(rater: int | None, counts: Spread) -> Use:
    n = sum(counts[:4])
    if n < LEAST_RATINGS:
        return Use(rater, counts, None, None)
    mean = sum(level * count for level, count in zip(LEVELS, counts, strict=False)) / n
    return Use(rater, counts, round(mean, 4), round((counts[1] + counts[2]) / n, 4))


def _promptness(tally: Tally) -> tuple[Promptness, ...]:
    together = add_up(Tally(paces={0: pace}) for pace in tally.paces.values()).paces.get(0, Pace())
    return (_pace(None, together), *(_pace(rater, tally.paces[rater]) for rater in sorted(tally.paces)))


def _pace(rater: int | None, pace: Pace) -> Promptness:
    n = sum(pace.hours.values())
    on_time = share_of(pace.on_time, n, least=LEAST_EVALUATIONS)
    if n < LEAST_EVALUATIONS:
        return Promptness(rater, on_time, None, None)
    return Promptness(rater, on_time, _median(pace.hours), _median(pace.letters) * LETTERS_STEP)


def _median(counts: Counter[int]) -> int:
    """Give the lower median of counted numbers."""
    half, passed = (sum(counts.values()) + 1) // 2, 0
    for number in sorted(counts):
        passed += counts[number]
        if passed >= half:
            return number
    return 0


def _doubt(tally: Tally, key: str) -> Doubt:
    counts = tally.criteria.get(key, NO_RATINGS)[:4]
    most = max(LEVELS, key=lambda level: (counts[level - 1], -level))
    n = sum(counts)
    share = round(counts[most - 1] / n, 4) if n >= LEAST_RATINGS else None
    return Doubt(
        criterion=key,
        n=n,
        commonest=None if share is None else most,
        share=share,
        advised=_together(tally.advised.get(key, Counter()), columns=LEVELS),
        decided=_together(tally.decided.get(key, Counter()), columns=(0, 1)),
    )


def _together(counts: Counter[str], *, columns: tuple[int, ...]) -> Estimate:
    n = sum(counts.values())
    if n < LEAST_PAIRS:
        return Estimate(n)
    found = tau_b([[counts[f"{level}{column}"] for column in columns] for level in LEVELS])
    if found is None:
        return Estimate(n)
    reach = Z * found.error
    return Estimate(
        n, round(found.value, 4), round(max(-1.0, found.value - reach), 4), round(min(1.0, found.value + reach), 4)
    )


def _calibration(tally: Tally) -> Calibration:
    return Calibration(
        verdicts=_by_verdict(tally.overall),
        criteria=tuple((key, _by_verdict(tally.verdicts[key])) for key in sorted(tally.verdicts)),
        bands=tuple((start, _rating(tally.bands.get(start, Moments()))) for start in BANDS),
        correlation=_correlation(tally.line),
    )


def _by_verdict(found: Mapping[Verdict, Moments]) -> Mapping[Verdict, Estimate]:
    return {verdict: _rating(found[verdict]) for verdict in Verdict if verdict in found}


def _rating(moments: Moments) -> Estimate:
    return mean_of(moments, least=LEAST_CANDIDATES, floor=1.0, ceiling=4.0)


def _correlation(line: Line) -> Estimate:
    """Pearson's r with Fisher's interval (Fisher, 1921, Metron 1:3-32)."""
    if line.n < LEAST_PAIRS:
        return Estimate(line.n)
    across, up = line.xx - line.x**2 / line.n, line.yy - line.y**2 / line.n
    if across <= 0 or up <= 0:
        return Estimate(line.n)
    r = (line.xy - line.x * line.y / line.n) / math.sqrt(across * up)
    r = max(-0.999999, min(0.999999, r))
    reach = Z / math.sqrt(line.n - 3)
    low, high = math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)
    return Estimate(line.n, round(r, 4), round(low, 4), round(high, 4))
