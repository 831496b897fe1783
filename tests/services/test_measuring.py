"""Measurement of interviews: what counts, when it is counted, and that the worker ends with the same figures as a count from scratch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from rubrics.codec import load_measures, load_tally
from screening.models import Application, Job, MeasuredApplication, Measurement, Outcome, Recommendation, Role, Stage
from screening.queries.measured_scopes import SETTLE, scope_of
from screening.services.deciding import decide
from screening.services.evaluating import Judgement, abstain, amend_evaluation
from screening.services.interviewing import cancel_interview
from screening.services.measurements import (
    PERIODS,
    add_up_posting,
    add_up_set,
    measure_posting,
    measure_sets,
    read_anew,
    store_facts,
    store_figures,
)
from screening.services.measuring import GATHER, ask_for_all, note_panels, repair
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.interviewed import FOCUS, evaluate, interviewed, plan_interview, work
from tests.recruiter.worlds import score


@pytest.fixture
def people(session):
    return [make_user(session, Role.INTERVIEWER, name=name) for name in ("何以然", "许愿", "梁子安")]


@pytest.fixture
def recruiter(session):
    return make_user(session, Role.RECRUITER)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


def counted(session):
    return session.scalars(
        select(MeasuredApplication.application_id)
        .where(MeasuredApplication.left_at.is_(None))
        .order_by(MeasuredApplication.application_id)
    ).all()


def judged(session):
    return session.scalars(select(Application.id).where(Application.is_judged).order_by(Application.id)).all()


def jobs(session):
    return session.execute(
        select(Job.key, Job.due_at).where(Job.name == "measure_posting").order_by(Job.due_at, Job.key)
    ).all()


def figures(session, scope, days=0):
    row = session.get_one(Measurement, (scope, days), populate_existing=True)
    return load_measures(row.document["measures"])


def test_only_complete_panels_count_and_silence_is_kept_until_then(session, posting, recruiter, people):
    application = make_application(session, posting, stage=Stage.SCREENING)
    interview = plan_interview(session, application, recruiter, *people[:2])
    evaluate(session, interview, people[0])
    assert (counted(session), jobs(session)) == ([], [])

    evaluate(session, interview, people[1])
    assert counted(session) == [application.id]
    assert [key.split(":")[1] for key, _ in jobs(session)] == [str(posting.id)]


def test_one_job_gathers_a_minute_and_runs_after_it(session, posting, recruiter, people):
    for _ in range(3):
        interviewed(session, posting, recruiter, *people[:2], starts_at=NOW - timedelta(hours=3))
    (only,) = jobs(session)
    assert GATHER >= only.due_at - SETTLE - NOW > timedelta(0)
    interviewed(session, posting, recruiter, *people[:2], starts_at=NOW - timedelta(hours=3) + GATHER)
    assert len(jobs(session)) == 2


def test_who_abstained_keeps_nobody_waiting(session, posting, recruiter, people):
    application, interview = interviewed(session, posting, recruiter, *people[:2], values=(3,))
    assert counted(session) == []
    abstain(session, interview=interview, user_id=people[1].id, kind="knows", reason="认识", now=NOW)
    assert counted(session) == [application.id]


def test_another_round_takes_the_candidate_out_until_it_is_evaluated(session, posting, recruiter, people):
    application, _ = interviewed(session, posting, recruiter, *people[:2])
    work(session, posting)
    assert figures(session, scope_of([posting.id])).cases == 1

    second = plan_interview(session, application, recruiter, people[2], starts_at=NOW)
    assert counted(session) == []
    work(session, posting)
    assert figures(session, scope_of([posting.id])).cases == 0

    evaluate(session, second, people[2], 4, now=NOW + timedelta(hours=2))
    work(session, posting)
    assert figures(session, scope_of([posting.id])).evaluations == 3


def test_a_cancelled_round_is_no_hindrance(session, posting, recruiter, people):
    application, _ = interviewed(session, posting, recruiter, *people[:2])
    second = plan_interview(session, application, recruiter, people[2], starts_at=NOW)
    cancel_interview(session, interview=second, actor_id=recruiter.id, now=NOW)
    assert counted(session) == [application.id]


def test_an_amendment_is_read_and_one_behind_somebodys_back_is_not(session, posting, recruiter, people):
    application, interview = interviewed(session, posting, recruiter, *people[:2])
    work(session, posting)

    def amend(value, seen):
        amend_evaluation(
            session,
            interview=interview,
            user_id=people[0].id,
            judgements={ident: Judgement(value, "改了。") for ident in FOCUS},
            recommendation=Recommendation.YES,
            summary="改了。",
            reason="记错",
            seen=seen,
            now=NOW + timedelta(hours=1),
        )

    amend(4, 1)
    work(session, posting)
    use = figures(session, scope_of([posting.id])).uses[0]
    assert use.counts == (0, 0, 2, 2, 0)

    plan_interview(session, application, recruiter, people[2], starts_at=NOW)
    before = len(jobs(session))
    amend(1, 2)
    assert (counted(session), len(jobs(session))) == ([], before)


def test_facts_that_were_overtaken_are_read_again(session, posting, recruiter, people):
    application, _ = interviewed(session, posting, recruiter, *people[:2])
    reading = read_anew(session, posting_id=posting.id)
    note_panels(session, application_id=application.id, now=NOW)
    store_facts(session, reading, now=NOW)
    assert set(read_anew(session, posting_id=posting.id).changes) == {application.id}


def test_decisions_and_prescores_stand_beside_the_ratings(session, posting, recruiter, people):
    applications = [interviewed(session, posting, recruiter, *people[:2], values=(4, 4))[0] for _ in range(5)]
    for application in applications:
        score(session, application)
        decide(
            session,
            application=application,
            outcome=Outcome.ADVANCE,
            reason="panel_agrees",
            note="",
            actor_id=recruiter.id,
            now=NOW,
        )
    measure_posting(session, posting_id=posting.id, now=NOW)
    row = session.get_one(Measurement, (scope_of([posting.id]), 0))
    sums = load_tally(row.tally)
    assert sums.decided["programming_language-7"] == {"41": 5}
    assert sums.line.n == 5
    assert {verdict.value for verdict in sums.verdicts["trait-10"]} == {"for_interview"}
    assert row.document["labels"]["trait-10"] == {"id": "r4", "text": "思路清楚，愿意协作。", "language": "zh"}


def test_periods_hold_what_falls_into_them(session, posting, recruiter, people):
    for days in (1, 60, 200, 500):
        interviewed(session, posting, recruiter, *people[:2], starts_at=NOW - timedelta(days=days))
    measure_posting(session, posting_id=posting.id, now=NOW)
    rows = session.execute(select(Measurement.days, Measurement.inputs)).all()
    assert dict(rows) == {30: 1, 90: 2, 365: 3, 0: 4}


def test_the_work_in_steps_ends_as_a_count_from_scratch(session, posting, recruiter, people):
    for number in range(12):
        interviewed(session, posting, recruiter, *people[:2], values=(1 + number % 4, 1 + number % 3))
        if number % 5 == 0:
            work(session, posting)
    work(session, posting)
    scope = scope_of([posting.id])
    stepwise = figures(session, scope)
    measure_posting(session, posting_id=posting.id, now=NOW)
    assert figures(session, scope) == stepwise
    assert [one.alpha.n for one in stepwise.agreement] == [12, 12]


def test_sums_of_several_postings_are_those_of_their_candidates(session, recruiter, people):
    postings = [make_posting(session, recruiter, slug=f"posting-{number}") for number in range(3)]
    for posting in postings:
        for number in range(4):
            interviewed(session, posting, recruiter, *people[:2], values=(1 + number, 1 + number))
    other = make_user(session, Role.HIRING_MANAGER)
    for posting in postings:
        measure_posting(session, posting_id=posting.id, now=NOW)
    assert measure_sets(session) == 2
    mine = figures(session, scope_of([posting.id for posting in postings]))
    assert mine.cases == 12
    assert [(one.alpha.n, one.alpha.value) for one in mine.agreement] == [(12, 1.0), (12, 1.0)]
    assert figures(session, "all") == mine
    assert add_up_set(session, reader_id=other.id).rows == ()


def test_older_figures_never_replace_newer_ones(session, posting, recruiter, people):
    interviewed(session, posting, recruiter, *people[:2])
    old = add_up_posting(session, posting_id=posting.id, now=NOW - timedelta(seconds=1))
    work(session, posting)
    store_figures(session, old)
    assert session.get_one(Measurement, (scope_of([posting.id]), 0)).inputs == 1


def test_a_repair_finds_what_was_missed(session, posting, recruiter, people):
    application, _ = interviewed(session, posting, recruiter, *people[:2])
    waiting, _ = interviewed(session, posting, recruiter, *people[:2], values=(3,))
    session.execute(MeasuredApplication.__table__.delete())
    session.add(MeasuredApplication(application_id=waiting.id, posting_id=posting.id))
    assert judged(session) == [application.id]
    session.execute(Application.__table__.update().values(is_judged=~Application.__table__.c.is_judged))
    session.flush()
    assert judged(session) == [waiting.id]
    repair(session, posting_id=posting.id, now=NOW)
    assert counted(session) == judged(session) == [application.id]


def test_who_is_judged_is_known_at_once(session, posting, recruiter, people):
    application = make_application(session, posting, stage=Stage.INTERVIEW)
    first = plan_interview(session, application, recruiter, people[0])
    assert judged(session) == []
    evaluate(session, first, people[0])
    assert judged(session) == [application.id]
    plan_interview(session, application, recruiter, people[1])
    assert judged(session) == []  # somebody owes an evaluation again


def test_the_daily_repair_is_asked_for_once_a_day(session, posting, recruiter, people):
    interviewed(session, posting, recruiter, *people[:2])
    make_posting(session, recruiter, slug="without-interviews")
    before = len(jobs(session))
    assert ask_for_all(session, now=NOW) == 1
    assert ask_for_all(session, now=NOW + timedelta(hours=3)) == 1
    assert len(jobs(session)) == before + 1
    ask_for_all(session, now=NOW + timedelta(days=1))
    assert len(jobs(session)) == before + 2


def test_a_posting_has_as_many_rows_as_periods(session, posting, recruiter, people):
    for _ in range(3):
        interviewed(session, posting, recruiter, *people[:2])
        measure_posting(session, posting_id=posting.id, now=NOW)
    assert session.scalar(select(func.count()).select_from(Measurement)) == len(PERIODS)
