"""The measures of interviews against published figures, and their properties."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.codec import dump_case, dump_measures, dump_tally, load_case, load_measures, load_tally
from rubrics.measures import Case, Scorecard, add_up, measure, tally
from rubrics.measures.association import gamma, tau_b
from rubrics.measures.intervals import Moments, mean_of, share_of, student
from rubrics.measures.reading import LEAST_PAIRS, LEAST_UNITS
from rubrics.measures.severity import LEAST_INTERVIEWS, severities
from rubrics.prescore import Verdict
from rubrics.resampling import binomial, resample

# Agresti, Categorical Data Analysis (2002), table 2.8: income by job satisfaction; gamma 0.221, standard error 0.117.
JOBS = [[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]]


def moments(numbers) -> Moments:
    found = Moments()
    for number in numbers:
        found = found.with_number(number)
    return found


def card(interview, rater, ratings, **changes) -> Scorecard:
    values = {"recommendation": 3, "hours": 2.0, "on_time": True, "letters": 80, **changes}
    return Scorecard(interview=interview, rater=rater, ratings=ratings, **values)


def case(*cards, verdicts=None, point=None, went_on=None) -> Case:
    return Case(cards, verdicts or {}, point, went_on)


def test_gamma_of_a_published_table():
    found = gamma(JOBS)
    assert (round(found.value, 3), round(found.error, 3)) == (0.221, 0.117)


def test_tau_b_of_a_two_by_two_table_is_phi():
    a, b, c, d = 30, 10, 12, 28
    phi = (a * d - b * c) / math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    found = tau_b([[a, b], [c, d]])
    assert found.value == pytest.approx(phi)
    # The delta method by hand: the coefficient moves with each cell's share, and shares scatter as in a multinomial sample.
    assert found.error == pytest.approx(_delta_error([[a, b], [c, d]]), rel=1e-4)


@pytest.mark.parametrize("table", [JOBS, [[5, 1, 0], [2, 6, 2], [0, 3, 9]]])
def test_errors_of_tau_b_follow_from_the_delta_method(table):
    assert tau_b(table).error == pytest.approx(_delta_error(table), rel=1e-3)


def _delta_error(table) -> float:
    n = sum(map(sum, table))
    step = 1e-4
    slopes = []
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            more = [list(one) for one in table]
            more[i][j] = count + step
            less = [list(one) for one in table]
            less[i][j] = count - step
            slopes.append((count / n, (tau_b(more).value - tau_b(less).value) / (2 * step) * n))
    mean = sum(share * slope for share, slope in slopes)
    return math.sqrt(sum(share * (slope - mean) ** 2 for share, slope in slopes) / n)


def test_association_turns_with_the_scale():
    upside_down = [list(reversed(row)) for row in JOBS]
    assert tau_b(upside_down).value == pytest.approx(-tau_b(JOBS).value)
    assert gamma(upside_down).value == pytest.approx(-gamma(JOBS).value)
    assert tau_b([[3, 0], [0, 5]]).value == pytest.approx(1.0)
    assert tau_b([[3, 4], [0, 0]]) is None
    assert gamma([[3, 4], [0, 0]]) is None


@pytest.mark.parametrize(("freedom", "published"), [(1, 12.706), (4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042)])
def test_student_as_in_tables(freedom, published):
    assert student(freedom) == pytest.approx(published, rel=4e-3)


def test_wilson_as_published():
    """Newcombe (1998, Statistics in Medicine 17:857-872), table I: 81 of 263, and 0 of 20."""
    found = share_of(81, 263, least=1)
    assert (found.low, found.high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert share_of(0, 20, least=1).high == pytest.approx(0.1611, abs=1e-4)


def test_means_are_cut_to_the_scale_and_silent_when_few():
    found = mean_of(moments([4, 4, 4, 4, 3]), least=5, floor=1.0, ceiling=4.0)
    assert (found.n, found.value, found.high) == (5, 3.8, 4.0)
    assert mean_of(moments([4, 4, 4, 4]), least=5).value is None


def test_equal_numbers_of_interviews_give_james_and_steins_rule():
    draw = Random(3)
    deviations = {rater: moments(draw.gauss(0.1 * rater, 0.5) for _ in range(12)) for rater in range(-3, 4)}
    noise = sum(one.scatter for one in deviations.values()) / (7 * 11) / 12
    squares = sum(one.mean**2 for one in deviations.values())
    for found in severities(deviations):
        mean = deviations[found.rater].mean
        assert found.value == pytest.approx((1 - (7 - 2) * noise / squares) * mean, abs=1e-4)


def test_few_interviews_are_drawn_in_further():
    many = moments([-0.6, -0.2, -0.5, -0.3] * 10)
    few = moments([-0.6, -0.2, -0.5, -0.3, -0.4])
    found = {one.rater: one for one in severities({1: many, 2: few, 3: moments([0.1, 0.5, 0.3, 0.2, 0.6])})}
    assert found[1].raw == pytest.approx(found[2].raw, abs=1e-9)
    assert found[1].value < found[2].value < 0
    assert found[2].high - found[2].low > found[1].high - found[1].low


def test_too_few_interviews_say_nothing():
    found = severities({1: moments([-1.0] * (LEAST_INTERVIEWS - 1)), 2: moments([0.5, 0.2, 0.1, 0.4, 0.3])})
    assert [(one.rater, one.n, one.value is None) for one in found] == [(2, 5, False), (1, 4, True)]


def test_shrunk_severities_are_nearer_to_the_truth_and_their_intervals_hold_it():
    """Over 300 panels of 8 raters: the mean squared error falls, and about 95% of the intervals hold the true severity."""
    draw = Random(11)
    raw = shrunk = held = raters = 0
    for _ in range(300):
        truth = {rater: draw.gauss(0.0, 0.25) for rater in range(8)}
        deviations = {
            rater: moments(draw.gauss(true, 0.8) for _ in range(draw.randrange(5, 30))) for rater, true in truth.items()
        }
        for one in severities(deviations):
            raw += (one.raw - truth[one.rater]) ** 2
            shrunk += (one.value - truth[one.rater]) ** 2
            held += one.low <= truth[one.rater] <= one.high
            raters += 1
    assert shrunk < 0.8 * raw
    assert 0.93 <= held / raters <= 0.99


def test_nobody_is_compared_with_themselves_or_with_another_conversation():
    found = tally(
        [
            case(card(1, 7, {"a": 4, "b": 2}), card(1, 8, {"a": 2, "b": None})),
            case(card(2, 7, {"a": 1}), card(3, 8, {"a": 4})),
        ]
    )
    assert found.deviations == {7: moments([2.0]), 8: moments([-2.0])}
    assert found.patterns == {"a": {"24": 1, "14": 1}}


def test_the_last_word_counts_once_a_candidate():
    found = tally([case(card(1, 7, {"a": 1}), card(2, 7, {"a": 3}), card(2, 8, {"a": 3}), went_on=True)])
    assert found.patterns == {"a": {"33": 1}}
    assert found.decided == {"a": {"31": 1}}
    assert found.criteria == {"a": (1, 0, 2, 0, 0)}


def test_contrary_and_flat_criteria_are_found():
    draw = Random(5)
    cases = []
    for number in range(120):
        good = number % 2 == 0
        level = draw.choice((3, 4)) if good else draw.choice((1, 2))
        ratings = {"fits": level, "contrary": 5 - level, "flat": 4 if number % 30 == 0 else 3}
        cases.append(case(card(number, 1, ratings, recommendation=3 if good else 2), went_on=good))
    doubts = {one.criterion: one for one in measure(tally(cases)).doubts}
    assert [doubts[key].contradicts for key in ("fits", "contrary", "flat")] == [False, True, False]
    assert [doubts[key].never_discriminates for key in ("fits", "contrary", "flat")] == [False, False, True]
    assert doubts["fits"].decided.value > 0.8
    few = measure(tally(cases[: LEAST_PAIRS - 1])).doubts
    assert [one.decided.value for one in few] == [None, None, None]


def test_calibration_by_verdict_and_band():
    cases = [
        case(
            card(number, 1, {"a": 4 if strong else 2, "b": 3}),
            verdicts={"a": Verdict.MET if strong else Verdict.NOT_SHOWN, "b": Verdict.PARTLY},
            point=0.85 if strong else 0.39,
        )
        for number in range(20)
        for strong in [number % 2 == 0]
    ]
    found = measure(tally(cases)).calibration
    assert found.verdicts[Verdict.MET].value == 4.0
    assert found.verdicts[Verdict.NOT_SHOWN].value == 2.0
    assert (found.verdicts[Verdict.PARTLY].n, found.verdicts[Verdict.PARTLY].low) == (20, 3.0)
    bands = dict(found.bands)
    assert (bands[0].n, bands[0].value, bands[80].n, bands[80].value) == (10, 2.5, 10, 3.5)
    assert [bands[start].value for start in (40, 50, 60, 70)] == [None] * 4
    assert found.correlation.value > 0.99


CARDS = st.builds(
    card,
    st.integers(1, 3),
    st.integers(1, 4),
    st.dictionaries(st.sampled_from("abc"), st.one_of(st.none(), st.integers(1, 4)), max_size=3),
    recommendation=st.integers(1, 4),
    hours=st.floats(0, 3000),
    on_time=st.booleans(),
    letters=st.integers(0, 900),
)
CASES = st.builds(
    lambda cards, verdicts, point, went_on: case(
        *{(one.interview, one.rater): one for one in cards}.values(), verdicts=verdicts, point=point, went_on=went_on
    ),
    st.lists(CARDS, min_size=1, max_size=6),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(list(Verdict)), max_size=3),
    st.one_of(st.none(), st.floats(0, 1)),
    st.one_of(st.none(), st.booleans()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, max_size=8), st.lists(CASES, max_size=8))
def test_sums_can_be_added_up_and_kept(some, others):
    together = dump_tally(tally([*some, *others]))
    added = dump_tally(add_up([load_tally(dump_tally(tally(some))), tally(others)]))
    assert _plain(added) == _plain(together)
    assert load_tally(together) == tally([*some, *others])
    assert [load_case(dump_case(one)) for one in some] == some


def _plain(document):
    """Round sums of floats, whose last digits depend on the order of addition."""
    if isinstance(document, dict):
        return {key: _plain(value) for key, value in document.items()}
    return round(document, 6) if isinstance(document, float) else document


@settings(max_examples=30, deadline=None)
@given(st.lists(CASES, max_size=8))
def test_figures_can_be_kept(cases):
    found = measure(tally(cases * 3))
    assert load_measures(dump_measures(found)) == found


def test_guards_hold_at_their_edge():
    def pair(number):
        return case(card(number, 1, {"a": 1 + number % 4}), card(number, 2, {"a": 1 + number % 4}))

    short = measure(tally(pair(number) for number in range(LEAST_UNITS - 1))).agreement
    enough = measure(tally(pair(number) for number in range(LEAST_UNITS))).agreement
    assert [(one.alpha.n, one.alpha.value) for one in short] == [(LEAST_UNITS - 1, None)]
    assert [(one.alpha.n, one.alpha.value, one.needs_work) for one in enough] == [(LEAST_UNITS, 1.0, False)]
    same = measure(tally(case(card(n, 1, {"a": 3}), card(n, 2, {"a": 3})) for n in range(LEAST_UNITS))).agreement
    assert [(one.flat, one.alpha.value) for one in same] == [(True, None)]


def test_samples_keep_their_size_and_shares():
    draw = Random(1)
    assert sum(resample([3, 0, 5], draw)) == 8
    drawn = [resample([3000, 1000, 10], draw) for _ in range(400)]
    assert {sum(one) for one in drawn} == {4010}
    means = [sum(one[kind] for one in drawn) / 400 for kind in range(3)]
    assert means == [pytest.approx(3000, rel=0.01), pytest.approx(1000, rel=0.02), pytest.approx(10, rel=0.1)]
    numbers = [binomial(400, 0.2, draw) for _ in range(4000)]
    mean = sum(numbers) / 4000
    assert mean == pytest.approx(80, rel=0.02)
    assert sum((one - mean) ** 2 for one in numbers) / 4000 == pytest.approx(64, rel=0.1)
