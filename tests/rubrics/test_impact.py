"""Rates of groups against published figures, and that nothing shown tells of a small group."""

from __future__ import annotations

from fractions import Fraction
from math import comb, exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.codec.measures import dump_impact, load_impact
from rubrics.measures import impact
from rubrics.measures.impact import LEAST, Group, add_groups, fisher, impact_of, ratio_of, shown_groups
from rubrics.measures.intervals import Z

counts = st.integers(0, 40)


def test_the_lady_tasting_tea():
    # Fisher, The Design of Experiments (1935), chapter II; Agresti, Categorical Data Analysis (2002), 3.5.2: 17/70 one-sided.
    assert fisher(3, 1, 1, 3) == pytest.approx(34 / 70, abs=1e-9)


def test_tables_whose_p_is_published():
    # The example of R's fisher.test (convictions of twins, Fisher 1962): 2, 10, 15, 3 gives p = 0.0005367.
    assert fisher(2, 10, 15, 3) == pytest.approx(0.0005367, abs=5e-8)
    # The example of SciPy's fisher_exact (whales and sharks): 8, 2, 1, 5 gives p = 0.034965.
    assert fisher(8, 2, 1, 5) == pytest.approx(0.034965, abs=5e-7)
    # The wikipedia article on the test: 1, 9, 11, 3 gives 0.002759.
    assert fisher(1, 9, 11, 3) == pytest.approx(0.002759456, abs=5e-9)


@given(counts, counts, counts, counts)
def test_fisher_is_the_sum_over_all_tables_that_are_no_more_probable(a, b, c, d):
    rows, column = (a + b, c + d), a + c
    tables = [
        Fraction(comb(rows[0], x) * comb(rows[1], column - x), comb(sum(rows), column)) for x in range(column + 1)
    ]
    wanted = sum(one for one in tables if one <= tables[a])
    assert fisher(a, b, c, d) == pytest.approx(float(wanted), abs=1e-11)
    assert fisher(a, b, c, d) == fisher(c, d, a, b) == fisher(b, a, d, c)


@settings(max_examples=40)
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_large_tables_in_floating_point_agree_with_whole_numbers(a, b, c, d):
    exact = fisher(a, b, c, d)
    column = a + c
    places = range(max(0, column - c - d), min(column, a + b) + 1)
    assert impact._fisher_in_floats((a + b, c + d), column, a, places) == pytest.approx(exact, rel=1e-6, abs=1e-9)


def test_a_table_of_a_million_people_is_quick_and_sure():
    assert fisher(30_000, 470_000, 40_000, 460_000) < 1e-12
    assert fisher(300, 499_700, 310, 499_690) == pytest.approx(0.71, abs=0.02)


def test_a_ratio_with_katz_interval():
    # The Physicians' Health Study (Agresti 2002, 2.2.2 and 3.1.4): relative risk 1.82, interval 1.43 to 2.30.
    found = ratio_of(189, 11_034, 104, 11_037)
    assert (found.value, found.low, found.high) == pytest.approx((1.818, 1.433, 2.306), abs=2e-3)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 60), st.integers(0, 60))
def test_a_ratio_is_inside_its_interval_and_turns_around(part, rest, other, other_rest):
    one = ratio_of(part, part + rest, other, other + other_rest)
    back = ratio_of(other, other + other_rest, part, part + rest)
    assert one.low <= one.value <= one.high
    assert one.low == pytest.approx(1 / back.high, rel=2e-3, abs=1e-4)
    reach = Z * sqrt(1 / part - 1 / (part + rest) + 1 / other - 1 / (other + other_rest))
    assert one.high == pytest.approx(exp(log(part / (part + rest) / (other / (other + other_rest))) + reach), abs=1e-4)


def test_nobody_selected_is_a_ratio_of_nothing_with_an_upper_end():
    found = ratio_of(0, 30, 12, 40)
    assert (found.value, found.low) == (0.0, 0.0)
    assert 0 < found.high < 1
    assert ratio_of(0, 30, 0, 40).value is None


sizes = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 120), max_size=6)


@given(sizes, st.integers(0, 60))
def test_what_is_left_after_subtracting_what_is_shown_is_nobody_or_enough_people(groups, unsaid):
    shown = shown_groups(groups, unsaid=unsaid)
    hidden = {answer: n for answer, n in groups.items() if answer not in shown and n}
    assert all(groups[answer] >= LEAST for answer in shown)
    if shown and hidden:
        assert unsaid + sum(hidden.values()) >= LEAST
        lone = [n for n in hidden.values() if n < LEAST]
        assert not lone or unsaid + sum(hidden.values()) > max(lone)
    assert len(shown) != 1


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=4))
def test_a_table_says_nothing_of_small_groups_and_comes_back_from_its_document(parts):
    groups = {
        answer: Group(max(n, reached), {"interview": min(n, reached)}, {}) for answer, (n, reached) in parts.items()
    }
    made = impact_of("sex", groups, unsaid=30, outcomes=("interview",))
    assert load_impact(dump_impact(made)) == made
    told = [row for outcome in made.outcomes for row in outcome.rows]
    assert all(row.n >= LEAST and row.answer in made.answers for row in told)
    if told:
        best = [row for row in told if row.ratio is None]
        assert len(best) == 1
        assert all(row.reached * best[0].n <= best[0].reached * row.n for row in told)
        assert LEAST <= sum(row.reached for row in told) <= sum(row.n for row in told) - LEAST


def test_four_fifths_is_marked_and_chance_is_told():
    groups = {
        "woman": Group(61, {"interview": 10}),
        "man": Group(118, {"interview": 17}),
        "other": Group(3, {"interview": 3}),
    }
    rows = {row.answer: row for row in impact_of("sex", groups, unsaid=40, outcomes=("interview",)).outcomes[0].rows}
    assert set(rows) == {"woman", "man"}
    assert rows["woman"].ratio is None
    assert (rows["man"].ratio.value, rows["man"].is_low, rows["man"].is_clear) == (0.8788, False, False)
    low = impact_of(
        "sex",
        {"woman": Group(97, {"interview": 19}), "man": Group(104, {"interview": 9})},
        unsaid=0,
        outcomes=("interview",),
    )
    man = next(row for row in low.outcomes[0].rows if row.answer == "man")
    assert (man.is_low, man.is_clear) == (True, True)


def test_an_outcome_with_its_own_number_of_people():
    groups = {"a": Group(50, {"above": 20}, {"above": 30}), "b": Group(50, {"above": 5}, {"above": 10})}
    assert impact_of("q", groups, unsaid=0, outcomes=("above",)).outcomes[0].rows == ()
    more = add_groups([groups, groups])
    assert more["b"] == Group(100, {"above": 10}, {"above": 20})
    assert [row.n for row in impact_of("q", more, unsaid=0, outcomes=("above",)).outcomes[0].rows] == [60, 20]
