"""A candidate chooses the time of an interview among those that the whole panel has free."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import Application, AvailabilityWindow, BookingOffer, Interview, Panelist, Role, Stage
from screening.queries.booking import OfferState, offers_of, open_offer_keys, open_times
from screening.queries.free_times import common, merged, starts, without
from screening.services.availability import HoursError, add_hours, remove_hours
from screening.services.booking import (
    BookingError,
    Terms,
    choose_time,
    make_offer,
    possible_offer,
    renew_offer,
    say_none_fits,
    withdraw_offer,
)
from screening.services.interviewing import InterviewError, cancel_interview
from tests.factories import NOW, make_application, make_posting, make_user
from tests.interviewer.conftest import plan

DAY = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
stretches = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (at(pair[0]), at(pair[0] + pair[1]))), max_size=6
)


def at(minutes: float) -> datetime:
    return DAY + timedelta(minutes=minutes)


def minutes_in(calendar) -> set[int]:
    return {minute for minute in range(90) if any(start <= at(minute) < end for start, end in calendar)}


@given(stretches, stretches)
def test_arithmetic_of_stretches_is_that_of_their_minutes(one, other):
    assert minutes_in(merged(one)) == minutes_in(one)
    assert minutes_in(without(one, other)) == minutes_in(one) - minutes_in(other)
    assert minutes_in(common([one, other])) == minutes_in(one) & minutes_in(other)
    joined = merged(one)
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(joined))


@given(stretches, st.integers(1, 30))
def test_every_start_that_fits_is_offered_and_no_other(given_hours, length):
    found = starts(given_hours, minutes=length, step=15, limit=1000)
    free = minutes_in(given_hours)
    fitting = [minute for minute in range(0, 90, 15) if set(range(minute, minute + length)) <= free]
    assert list(found) == [at(minute) for minute in fitting]
    assert starts(given_hours, minutes=length, step=15, limit=1) == found[:1]


@pytest.fixture
def world(session: Session):
    recruiter = make_user(session, Role.RECRUITER)
    first = make_user(session, Role.INTERVIEWER, name="何以然")
    second = make_user(session, Role.INTERVIEWER, name="许愿")
    posting = make_posting(session, recruiter)
    application = make_application(session, posting, stage=Stage.SCREENING)
    for person, hours in ((first, [(9, 12), (14, 18)]), (second, [(10, 15)])):
        add_hours(
            session,
            user_id=person.id,
            stretches=[(DAY + start * HOUR, DAY + end * HOUR) for start, end in hours],
            actor_id=person.id,
            now=NOW,
        )
    return recruiter, first, second, posting, application


def terms(**changes) -> Terms:
    values = {"earliest": DAY, "latest": DAY + timedelta(days=1), "expires_at": DAY, "notice_hours": 24}
    return Terms(**{**values, **changes})


def offered(session, world, *panel, application=None, **changes) -> BookingOffer:
    recruiter, first, second, _, own = world
    offer = possible_offer(
        session,
        application=application or own,
        plan=plan(*(panel or (first, second)), minutes=60),
        terms=terms(**changes),
        actor_id=recruiter.id,
        now=NOW,
    )
    make_offer(session, offer=offer, now=NOW)
    return offer


def clocks(times) -> list[str]:
    return [f"{time:%H:%M}" for time in times]


def test_hours_that_touch_are_joined_and_cut(session, world):
    _, first, *_ = world
    new = add_hours(
        session,
        user_id=first.id,
        stretches=[(DAY + 11 * HOUR, DAY + 14 * HOUR)],
        actor_id=first.id,
        now=NOW,
    )
    assert new == [(DAY + 12 * HOUR, DAY + 14 * HOUR)]
    rows = select(AvailabilityWindow.starts_at, AvailabilityWindow.ends_at).where(
        AvailabilityWindow.user_id == first.id
    )
    assert session.execute(rows).all() == [(DAY + 9 * HOUR, DAY + 18 * HOUR)]
    remove_hours(session, user_id=first.id, stretches=new, actor_id=first.id, now=NOW)
    assert session.execute(rows.order_by(AvailabilityWindow.starts_at)).all() == [
        (DAY + 9 * HOUR, DAY + 12 * HOUR),
        (DAY + 14 * HOUR, DAY + 18 * HOUR),
    ]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(NOW - 2 * HOUR, NOW - HOUR, "past"), (DAY, DAY + 17 * HOUR, "too_long")],
)
def test_hours_that_cannot_be_meant_are_refused(session, world, start, end, code):
    with pytest.raises(HoursError) as refused:
        add_hours(session, user_id=world[1].id, stretches=[(start, end)], actor_id=world[1].id, now=NOW)
    assert refused.value.code == code


def test_times_are_those_in_which_the_whole_panel_is_free(session, world):
    offer = offered(session, world)
    assert clocks(open_times(session, offer=offer, now=NOW)) == ["10:00", "10:30", "11:00", "14:00"]
    soon = DAY - timedelta(hours=13, minutes=40)
    assert clocks(open_times(session, offer=offer, now=soon)) == ["10:30", "11:00", "14:00"]
    world[2].is_active = False
    session.flush()
    assert open_times(session, offer=offer, now=NOW) == ()


def test_a_chosen_time_becomes_an_interview_once(session, world):
    _, first, second, _, application = world
    offer = offered(session, world)
    interview = choose_time(session, offer=offer, starts_at=DAY + 11 * HOUR, now=NOW)
    again = choose_time(session, offer=offer, starts_at=DAY + 11 * HOUR, now=NOW)
    assert interview.id == again.id
    assert session.scalar(select(func.count(Interview.id))) == 1
    assert interview.starts_at == DAY + 11 * HOUR
    assert interview.focus == offer.focus
    seats = select(Panelist.user_id).where(Panelist.interview_id == interview.id).order_by(Panelist.user_id)
    assert session.scalars(seats).all() == [first.id, second.id]
    assert application.stage is Stage.INTERVIEW
    assert offers_of(session, application_id=application.id, now=NOW)[0].state is OfferState.BOOKED


def test_what_was_chosen_can_be_moved_in_time_and_not_later(session, world):
    offer = offered(session, world)
    interview = choose_time(session, offer=offer, starts_at=DAY + 11 * HOUR, now=NOW)
    sequence = interview.sequence
    assert clocks(open_times(session, offer=offer, now=NOW)) == ["10:00", "10:30", "11:00", "14:00"]
    moved = choose_time(session, offer=offer, starts_at=DAY + 14 * HOUR, now=NOW)
    assert moved.id == interview.id
    assert moved.starts_at == DAY + 14 * HOUR
    assert moved.sequence > sequence
    with pytest.raises(BookingError) as refused:
        choose_time(session, offer=offer, starts_at=DAY + 10 * HOUR, now=DAY - 9 * HOUR)
    assert refused.value.code == "late"


def test_other_interviews_of_panel_and_candidate_take_times_away(session, world):
    recruiter, _first, _, posting, application = world
    other = make_application(session, posting, name="周小舟")
    taken = offered(session, world, application=other)
    choose_time(session, offer=taken, starts_at=DAY + 10 * HOUR, now=NOW)
    offer = offered(session, world)
    assert clocks(open_times(session, offer=offer, now=NOW)) == ["11:00", "14:00"]
    with pytest.raises(BookingError) as refused:
        choose_time(session, offer=offer, starts_at=DAY + 10 * HOUR, now=NOW)
    assert refused.value.code == "taken"
    third = make_user(session, Role.INTERVIEWER, name="白杨")
    elsewhere = make_posting(session, recruiter, slug="other")
    same = make_application(session, elsewhere)
    same.person_id = application.person_id
    hours = [(DAY + 9 * HOUR, DAY + 18 * HOUR)]
    add_hours(session, user_id=third.id, stretches=hours, actor_id=third.id, now=NOW)
    alone = offered(session, world, third, application=same)
    choose_time(session, offer=alone, starts_at=DAY + 11 * HOUR, now=NOW)
    assert clocks(open_times(session, offer=offer, now=NOW)) == ["14:00"]


def test_an_offer_ends(session, world):
    recruiter, *_, application = world
    offer = offered(session, world)
    assert open_offer_keys(session, application_id=application.id, now=NOW) == ((offer.key, "第一轮"),)
    with pytest.raises(BookingError) as refused:
        choose_time(session, offer=offer, starts_at=DAY + 11 * HOUR, now=DAY)
    assert refused.value.code == "expired"
    withdraw_offer(session, offer=offer, actor_id=recruiter.id, now=NOW)
    assert open_offer_keys(session, application_id=application.id, now=NOW) == ()
    with pytest.raises(BookingError) as refused:
        choose_time(session, offer=offer, starts_at=DAY + 11 * HOUR, now=NOW)
    assert refused.value.code == "withdrawn"
    renew_offer(session, offer=offer, actor_id=recruiter.id, now=NOW)
    interview = choose_time(session, offer=offer, starts_at=DAY + 11 * HOUR, now=NOW)
    with pytest.raises(BookingError) as refused:
        withdraw_offer(session, offer=offer, actor_id=recruiter.id, now=NOW)
    assert refused.value.code == "booked"
    cancel_interview(session, interview=interview, actor_id=recruiter.id, now=NOW)
    with pytest.raises(BookingError) as refused:
        choose_time(session, offer=offer, starts_at=DAY + 10 * HOUR, now=NOW)
    assert refused.value.code == "cancelled"


def test_what_the_candidate_writes_when_none_fits_is_kept(session, world):
    *_, application = world
    offer = offered(session, world)
    say_none_fits(session, offer=offer, text="  周四下午可以吗？" + "长" * 2000, now=NOW)
    row = offers_of(session, application_id=application.id, now=NOW)[0]
    assert row.wish is not None
    assert row.wish.startswith("周四下午可以吗？")
    assert len(row.wish) == 1000
    assert row.state is OfferState.OPEN
    with pytest.raises(BookingError):
        say_none_fits(session, offer=offer, text="  ", now=NOW)
    application.stage = Stage.WITHDRAWN
    with pytest.raises(BookingError) as refused:
        say_none_fits(session, offer=offer, text="请换一天", now=NOW)
    assert refused.value.code == "ended"


@pytest.mark.parametrize(
    "changes",
    [
        {"latest": DAY - HOUR},
        {"latest": DAY + timedelta(days=90)},
        {"expires_at": NOW},
        {"earliest": NOW - timedelta(days=2), "latest": NOW - timedelta(days=1)},
    ],
)
def test_terms_that_leave_no_time_are_refused(session, world, changes):
    with pytest.raises(BookingError) as refused:
        offered(session, world, **changes)
    assert refused.value.code == "span"


def test_an_offer_of_what_cannot_be_planned_is_refused(session, world):
    recruiter, first, *_, application = world
    with pytest.raises(InterviewError) as refused:
        possible_offer(
            session,
            application=application,
            plan=plan(first, focus=("zz",)),
            terms=terms(),
            actor_id=recruiter.id,
            now=NOW,
        )
    assert refused.value.code == "focus_unknown"


def test_of_two_candidates_at_once_one_gets_the_hour(session, engine, world):
    *_, posting, _application = world
    other = make_application(session, posting, name="周小舟")
    offers = [offered(session, world).id, offered(session, world, application=other).id]
    session.commit()
    outcomes: list[str] = []
    together = Barrier(2)

    def choose(ident: int) -> None:
        with Session(engine) as own:
            together.wait(10)
            try:
                choose_time(own, offer=own.get_one(BookingOffer, ident), starts_at=DAY + 11 * HOUR, now=NOW)
                own.commit()
                outcomes.append("chosen")
            except BookingError as error:
                own.rollback()
                outcomes.append(error.code)

    threads = [Thread(target=choose, args=(ident,)) for ident in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["chosen", "taken"]
    session.expire_all()
    assert session.scalar(select(func.count(Interview.id))) == 1
    stages = session.scalars(select(Application.stage).order_by(Application.stage)).all()
    assert stages.count(Stage.INTERVIEW) == 1
