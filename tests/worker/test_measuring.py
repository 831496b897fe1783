"""The worker counts interviews in steps, each with its own transaction, and asks for the sets that hold the posting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.extensions import db
from screening.models import Job, JobState, MeasuredApplication, Measurement, Role
from screening.queries.measured_scopes import scope_of
from tests.factories import NOW, make_posting, make_user
from tests.recruiter.interviewed import interviewed
from worker import counting


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def postings() -> list[int]:
    session = db.session
    recruiter = make_user(session)
    panel = [make_user(session, Role.INTERVIEWER) for _ in range(2)]
    made = [make_posting(session, recruiter, slug=f"posting-{number}") for number in range(2)]
    for posting in made:
        for number in range(3):
            interviewed(session, posting, recruiter, *panel, values=(1 + number, 2 + number))
    session.commit()
    return [one.id for one in made]


def run(name: str) -> int:
    """Run the waiting jobs of a kind to their end; give how many turns they took."""
    turns = 0
    while True:
        db.session.rollback()
        job = db.session.scalars(
            select(Job).where(Job.name == name, Job.state == JobState.WAITING).order_by(Job.id)
        ).first()
        if job is None:
            return turns
        ident, arguments = job.id, dict(job.arguments)
        db.session.rollback()
        getattr(counting, name).run(job_id=ident, **arguments)
        turns += 1


def inputs(session: Session) -> dict[str, int]:
    session.rollback()
    return dict(session.execute(select(Measurement.scope, Measurement.inputs).where(Measurement.days == 0)).all())


def test_evaluations_end_as_figures_of_postings_and_sets(postings: list[int]) -> None:
    session: Session = db.session
    assert run("measure_posting") == 4  # facts, then figures, of each
    run("measure_set")
    both = scope_of(postings)
    assert inputs(session) == {"all": 6, both: 6, **{scope_of([one]): 3 for one in postings}}
    failed = session.scalars(select(Job.last_error).where(Job.name.startswith("measure"), Job.last_error.is_not(None)))
    assert failed.all() == []


def test_a_day_repairs_what_was_lost(postings: list[int]) -> None:
    session: Session = db.session
    run("measure_posting")
    session.execute(MeasuredApplication.__table__.delete())
    session.execute(Measurement.__table__.delete())
    session.commit()
    counting.measure_daily.run()
    counting.measure_daily.run()
    assert run("measure_posting") == 6  # marks, facts, figures, of each
    assert inputs(session)[scope_of(postings[:1])] == 3


def test_counting_twice_changes_nothing(postings: list[int]) -> None:
    session: Session = db.session
    run("measure_posting")
    job = session.scalars(select(Job).where(Job.name == "measure_posting").order_by(Job.id)).first()
    assert job is not None
    ident, arguments = job.id, dict(job.arguments)
    before = session.scalars(select(Measurement.computed_at).order_by(Measurement.scope, Measurement.days)).all()
    session.rollback()
    counting.measure_posting.run(job_id=ident, **arguments)
    session.rollback()
    assert (
        session.scalars(select(Measurement.computed_at).order_by(Measurement.scope, Measurement.days)).all() == before
    )


def test_jobs_wait_until_what_they_gather_is_stored(postings: list[int]) -> None:
    due = db.session.scalars(select(Job.due_at).where(Job.name == "measure_posting")).all()
    assert len(due) == len(postings)
    assert min(due) > NOW
    assert max(due) - NOW < timedelta(hours=2)
