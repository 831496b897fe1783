"""Sums over cases from which every figure is read: they can be added up, and their size grows with raters and criteria, not with cases."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rubrics.agreement import severity_of
from rubrics.measures.facts import Case, Scorecard
from rubrics.measures.intervals import Moments
from rubrics.prescore import Verdict

LEVELS = (1, 2, 3, 4)
BANDS = (0, 40, 50, 60, 70, 80)
"""Where the bands of the prescore's points out of 100 begin."""
LETTERS_STEP = 10
LONGEST_HOURS = 24 * 60

Spread = tuple[int, int, int, int, int]
"""How often 1, 2, 3, 4 and "not covered" were given."""
NO_RATINGS: Spread = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Pace:
    """One rater's evaluations: how many were on time, and how many took so many hours and were so long (in tens of letters)."""

    on_time: int = 0
    hours: Counter[int] = field(default_factory=Counter)
    letters: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Line:
    """What a straight line through prescore points (0 to 100) and mean ratings needs."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0


@dataclass(slots=True)
class Tally:
    """Sums by criterion key, rater id, verdict or band.

    ``patterns``: how many candidates got which ratings on a criterion, written as digits ("134"); ``deviations``: a rater's mean difference from the
    rest of a panel, once an interview; ``criteria`` and ``raters``: ratings given; ``advised`` and ``decided``: candidates
    by their rounded mean rating (row) and the rounded mean recommendation or the decision (column), written as two digits; ``verdicts``: mean
    rating by criterion and verdict; ``overall``: the same, once a candidate, over all criteria of that verdict;
    ``bands``: mean rating of all criteria by band of the prescore.
    """

    cases: int = 0
    patterns: dict[str, Counter[str]] = field(default_factory=dict)
    deviations: dict[int, Moments] = field(default_factory=dict)
    criteria: dict[str, Spread] = field(default_factory=dict)
    raters: dict[int, Spread] = field(default_factory=dict)
    paces: dict[int, Pace] = field(default_factory=dict)
    advised: dict[str, Counter[str]] = field(default_factory=dict)
    decided: dict[str, Counter[str]] = field(default_factory=dict)
    verdicts: dict[str, dict[Verdict, Moments]] = field(default_factory=dict)
    overall: dict[Verdict, Moments] = field(default_factory=dict)
    bands: dict[int, Moments] = field(default_factory=dict)
    line: Line = field(default_factory=Line)


def tally(cases: Iterable[Case]) -> Tally:
    """Sum cases up."""
    found = Tally()
    for case in cases:
        found.cases += 1
        for card in case.scorecards:
            _add_scorecard(found, card)
        _add_panels(found, case)
        _add_candidate(found, case)
    return found


def _add_scorecard(found: Tally, card: Scorecard) -> None:
    for key, value in card.ratings.items():
        at = 4 if value is None else value - 1
        found.criteria[key] = _with_one(found.criteria.get(key, NO_RATINGS), at)
        found.raters[card.rater] = _with_one(found.raters.get(card.rater, NO_RATINGS), at)
    pace = found.paces.get(card.rater, Pace())
    pace.hours[min(LONGEST_HOURS, math.ceil(card.hours))] += 1
    pace.letters[card.letters // LETTERS_STEP] += 1
    found.paces[card.rater] = Pace(pace.on_time + card.on_time, pace.hours, pace.letters)


def _add_panels(found: Tally, case: Case) -> None:
    """Compare within each interview: only who heard the same conversation is compared."""
    for interview in {card.interview: None for card in case.scorecards}:
        cards = [card for card in case.scorecards if card.interview == interview]
        if len(cards) > 1:
            ratings: dict[str, dict[str, int | None]] = {}
            for card in cards:
                for key, value in card.ratings.items():
                    ratings.setdefault(key, {})[str(card.rater)] = value
            for card in cards:
                deviation = severity_of(str(card.rater), ratings).deviation
                if deviation is not None:
                    found.deviations[card.rater] = found.deviations.get(card.rater, Moments()).with_number(deviation)


def _add_candidate(found: Tally, case: Case) -> None:
    """Compare the whole candidate: a person's last word on a criterion, whichever interview it comes from."""
    words: dict[str, dict[int, int]] = {}
    for card in case.scorecards:
        for key, value in card.ratings.items():
            if value is not None:
                words.setdefault(key, {})[card.rater] = value
    means = {key: sum(given.values()) / len(given) for key, given in words.items()}
    advice = _rounded([card.recommendation for card in case.scorecards]) if case.scorecards else 0
    by_verdict: dict[Verdict, list[float]] = {}
    for key, given in words.items():
        if len(given) > 1:
            found.patterns.setdefault(key, Counter())["".join(map(str, sorted(given.values())))] += 1
        level = _rounded(list(given.values()))
        found.advised.setdefault(key, Counter())[f"{level}{advice}"] += 1
        if case.went_on is not None:
            found.decided.setdefault(key, Counter())[f"{level}{int(case.went_on)}"] += 1
        verdict = case.verdicts.get(key)
        if verdict is not None:
            by_verdict.setdefault(verdict, []).append(means[key])
            of_key = found.verdicts.setdefault(key, {})
            of_key[verdict] = of_key.get(verdict, Moments()).with_number(means[key])
    for verdict, numbers in by_verdict.items():
        mean = sum(numbers) / len(numbers)
        found.overall[verdict] = found.overall.get(verdict, Moments()).with_number(mean)
    if means and case.point is not None:
        _add_point(found, case.point * 100, sum(means.values()) / len(means))


def _add_point(found: Tally, point: float, rating: float) -> None:
    band = max(start for start in BANDS if round(point) >= start)
    found.bands[band] = found.bands.get(band, Moments()).with_number(rating)
    line = found.line
    found.line = Line(
        line.n + 1,
        line.x + point,
        line.y + rating,
        line.xx + point * point,
        line.yy + rating * rating,
        line.xy + point * rating,
    )


def _rounded(numbers: list[int]) -> int:
    return math.floor(sum(numbers) / len(numbers) + 0.5)


def _with_one(spread: Spread, at: int) -> Spread:
    counts = list(spread)
    counts[at] += 1
    return counts[0], counts[1], counts[2], counts[3], counts[4]


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Add tallies of different postings up; a rater or a criterion that stands in several counts in all of them."""
    found = Tally()
    for one in tallies:
        found.cases += one.cases
        _join(found.patterns, one.patterns, _joined_counts)
        _join(found.deviations, one.deviations, Moments.__add__)
        _join(found.criteria, one.criteria, _joined_spreads)
        _join(found.raters, one.raters, _joined_spreads)
        _join(found.paces, one.paces, _joined_paces)
        _join(found.advised, one.advised, _joined_counts)
        _join(found.decided, one.decided, _joined_counts)
        _join(found.verdicts, one.verdicts, _joined_means)
        _join(found.overall, one.overall, Moments.__add__)
        _join(found.bands, one.bands, Moments.__add__)
        found.line = _joined_lines(found.line, one.line)
    return found


K = TypeVar("K")
V = TypeVar("V")


def _join(into: dict[K, V], more: dict[K, V], add: Callable[[V, V], V]) -> None:
    for key, value in more.items():
        into[key] = add(into[key], value) if key in into else value


def _joined_counts(one: Counter[K], other: Counter[K]) -> Counter[K]:
    return one + other


def _joined_spreads(one: Spread, other: Spread) -> Spread:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3], one[4] + other[4]


def _joined_paces(one: Pace, other: Pace) -> Pace:
    return Pace(one.on_time + other.on_time, one.hours + other.hours, one.letters + other.letters)


def _joined_means(one: dict[Verdict, Moments], other: dict[Verdict, Moments]) -> dict[Verdict, Moments]:
    return {verdict: one.get(verdict, Moments()) + other.get(verdict, Moments()) for verdict in {**one, **other}}


def _joined_lines(one: Line, other: Line) -> Line:
    return Line(
        one.n + other.n, one.x + other.x, one.y + other.y, one.xx + other.xx, one.yy + other.yy, one.xy + other.xy
    )
