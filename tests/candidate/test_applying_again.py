"""Who has withdrawn, or was rejected, may apply to the same posting again: one live application a person and posting, kept so by the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from screening.models import Application, FormVersion, Mail, Posting, Stage, StageCount, StageMove
from screening.queries.status import UNDO_WINDOW
from screening.services.applying import AlreadyAppliedError, Contact, submit_application, withdraw_application
from screening.services.moving import MoveError, move_application
from tests.candidate.conftest import Candidate
from tests.candidate.forms import with_file
from tests.factories import NOW, make_application, make_user

ANSWERS: dict[str, Any] = {"basics": {"name": "云小鹤", "email": "xiaohe.yun@example.com"}}
LATER = NOW + UNDO_WINDOW


def submit(session: Session, posting: Posting, key: str, *, now: datetime = NOW) -> Application:
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    return submit_application(
        session,
        posting=posting,
        form_version=form,
        contact=Contact("云小鹤", "xiaohe.yun@example.com"),
        answers=ANSWERS,
        files=[],
        idempotency_key=key,
        locale="zh",
        consent_version="1",
        now=now,
    )


def stages(session: Session) -> list[Stage]:
    session.rollback()
    found = list(session.scalars(select(Application.stage).order_by(Application.id)))
    session.rollback()  # a reader of SQLite would keep the next page waiting
    return found


def counts(session: Session) -> dict[Stage, int]:
    rows = session.execute(select(StageCount.stage, StageCount.count).where(StageCount.count > 0))
    return dict(rows.all())


def test_who_withdrew_applies_again_and_both_stay(session: Session, candidate: Candidate, client: FlaskClient) -> None:
    first = candidate.apply()
    withdrawn = client.post(f"{first.location}/withdraw")
    body = with_file(candidate.fill())
    second = candidate.send(body)

    assert (first.status_code, withdrawn.status_code, second.status_code) == (303, 303, 303)
    assert second.location != first.location
    assert stages(session) == [Stage.WITHDRAWN, Stage.APPLIED]
    assert counts(session) == {Stage.WITHDRAWN: 1, Stage.APPLIED: 1}
    assert len(set(session.scalars(select(Application.person_id)))) == 1
    mails = session.scalars(select(Mail).where(Mail.key.startswith("received:")).order_by(Mail.id)).all()
    assert [mail.template for mail in mails] == ["received", "received_again"]
    assert "You applied for this role before, on" in mails[1].text
    session.rollback()
    page = client.get(second.location).get_data(as_text=True)
    assert f'href="{first.location}"' in page
    old = client.get(first.location).get_data(as_text=True)
    assert f'href="{second.location}"' in old
    assert "Apply again" not in old


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stranger_learns_nothing_of_the_earlier_one(app: Flask, candidate: Candidate, client: FlaskClient) -> None:
    first = candidate.apply()
    withdrawn = client.get(client.post(f"{first.location}/withdraw").location).get_data(as_text=True)
    assert "Apply again" in withdrawn
    other = app.test_client()
    sent = Candidate(other, candidate.address.split("/")[2]).apply()

    page = other.get(sent.location).get_data(as_text=True)

    assert sent.location != first.location
    assert first.location not in page
    assert "other applications" not in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_form_of_the_withdrawn_one_makes_no_new_one(
    session: Session, candidate: Candidate, client: FlaskClient
) -> None:
    body = candidate.fill()
    first = candidate.send(with_file(body))
    client.post(f"{first.location}/withdraw")
    again = candidate.send(with_file(body))

    assert again.location == first.location
    assert stages(session) == [Stage.WITHDRAWN]


def test_sent_twice_and_withdrawn_twice_it_is_one_each(
    session: Session, candidate: Candidate, client: FlaskClient
) -> None:
    first = candidate.apply()
    for _ in range(2):
        assert client.post(f"{first.location}/withdraw").status_code == 303
    body = candidate.fill()
    answers = [candidate.send(with_file(body)) for _ in range(2)]

    assert answers[0].location == answers[1].location
    assert stages(session) == [Stage.WITHDRAWN, Stage.APPLIED]
    moved = select(func.count(StageMove.id)).where(StageMove.to_stage == Stage.WITHDRAWN)
    assert session.scalar(moved) == 1
    session.rollback()
    third = candidate.apply()
    assert third.status_code == 409
    assert "You have applied for this role already" in third.get_data(as_text=True)


def test_a_rejection_counts_when_it_can_no_longer_be_taken_back(session: Session, posting: Posting) -> None:
    recruiter = make_user(session)
    first = submit(session, posting, "a" * 16)
    move_application(
        session, application=first, to=Stage.REJECTED, actor_id=recruiter.id, now=NOW, reason="requirement"
    )

    with pytest.raises(AlreadyAppliedError):
        submit(session, posting, "b" * 16, now=LATER - timedelta(seconds=1))
    second = submit(session, posting, "b" * 16, now=LATER)

    assert second.person_id == first.person_id
    with pytest.raises(MoveError, match="applied_again"):
        move_application(session, application=first, to=Stage.SCREENING, actor_id=recruiter.id, now=LATER)
    withdraw_application(session, application=second, now=LATER)
    move_application(session, application=first, to=Stage.SCREENING, actor_id=recruiter.id, now=LATER)
    with pytest.raises(AlreadyAppliedError):
        submit(session, posting, "c" * 16, now=LATER)


def test_the_database_itself_keeps_a_second_live_one_out(session: Session, posting: Posting) -> None:
    first = make_application(session, posting, stage=Stage.WITHDRAWN)
    second = make_application(session, posting)
    second.person_id = first.person_id
    session.flush()
    third = make_application(session, posting, stage=Stage.INTERVIEW)
    third.person_id = first.person_id

    with pytest.raises(IntegrityError):
        session.flush()


def test_many_forms_at_once_after_a_withdrawal_make_one_application(
    engine: Engine, session: Session, posting: Posting
) -> None:
    withdraw_application(session, application=submit(session, posting, "a" * 16), now=NOW)
    ident = posting.id
    session.commit()
    together = Barrier(4)

    def act(number: int) -> None:
        together.wait(10)
        with Session(engine) as own:
            try:
                submit(own, own.get_one(Posting, ident), f"{number}" * 16)
                own.commit()
            except (AlreadyAppliedError, OperationalError):  # SQLite's lock: the browser sends again
                own.rollback()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))

    assert stages(session) == [Stage.WITHDRAWN, Stage.APPLIED]
    assert counts(session) == {Stage.WITHDRAWN: 1, Stage.APPLIED: 1}
