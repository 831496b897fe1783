"""The candidate's own page: opened by the signed link only, telling where it stands and nothing that staff wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from sqlalchemy import select

from screening.models import (
    Application,
    ApplicationNote,
    Panelist,
    Person,
    Role,
    Stage,
    StageCount,
    StageMove,
)
from screening.services.moving import move_application
from screening.web.candidate.links import status_token
from tests.candidate.proof import prove
from tests.factories import make_application, make_user, move_interview
from tests.recruiter.worlds import owe_evaluation, score


@pytest.fixture
def application(session, posting):
    made = make_application(session, posting)
    session.commit()
    return made


@pytest.fixture
def address(app, application):
    with app.app_context():
        return f"/status/{status_token(application.id)}"


@pytest.fixture
def read(client, session, address, application):
    client.set_cookie("locale", "en")
    prove(client, application.id)

    def get():
        session.commit()
        answer = client.get(address)
        assert answer.status_code == 200
        return html.fromstring(answer.get_data(as_text=True)).xpath("//main")[0].text_content()

    return get


def counted(session):
    session.commit()
    counts = {count.stage: count.count for count in session.scalars(select(StageCount)) if count.count}
    session.commit()
    return counts


def test_page_shows_what_was_sent(read):
    page = read()
    for words in (
        "轨迹预测算法实习生",
        "云小鹤",
        "云溪大学",
        "PyTorch",
        "Application received",
        "4 months",
        "Shanghai",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        ([], "A recruiter will read it next."),
        ([Stage.SCREENING], "A recruiter is reading your application."),
        ([Stage.SCREENING, Stage.INTERVIEW], "You are in the interview stage."),
        ([Stage.INTERVIEW, Stage.DEBRIEF], "The interviews are done."),
        ([Stage.INTERVIEW, Stage.OFFER], "We want to make you an offer"),
        ([Stage.INTERVIEW, Stage.OFFER, Stage.HIRED], "Welcome."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_stage_has_its_sentence(session, application, read, now, stages, sentence):
    for stage in stages:
        move_application(session, application=application, to=stage, actor_id=make_user(session).id, now=now)
    assert sentence in read()


def test_rejection_is_shown_when_it_can_no_longer_be_taken_back(session, application, read):
    user = make_user(session)
    moment = datetime.now(UTC)
    move = move_application(
        session,
        application=application,
        to=Stage.REJECTED,
        actor_id=user.id,
        now=moment,
        reason="requirement",
        note="zu jung",
    )
    early = read()
    assert "decided not to go on" not in early
    assert "A recruiter will read it next." in early
    session.get_one(StageMove, move.id).at = moment - timedelta(minutes=11)
    late = read()
    assert "A person has decided not to go on" in late
    assert "zu jung" not in late
    assert "requirement" not in late.lower()


def test_page_never_shows_what_staff_know(session, application, read):
    user = make_user(session, Role.INTERVIEWER, name="何以然")
    score(session, application)
    interview = owe_evaluation(session, application, user)
    move_interview(interview, datetime.now(UTC) + timedelta(days=2))
    interview.place = "北京 12 楼会议室"
    session.add(
        ApplicationNote(application_id=application.id, author_id=user.id, text="secret note", at=datetime.now(UTC))
    )
    move_application(
        session,
        application=application,
        to=Stage.INTERVIEW,
        actor_id=user.id,
        now=datetime.now(UTC),
        note="secret move",
    )
    page = read()
    assert "第一轮" in page
    assert "北京 12 楼会议室" in page
    assert application.rank_score > 0
    for secret in (
        "何以然",
        "secret",
        str(round(application.rank_score * 100)) + "%",
        "Must-have",
        "Met",
        user.email,
        "trait",
    ):
        assert secret not in page
    assert session.scalars(select(Panelist.user_id)).all() == [user.id]


def test_past_and_cancelled_interviews_are_no_next_step(session, application, read):
    user = make_user(session, Role.INTERVIEWER)
    past, cancelled = owe_evaluation(session, application, user), owe_evaluation(session, application, user)
    move_interview(past, datetime.now(UTC) - timedelta(days=1))
    move_interview(cancelled, datetime.now(UTC) + timedelta(days=1))
    cancelled.cancelled_at = datetime.now(UTC)
    assert "Next:" not in read()


def test_withdrawing_is_a_post_and_final(session, client, posting, application, address, read):
    assert client.get(f"{address}/withdraw").status_code == 405
    assert counted(session) == {Stage.APPLIED: 1}
    answer = client.post(f"{address}/withdraw")
    assert (answer.status_code, answer.location) == (303, address)
    assert counted(session) == {Stage.WITHDRAWN: 1}
    page = read()
    assert "You have withdrawn this application." in page
    assert "Withdraw this application" not in page
    for _again in range(2):
        assert client.post(f"{address}/withdraw").status_code == 303
    assert counted(session) == {Stage.WITHDRAWN: 1}
    moves = session.scalars(select(StageMove).order_by(StageMove.id)).all()
    assert [(move.to_stage, move.actor_id) for move in moves] == [(Stage.APPLIED, None), (Stage.WITHDRAWN, None)]


@pytest.mark.parametrize("ended", [Stage.HIRED, Stage.REJECTED])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_application_that_has_ended_cannot_be_withdrawn(session, client, application, address, ended):
    prove(client, application.id)
    application.stage = ended
    session.commit()
    assert client.post(f"{address}/withdraw").status_code == 303
    session.expire_all()
    assert session.get_one(Application, application.id).stage is ended


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_changed_link_opens_nothing_and_says_so(app, client, session, application, address, language):
    client.set_cookie("locale", language)
    with app.app_context():
        nobody = f"/status/{status_token(999)}"
    signed_elsewhere = address.rsplit(".", 1)[0] + "." + "A" * 27
    for wrong in (address + "x", address[:-2], signed_elsewhere, nobody, "/status/1", "/status/%00"):
        for answer in (client.get(wrong), client.post(f"{wrong}/withdraw")):
            assert answer.status_code == 404
            assert "云小鹤" not in answer.get_data(as_text=True)
    said = {"zh": "链接", "en": "This link does not open an application"}[language]
    assert said in client.get(address + "x").get_data(as_text=True)
    assert counted(session) == {Stage.APPLIED: 1}


def test_page_is_for_the_holder_of_the_link_only(client, address):
    answer = client.get(address)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_person_is_one_though_links_are_many(session, app, posting, application, address):
    other = make_application(session, posting, name="石小猴")
    session.commit()
    with app.app_context():
        assert status_token(other.id) not in address
    assert len(session.scalars(select(Person.id)).all()) == 2
