"""Whom a round proposes: those who always sit in it, then of its pool whoever has the fewest interviews that week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from screening.models import AbstainKind, Interview, Panelist, Role, RoundKind, RubricVersion
from screening.queries.seating import seat_people
from screening.services.interview_plans import RoundFields, add_round
from screening.services.pools import PoolFields, make_pool
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted

ZONE = "Asia/Shanghai"
TUESDAY = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
SUNDAY_NIGHT = datetime(2026, 11, 29, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai: the week before
MONDAY_NIGHT = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)  # 00:30 on Monday in Shanghai, Sunday in UTC


@pytest.fixture
def people(session):
    return [make_user(session, Role.INTERVIEWER, name=name) for name in ("甲", "乙", "丙", "丁")]


@pytest.fixture
def application(session, posting):
    return make_application(session, posting)


@pytest.fixture
def make_round(session, posting, recruiter, people):
    """Make a round of two seats over a pool of everybody."""
    pool = make_pool(
        session, fields=PoolFields("全部", tuple(one.id for one in people)), actor_id=recruiter.id, now=NOW
    )

    def make(*fixed, seats=2, pool_id=pool.id, kind=RoundKind.TECHNICAL):
        fields = RoundFields(
            kind=kind,
            name="Coding",
            minutes=60,
            seats=seats,
            focus=(),
            fixed=tuple(one.id for one in fixed),
            pool_id=pool_id,
        )
        return add_round(session, posting=posting, fields=fields, actor_id=recruiter.id, now=NOW)

    return make


@pytest.fixture
def seat(session, recruiter):
    """Put people on the panel of another interview."""

    def put(application, starts_at, *panel, minutes=60, kind=RoundKind.OTHER):
        interview = Interview(
            application_id=application.id,
            rubric_version_id=session.scalars(select(RubricVersion.id)).first(),
            round="x",
            kind=kind,
            starts_at=starts_at,
            minutes=minutes,
            ends_at=starts_at + timedelta(minutes=minutes),
            due_at=starts_at + timedelta(days=2),
            time_zone=ZONE,
            focus=["r2"],
            created_by=recruiter.id,
            created_at=NOW,
        )
        session.add(interview)
        session.flush()
        session.add_all(Panelist(interview_id=interview.id, user_id=one.id) for one in panel)
        session.flush()
        return interview

    return put


def seats_of(session, round_, application, starts_at=TUESDAY, **more):
    return seat_people(
        session,
        round_id=round_.id if round_ else None,
        application_id=application.id,
        starts_at=starts_at,
        minutes=60,
        zone=ZONE,
        **more,
    )


def chosen(seats, people):
    return [one.name for one in people if seats[one.id].chosen]


def test_the_least_loaded_of_the_pool_are_proposed_by_the_local_week(
    session, people, application, make_round, seat, posting
):
    other = make_application(session, posting)
    for day in range(3):
        seat(other, TUESDAY + timedelta(days=1, hours=day * 2), people[0])
    seat(other, MONDAY_NIGHT, people[1])
    seat(other, SUNDAY_NIGHT, people[2])
    seat(other, TUESDAY + timedelta(days=6), people[3])
    seats = seats_of(session, make_round(), application)
    assert [(seats[one.id].this_week, seats[one.id].four_weeks) for one in people] == [(3, 0), (1, 0), (0, 1), (0, 0)]
    assert chosen(seats, people) == ["丙", "丁"]


def test_ties_are_broken_by_the_four_weeks_before_then_by_number(
    session, people, application, make_round, seat, posting
):
    other = make_application(session, posting)
    seat(other, TUESDAY - timedelta(days=10), people[0])
    seat(other, TUESDAY - timedelta(days=40), people[1])
    assert chosen(seats_of(session, make_round(), application), people) == ["乙", "丙"]


def test_fixed_interviewers_come_first_and_the_pool_fills_what_is_left(session, people, application, make_round, seat):
    seats = seats_of(session, make_round(people[3]), application)
    assert chosen(seats, people) == ["甲", "丁"]
    assert (seats[people[3].id].fixed, seats[people[0].id].fixed) == (True, False)
    assert chosen(seats_of(session, make_round(people[2], people[3]), application), people) == ["丙", "丁"]
    assert chosen(seats_of(session, make_round(people[2], pool_id=None), application), people) == ["丙"]


def test_where_candidates_choose_who_gave_hours_is_proposed_first(session, people, application, make_round):
    able = {people[2].id, people[3].id}
    seats = seats_of(session, make_round(), application, with_hours=able)
    assert chosen(seats, people) == ["丙", "丁"]
    assert [seats[one.id].has_hours for one in people] == [False, False, True, True]
    seats = seats_of(session, make_round(), application, with_hours=())
    assert chosen(seats, people) == ["甲", "乙"]


def test_nobody_of_the_pool_sits_twice_and_a_fixed_one_may(session, people, application, make_round, seat):
    seat(application, TUESDAY - timedelta(days=7), people[0], people[3])
    seats = seats_of(session, make_round(people[3]), application)
    assert chosen(seats, people) == ["乙", "丁"]
    assert [seats[one.id].sits for one in people] == [True, False, False, True]


def test_a_cancelled_interview_takes_no_seat_and_counts_for_no_load(session, people, application, make_round, seat):
    seat(application, TUESDAY, people[0]).cancelled_at = NOW
    session.flush()
    seats = seats_of(session, make_round(), application)
    assert chosen(seats, people) == ["甲", "乙"]
    assert seats[people[0].id].this_week == 0


@pytest.mark.parametrize(
    ("offset", "minutes", "is_busy"),
    [(0, 60, True), (-59, 60, True), (-60, 60, False), (59, 60, True), (60, 60, False)],
)
def test_nobody_who_is_in_a_meeting_then_is_proposed_not_even_a_fixed_one(
    session, people, application, make_round, seat, posting, offset, minutes, is_busy
):
    other = make_application(session, posting)
    seat(other, TUESDAY + timedelta(minutes=offset), people[0], minutes=minutes)
    seats = seats_of(session, make_round(people[0]), application)
    assert seats[people[0].id].busy is is_busy
    assert ("甲" in chosen(seats, people)) is not is_busy
    assert len(chosen(seats, people)) == 2


def test_a_review_of_documents_keeps_nobody_from_a_meeting_and_needs_no_time(
    session, people, application, make_round, seat, posting
):
    other = make_application(session, posting)
    seat(other, TUESDAY, people[0], kind=RoundKind.RESUME_REVIEW)
    assert not seats_of(session, make_round(), application)[people[0].id].busy
    seat(other, TUESDAY, *people)
    review = seats_of(session, make_round(kind=RoundKind.RESUME_REVIEW, seats=1), application)
    assert len(chosen(review, people)) == 1


def test_whoever_abstained_from_this_candidate_is_never_proposed(session, people, application, make_round, seat):
    interview = seat(application, TUESDAY - timedelta(days=7), people[0])
    gone = session.get_one(Panelist, (interview.id, people[0].id))
    gone.abstained_at, gone.abstain_kind, gone.abstain_reason = NOW, AbstainKind.KNOWS, ""
    session.flush()
    seats = seats_of(session, make_round(people[0]), application)
    assert seats[people[0].id].abstained
    assert chosen(seats, people) == ["乙", "丙"]


def test_the_interview_that_is_being_changed_does_not_count(session, people, application, make_round, seat):
    own = seat(application, TUESDAY, people[0])
    assert seats_of(session, make_round(), application)[people[0].id].busy
    seats = seats_of(session, make_round(), application, apart_from=own.id)
    assert (seats[people[0].id].busy, seats[people[0].id].sits, seats[people[0].id].this_week) == (False, False, 0)


def test_who_has_left_is_not_asked(session, people, application, make_round):
    made = make_round(people[0])
    people[0].is_active = False
    session.flush()
    seats = seats_of(session, made, application)
    assert people[0].id not in seats
    assert sum(seat.chosen for seat in seats.values()) == 2


def test_outside_the_plan_everybody_has_a_load_and_nobody_is_proposed(session, people, application):
    seats = seats_of(session, None, application)
    assert set(seats) >= {one.id for one in people}
    assert not any(seat.chosen for seat in seats.values())


def test_ten_people_take_as_many_queries_as_two(session, engine, people, application, make_round, recruiter):
    few = make_round(people[0])
    with counted(engine) as small:
        seats_of(session, few, application)
    crowd = [make_user(session, Role.INTERVIEWER, name=f"戊{n}") for n in range(10)]
    pool = make_pool(session, fields=PoolFields("众", tuple(one.id for one in crowd)), actor_id=recruiter.id, now=NOW)
    many = make_round(people[0], pool_id=pool.id)
    with counted(engine) as large:
        seats_of(session, many, application)
    assert len(small) == len(large) <= 7


def test_another_posting_of_the_person_does_not_take_the_seat(
    session, people, application, make_round, seat, recruiter
):
    elsewhere = make_application(session, make_posting(session, recruiter, slug="elsewhere"))
    seat(elsewhere, TUESDAY - timedelta(days=1), people[0])
    assert not seats_of(session, make_round(), application)[people[0].id].sits
