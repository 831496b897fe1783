"""Planning an interview by a round of the plan: what the round fills in, reviews of documents, and what is next."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from screening.models import AbstainKind, Interview, Mail, Panelist, Recommendation, Role, RoundKind, Stage
from screening.queries.clashes import Span, find_clashes
from screening.queries.round_progress import round_steps
from screening.queries.status import read_status
from screening.services.availability import add_hours
from screening.services.booking import Terms, choose_time, make_offer, possible_offer
from screening.services.evaluating import Judgement, submit_evaluation
from screening.services.interview_plans import RoundFields, add_round, retire_round
from screening.services.interviewing import InterviewError, Plan, reschedule_interview, schedule_interview
from screening.services.pools import PoolFields, make_pool
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import sign_in

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def people(session):
    return [make_user(session, Role.INTERVIEWER, name=name) for name in ("何以然", "许愿")]


@pytest.fixture
def application(session, posting):
    return make_application(session, posting)


@pytest.fixture
def plan_of(session, posting, recruiter, people):
    """Make a review, a coding round with a pool, and a panel; give their ids by name."""
    pool = make_pool(
        session, fields=PoolFields("全部", tuple(one.id for one in people)), actor_id=recruiter.id, now=NOW
    )
    rounds = (
        RoundFields(RoundKind.RESUME_REVIEW, "Reading", 20, 1, ("publication-12",), (people[1].id,), None, 48),
        RoundFields(RoundKind.TECHNICAL, "Coding", 75, 1, ("tool-8",), (), pool.id, 12),
        RoundFields(RoundKind.PANEL, "Values", 45, 1, ("trait-10",), (people[0].id,)),
    )
    made = [add_round(session, posting=posting, fields=one, actor_id=recruiter.id, now=NOW) for one in rounds]
    made[1].focus = ["tool-8", "a-key-that-is-gone"]
    session.flush()
    return {one.name: one for one in made}


def plan_for(one, panel, *, starts_at=NOW + timedelta(days=1), **more):
    return Plan(
        round=one.name,
        starts_at=starts_at,
        minutes=one.minutes,
        time_zone="Asia/Shanghai",
        place="",
        panel=panel,
        focus=("r3",),
        due_hours=one.due_hours,
        round_id=one.id,
        **more,
    )


def schedule(session, application, one, panel, recruiter, *, now=NOW, **more):
    return schedule_interview(
        session, application=application, plan=plan_for(one, panel, **more), actor_id=recruiter.id, now=now
    )


def submit(session, interview, user, now):
    submit_evaluation(
        session,
        interview=interview,
        user_id=user.id,
        judgements={ident: Judgement(3) for ident in interview.focus},
        recommendation=Recommendation.YES,
        summary="可以。",
        now=now,
    )


def steps(session, application, now=NOW, *, blind=False):
    session.flush()
    found = round_steps(session, application=application, now=now, blind=blind)
    return [(one.round.name, one.step.value + (" next" if one.is_next else "")) for one in found]


def test_an_interview_keeps_its_round_and_kind_and_the_deadline_of_the_round(
    session, application, plan_of, people, recruiter
):
    interview = schedule(session, application, plan_of["Coding"], (people[0].id,), recruiter)
    assert (interview.round_id, interview.kind) == (plan_of["Coding"].id, RoundKind.TECHNICAL)
    assert interview.ends_at - interview.starts_at == timedelta(minutes=75)
    assert interview.due_at - interview.ends_at == timedelta(hours=12)


def test_a_review_can_be_written_at_once_and_ends_when_it_is_due(session, application, plan_of, people, recruiter):
    review = schedule(session, application, plan_of["Reading"], (people[1].id,), recruiter, starts_at=NOW)
    assert review.kind is RoundKind.RESUME_REVIEW
    assert (review.ends_at, review.due_at) == (NOW + timedelta(hours=48),) * 2
    submit(session, review, people[1], NOW + timedelta(minutes=1))


def test_a_review_takes_nobodys_time_and_the_candidate_sees_none(session, application, plan_of, people, recruiter):
    schedule(session, application, plan_of["Reading"], (people[1].id,), recruiter, starts_at=NOW)
    span = Span(NOW, NOW + timedelta(hours=1))
    found = find_clashes(session, user_ids=[people[1].id], application=application, span=span, actor=None)
    assert found == ()
    assert read_status(session, application_id=application.id, now=NOW).appointments == ()
    meeting = schedule(session, application, plan_of["Coding"], (people[1].id,), recruiter, starts_at=NOW)
    found = find_clashes(session, user_ids=[people[1].id], application=application, span=span, actor=None)
    assert {clash.user_id for clash in found} == {people[1].id, None}
    appointments = read_status(session, application_id=application.id, now=NOW).appointments
    assert [one.starts_at for one in appointments] == [meeting.starts_at]


def test_a_round_of_another_posting_is_refused(session, application, plan_of, people, recruiter):
    other = make_posting(session, recruiter, slug="other")
    fields = RoundFields(RoundKind.PANEL, "Values", 45, 1, ())
    foreign = add_round(session, posting=other, fields=fields, actor_id=recruiter.id, now=NOW)
    with pytest.raises(InterviewError, match="round_unknown"):
        schedule(session, application, foreign, (people[0].id,), recruiter)


def test_a_changed_interview_keeps_the_kind_it_was_planned_as(session, application, plan_of, people, recruiter):
    one = plan_of["Coding"]
    interview = schedule(session, application, one, (people[0].id,), recruiter)
    one.kind = RoundKind.RESUME_REVIEW
    session.flush()
    later = plan_for(one, (people[0].id,), starts_at=NOW + timedelta(days=3))
    reschedule_interview(session, interview=interview, plan=later, actor_id=recruiter.id, now=NOW)
    assert interview.kind is RoundKind.TECHNICAL
    assert interview.ends_at - interview.starts_at == timedelta(minutes=75)


def test_what_is_next_follows_what_was_reached(session, application, plan_of, people, recruiter, posting):
    assert steps(session, application) == [("Reading", "missing next"), ("Coding", "missing"), ("Values", "missing")]
    coding = schedule(session, application, plan_of["Coding"], (people[0].id,), recruiter)
    assert steps(session, application) == [("Reading", "missing"), ("Coding", "planned"), ("Values", "missing next")]
    after = coding.ends_at
    assert steps(session, application, after)[1] == ("Coding", "held")
    submit(session, coding, people[0], after)
    assert steps(session, application, after)[1] == ("Coding", "done")
    retire_round(session, posting=posting, round_id=plan_of["Values"].id, actor_id=recruiter.id, now=NOW)
    retire_round(session, posting=posting, round_id=coding.round_id, actor_id=recruiter.id, now=NOW)
    assert steps(session, application, after) == [("Reading", "missing next"), ("Coding", "done")]
    coding.cancelled_at = after
    assert steps(session, application, after) == [("Reading", "missing next")]


def test_to_a_blind_reader_no_step_depends_on_what_others_have_submitted(
    session, application, plan_of, people, recruiter
):
    coding = schedule(session, application, plan_of["Coding"], (people[0].id,), recruiter)
    review = schedule(session, application, plan_of["Reading"], (people[1].id,), recruiter, starts_at=NOW)
    moments = [NOW, coding.starts_at, coding.ends_at, review.due_at + timedelta(days=1)]
    before = [steps(session, application, moment, blind=True) for moment in moments]
    submit(session, review, people[1], NOW)
    submit(session, coding, people[0], coding.ends_at)
    assert [steps(session, application, moment, blind=True) for moment in moments] == before
    assert [step for _, step in before[-1]] == ["planned", "held", "missing next"]
    assert [step for _, step in steps(session, application, moments[-1])] == ["done", "done", "missing next"]


def test_a_panel_that_abstained_as_one_has_not_done_its_round(session, application, plan_of, people, recruiter):
    coding = schedule(session, application, plan_of["Coding"], (people[0].id,), recruiter)
    seat = session.get_one(Panelist, (coding.id, people[0].id))
    seat.abstained_at, seat.abstain_kind, seat.abstain_reason = NOW, AbstainKind.KNOWS, ""
    assert steps(session, application, coding.ends_at)[1] == ("Coding", "held")


def ticked(page, name):
    return re.findall(rf'name="{name}" value="([^"]+)" checked', page)


def fields_in(page):
    hidden = dict(re.findall(r'name="(csrf_token|round_id|seen)" value="([^"]*)"', page))
    typed = dict(re.findall(r'name="(round|day|clock|time_zone|minutes)"[^>]* value="([^"]*)"', page))
    return {**hidden, **typed, "panel": ticked(page, "panel"), "focus": ticked(page, "focus")}


def test_the_next_round_fills_the_page_and_the_interview_hangs_on_it(
    session, client, browse, application, plan_of, people, recruiter
):
    address = f"/staff/applications/{application.id}/interviews/new"
    page = browse(f"{address}?round={plan_of['Coding'].id}")
    assert 'value="Coding"' in page
    assert (ticked(page, "focus"), ticked(page, "panel")) == (["r3"], [str(people[0].id)])
    assert "0 this week" in page
    fields = fields_in(page)
    assert (fields["minutes"], fields["round_id"]) == ("75", str(plan_of["Coding"].id))
    session.commit()
    assert client.post(address, data=fields).status_code == 303
    interview = session.scalars(select(Interview)).one()
    assert interview.round_id == plan_of["Coding"].id
    assert interview.due_at - interview.ends_at == timedelta(hours=12)
    page = browse(f"/staff/applications/{application.id}?side=interviews")
    rounds = page[page.index("Reading") :]
    assert rounds.index("Coding") < rounds.index("Values")
    assert "criteria that no interview covers yet" in page


def test_the_panel_is_proposed_again_for_the_time_that_was_typed(
    session, client, browse, application, plan_of, people, recruiter, posting
):
    address = f"/staff/applications/{application.id}/interviews/new"
    fields = {**fields_in(browse(f"{address}?round={plan_of['Coding'].id}")), "day": "2027-03-01", "clock": "10:00"}
    fields["time_zone"] = "Asia/Shanghai"
    other = make_application(session, posting)
    at = NOW.replace(year=2027, month=3, day=1, hour=2)
    schedule(session, other, plan_of["Values"], (people[0].id,), recruiter, starts_at=at)
    session.commit()
    answer = client.post(address, data={**fields, "act": "seat"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "busy then" in page
    assert "1 this week" in page
    assert ticked(page, "panel") == [str(people[1].id)]
    assert 'value="2027-03-01"' in page
    assert session.scalars(select(Interview.application_id)).all() == [other.id]


def test_a_review_is_asked_for_without_a_time_and_only_the_reader_is_told(
    session, client, browse, application, plan_of, people, recruiter
):
    address = f"/staff/applications/{application.id}/interviews/new"
    page = browse(address)
    assert "Nobody meets." in page
    assert 'type="date"' not in page
    session.commit()
    assert client.post(address, data={**fields_in(page), "tell": "y"}).status_code == 303
    review = session.scalars(select(Interview)).one()
    assert review.kind is RoundKind.RESUME_REVIEW
    assert (review.ends_at, review.due_at - review.starts_at) == (review.due_at, timedelta(hours=48))
    assert application.email not in session.scalars(select(Mail.to_address)).all()
    due = review.due_at
    page = browse(f"/staff/interviews/{review.id}/plan")
    session.commit()
    fields = {**fields_in(page), "round_id": str(plan_of["Reading"].id), "seen": str(review.sequence)}
    answer = client.post(f"/staff/interviews/{review.id}/plan", data={**fields, "round": "Close reading"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    assert (review.round, review.due_at) == ("Close reading", due)


@SQLITE
def test_the_reader_finds_a_review_among_what_is_to_be_written(
    session, client, application, plan_of, people, recruiter
):
    now = datetime.now(UTC)
    schedule(session, application, plan_of["Reading"], (people[1].id,), recruiter, starts_at=now, now=now)
    session.commit()
    sign_in(client, people[1])
    client.set_cookie("locale", "en")
    page = client.get("/staff/").get_data(as_text=True)
    assert "Scorecards to write" in page
    assert "No interviews today." in page
    assert "due " in client.get("/staff/interviews").get_data(as_text=True)


@SQLITE
def test_outside_the_plan_nothing_is_filled_in(browse, application, plan_of):
    page = browse(f"/staff/applications/{application.id}/interviews/new?round=other")
    assert fields_in(page)["round_id"] == "other"
    assert ticked(page, "panel") == []
    assert ticked(page, "focus") == ["r4"]


def test_a_review_brings_a_new_application_to_the_stage_review_and_a_meeting_further(
    session, application, plan_of, people, recruiter
):
    schedule(session, application, plan_of["Reading"], (people[1].id,), recruiter, starts_at=NOW)
    assert application.stage is Stage.SCREENING
    schedule(session, application, plan_of["Coding"], (people[0].id,), recruiter)
    assert application.stage is Stage.INTERVIEW


def test_a_time_that_the_candidate_chooses_is_held_in_the_round_and_stays_in_it(
    session, application, plan_of, people, recruiter
):
    one = plan_of["Coding"]
    free = NOW + timedelta(days=2)
    stretch = [(free, free + timedelta(hours=6))]
    add_hours(session, user_id=people[0].id, stretches=stretch, actor_id=people[0].id, now=NOW)
    terms = Terms(NOW, NOW + timedelta(days=5), NOW + timedelta(days=4), 1)
    offer = possible_offer(
        session,
        application=application,
        plan=plan_for(one, (people[0].id,)),
        terms=terms,
        actor_id=recruiter.id,
        now=NOW,
    )
    make_offer(session, offer=offer, now=NOW)
    interview = choose_time(session, offer=offer, starts_at=free, now=NOW)
    assert (interview.round_id, interview.kind) == (one.id, RoundKind.TECHNICAL)
    assert interview.due_at - interview.ends_at == timedelta(hours=12)
    interview.round_id = plan_of["Values"].id
    choose_time(session, offer=offer, starts_at=free + timedelta(hours=3), now=NOW)
    assert interview.round_id == plan_of["Values"].id


def test_offers_are_made_for_rounds_in_which_people_meet(browse, application, plan_of, people):
    address = f"/staff/applications/{application.id}/offers/new"
    page = browse(address)
    assert "Reading" not in page
    assert 'value="Coding"' in page
    assert ticked(page, "panel") == [str(people[0].id)]
    assert fields_in(page)["round_id"] == str(plan_of["Coding"].id)
    assert fields_in(browse(f"{address}?round={plan_of['Reading'].id}"))["round_id"] == str(plan_of["Coding"].id)
    assert fields_in(browse(f"{address}?round=other"))["round_id"] == "other"
