"""The worker keeps the index of the search: after reading a résumé, for who refused the machine, and after an erasure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, text

from screening import queue
from screening.cli import main
from screening.documents.words import wanted
from screening.extensions import db
from screening.models import FormVersion, Job, JobState, Role, SearchDocument
from screening.queries.texts import matching
from screening.services import indexing
from screening.services.applying import Contact, submit_application
from screening.services.erasing import erase
from tests.factories import NOW, SAMPLE_ANSWERS, make_application, make_posting, make_user
from tests.verdict_words import agree, give_verdicts
from worker import tasks


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def submit(name: str, *, refused: bool) -> int:
    posting = make_posting(db.session, slug=f"of-{name}")
    form = db.session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    made = submit_application(
        db.session,
        posting=posting,
        form_version=form,
        contact=Contact(name, f"{name}@example.com"),
        answers=SAMPLE_ANSWERS,
        files=[],
        idempotency_key=name,
        locale="zh",
        consent_version="1",
        now=NOW,
        prescore_refused=refused,
    )
    db.session.commit()
    return made.id


def run(name: str) -> int:
    """Run the waiting jobs of a kind; give how many there were."""
    db.session.rollback()
    jobs = db.session.scalars(select(Job).where(Job.name == name, Job.state == JobState.WAITING)).all()
    waiting = [(job.id, dict(job.arguments)) for job in jobs]
    db.session.rollback()
    for ident, arguments in waiting:
        getattr(tasks, name).run(job_id=ident, **arguments)
    states = db.session.scalars(select(Job.state).where(Job.id.in_([ident for ident, _ in waiting]))).all()
    db.session.rollback()
    assert set(states) <= {JobState.DONE}
    return len(waiting)


def found(typed: str) -> list[int]:
    ids = sorted(db.session.scalars(matching(db.session, wanted(typed))))
    db.session.rollback()
    return ids


def test_a_prescore_writes_the_words_and_who_refused_has_a_job():
    judged, refused = submit("yun", refused=False), submit("lin", refused=True)
    assert found("轨迹预测") == []
    assert run(queue.INDEX_APPLICATION) == 1
    assert found("轨迹预测") == [refused]
    assert run(queue.PRESCORE_APPLICATION) == 1
    assert found("轨迹预测") == [judged, refused]
    assert found("yun") == [judged]
    assert run(queue.INDEX_APPLICATION) == 0


def test_a_prescore_that_is_given_up_leaves_the_words():
    made = submit("yun", refused=False)
    job = db.session.scalars(select(Job).where(Job.name == queue.PRESCORE_APPLICATION)).one()
    job.attempts = 6
    ident, arguments = job.id, dict(job.arguments)
    db.session.commit()
    tasks.prescore_application.run(job_id=ident, **arguments)
    assert found("yun") == [made]


def test_what_was_erased_leaves_the_segments(engine):
    made = submit("qwertzuiop", refused=True)
    run(queue.INDEX_APPLICATION)
    other = submit("other", refused=True)
    run(queue.INDEX_APPLICATION)
    admin = make_user(db.session, Role.ADMIN)
    application = db.session.get_one(indexing.Application, made)
    give_verdicts(db.session, application, "1:mn")
    give_verdicts(db.session, db.session.get_one(indexing.Application, other), "1:pp")
    db.session.commit()
    word = f"{application.posting_id}_1_0m".encode()
    erase(db.session, applications=[application], company="c", actor_id=admin.id, now=NOW)
    db.session.commit()
    assert found("qwertzuiop") == []
    on_sqlite = engine.dialect.name == "sqlite"
    blocks = text("SELECT block FROM search_index_data")
    verdicts = text("SELECT block FROM verdict_index_data")
    assert not on_sqlite or b"qwertzuiop" in b"".join(db.session.scalars(blocks))
    assert not on_sqlite or word in b"".join(db.session.scalars(verdicts))
    assert run(queue.FORGET_WORDS) == on_sqlite
    assert not on_sqlite or b"qwertzuiop" not in b"".join(db.session.scalars(blocks))
    assert not on_sqlite or word not in b"".join(db.session.scalars(verdicts))
    assert agree(db.session)
    assert found("other") == [other]


def test_the_command_writes_all_anew(engine, settings, monkeypatch):
    posting = make_posting(db.session)
    made = [make_application(db.session, posting, name=f"云小{number}").id for number in range(3)]
    db.session.add(SearchDocument(application_id=made[0], words=""))
    for ident, verdicts in zip(made, ("1:mn-c", None, "2:ip"), strict=True):
        db.session.get_one(indexing.Application, ident).verdicts = verdicts
    db.session.commit()
    assert not agree(db.session)
    db.session.rollback()
    monkeypatch.setenv("SCREENING_INSTANCE", str(settings.instance))
    monkeypatch.setenv("SCREENING_DATABASE_URL", settings.database_url)
    answer = CliRunner().invoke(main, ["reindex"])
    assert answer.exit_code == 0, answer.output
    assert "Applications looked at: 3; still without words: 0" in answer.output
    assert found("云小") == made
    assert agree(db.session)
