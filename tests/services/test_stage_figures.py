"""How long applications stand in a stage: the definition, what was taken back, and what a count reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening import queue
from screening.models import Job, Posting, Stage, StageFigure
from screening.services import stage_figures
from screening.services.moving import move_many, undo_moves
from screening.services.stage_figures import GATHER, ask_for_all, read_times, store_times
from tests.factories import NOW, make_application, make_posting, make_user

HOUR = 3600


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


def moved(session, application, recruiter, *steps):
    """Move an application: each step is a stage and how many hours it stood before."""
    at = application.submitted_at
    for stage, hours in steps:
        at += timedelta(hours=hours)
        move_many(
            session,
            application_ids=[application.id],
            to=stage,
            actor_id=recruiter.id,
            now=at,
            reason="filled" if stage is Stage.REJECTED else None,
        )
    return at


def test_figures_are_the_median_and_the_ninetieth_percentile_of_what_was_left(session, posting, recruiter):
    for hours in range(1, 11):
        one = make_application(session, posting)
        moved(session, one, recruiter, (Stage.SCREENING, hours), (Stage.INTERVIEW, 100))
    make_application(session, posting)  # has left nothing
    store_times(session, read_times(session, posting_id=posting.id), now=NOW)
    figures = {one.stage: one for one in session.scalars(select(StageFigure))}
    assert set(figures) == {Stage.APPLIED, Stage.SCREENING}
    applied = figures[Stage.APPLIED]
    assert (applied.median_seconds, applied.p90_seconds, applied.count) == (int(5.5 * HOUR), 9 * HOUR, 10)
    assert (figures[Stage.SCREENING].median_seconds, figures[Stage.SCREENING].p90_seconds) == (100 * HOUR, 100 * HOUR)
    assert session.get_one(Posting, posting.id).stage_seconds == (10 + 100) * HOUR // 2


def test_a_move_that_was_taken_back_never_happened(session, posting, recruiter):
    one = make_application(session, posting)
    (move,) = move_many(
        session, application_ids=[one.id], to=Stage.SCREENING, actor_id=recruiter.id, now=NOW + timedelta(hours=1)
    )
    undo_moves(session, move_ids=[move.id], actor_id=recruiter.id, now=NOW + timedelta(hours=2))
    assert read_times(session, posting_id=posting.id).stays == {}
    assert read_times(session, posting_id=posting.id).median is None
    move_many(
        session, application_ids=[one.id], to=Stage.INTERVIEW, actor_id=recruiter.id, now=NOW + timedelta(hours=5)
    )
    assert read_times(session, posting_id=posting.id).stays == {Stage.APPLIED: [5 * HOUR]}


def test_only_the_newest_of_each_stage_are_read(session, posting, recruiter, monkeypatch):
    monkeypatch.setattr(stage_figures, "NEWEST", 3)
    for hours in (50, 40, 30, 2, 1):
        one = make_application(session, posting, since=NOW - timedelta(hours=hours * 2))
        moved(session, one, recruiter, (Stage.SCREENING, hours))
    assert read_times(session, posting_id=posting.id).stays == {Stage.APPLIED: [HOUR, 2 * HOUR, 30 * HOUR]}


def test_figures_go_with_what_they_counted(session, posting, recruiter):
    one = make_application(session, posting)
    moved(session, one, recruiter, (Stage.SCREENING, 3))
    store_times(session, read_times(session, posting_id=posting.id), now=NOW)
    empty = make_posting(session, recruiter, slug="b")
    store_times(session, read_times(session, posting_id=empty.id), now=NOW)
    store_times(session, read_times(session, posting_id=posting.id), now=NOW + timedelta(days=1))
    (figure,) = session.scalars(select(StageFigure)).all()
    assert (figure.posting_id, figure.computed_at) == (posting.id, NOW + timedelta(days=1))


def test_moves_ask_once_within_ten_minutes_and_the_day_asks_once(session, posting, recruiter):
    draft_or_not = make_posting(session, recruiter, slug="b")
    made = [make_application(session, posting).id for _ in range(4)]
    start = NOW.replace(minute=1)
    for place, ident in enumerate(made):
        at = start + timedelta(minutes=4) * place  # 1, 5, 9, 13 past
        move_many(session, application_ids=[ident], to=Stage.SCREENING, actor_id=recruiter.id, now=at)
    jobs = session.execute(select(Job.due_at, Job.arguments).where(Job.name == queue.COUNT_STAGES)).all()
    arguments = {"posting_id": posting.id, "mend": 0}
    assert [tuple(job) for job in jobs] == [
        (NOW.replace(minute=10), arguments),
        (NOW.replace(minute=10) + GATHER, arguments),
    ]
    assert ask_for_all(session, now=NOW) == 2
    ask_for_all(session, now=NOW + timedelta(hours=3))
    asked = session.scalars(select(Job.arguments).where(Job.name == queue.COUNT_STAGES).order_by(Job.id)).all()[2:]
    assert asked == [{"posting_id": ident, "mend": 1} for ident in (posting.id, draft_or_not.id)]
