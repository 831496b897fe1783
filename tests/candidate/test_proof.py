"""The link tells where an application stands; the code from the mail opens the rest, once a browser, and cannot be guessed."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from screening.models import AccessCode, Application, Job, Mail, Stage
from screening.services import proving
from screening.services.lost_links import mail_links
from screening.web.candidate.links import status_token
from screening.web.candidate.proof import LIFE, LIFE_OF_FORMS
from tests.candidate.conftest import open_form
from tests.candidate.proof import prove
from tests.factories import make_application, make_user, move_interview
from tests.recruiter.worlds import counted, owe_evaluation, score
from worker import tasks

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRETS = ("云小鹤", "xiaohe", "云溪大学", "PyTorch", "+86", "4 months", "北京 12 楼会议室", "/explanation")


@pytest.fixture
def application(session, posting):
    made = make_application(session, posting)
    score(session, made)
    interview = owe_evaluation(session, made, make_user(session))
    move_interview(interview, datetime.now(UTC) + timedelta(days=2))
    interview.place = "北京 12 楼会议室"
    session.commit()
    return made


@pytest.fixture
def home(app, client, application):
    client.set_cookie("locale", "en")
    return address_of(app, application.id)


def address_of(app, application_id):
    with app.app_context():
        return f"/status/{status_token(application_id)}"


def ask(client, home):
    answer = client.post(f"{home}/code/mail")
    assert (answer.status_code, answer.location) == (303, f"{home}/code")


def codes(session):
    """Give the codes of all mails, oldest first."""
    session.commit()
    texts = session.scalars(select(Mail.text).where(Mail.template == "code").order_by(Mail.id)).all()
    session.commit()
    return [re.search(r"^\d{6}$", text, re.MULTILINE).group() for text in texts]


def enter(client, home, code, **query):
    return client.post(f"{home}/code", data={"code": code}, query_string=query)


def opens(client, home):
    return 'id="sent-h"' in client.get(home).get_data(as_text=True)


def stage(session, application):
    session.commit()
    found = session.scalar(select(Application.stage).where(Application.id == application.id))
    session.commit()
    return found


def other_than(code):
    return f"{(int(code) + 1) % 10**6:06}"


@SQLITE
def test_link_alone_tells_stage_and_times_and_nothing_of_the_person(client, application, home):
    page = html.fromstring(client.get(home).get_data(as_text=True)).xpath("//main")[0]
    told = " ".join(page.text_content().split())
    for words in (
        "轨迹预测算法实习生",
        "Application received",
        "Next: 第一轮",
        "A recruiter will read it next.",
        "Mail me a code",
    ):
        assert words in told
    shown = client.get(home).get_data(as_text=True)
    assert [secret for secret in SECRETS if secret in shown] == []
    assert "•••@" in told
    prove(client, application.id)
    proven = client.get(home).get_data(as_text=True)
    assert [secret for secret in SECRETS[2:] if secret in proven] == [one for one in SECRETS[2:] if one != "+86"]


@SQLITE
def test_everything_else_leads_to_the_code_and_back(session, client, application, home):
    for path, method in ((f"{home}/explanation", "GET"), (f"{home}/withdraw", "POST")):
        answer = client.open(path, method=method)
        assert answer.status_code == 303
        assert answer.location.startswith(f"{home}/code")
    assert stage(session, application) is Stage.APPLIED
    wanted = client.get(f"{home}/explanation").location
    form = html.fromstring(client.get(wanted).get_data(as_text=True)).xpath("//main//form")[0]
    sent = client.post(form.get("action"))
    page = html.fromstring(client.get(sent.location).get_data(as_text=True))
    typed = client.post(page.xpath("//main//form")[0].get("action"), data={"code": codes(session)[0]})
    assert (typed.status_code, typed.location) == (303, f"{home}/explanation")
    assert client.get(typed.location).status_code == 200
    assert client.post(f"{home}/withdraw").location == home
    assert stage(session, application) is Stage.WITHDRAWN


@SQLITE
def test_code_is_mailed_to_the_candidate_and_only_its_digest_is_kept(session, client, application, home):
    ask(client, home)
    mail = session.scalars(select(Mail).where(Mail.template == "code")).one()
    kept = session.scalars(select(AccessCode)).one()
    code = codes(session)[0]
    assert (mail.to_address, mail.application_id) == (application.email, application.id)
    assert code not in mail.subject
    assert code not in kept.digest
    assert kept.expires_at - kept.created_at == timedelta(minutes=10)
    assert len(kept.digest) == 64
    session.commit()
    assert enter(client, home, f" {code[:3]} {code[3:]} ").status_code == 303
    assert opens(client, home)


def test_code_works_once_and_for_another_browser_not_again(session, app, client, home):
    ask(client, home)
    code = codes(session)[0]
    assert enter(client, home, code).status_code == 303
    stranger = app.test_client()
    stranger.set_cookie("locale", "en")
    assert enter(stranger, home, code).status_code == 422
    assert not opens(stranger, home)
    assert opens(client, home)


@SQLITE
def test_code_dies_after_ten_minutes(session, client, home):
    ask(client, home)
    session.execute(update(AccessCode).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    answer = enter(client, home, codes(session)[0])
    assert answer.status_code == 422
    assert "No code works any more." in answer.get_data(as_text=True)
    assert not opens(client, home)


def test_code_dies_after_five_wrong_tries(session, client, home):
    ask(client, home)
    code = codes(session)[0]
    for turn in range(5):
        answer = enter(client, home, other_than(code))
        assert answer.status_code == 422
        assert ("No code works any more." in answer.get_data(as_text=True)) is (turn == 4)
    assert enter(client, home, code).status_code == 422
    assert not opens(client, home)


@SQLITE
def test_what_cannot_be_a_code_is_told_beside_the_field_and_costs_no_try(session, client, home):
    ask(client, home)
    for typed, said in (
        ("", "Type the code"),
        ("12345", "six digits"),
        ("abcdef", "six digits"),
        ("１２３", "six digits"),
    ):
        answer = enter(client, home, typed)
        assert answer.status_code == 422
        assert said in html.fromstring(answer.get_data(as_text=True)).xpath("string(//*[@id='code-error'])")
    assert session.scalars(select(AccessCode.tries)).all() == [0]
    full_width = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in codes(session)[0])
    assert enter(client, home, full_width).status_code == 303


def test_only_the_newest_code_lives(session, client, home):
    ask(client, home)
    ask(client, home)
    first, second = codes(session)
    if first != second:
        assert enter(client, home, first).status_code == 422
    assert enter(client, home, second).status_code == 303


def test_codes_are_throttled(session, client, home):
    for _turn in range(3):
        ask(client, home)
    answer = client.post(f"{home}/code/mail")
    assert answer.status_code == 429
    assert "Too many codes" in answer.get_data(as_text=True)
    assert "in 15 minutes" in answer.get_data(as_text=True)
    assert len(codes(session)) == 3
    while len(codes(session)) < 10:
        shift(session, minutes=16)
        ask(client, home)
    shift(session, minutes=16)
    assert client.post(f"{home}/code/mail").status_code == 429
    shift(session, minutes=24 * 60)
    ask(client, home)
    assert len(codes(session)) == 11


def shift(session, minutes):
    """Let all codes be older."""
    session.commit()
    for code in session.scalars(select(AccessCode)):
        code.created_at -= timedelta(minutes=minutes)
        code.expires_at -= timedelta(minutes=minutes)
    session.commit()


def test_code_of_one_application_opens_those_of_the_same_person_and_no_other(
    session, app, client, posting, application, home
):
    elsewhere = make_application(session, open_form(session, "second"))
    elsewhere.person_id, elsewhere.email = application.person_id, application.email.upper()
    other = make_application(session, posting, name="石小猴")
    session.commit()
    ask(client, home)
    assert enter(client, home, codes(session)[0]).status_code == 303
    assert opens(client, address_of(app, elsewhere.id))
    assert not opens(client, address_of(app, other.id))
    assert enter(client, address_of(app, other.id), codes(session)[0]).status_code == 422


@SQLITE
def test_proof_ends_after_half_a_day_and_a_form_may_still_be_sent(session, client, application, home):
    prove(client, application.id, since=time.time() - LIFE.total_seconds() - 1)
    assert not opens(client, home)
    assert client.post(f"{home}/withdraw").location == home
    assert stage(session, application) is Stage.WITHDRAWN
    prove(client, application.id, since=time.time() - LIFE_OF_FORMS.total_seconds() - 1)
    assert client.post(f"{home}/withdraw").location.startswith(f"{home}/code")


@SQLITE
def test_browser_can_be_made_a_stranger(client, application, home):
    prove(client, application.id)
    assert opens(client, home)
    assert client.post(f"{home}/leave").location == home
    assert not opens(client, home)


@SQLITE
def test_browser_that_has_sent_the_application_is_proven_and_no_other(session, app, candidate):
    sent = candidate.apply()
    assert sent.status_code == 303
    assert opens(candidate.client, sent.location)
    stranger = app.test_client()
    stranger.set_cookie("locale", "en")
    assert not opens(stranger, sent.location)


@SQLITE
def test_next_leads_nowhere_but_below_the_own_page(session, client, home):
    for wanted in (
        "https://evil.example/",
        "//evil.example",
        "/staff/",
        f"{home}/../../staff",
        f"{home}x",
        f"{home}/a\nb",
    ):
        ask(client, home)
        assert enter(client, home, codes(session)[-1], next=wanted).location == home
        shift(session, minutes=60 * 25)


@SQLITE
def test_wrong_link_asks_for_no_code(session, client, home):
    for path, method in (("code", "GET"), ("code", "POST"), ("code/mail", "POST")):
        assert client.open(f"{home}x/{path}", method=method).status_code == 404
    assert codes(session) == []


@SQLITE
def test_old_codes_are_forgotten(session, client, home, now):
    ask(client, home)
    assert proving.forget_codes(session, now=datetime.now(UTC)) == 0
    assert proving.forget_codes(session, now=datetime.now(UTC) + timedelta(days=2)) == 1


def lost(client, email):
    return client.post("/status", data={"email": email})


def jobs(session):
    session.commit()
    found = session.scalars(select(Job).where(Job.name == "mail_links").order_by(Job.id)).all()
    session.commit()
    return found


@SQLITE
def test_lost_link_is_answered_alike_whoever_has_applied(session, engine, client, application):
    client.set_cookie("locale", "en")
    for _turn in range(2):  # what is read once a process is read by then
        with counted(engine) as known:
            first = lost(client, f" {application.email.upper()} ")
        with counted(engine) as unknown:
            second = lost(client, "nobody@example.org")
    assert (first.status_code, first.location, first.data) == (second.status_code, second.location, second.data)
    assert [statement.partition("VALUES")[0] for statement in known] == [
        statement.partition("VALUES")[0] for statement in unknown
    ]
    assert "Look into your mail" in client.get(first.location).get_data(as_text=True)
    arguments = [job.arguments for job in jobs(session)]
    assert [one["person_id"] for one in arguments] == [application.person_id, 0] * 2
    assert "example" not in str(arguments)
    assert lost(client, "no address").status_code == 422


@SQLITE
def test_the_worker_writes_links_that_open_the_page(session, app, client, application, home):
    lost(client, application.email)
    job = jobs(session)[0]
    with app.app_context():
        tasks.mail_links.run(job_id=job.id, **job.arguments)
    mail = session.scalars(select(Mail).where(Mail.template == "link")).one()
    session.commit()
    assert f"http://localhost{home}\n" in mail.text
    assert client.get(home).status_code == 200


def test_links_go_to_the_own_address_only_and_not_without_end(session, app, posting, application, settings):
    again = make_application(session, open_form(session, "second"), stage=Stage.WITHDRAWN)
    again.person_id, again.email = application.person_id, application.email.upper()
    merged = make_application(session, open_form(session, "third"))
    merged.person_id = application.person_id
    make_application(session, posting, name="石小猴")
    session.commit()
    moment = datetime.now(UTC)
    for turn in range(5):
        written = mail_links(
            session,
            person_id=application.person_id,
            link_of=lambda ident: f"https://example.com/{ident}",
            settings=settings,
            now=moment + timedelta(minutes=turn),
        )
        assert written == (2 if turn < 3 else 0)
    assert mail_links(session, person_id=0, link_of=str, settings=settings, now=moment) == 0
    mails = session.scalars(select(Mail).where(Mail.template == "link").order_by(Mail.id).limit(2)).all()
    assert [(mail.to_address, mail.application_id) for mail in mails] == [
        (again.email, again.id),
        (application.email, application.id),
    ]
    assert f"https://example.com/{application.id}\n" in mails[1].text


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_codes_asked_for_at_once_are_counted_one_after_the_other(session, engine, settings, application):
    for _turn in range(2):
        proving.mail_code(session, application=application, settings=settings, now=datetime.now(UTC))
        session.commit()

    def ask_beside(_number):
        with Session(engine) as beside:
            mine = beside.get_one(Application, application.id)
            try:
                proving.mail_code(beside, application=mine, settings=settings, now=datetime.now(UTC))
                beside.commit()
            except proving.TooManyCodesError:
                return False
            return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(ask_beside, range(4))) == [False, False, False, True]
    assert len(codes(session)) == 3


@SQLITE
def test_every_address_below_the_link_wants_the_proof(app):
    open_to_all = {"codes.show", "codes.mail", "codes.enter", "codes.leave"}
    below = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/status/<token>/")}
    doors = {endpoint: app.view_functions[endpoint].door for endpoint in below}
    assert {endpoint for endpoint, door in doors.items() if door != "proven"} == open_to_all
    assert len(doors) > len(open_to_all)
