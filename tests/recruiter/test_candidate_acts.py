"""What candidates do after applying, as staff see it: new evidence, requests for a human review, earlier applications."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.models import (
    Application,
    CandidateRequest,
    Job,
    Mail,
    MailState,
    RequestKind,
    RequestState,
    Stage,
    UndoStep,
)
from screening.services.adding_evidence import add_evidence, take_evidence
from screening.services.requesting import ask
from screening.services.way_back import WINDOW
from screening.web.candidate.links import status_token
from tests.candidate.proof import prove
from tests.factories import NOW, make_application, make_rubric
from tests.recruiter.worlds import counted, owe_evaluation, score

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOSTILE = '<script>alert(1)</script> "云"'
WORDS = "R3 判错了，我用过 PyTorch。"


def add(session, application, *, ident="r3", key="a" * 16):
    criterion = next(one for one in make_rubric().criteria if one.id == ident)
    addition = add_evidence(
        session,
        application=application,
        criterion=criterion,
        answers={"skills": [{"name": "PyTorch", "level": "掌握", "example": HOSTILE}]},
        link="https://example.com/work",
        file=None,
        key=key,
        now=NOW,
    )
    take_evidence(session, addition_id=addition.id, read=None, now=NOW)
    return addition


@pytest.fixture
def application(session, posting):
    made = make_application(session, posting)
    score(session, made)
    session.commit()
    return made


@pytest.fixture
def review(session, application):
    asked = ask(session, application=application, kind=RequestKind.HUMAN_REVIEW, text=WORDS, now=NOW)
    session.commit()
    return asked


# --- new evidence ---


def test_new_evidence_is_marked_until_somebody_has_read_it(session, posting, application, client, browse):
    addition = add(session, application)
    page = browse(f"/staff/applications/{application.id}")
    assert "Added by the candidate on" in page
    assert "https://example.com/work" in page
    assert "<script>alert" not in page
    assert "evidence for R3" in browse(f"/staff/applications/{application.id}?side=timeline")
    for view in ("table", "board"):
        assert "New evidence" in browse(f"/staff/postings/{posting.id}?view={view}")

    seen = client.post(
        f"/staff/applications/{application.id}/evidence/seen", data={"ids": addition.id}, headers={"HX-Request": "true"}
    )

    assert seen.status_code == 204
    for view in ("table", "board"):
        assert "New evidence" not in browse(f"/staff/postings/{posting.id}?view={view}")
    later = browse(f"/staff/applications/{application.id}")
    assert "Added by the candidate on" in later
    assert "New evidence" not in later


@ONE_DATABASE
def test_without_a_script_a_button_says_that_it_was_read(session, application, client, browse):
    addition = add(session, application)
    assert "<noscript><button" in browse(f"/staff/applications/{application.id}")

    answer = client.post(
        f"/staff/applications/{application.id}/evidence/seen", data={"ids": ["x", "٣", addition.id, 9 * 10**30]}
    )

    assert answer.status_code == 303
    session.refresh(addition)
    assert addition.seen_at is not None


@ONE_DATABASE
def test_who_must_stay_blind_learns_of_no_addition_and_no_review(
    session, posting, application, recruiter, review, client, browse
):
    addition = add(session, application)
    owe_evaluation(session, application, recruiter)
    session.commit()

    for address in (
        f"/staff/applications/{application.id}",
        f"/staff/applications/{application.id}?side=timeline",
        f"/staff/postings/{posting.id}",
        f"/staff/postings/{posting.id}?view=board",
        "/staff/",
        "/staff/postings/",
    ):
        page = browse(address)
        assert "New evidence" not in page
        assert "Added by the candidate" not in page
        assert "判错了" not in page
        assert "human review" not in page.lower()
    for path in ("evidence/seen", "review"):
        answer = client.post(f"/staff/applications/{application.id}/{path}", data={"ids": addition.id, "answer": "x"})
        assert answer.status_code == 403
    session.refresh(addition)
    assert addition.seen_at is None


@ONE_DATABASE
def test_the_pipeline_asks_as_much_for_many_marks_as_for_one(session, posting, engine, browse):
    def asked(count):
        for number in range(count):
            made = make_application(session, posting)
            add(session, made, key=f"{made.id}-{number}" + "x" * 16)
        with counted(engine) as statements:
            browse(f"/staff/postings/{posting.id}")
        return len(statements)

    assert asked(1) == asked(9)


# --- human review ---


def test_a_review_is_a_task_until_it_is_answered(session, application, review, client, browse):
    home = browse("/staff/")
    assert "1 human review asked for" in home
    assert f"/staff/applications/{application.id}#review" in home
    assert "判错了" in browse(f"/staff/applications/{application.id}")
    for query in ("", "?attention=1"):
        overview = browse(f"/staff/postings/{query}")
        assert "1 human review asked for" in overview
        assert "Human reviews asked for" in overview
    before = application.rank_score, application.prescore_id, application.stage

    answer = client.post(f"/staff/applications/{application.id}/review", data={"answer": "我看过了，你是对的。"})

    assert answer.status_code == 303
    session.expire_all()
    assert (review.state, review.answer) == (RequestState.DONE, "我看过了，你是对的。")
    assert (application.rank_score, application.prescore_id, application.stage) == before
    mail = session.scalars(select(Mail).where(Mail.template == "reviewed")).one()
    assert "我看过了，你是对的。" in mail.text
    assert mail.due_at - mail.created_at == WINDOW
    job = session.scalars(select(Job).where(Job.key == f"mail:{mail.id}:0")).one()
    assert job.due_at == mail.due_at
    for address in ("/staff/", "/staff/postings/"):
        assert "human review asked for" not in browse(address)
    timeline = browse(f"/staff/applications/{application.id}?side=timeline")
    assert "The candidate asked for a human review" in timeline
    assert "answered the request for a human review" in timeline


@ONE_DATABASE
def test_an_answer_needs_words_and_nothing_typed_is_lost(session, application, review, client, browse):
    client.set_cookie("locale", "en")
    empty = client.post(f"/staff/applications/{application.id}/review", data={"answer": "  "})
    long = client.post(f"/staff/applications/{application.id}/review", data={"answer": HOSTILE + "字" * 2001})

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "Write what you found" in empty.get_data(as_text=True)
    page = long.get_data(as_text=True)
    assert "Use at most 2000 characters." in page
    assert "字" * 2001 in page
    assert "<script>alert" not in page
    session.expire_all()
    assert review.state is RequestState.OPEN


def test_an_answer_is_taken_back_with_its_mail_and_given_anew(session, application, review, client, browse):
    address = f"/staff/applications/{application.id}/review"
    client.post(address, data={"answer": "first"})
    token = session.scalars(select(UndoStep.token)).one()
    session.rollback()
    client.post(f"/staff/undo/{token}")
    session.expire_all()
    assert review.state is RequestState.OPEN
    assert session.scalars(select(Mail.state).where(Mail.template == "reviewed")).all() == [MailState.RECALLED]
    session.rollback()

    client.post(address, data={"answer": "second"})

    session.expire_all()
    states = session.scalars(select(Mail.state).where(Mail.template == "reviewed").order_by(Mail.id)).all()
    assert states == [MailState.RECALLED, MailState.WAITING]
    assert review.answer == "second"


def test_answered_twice_it_is_answered_once(session, application, review, client, browse):
    for words in ("first", "second"):
        assert client.post(f"/staff/applications/{application.id}/review", data={"answer": words}).status_code == 303
    session.expire_all()
    assert review.answer == "first"
    assert len(session.scalars(select(Mail).where(Mail.template == "reviewed")).all()) == 1


@ONE_DATABASE
def test_the_candidate_reads_the_answer_when_it_stays(session, app, application, review, client, browse):
    client.post(f"/staff/applications/{application.id}/review", data={"answer": HOSTILE})
    with app.app_context():
        address = f"/status/{status_token(application.id)}"
    candidate = app.test_client()
    candidate.set_cookie("locale", "en")
    prove(candidate, application.id)

    early = candidate.get(f"{address}/review").get_data(as_text=True)
    assert "alert(1)" not in early
    assert "alert(1)" not in candidate.get(f"{address}/data/json").get_data(as_text=True)
    assert "判错了" in early
    session.expire_all()
    review.handled_at = review.handled_at - WINDOW - timedelta(seconds=1)
    session.commit()

    page = candidate.get(f"{address}/review").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "alert(1)" in candidate.get(f"{address}/data/json").get_data(as_text=True)
    assert "Ask once more" in page
    assert "Read the answer to your human review" in candidate.get(address).get_data(as_text=True)


def test_the_candidate_asks_once_however_often_it_is_sent(session, app, application):
    with app.app_context():
        address = f"/status/{status_token(application.id)}/review"
    candidate = app.test_client()
    candidate.set_cookie("locale", "en")
    prove(candidate, application.id)

    too_long = candidate.post(address, data={"text": "字" * 2001})
    assert too_long.status_code == 422
    assert "字" * 2001 in too_long.get_data(as_text=True)
    for words in ("first", "second"):
        assert candidate.post(address, data={"text": words}).status_code == 303

    session.expire_all()
    assert session.scalars(select(CandidateRequest.text)).all() == ["first"]
    session.rollback()
    assert "first" in candidate.get(address).get_data(as_text=True)


# --- applied before ---


@ONE_DATABASE
def test_earlier_applications_are_linked_both_ways(session, posting, application, browse):
    application.stage = Stage.WITHDRAWN
    session.flush()
    again = make_application(session, posting)
    again.person_id = application.person_id
    session.commit()

    assert f'href="/staff/applications/{application.id}">Applied before: Withdrawn on' in browse(
        f"/staff/applications/{again.id}"
    )
    assert f'href="/staff/applications/{again.id}">Applied again: New since' in browse(
        f"/staff/applications/{application.id}"
    )


@ONE_DATABASE
def test_a_rejected_one_does_not_come_back_beside_a_newer_one(session, posting, application, client, browse):
    application.stage = Stage.REJECTED
    session.flush()
    again = make_application(session, posting)
    again.person_id = application.person_id
    session.commit()
    client.set_cookie("locale", "en")

    answer = client.post(
        f"/staff/applications/{application.id}/move",
        data={"ids": application.id, "seen": f"{application.id}:rejected", "to": "screening"},
        follow_redirects=True,
    )

    assert "has applied again since" in answer.get_data(as_text=True)
    session.expire_all()
    assert session.get_one(Application, application.id).stage is Stage.REJECTED
