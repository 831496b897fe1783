"""The worker sets counters of stages right once a day and counts how long applications stand there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from screening.extensions import db
from screening.models import Job, Posting, Stage, StageCount, StageDay, StageFigure
from screening.services.moving import move_many
from screening.services.stage_counts import find_drift
from tests.factories import make_application, make_posting, make_user
from tests.worker.test_measuring import run
from worker import counting


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_once_a_day_counters_are_mended_and_told_and_times_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    now, session = datetime.now(UTC), db.session
    recruiter = make_user(session)
    posting = make_posting(session, recruiter)
    one = make_application(session, posting, since=now - timedelta(hours=7))
    make_application(session, posting, since=now)
    move_many(session, application_ids=[one.id], to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    session.execute(update(StageDay).where(StageDay.stage == Stage.SCREENING).values(count=5))
    session.execute(update(StageCount).where(StageCount.stage == Stage.APPLIED).values(count=9))
    session.commit()
    ident = posting.id
    counting.count_stages_daily.run()
    counting.count_stages_daily.run()
    with caplog.at_level(logging.WARNING):
        assert run("count_stages") == 3  # asked for by the move; by the day: the counters, then the times
    assert [record.message for record in caplog.records if "counters of stages of posting" in record.message]
    session.rollback()
    assert find_drift(session, posting_id=ident) == []
    assert session.scalars(select(StageFigure.median_seconds)).all() == [7 * 3600]
    assert session.get_one(Posting, ident).stage_seconds == 7 * 3600
    assert session.scalars(select(Job.last_error).where(Job.last_error.is_not(None))).all() == []
