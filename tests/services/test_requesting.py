"""Candidates ask people; of each kind one request is open, whoever asks how often and how fast."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from screening.audit import is_intact
from screening.models import Application, AuditEntry, CandidateRequest, RequestKind, RequestState, Stage
from screening.services.requesting import LONGEST, MOST_REVIEWS, RequestError, answer, ask, open_request, reopen
from tests.factories import NOW, make_application, make_posting, make_user

REVIEW, DELETION = RequestKind.HUMAN_REVIEW, RequestKind.DELETION


@pytest.fixture
def application(session: Session) -> Application:
    return make_application(session, make_posting(session))


def test_asking_twice_is_one_request_with_the_first_words(session: Session, application: Application) -> None:
    first = ask(session, application=application, kind=REVIEW, text="请人看一下", now=NOW)
    second = ask(session, application=application, kind=REVIEW, text="again", now=NOW + timedelta(hours=1))

    assert (second.id, second.text, second.created_at) == (first.id, "请人看一下", NOW)
    assert ask(session, application=application, kind=DELETION, text="", now=NOW).id != first.id


def test_many_at_once_make_one_request(engine: Engine, session: Session, application: Application) -> None:
    ident = application.id
    session.commit()
    together = Barrier(4)

    def act(number: int) -> None:
        together.wait(10)
        with Session(engine) as own:
            try:
                mine = own.get_one(Application, ident)
                ask(own, application=mine, kind=REVIEW, text=f"words {number}", now=NOW)
                own.commit()
            except (IntegrityError, OperationalError):  # the audit's chain or SQLite's lock: the browser sends again
                own.rollback()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))

    session.expire_all()
    assert session.scalar(select(func.count(CandidateRequest.id))) == 1
    assert is_intact(session)


def test_the_database_itself_refuses_a_second_open_one(session: Session, application: Application) -> None:
    for _ in range(2):
        session.add(CandidateRequest(application_id=application.id, kind=REVIEW, created_at=NOW))

    with pytest.raises(IntegrityError):
        session.flush()


def test_an_answer_closes_it_once(session: Session, application: Application) -> None:
    recruiter = make_user(session)
    request = ask(session, application=application, kind=REVIEW, text="", now=NOW)
    answer(session, request=request, state=RequestState.DONE, answer="read", actor_id=recruiter.id, now=NOW)

    assert (request.state, request.answer, request.handled_by_id) == (RequestState.DONE, "read", recruiter.id)
    assert open_request(session, application_id=application.id, kind=REVIEW) is None
    with pytest.raises(RequestError, match="handled"):
        answer(session, request=request, state=RequestState.DECLINED, answer="", actor_id=recruiter.id, now=NOW)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("request."))).all()
    assert acts == ["request.ask", "request.answer"]


def test_an_answer_can_be_taken_back_unless_the_candidate_asked_again(
    session: Session, application: Application
) -> None:
    recruiter = make_user(session)
    request = ask(session, application=application, kind=REVIEW, text="", now=NOW)
    answer(session, request=request, state=RequestState.DONE, answer="read", actor_id=recruiter.id, now=NOW)
    reopen(session, request=request, actor_id=recruiter.id, now=NOW)
    assert (request.state, request.answer, request.handled_at) == (RequestState.OPEN, None, None)

    answer(session, request=request, state=RequestState.DONE, answer="read", actor_id=recruiter.id, now=NOW)
    ask(session, application=application, kind=REVIEW, text="once more", now=NOW)
    with pytest.raises(RequestError, match="handled"):
        reopen(session, request=request, actor_id=recruiter.id, now=NOW)


def test_reviews_have_bounds(session: Session, application: Application) -> None:
    recruiter = make_user(session)
    for _ in range(MOST_REVIEWS):
        request = ask(session, application=application, kind=REVIEW, text="字" * 3000, now=NOW)
        assert len(request.text) == LONGEST
        answer(session, request=request, state=RequestState.DONE, answer="read", actor_id=recruiter.id, now=NOW)

    with pytest.raises(RequestError, match="too_many"):
        ask(session, application=application, kind=REVIEW, text="", now=NOW)


@pytest.mark.parametrize(
    ("stage", "refused", "code"), [(Stage.WITHDRAWN, False, "ended"), (Stage.APPLIED, True, "refused")]
)
def test_there_must_be_something_to_review(
    session: Session, application: Application, stage: Stage, refused: bool, code: str
) -> None:
    application.stage, application.prescore_refused = stage, refused

    with pytest.raises(RequestError, match=code):
        ask(session, application=application, kind=REVIEW, text="", now=NOW)

    assert ask(session, application=application, kind=DELETION, text="", now=NOW).state is RequestState.OPEN
