"""Agreement against published tables and the package ``krippendorff``."""

from __future__ import annotations

from collections import Counter
from random import Random

import krippendorff
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rubrics.agreement import MINIMUM_CRITERIA, alpha_interval, alpha_of_patterns, compare, ordinal_alpha

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example A: 2 observers, 10 objects, two values, where
# the ordinal distance is the nominal one.
BINARY = [
    [0, 1, 0, 0, 0, 0, 0, 0, 1, 0],
    [1, 1, 1, 0, 0, 1, 0, 0, 0, 0],
]
# The same, the example with 4 observers and 12 units: nominal 0.743, ordinal 0.815, interval 0.849, ratio 0.797.
TABLE = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def units_of(table):
    return [[row[n] for row in table if row[n] is not None] for n in range(len(table[0]))]


def patterns_of(units):
    return Counter(tuple(sorted(unit)) for unit in units)


@pytest.mark.parametrize(("table", "published"), [(TABLE, 0.815), (BINARY, 0.095)])
def test_published_tables(table, published):
    assert ordinal_alpha(units_of(table)) == pytest.approx(published, abs=5e-4)


def test_nothing_varies():
    assert ordinal_alpha([[3, 3], [3, 3]]) is None
    assert ordinal_alpha([[1], [2]]) is None


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda raters: st.lists(
            st.lists(st.one_of(st.none(), st.integers(1, 4)), min_size=raters, max_size=raters), min_size=3, max_size=12
        )
    )
)
def test_same_as_the_package(units):
    given_units = [[rating for rating in unit if rating is not None] for unit in units]
    ours = ordinal_alpha(given_units)
    assume(ours is not None)
    table = [
        [float("nan") if unit[rater] is None else float(unit[rater]) for unit in units]
        for rater in range(len(units[0]))
    ]
    # The package takes distances over all values that occur, lone ratings included; ours, like Krippendorff, over pairable ones.
    for number, unit in enumerate(units):
        if sum(rating is not None for rating in unit) < 2:
            for row in table:
                row[number] = float("nan")
    theirs = krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal")
    assert ours == pytest.approx(theirs, abs=1e-9)


UNITS = st.lists(st.lists(st.integers(1, 4), max_size=4), min_size=2, max_size=15)


@settings(max_examples=20, deadline=None)
@given(UNITS, st.randoms(use_true_random=False))
def test_order_of_units_and_raters_does_not_matter(units, random):
    shuffled = [random.sample(unit, len(unit)) for unit in random.sample(units, len(units))]
    assert ordinal_alpha(shuffled) == ordinal_alpha(units)
    assert alpha_interval(patterns_of(shuffled)) == alpha_interval(patterns_of(units))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(2, 5)), min_size=2, max_size=15))
def test_perfect_agreement_is_one(units):
    assume(len({value for value, _ in units}) > 1)
    agreed = [[value] * raters for value, raters in units]
    assert ordinal_alpha(agreed) == 1.0
    assert alpha_interval(patterns_of(agreed)) == (1.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(UNITS, UNITS)
def test_ratings_that_pair_with_nothing_are_missing_data(units, lone):
    assert ordinal_alpha([*units, *([unit[0]] for unit in lone if unit)]) == ordinal_alpha(units)


@settings(max_examples=60, deadline=None)
@given(UNITS)
def test_patterns_hold_all_that_alpha_needs(units):
    assert alpha_of_patterns(patterns_of(units)) == ordinal_alpha(units)


def test_reversed_scale_has_the_same_agreement():
    units = units_of(TABLE)
    assert ordinal_alpha([[6 - value for value in unit] for unit in units]) == pytest.approx(ordinal_alpha(units))


def test_interval_of_many_units_is_that_of_their_kinds():
    """Drawing shares of patterns instead of single units changes nothing but the time: both ways meet."""
    one = Counter({(2, 2): 30, (3, 3): 40, (2, 3): 25, (1, 3): 10, (4, 4): 20})
    singly, shares = alpha_interval(one), alpha_interval(Counter({pattern: 40 * n for pattern, n in one.items()}))
    alpha = alpha_of_patterns(one)
    assert singly is not None
    assert shares is not None
    assert shares[0] < alpha < shares[1]
    assert (singly[1] - singly[0]) / (shares[1] - shares[0]) == pytest.approx(40**0.5, rel=0.1)


def test_interval_covers_the_agreement_of_the_population():
    """Of 200 samples of 60 candidates from one population, 95% of the intervals hold its alpha; 180 is far below that by chance."""
    draw = Random(7)
    kinds = [((2, 2), 0.3), ((3, 3), 0.3), ((2, 3), 0.2), ((1, 2), 0.1), ((3, 4), 0.1)]
    population = alpha_of_patterns(Counter({pattern: round(share * 1e6) for pattern, share in kinds}))
    held = 0
    for _ in range(200):
        sample = Counter(draw.choices([one for one, _ in kinds], [share for _, share in kinds], k=60))
        low, high = alpha_interval(sample)
        held += low <= population <= high
    assert held >= 180


RATINGS = {
    "r1": {"an": 4, "bo": 1},
    "r2": {"an": 3, "bo": 3},
    "r3": {"an": 3, "bo": 2},
    "r4": {"an": None, "bo": 4},
    "r5": {"an": None, "bo": None},
}


def test_widest_disagreement_comes_first():
    found = compare(RATINGS)
    assert [row.criterion for row in found.rows] == ["r1", "r3", "r2", "r4", "r5"]
    assert [row.spread for row in found.rows] == [3, 1, 0, 0, 0]
    assert found.rows[4].mean is None


def test_severity_is_told_against_the_others():
    severity = {item.rater: item for item in compare(RATINGS).severity}
    assert severity["bo"].deviation == pytest.approx(-4 / 3, abs=1e-4)
    assert severity["an"].deviation == pytest.approx(4 / 3, abs=1e-4)
    assert (severity["bo"].rated, severity["bo"].shared) == (4, 3)


def test_too_few_criteria_give_no_figure():
    found = compare(RATINGS)
    assert found.shared_criteria < MINIMUM_CRITERIA
    assert found.alpha is None
    assert found.interval is None


def test_interval_holds_alpha_and_is_repeatable():
    ratings = {f"r{n}": {"an": 1 + n % 4, "bo": 1 + n % 4, "ce": 1 + (n + n % 2) % 4} for n in range(12)}
    found = compare(ratings)
    assert found.alpha is not None
    assert found.interval is not None
    assert found.interval[0] <= found.alpha <= found.interval[1]
    assert compare(dict(reversed(ratings.items()))) == found


def test_nobody_rated():
    assert compare({}).rows == ()
