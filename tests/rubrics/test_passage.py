"""Replaying moves: what was taken back never happened, and sums of parts are the sums of the whole."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from rubrics.codec.measures import dump_flow, dump_seats, load_flow, load_seats
from rubrics.measures.passage import (
    ENDS,
    LONGEST_LISTS,
    OTHERS,
    WAY,
    Flow,
    Move,
    Passage,
    Seats,
    add_flows,
    add_seats,
    count_arrival,
    count_stay,
    follow,
    funnel,
)
from rubrics.measures.spread import LONGEST_HOURS, hours_of, join, quantile

START = datetime(2026, 3, 1, tzinfo=UTC)
stages = st.sampled_from([*WAY, *ENDS])
steps = st.lists(st.tuples(stages, st.integers(1, 400), st.booleans()), max_size=8)


def history(told) -> tuple[list[Move], list[Move]]:
    """Make moves of which some are taken back at once; give them and those that stand."""
    at, made, standing = START, [Move(1, "applied", START)], [Move(1, "applied", START)]
    for stage, hours, is_undone in told:
        at += timedelta(hours=hours)
        made.append(Move(len(made) + 1, stage, at, "other"))
        if is_undone:
            made.append(Move(len(made) + 1, standing[-1].to, at + timedelta(minutes=5), None, made[-1].number))
        else:
            standing.append(made[-1])
    return made, standing


@given(steps)
def test_moves_that_were_taken_back_leave_no_trace(told):
    made, standing = history(told)
    assert follow(made) == follow(standing)


@given(steps)
def test_stays_fill_the_time_between_the_first_move_and_the_last(told):
    made, standing = history(told)
    passage = follow(made)
    ended = sum((after.at - before.at).total_seconds() for before, after in pairwise(standing) if before.to in ENDS)
    assert sum(stay.seconds for stay in passage.stays) + ended == (standing[-1].at - START).total_seconds()
    assert WAY.index(passage.furthest) == max(WAY.index(move.to) for move in standing if move.to in WAY)


@given(st.lists(st.sampled_from(WAY)))
def test_a_funnel_only_narrows_and_begins_with_all(furthest):
    flow = Flow()
    for stage in furthest:
        count_arrival(flow, Passage(stage, ()), source="site", point=None)
    told = funnel(flow)
    assert [stage for stage, _ in told] == list(WAY)
    assert told[0][1] == len(furthest)
    assert [n for _, n in told] == sorted((n for _, n in told), reverse=True)


@given(st.lists(st.integers(0, 500), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_the_smallest_value_that_enough_are_within(values, share):
    found = quantile(Counter(values), share)
    assert found in values
    within = sum(value <= found for value in values)
    assert within / len(values) >= share - 1e-8
    below = sum(value < found for value in values)
    assert below / len(values) < share
    assert quantile(Counter(values), 0.5) == median_low(values)


@given(st.lists(st.lists(st.integers(0, 50)), max_size=5), st.floats(0.1, 1))
def test_spreads_of_parts_are_the_spread_of_the_whole(parts, share):
    whole = Counter(value for part in parts for value in part)
    assert quantile(join(map(Counter, parts)), share) == quantile(whole, share)


def test_hours_are_whole_and_bounded():
    assert [hours_of(seconds) for seconds in (-5, 0, 3599, 3600, 1e12)] == [
        0,
        0,
        0,
        1,
        LONGEST_HOURS,
    ]


@given(st.lists(st.tuples(steps, st.sampled_from(["site", "campus"]), st.none() | st.integers(0, 100)), max_size=6))
def test_flows_of_parts_add_up_and_come_back_from_their_documents(applications):
    whole, parts = Flow(), []
    for told, source, point in applications:
        passage, part = follow(history(told)[0]), Flow()
        for flow in (whole, part):
            count_arrival(flow, passage, source=source, point=point)
            for stay in passage.stays:
                count_stay(flow, stay)
        parts.append(load_flow(dump_flow(part)))
    assert add_flows(parts) == load_flow(dump_flow(whole))


def test_sources_beyond_many_are_counted_together():
    flow = Flow()
    for number in range(LONGEST_LISTS + 5):
        count_arrival(flow, Passage("interview", ()), source=f"s{number}", point=40)
    assert len(flow.sources) == LONGEST_LISTS + 1
    assert flow.sources[OTHERS] == Counter(applied=5, interview=5, offer=0, hired=0)


def test_seats_add_up_by_interviewer():
    one = {7: Seats(1, 2, Counter({3: 2})), 8: Seats(0, 1, Counter({1: 1}))}
    both = add_seats([load_seats(dump_seats(one)), {7: Seats(0, 1, Counter({5: 1}))}])
    assert both[7] == Seats(1, 3, Counter({3: 2, 5: 1}))
    assert both[8] == one[8]
