"""Candidates whose interviews were evaluated, and the counting that the worker does."""

from __future__ import annotations

from datetime import timedelta

from screening.models import Recommendation, Stage
from screening.services.evaluating import Judgement, submit_evaluation
from screening.services.interviewing import Plan, schedule_interview
from screening.services.measurements import add_up_posting, read_anew, store_facts, store_figures
from tests.factories import NOW, make_application

FOCUS = ("r2", "r4")


def judgement(value):
    return Judgement(value, "讲得清楚。")


def plan_interview(session, application, recruiter, *panel, starts_at=NOW - timedelta(hours=2)):
    plan = Plan(
        round="第一轮",
        starts_at=starts_at,
        minutes=60,
        time_zone="Asia/Shanghai",
        place="",
        panel=tuple(user.id for user in panel),
        focus=FOCUS,
    )
    return schedule_interview(session, application=application, plan=plan, actor_id=recruiter.id, now=starts_at)


def evaluate(session, interview, user, value=3, *, now=NOW):
    return submit_evaluation(
        session,
        interview=interview,
        user_id=user.id,
        judgements={ident: judgement(value) for ident in FOCUS},
        recommendation=Recommendation.YES if value > 2 else Recommendation.NO,
        summary="可以。",
        now=now,
    )


def interviewed(session, posting, recruiter, *panel, values=(3, 3), starts_at=NOW - timedelta(hours=2)):
    application = make_application(session, posting, stage=Stage.SCREENING)
    interview = plan_interview(session, application, recruiter, *panel, starts_at=starts_at)
    for user, value in zip(panel, values, strict=False):
        evaluate(session, interview, user, value, now=starts_at + timedelta(hours=3))
    return application, interview


def work(session, posting, now=NOW):
    """Do what the worker's job does."""
    while (reading := read_anew(session, posting_id=posting.id)).changes:
        store_facts(session, reading, now=now)
    store_figures(session, add_up_posting(session, posting_id=posting.id, now=now))
