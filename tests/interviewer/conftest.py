"""A panel of two and a recruiter around one application, with everything that could leak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Recommendation, Role, Stage, User
from screening.services.evaluating import Judgement, submit_evaluation
from screening.services.interviewing import Plan, schedule_interview
from tests.architecture.doors import sign_in
from tests.factories import NOW, make_application, make_posting, make_user

FOCUS = ("r2", "r4")
SECRET = "泄露就会看到的评语 wombat-417"


@dataclass(frozen=True, slots=True)
class Panel:
    """Who is there, and one interview that began an hour before ``NOW``."""

    recruiter: User
    first: User
    second: User
    application: Application
    interview: Interview


def plan(*panel: User, focus: tuple[str, ...] = FOCUS, **changes) -> Plan:
    values = {
        "round": "第一轮",
        "starts_at": NOW - timedelta(hours=1),
        "minutes": 45,
        "time_zone": "Asia/Shanghai",
        "place": "3 号会议室",
        "panel": tuple(user.id for user in panel),
        "focus": focus,
    }
    return Plan(**{**values, **changes})


def judgements(value: int | None = 3, note: str = "讲得清楚。") -> dict[str, Judgement]:
    return {ident: Judgement(value, note) for ident in FOCUS}


def submit(session: Session, panel: Panel, user: User, value: int = 3, note: str = "讲得清楚。"):
    return submit_evaluation(
        session,
        interview=panel.interview,
        user_id=user.id,
        judgements=judgements(value, note),
        recommendation=Recommendation.STRONG_YES if value > 2 else Recommendation.NO,
        summary=note,
        now=NOW,
    )


@pytest.fixture
def panel(session: Session) -> Panel:
    recruiter = make_user(session, Role.RECRUITER, name="梁上燕")
    first = make_user(session, Role.INTERVIEWER, name="何以然")
    second = make_user(session, Role.INTERVIEWER, name="许愿")
    posting = make_posting(session, recruiter)
    application = make_application(session, posting, stage=Stage.SCREENING)
    interview = schedule_interview(
        session, application=application, plan=plan(first, second), actor_id=recruiter.id, now=NOW
    )
    session.commit()
    return Panel(recruiter, first, second, application, interview)


@pytest.fixture
def caller(app: Flask):
    """Give a caller who is signed in as somebody."""

    def make(user: User) -> FlaskClient:
        return sign_in(app, user)

    return make
