"""Two submissions in the same instant miss each other; the worker's look after both finds them, once."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session

from screening.extensions import db
from screening.models import FormVersion, Job, JobState, Posting, SuspectedDuplicate
from screening.services.applying import Contact, submit_application
from tests.factories import NOW, SAMPLE_ANSWERS, make_posting
from worker import tasks

JOBS = ("prescore_application", "index_application")


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def postings():
    """Make two: submissions to the same one wait for each other at its counters."""
    made = [make_posting(db.session, slug=slug).id for slug in ("one", "other")]
    db.session.commit()
    return made


def apply(session, posting_id, email, **more):
    return submit_application(
        session,
        posting=session.get_one(Posting, posting_id),
        form_version=session.scalars(select(FormVersion).where(FormVersion.posting_id == posting_id)).one(),
        contact=Contact("云小鹤", email, "13800000123"),
        answers=SAMPLE_ANSWERS,
        files=[],
        idempotency_key=secrets.token_hex(16),
        locale="zh",
        consent_version="1",
        now=NOW,
        **more,
    )


def send(session, posting_id, email, **more):
    person_id = apply(session, posting_id, email, **more).person_id
    session.commit()
    return person_id


def is_waiting(engine):
    """Tell whether somebody in the database waits for a lock."""
    time.sleep(0.01)
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def pairs():
    db.session.rollback()
    found = select(SuspectedDuplicate.first_id, SuspectedDuplicate.second_id, SuspectedDuplicate.grounds)
    return [tuple(row) for row in db.session.execute(found)]


def work():
    """Run what the submissions asked for."""
    jobs = db.session.scalars(select(Job).where(Job.name.in_(JOBS)).order_by(Job.id)).all()
    todo = [(job.name, job.id, dict(job.arguments)) for job in jobs]
    db.session.rollback()
    for name, ident, arguments in todo:
        getattr(tasks, name).run(job_id=ident, **arguments)
    return [name for name, _ident, _arguments in todo]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("refused", [False, True])
def test_two_that_could_not_see_each_other_are_found_by_the_worker_once(engine: Engine, postings, refused):
    with Session(engine) as one, Session(engine) as other, ThreadPoolExecutor(1) as pool:
        first = apply(one, postings[0], "yun@example.com", prescore_refused=refused).person_id
        second = pool.submit(send, other, postings[1], "yun@example.org", prescore_refused=refused)
        while not is_waiting(engine):  # the second has looked, and waits for its line in the audit log
            assert not second.done()
        one.commit()
        people = (first, second.result())
    assert pairs() == []
    assert work() == [JOBS[refused]] * 2
    assert pairs() == [(*people, ["name_school", "phone"])]


@pytest.mark.parametrize("refused", [False, True])
def test_a_pair_that_was_missed_is_found_once_and_a_second_look_changes_nothing(postings, refused):
    for posting_id, email in zip(postings, ("yun@example.com", "yun@example.org"), strict=True):
        apply(db.session, posting_id, email, prescore_refused=refused)
    db.session.execute(delete(SuspectedDuplicate))
    db.session.commit()
    assert work() == [JOBS[refused]] * 2
    assert len(pairs()) == 1
    for job in db.session.scalars(select(Job)):
        job.state, job.finished_at = JobState.WAITING, None
    db.session.commit()
    work()
    assert len(pairs()) == 1
