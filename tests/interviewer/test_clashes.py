"""Nobody is booked twice unknowingly: not the panel, not the candidate over all applications, not by two recruiters at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import AbstainKind, Application, Interview, Posting, Role
from screening.queries.clashes import Span
from screening.queries.odd_hours import odd_hours
from screening.services.evaluating import abstain
from screening.services.interviewing import (
    ClashError,
    InterviewError,
    cancel_interview,
    reschedule_interview,
    restore_interview,
    schedule_interview,
)
from tests.factories import NOW, make_application, make_posting, make_user
from tests.interviewer.conftest import plan, submit


@pytest.fixture
def elsewhere(session):
    """Make an application to a posting on which the panel's recruiter has no right."""
    other = make_user(session, Role.RECRUITER, name="外人")
    return make_application(session, make_posting(session, other, slug="elsewhere"), name="石小猴"), other


def book(session, application, actor, *users, accepted=(), **changes) -> Interview:
    return schedule_interview(
        session,
        application=application,
        plan=plan(*users, **changes),
        actor_id=actor.id,
        now=NOW,
        accepted=accepted,
    )


def clashes_of(session, application, actor, *users, accepted=(), **changes):
    with pytest.raises(ClashError) as found:
        book(session, application, actor, *users, accepted=accepted, **changes)
    return found.value.clashes


def test_a_panel_member_is_taken_and_the_other_interview_is_named(session, panel):
    other = make_application(session, session.get_one(Posting, panel.application.posting_id), name="石小猴")
    (clash,) = clashes_of(session, other, panel.recruiter, panel.first, starts_at=NOW - timedelta(minutes=30))
    assert (clash.user_id, clash.name) == (panel.first.id, "何以然")
    assert (clash.other.interview_id, clash.other.candidate) == (panel.interview.id, "云小鹤")


def test_interviews_that_touch_do_not_clash(session, panel):
    other = make_application(session, session.get_one(Posting, panel.application.posting_id), name="石小猴")
    book(session, other, panel.recruiter, panel.first, starts_at=panel.interview.ends_at)
    book(session, other, panel.recruiter, panel.first, starts_at=panel.interview.starts_at - timedelta(minutes=45))


def test_who_has_no_right_learns_busy_and_no_more(session, panel, elsewhere):
    application, other = elsewhere
    (clash,) = clashes_of(session, application, other, panel.first)
    assert (clash.name, clash.other) == ("何以然", None)


def test_a_person_is_taken_over_all_applications(session, panel, elsewhere):
    _, other = elsewhere
    posting = session.scalars(select(Posting).where(Posting.slug == "elsewhere")).one()
    second = make_application(session, posting, name="云小鹤")
    second.person_id = panel.application.person_id
    session.flush()
    somebody = make_user(session, Role.INTERVIEWER)
    (clash,) = clashes_of(session, second, other, somebody)
    assert (clash.user_id, clash.name, clash.other) == (None, "云小鹤", None)


def test_acceptance_holds_for_what_was_shown_and_nothing_else(session, panel):
    other = make_application(session, session.get_one(Posting, panel.application.posting_id), name="石小猴")
    shown = [clash.key for clash in clashes_of(session, other, panel.recruiter, panel.first)]
    clashes_of(session, other, panel.recruiter, panel.first, panel.second, accepted=shown)
    clashes_of(session, other, panel.recruiter, panel.first, accepted=shown, minutes=50)
    reschedule_interview(
        session,
        interview=panel.interview,
        plan=plan(panel.first, panel.second, starts_at=panel.interview.starts_at + timedelta(minutes=5)),
        actor_id=panel.recruiter.id,
        now=NOW,
    )
    clashes_of(session, other, panel.recruiter, panel.first, accepted=shown)
    again = [clash.key for clash in clashes_of(session, other, panel.recruiter, panel.first)]
    assert book(session, other, panel.recruiter, panel.first, accepted=again).sequence == 0


def test_cancelled_interviews_and_abstentions_take_nobodys_time(session, panel):
    other = make_application(session, session.get_one(Posting, panel.application.posting_id), name="石小猴")
    before = panel.interview.starts_at - timedelta(hours=1)
    abstain(
        session, interview=panel.interview, user_id=panel.first.id, kind=AbstainKind.KNOWS, reason="同门", now=before
    )
    book(session, other, panel.recruiter, panel.first)
    cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
    third = make_application(session, session.get_one(Posting, panel.application.posting_id), name="路过")
    book(session, third, panel.recruiter, panel.second)


def test_a_plan_does_not_clash_with_itself(session, panel):
    reschedule_interview(
        session,
        interview=panel.interview,
        plan=plan(panel.first, panel.second, starts_at=panel.interview.starts_at + timedelta(minutes=10)),
        actor_id=panel.recruiter.id,
        now=NOW,
        accepted=(),
    )
    assert panel.interview.sequence == 1


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(session, panel):
    change = {"plan": plan(panel.first, panel.second, minutes=60), "actor_id": panel.recruiter.id, "now": NOW}
    reschedule_interview(session, interview=panel.interview, seen=0, **change)
    with pytest.raises(InterviewError, match="changed"):
        reschedule_interview(session, interview=panel.interview, seen=0, **change)


def test_evaluations_outlive_a_new_time_and_the_deadline_moves(session, panel):
    submit(session, panel, panel.first)
    later = NOW + timedelta(days=2)
    reschedule_interview(
        session,
        interview=panel.interview,
        plan=plan(panel.first, panel.second, starts_at=later, due_hours=48),
        actor_id=panel.recruiter.id,
        now=NOW,
    )
    one = panel.interview
    assert (one.ends_at - later, one.due_at - one.ends_at) == (timedelta(minutes=45), timedelta(hours=48))
    with pytest.raises(InterviewError, match="panel_submitted"):
        reschedule_interview(session, interview=one, plan=plan(panel.second), actor_id=panel.recruiter.id, now=NOW)
    panel.first.is_active = False
    session.flush()
    reschedule_interview(
        session, interview=one, plan=plan(panel.first, panel.second), actor_id=panel.recruiter.id, now=NOW
    )


def test_each_step_grows_the_sequence(session, panel):
    one = panel.interview
    cancel_interview(session, interview=one, actor_id=panel.recruiter.id, now=NOW)
    assert (one.sequence, one.changed_at) == (1, NOW)
    restore_interview(session, interview=one, actor_id=panel.recruiter.id, now=NOW + timedelta(minutes=1))
    assert (one.sequence, one.changed_at) == (2, NOW + timedelta(minutes=1))


@pytest.mark.parametrize("shared", ["interviewer", "candidate"])
def test_of_two_recruiters_at_once_one_is_told(engine, session, panel, shared):
    second = make_application(session, make_posting(session, panel.recruiter, slug="second"), name="石小猴")
    third = make_user(session, Role.INTERVIEWER, name="冬青")
    if shared == "candidate":
        second.person_id = panel.application.person_id
    session.commit()
    numbers = [panel.application.id, second.id]
    sitting = [panel.first, panel.first if shared == "interviewer" else third]
    barrier = Barrier(2)

    def work(place: int) -> str:
        barrier.wait(30)
        with Session(engine) as mine:
            application = mine.get_one(Application, numbers[place])
            try:
                book(mine, application, panel.recruiter, sitting[place], starts_at=NOW + timedelta(days=5))
                mine.commit()
            except ClashError as error:
                return f"{len(error.clashes)} clash"
            return "booked"

    for _round in range(5):
        with ThreadPoolExecutor(2) as pool:
            found = sorted(pool.map(work, range(2)))
        assert found == ["1 clash", "booked"]
        with Session(engine) as mine:
            last = mine.scalars(select(Interview).order_by(Interview.id.desc()).limit(1)).one()
            cancel_interview(mine, interview=last, actor_id=panel.recruiter.id, now=NOW)
            mine.commit()
    assert session.scalar(select(func.count()).select_from(Interview)) == 6


@pytest.mark.parametrize(
    ("local", "minutes", "odd"),
    [
        ((2026, 11, 24, 8, 0), 60, None),
        ((2026, 11, 24, 7, 59), 60, False),
        ((2026, 11, 24, 19, 15), 45, None),
        ((2026, 11, 24, 19, 30), 45, False),
        ((2026, 11, 28, 10, 0), 45, True),
        ((2026, 11, 24, 23, 30), 60, False),
    ],
)
def test_odd_hours_are_those_of_the_interviewers_own_clock(session, local, minutes, odd):
    here = make_user(session, Role.INTERVIEWER, name="甲")
    here.time_zone = "America/New_York"
    session.flush()
    start = datetime(*local, tzinfo=ZoneInfo("America/New_York"))
    found = odd_hours(
        session,
        user_ids=[here.id],
        span=Span(start, start + timedelta(minutes=minutes)),
        company_zone="Asia/Shanghai",
    )
    assert [row.is_weekend for row in found] == ([] if odd is None else [odd])
