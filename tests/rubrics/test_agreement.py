"""Agreement against published tables and the package ``krippendorff``."""

from __future__ import annotations

import krippendorff
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rubrics.agreement import MINIMUM_CRITERIA, compare, ordinal_alpha

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), the example with 4 observers and 12 units.
TABLE = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def units_of(table):
    return [[row[n] for row in table if row[n] is not None] for n in range(len(table[0]))]


def test_published_table():
    assert ordinal_alpha(units_of(TABLE)) == pytest.approx(0.815, abs=5e-4)


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
