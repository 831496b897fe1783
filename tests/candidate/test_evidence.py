"""A candidate adds to what the prescore did not find: on pages of their own, kept with the time, judged anew by the worker."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from screening.extensions import db
from screening.models import (
    Application,
    EvidenceAddition,
    Job,
    JobState,
    Posting,
    ResumeFile,
    StoredPrescore,
    TextState,
)
from screening.services.adding_evidence import MOST
from screening.services.prescoring import note_failure
from screening.services.replaying import Proof, replay
from screening.web.candidate.links import status_token
from tests.candidate.forms import inputs_of, shown
from tests.candidate.proof import prove
from tests.factories import NOW, make_application
from tests.recruiter.worlds import score
from worker import tasks

FIRST = {"basics": {"name": "云小鹤", "summary": "我想做轨迹预测。"}, "skills": [{"name": "C++", "level": "掌握"}]}
RESUME = "云小鹤\n云溪大学，计算机科学与技术，硕士在读。\n用 C++ 写过仿真工具。\n"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOSTILE = '<script>alert(1)</script> & "云"'


class Adder:
    """A candidate whose application was sent and judged."""

    def __init__(self, client: FlaskClient, address: str) -> None:
        self.client = client
        self.address = address

    def page(self, path: str) -> Any:
        answer = self.client.get(f"{self.address}{path}")
        assert answer.status_code == 200
        return html.fromstring(answer.get_data(as_text=True)).xpath("//main")[0]

    def open(self, criterion: str) -> str:
        answer = self.client.get(f"{self.address}/evidence/{criterion}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def send(self, criterion: str, body: Mapping[str, Any]) -> TestResponse:
        return self.client.post(f"{self.address}/evidence/{criterion}", data=body, content_type="multipart/form-data")


def run_jobs(app: Flask) -> None:
    """Do what the worker does, with its own tasks, until nothing waits but mails and fits."""
    with app.app_context():
        while True:
            job = db.session.scalar(
                select(Job)
                .where(Job.state == JobState.WAITING, Job.name.in_(["prescore_application", "take_evidence"]))
                .order_by(Job.id)
                .limit(1)
            )
            if job is None:
                db.session.rollback()
                return
            ident, name, arguments = job.id, job.name, dict(job.arguments)
            db.session.rollback()
            getattr(tasks, name).run(job_id=ident, **arguments)


@pytest.fixture
def adder(app: Flask, client: FlaskClient, session: Session, posting: Posting) -> Adder:
    application = make_application(session, posting, answers=FIRST)
    score(session, application, resume=RESUME)
    session.commit()
    prove(client, application.id)
    client.set_cookie("locale", "en")
    with app.app_context():
        return Adder(client, f"/status/{status_token(application.id)}")


def standing(session: Session) -> tuple[int, int | None, float]:
    """Read the one application: its id, the run that ranks it and its rank; a reader of SQLite would keep the next page waiting."""
    session.rollback()
    found = session.execute(select(Application.id, Application.prescore_id, Application.rank_score)).one()
    session.rollback()
    return (found[0], found[1], found[2])


def offers(page: Any) -> set[str]:
    return {link.rpartition("/")[2] for link in page.xpath('.//a[contains(@href, "/evidence/")]/@href')}


def words(page: Any) -> str:
    return " ".join(page.text_content().split())


def proofs(session: Session) -> list[Proof]:
    found = [run.proof for run in replay(session, application_id=standing(session)[0])]
    session.rollback()
    return found


def framework(page: str) -> dict[str, Any]:
    """Fill in the question on frameworks as somebody who knows the first of them."""
    body: dict[str, Any] = dict(shown(page))
    option = next(one.name for one in inputs_of(page) if one.name.endswith("option0"))
    level, example = option.replace("option", "level"), option.replace("option", "example")
    return {**body, option: "y", level: "proficient", example: "训练了轨迹预测网络，误差降了一成。"}


@ONE_DATABASE
def test_what_is_not_shown_can_be_added_to_and_the_rest_cannot(adder: Adder) -> None:
    page = adder.page("/explanation")

    assert {"r3", "b1", "b2"} <= offers(page)
    assert "r2" not in offers(page)  # C++ stands in the résumé


def test_an_addition_is_asked_as_the_form_asks_judged_by_the_worker_and_takes_nothing_away(
    app: Flask, session: Session, adder: Adder
) -> None:
    page = adder.open("r3")
    labels = {one.name.rsplit("-", 1)[-1] for one in inputs_of(page) if "option" in one.name}
    assert labels == {"option0", "option1"}  # PyTorch and TensorFlow, no other question of the form
    before = standing(session)

    sent = adder.send("r3", {**framework(page), "link": ["example.com/work"]})

    assert (sent.status_code, sent.location) == (303, f"{adder.address}/explanation")
    waiting = words(adder.page("/explanation"))
    assert "You added on" in waiting
    assert "You have added evidence since" in waiting
    run_jobs(app)
    page_after = adder.page("/explanation")
    assert "r3" not in offers(page_after)
    assert "You have added evidence since" not in words(page_after)
    after = standing(session)
    assert after[1] != before[1]
    assert after[2] > before[2]
    assert proofs(session) == [Proof.SAME, Proof.SAME]
    status = adder.page("")
    sent_first, later = (
        words(status.xpath(f'.//section[@aria-labelledby="{name}"]')[0]) for name in ("sent-h", "added-h")
    )
    assert "误差降了一成" not in sent_first
    assert "误差降了一成" in later
    assert "https://example.com/work" in later


def test_a_file_is_kept_over_a_refused_form_read_by_the_worker_and_is_no_second_resume(
    app: Flask, session: Session, adder: Adder
) -> None:
    body = dict(shown(adder.open("r3")))
    proof = "用 PyTorch 训练轨迹预测网络的证明。\n"
    refused = adder.send(
        "r3", {**body, "link": "not a link", "resume": FileStorage(io.BytesIO(proof.encode()), "证明.txt")}
    )
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Enter a web address" in page
    assert "not a link" in page
    assert "证明.txt" in page

    sent = adder.send("r3", {**shown(page), "link": ""})
    assert sent.status_code == 303
    run_jobs(app)

    session.rollback()
    files = session.scalars(select(ResumeFile).order_by(ResumeFile.id)).all()
    assert [(file.field, file.text_state) for file in files] == [
        ("resume", TextState.READ),
        ("evidence", TextState.READ),
    ]
    assert "PyTorch" in (files[1].text or "")
    session.rollback()
    assert "r3" not in offers(adder.page("/explanation"))
    assert proofs(session) == [Proof.SAME, Proof.SAME]
    names = [node.text_content() for node in adder.page("").xpath('.//section[@aria-labelledby="sent-h"]//b')]
    assert names == ["简历.txt"]


@ONE_DATABASE
@pytest.mark.parametrize("criterion", ["r3", "b1"])
def test_nothing_at_all_is_refused_beside_the_field(adder: Adder, criterion: str) -> None:
    answer = adder.send(criterion, dict(shown(adder.open(criterion))))

    assert answer.status_code == 422
    assert "Answer the question, give a link or choose a file." in answer.get_data(as_text=True)


@ONE_DATABASE
def test_what_was_begun_must_be_complete_and_is_not_lost(session: Session, adder: Adder) -> None:
    page = adder.open("b1")
    body = dict(shown(page))
    name = next(one.name for one in inputs_of(page) if one.name.endswith("entry0-name"))
    answer = adder.send("b1", {**body, name: HOSTILE})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Enter the conference or journal" in page
    assert shown(page)[name] == [HOSTILE]
    assert "<script>alert" not in page
    session.rollback()
    assert session.scalar(select(func.count(EvidenceAddition.id))) == 0


def test_sent_twice_it_is_one_and_judged_once_more(app: Flask, session: Session, adder: Adder) -> None:
    body = framework(adder.open("r3"))
    locations = [adder.send("r3", body).location for _ in range(2)]
    run_jobs(app)

    assert len(set(locations)) == 1
    session.rollback()
    assert session.scalar(select(func.count(EvidenceAddition.id))) == 1
    assert session.scalar(select(func.count(StoredPrescore.id))) == 2


def test_five_and_no_more(app: Flask, session: Session, adder: Adder) -> None:
    for number in range(MOST):
        body = dict(shown(adder.open("b2")))
        assert adder.send("b2", {**body, "link": f"https://example.com/{number}"}).status_code == 303
    late = adder.client.get(f"{adder.address}/evidence/b2")

    assert late.location == f"{adder.address}/explanation"
    page = adder.page("/explanation")
    assert offers(page) == set()
    run_jobs(app)
    assert set(proofs(session)) == {Proof.SAME}
    assert len(proofs(session)) == 2  # all were in before the next run


@ONE_DATABASE
def test_only_while_the_application_is_open(session: Session, adder: Adder) -> None:
    body = framework(adder.open("r3"))
    adder.client.post(f"{adder.address}/withdraw")

    answer = adder.send("r3", body)

    assert answer.location == f"{adder.address}/explanation"
    assert offers(adder.page("/explanation")) == set()
    session.rollback()
    assert session.scalar(select(func.count(EvidenceAddition.id))) == 0


@ONE_DATABASE
@pytest.mark.parametrize("path", ["/evidence/r3", "/review"])
def test_a_stranger_with_the_link_is_asked_for_the_code(app: Flask, adder: Adder, path: str) -> None:
    stranger = app.test_client()

    for answer in (
        stranger.get(f"{adder.address}{path}"),
        stranger.post(f"{adder.address}{path}", data={"link": "x.de"}),
    ):
        assert answer.status_code == 303
        assert answer.location.startswith(f"{adder.address}/code")


@ONE_DATABASE
def test_a_criterion_that_nobody_asks_is_not_found(adder: Adder) -> None:
    assert adder.client.get(f"{adder.address}/evidence/r99").status_code == 404
    body = framework(adder.open("r3"))
    assert adder.send("r3", {**body, "criterion": "unknown"}).status_code == 404


@ONE_DATABASE
def test_a_run_that_failed_is_told(session: Session, adder: Adder) -> None:
    adder.send("r3", framework(adder.open("r3")))
    ident, run, _ = standing(session)
    version = session.scalar(select(StoredPrescore.rubric_version_id).where(StoredPrescore.id == run)) or 0
    note_failure(session, application_id=ident, rubric_version_id=version, message="ValueError: x", now=NOW)
    session.commit()

    page = words(adder.page("/explanation"))

    assert "The program could not judge it." in page
    assert "is being made again" not in page
