"""The voluntary form: off until a posting asks, after the application, behind the proof, changed and taken back; part of one's data."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from screening.models import AuditEntry, Job, VoluntaryAnswer
from screening.services.voluntary import QUESTIONS, UNSAID
from screening.web.candidate.links import status_token
from tests.architecture.doors import sign_in
from tests.candidate.conftest import open_form
from tests.candidate.proof import prove
from tests.factories import make_application, make_user
from worker import counting

ENGLISH = {"Accept-Language": "en"}
ANSWERS = {"sex": "woman", "age": "25_34", "disability": "not_disabled", "ethnicity": "minority"}


@pytest.fixture
def posting(session):
    made = open_form(session, "asking")
    made.asks_voluntary = True
    session.commit()
    return made


@pytest.fixture
def application(session, posting):
    made = make_application(session, posting)
    session.commit()
    return made


@pytest.fixture
def home(app, application):
    with app.app_context():
        return f"/status/{status_token(application.id)}"


@pytest.fixture
def proven(client, application):
    prove(client, application.id)
    return client


def stored(session):
    session.rollback()
    found = dict(session.execute(select(VoluntaryAnswer.question, VoluntaryAnswer.answer)).all())
    session.rollback()
    return found


def chosen(client: FlaskClient, home):
    text = client.get(f"{home}/voluntary").text
    return dict(re.findall(r'name="(\w+)" value="(\w+)" checked', text))


def test_nothing_is_asked_until_the_posting_asks(session, posting, proven, home):
    posting.asks_voluntary = False
    session.commit()
    assert proven.get(f"{home}/voluntary").status_code == 404
    assert proven.post(f"{home}/voluntary", data=ANSWERS).status_code == 404
    assert "voluntary" not in proven.get(home, headers=ENGLISH).text
    assert stored(session) == {}


def test_a_stranger_is_asked_for_the_code_first(session, client, home):
    assert client.get(f"{home}/voluntary").location.startswith(f"{home}/code")
    assert client.post(f"{home}/voluntary", data=ANSWERS).location.startswith(f"{home}/code")
    assert "voluntary" not in client.get(home, headers=ENGLISH).text
    assert stored(session) == {}


def test_answers_are_given_changed_and_taken_back(session, proven, home):
    assert "Four voluntary questions" in proven.get(home, headers=ENGLISH).text
    assert chosen(proven, home) == dict.fromkeys(QUESTIONS, UNSAID)
    before = session.scalars(select(AuditEntry.id)).all(), session.scalars(select(Job.id)).all()
    session.rollback()
    assert proven.post(f"{home}/voluntary", data=ANSWERS).location == home
    assert stored(session) == ANSWERS == chosen(proven, home)
    assert (session.scalars(select(AuditEntry.id)).all(), session.scalars(select(Job.id)).all()) == before
    session.rollback()
    text = proven.get(home, headers=ENGLISH).text
    assert "Four voluntary questions" not in text
    assert "Change or take back voluntary answers" in text
    proven.post(f"{home}/voluntary", data={"act": "keep", "sex": "man", "age": "of no list"})
    assert stored(session) == {"sex": "man", "age": UNSAID, "disability": UNSAID, "ethnicity": UNSAID}
    proven.post(f"{home}/voluntary", data={"act": "take-back"})
    assert stored(session) == {}
    assert "Four voluntary questions" in proven.get(home, headers=ENGLISH).text


def test_what_was_answered_can_be_taken_back_after_the_posting_stopped_asking(session, posting, proven, home):
    proven.post(f"{home}/voluntary", data=ANSWERS)
    session.rollback()
    posting.asks_voluntary = False
    session.commit()
    text = proven.get(f"{home}/voluntary", headers=ENGLISH).text
    assert "asks these questions no longer" in text
    assert "Send answers" not in text
    assert "radio" not in text
    assert proven.post(f"{home}/voluntary", data={"act": "keep", **ANSWERS}).status_code == 404
    proven.post(f"{home}/voluntary", data={"act": "take-back"})
    assert stored(session) == {}


def test_answers_are_part_of_ones_data_and_of_nobody_elses(session, app, proven, posting, home):
    other = make_application(session, posting, name="石小猴")
    session.commit()
    proven.post(f"{home}/voluntary", data=ANSWERS)
    document = proven.get(f"{home}/data/json", headers=ENGLISH).json
    assert [one["voluntary"] for one in document["applications"]] == [ANSWERS]
    assert {"voluntary", *ANSWERS} <= set(document["fields"])
    assert proven.get(f"{home}/data/pdf", headers=ENGLISH).status_code == 200
    client = app.test_client()
    prove(client, other.id)
    with app.app_context():
        theirs = f"/status/{status_token(other.id)}"
    assert [one["voluntary"] for one in client.get(f"{theirs}/data/json").json["applications"]] == [{}]


def test_no_page_of_staff_shows_them(session, app, proven, application, home):
    recruiter = make_user(session)
    session.commit()
    proven.post(f"{home}/voluntary", data={**ANSWERS, "sex": "other"})
    client = sign_in(app, recruiter)
    for path in (f"/staff/applications/{application.id}", f"/staff/postings/{application.posting_id}"):
        text = client.get(path, headers=ENGLISH).text
        assert not [word for word in ("Another sex", "Ethnic minority", "25 to 34", "25_34") if word in text]


def test_the_worker_deletes_what_an_erased_person_answered(session, app, proven, application, home):
    proven.post(f"{home}/voluntary", data=ANSWERS)
    with app.app_context():
        from_row = session.scalars(select(VoluntaryAnswer.token).distinct()).one()
        session.rollback()
        assert len(from_row) == 64
        job = Job(
            name="forget_voluntary",
            key="f",
            arguments={"application_id": application.id},
            due_at=application.submitted_at,
            created_at=application.submitted_at,
        )
        session.add(job)
        session.commit()
        counting.forget_voluntary.run(job_id=job.id, application_id=application.id)
    assert stored(session) == {}
