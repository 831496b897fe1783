"""A real worker rejects many, calls their interviews off with the mails of each, and plans them again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from screening import audit
from screening.config import Settings
from screening.extensions import db
from screening.models import (
    Application,
    Bulk,
    BulkKind,
    BulkState,
    Interview,
    Mail,
    MailState,
    Posting,
    Role,
    Stage,
    User,
)
from screening.policy import Actor
from screening.services.bulks import CALLED_OFF_AT_ONCE, start
from screening.services.undoing import undo_bulk
from screening.web.interview_news import tell_of
from tests.factories import make_application, make_posting, make_user, move_interview
from tests.real.broker import Broker
from tests.real.processes import environment, running, wait_for
from tests.recruiter.interviewed import plan_interview

NUMBER = CALLED_OFF_AT_ONCE + 1
"""So many that the request leaves them to the worker."""


@pytest.fixture(autouse=True)
def _empty_queue(broker: Broker) -> None:
    broker.flush()


@pytest.fixture
def invited(app: Flask, session: Session) -> list[int]:
    """Make applications with an interview to which its people have been invited; give their numbers."""
    recruiter, member = make_user(session), make_user(session, Role.INTERVIEWER)
    posting, made = make_posting(session, recruiter), []
    for _ in range(NUMBER):
        application = make_application(session, posting, stage=Stage.SCREENING)
        interview = plan_interview(session, application, recruiter, member)
        move_interview(interview, datetime.now(UTC) + timedelta(days=9))
        made.append((application.id, interview.id))
    session.commit()
    with app.test_request_context():
        for _, interview_id in made:
            tell_of(interview_id, tell_candidate=True)
        db.session.commit()
    session.execute(update(Mail).values(state=MailState.SENT))
    session.commit()
    return [ident for ident, _ in made]


def test_the_worker_calls_interviews_off_with_their_mails_and_plans_them_again(
    session: Session, invited: list[int], settings: Settings, tmp_path: Path
) -> None:
    posting = session.scalars(select(Posting)).one()
    where, author = posting.id, session.scalars(select(User.id).where(User.role == Role.RECRUITER)).one()
    arguments = {"to": "rejected", "reason": "filled", "call_off": NUMBER, "base": "https://jobs.example.com/"}
    seen = dict.fromkeys(invited, Stage.INTERVIEW)
    ident = start(
        session, posting=posting, kind=BulkKind.MOVE, arguments=arguments, seen=seen, actor_id=author,
        now=datetime.now(UTC),
    ).id  # fmt: skip
    session.commit()

    def reached(state: BulkState) -> bool:
        session.expire_all()
        answer = session.get_one(Bulk, ident).state is state
        session.rollback()
        return answer

    def off() -> tuple[int, int]:
        session.expire_all()
        rejected = select(func.count()).where(Application.stage == Stage.REJECTED)
        cancelled = select(func.count()).where(Interview.cancelled_at.is_not(None))
        return session.scalar(rejected) or 0, session.scalar(cancelled) or 0

    env = environment(settings)
    with running(tmp_path, "beat", env=env), running(tmp_path, "worker", env=env) as worker:
        wait_for(lambda: reached(BulkState.DONE), say=worker.output)
        assert off() == (NUMBER, NUMBER)
        told = session.scalars(select(Mail).where(Mail.template.in_(("panel_off", "candidate_ended_off")))).all()
        assert len(told) == 2 * NUMBER
        assert all("METHOD:CANCEL" in (mail.calendar or "") for mail in told)
        assert all(
            "https://jobs.example.com/status/" in mail.text for mail in told if mail.template == "candidate_ended_off"
        )
        session.rollback()
        actor = Actor(author, Role.RECRUITER, frozenset({where}))
        undo_bulk(session, bulk=session.get_one(Bulk, ident), actor=actor, now=datetime.now(UTC))
        session.commit()
        wait_for(lambda: reached(BulkState.UNDONE), say=worker.output)
    assert off() == (0, 0)
    recalled = select(Mail.state).where(Mail.template == "candidate_ended_off")
    assert set(session.scalars(recalled)) == {MailState.RECALLED}
    assert audit.is_intact(session)
