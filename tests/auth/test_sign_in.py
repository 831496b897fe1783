"""Signing in and out through the pages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from screening.app import create_app
from screening.models import Role, SourceDocument
from screening.services.accounts import change_password, close_account
from screening.services.demonstration.postings import DOCUMENT_NAME
from tests.factories import NOW, PASSWORD, make_user

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EMAIL = "xiaohe.yun@example.com"
SETTINGS = "/staff/settings/"


@pytest.fixture
def user(session):
    made = make_user(session, Role.INTERVIEWER, email=EMAIL)
    session.commit()
    return made


@pytest.fixture
def counting(settings, user):
    """Make the application as it is outside of tests: tokens are asked for, attempts are counted."""
    app = create_app(settings, TESTING=True, RATELIMIT_STORAGE_URI="memory://")
    yield app
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def enter(client, password=PASSWORD, email=EMAIL, address="/sign-in", **more):
    return client.post(address, data={"email": email, "password": password, **more})


def token(client, address="/sign-in"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)[1]


def test_the_right_password_opens_the_staff_pages(client, user):
    response = enter(client)
    assert (response.status_code, response.location) == (303, "/staff/")
    assert client.get(SETTINGS).status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, user):
    wrong, unknown = enter(client, "not the password"), enter(client, email="nobody@example.com")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace(EMAIL, "") == unknown.text.replace("nobody@example.com", "")
    assert "not the password" not in wrong.text
    assert client.get(SETTINGS).status_code == 302


def test_an_empty_form_says_what_is_missing(client, user):
    response = client.post("/sign-in", data={})
    assert response.status_code == 422
    assert 'href="#email"' in response.text
    assert 'aria-invalid="true"' in response.text


def test_sign_in_leads_back_to_the_page_that_asked(client, user):
    asked = client.get(SETTINGS)
    assert asked.location == "/sign-in?next=/staff/settings/"
    assert enter(client, address=asked.location).location == SETTINGS


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_sign_in_never_leads_away(client, user, target):
    response = client.post("/sign-in", query_string={"next": target}, data={"email": EMAIL, "password": PASSWORD})
    assert response.location == "/staff/"


def test_sign_in_drops_what_the_session_held_before(client, user):
    with client.session_transaction() as kept:
        kept["planted"] = "by somebody else"
    enter(client)
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept["_user_id"].startswith(f"{user.id}:")


def test_remember_me_outlasts_the_session(client, user):
    enter(client, remember="y")
    cookie = client.get_cookie("remember_token")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    client.delete_cookie("session")
    assert client.get(SETTINGS).status_code == 200


def test_without_remember_me_no_cookie_stays(client, user):
    enter(client)
    assert client.get_cookie("remember_token") is None


def test_sign_out_ends_the_session_and_the_remembering(client, user):
    enter(client, remember="y")
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 303
    assert client.get_cookie("remember_token") is None
    assert client.get(SETTINGS).status_code == 302


def test_a_changed_password_and_a_closed_account_end_sessions(client, session, user):
    make_user(session, Role.ADMIN)
    session.commit()
    assert enter(client, remember="y").status_code == 303
    assert client.get(SETTINGS).status_code == 200
    change_password(session, user=user, current=PASSWORD, password="quite another phrase", now=NOW)
    session.commit()
    assert client.get(SETTINGS).status_code == 302
    enter(client, "quite another phrase")
    assert client.get(SETTINGS).status_code == 200
    close_account(session, user=user, actor_id=None, now=NOW)
    session.commit()
    assert client.get(SETTINGS).status_code == 302


def test_a_request_by_htmx_is_told_to_leave_the_page(client, user):
    response = client.get(SETTINGS, headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, "/sign-in?next=/staff/settings/")


def test_the_demonstration_offers_its_sign_ins_and_nothing_else_does(settings, client, session, user):
    document = SourceDocument(name=DOCUMENT_NAME, sha256="0" * 64, text="", imported_at=NOW)
    session.add_all([document, make_user(session, Role.RECRUITER, email="liang@example.com")])
    session.commit()
    assert "liang@example.com" not in client.get("/sign-in").text
    shown = create_app(replace(settings, demo=True), TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    page = shown.test_client().get("/sign-in").text
    assert "liang@example.com" in page
    assert EMAIL not in page
    with shown.app_context():
        shown.extensions["sqlalchemy"].engine.dispose()


def test_ten_wrong_passwords_pause_the_address(counting):
    client = counting.test_client()
    form = {"csrf_token": token(client)}
    assert [enter(client, "not the password", **form).status_code for _ in range(10)] == [422] * 10
    assert enter(client, **form).status_code == 429
    assert enter(client, email="somebody.else@example.com", **form).status_code == 422


def test_the_right_password_forgets_the_wrong_ones(counting):
    client = counting.test_client()
    form = {"csrf_token": token(client)}
    for _ in range(2):
        assert [enter(client, "not the password", **form).status_code for _ in range(9)] == [422] * 9
        assert enter(client, **form).status_code == 303
        form = {"csrf_token": token(client, SETTINGS)}


def test_one_place_cannot_try_many_addresses(counting):
    client = counting.test_client()
    form = {"csrf_token": token(client)}
    codes = [enter(client, "not it", email=f"a{number}@example.com", **form).status_code for number in range(62)]
    assert codes == [422] * 60 + [429] * 2


def test_sign_in_goes_on_while_the_counters_are_away(settings, user, caplog):
    app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_STORAGE_URI="redis://127.0.0.1:1/0")
    client = app.test_client()
    assert enter(client, "not the password").status_code == 422
    assert enter(client).status_code == 303
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_a_form_sent_after_the_session_ended_says_how_to_go_on(app):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/staff/settings/", data={"name": "x"}, headers={"Accept-Language": "en"})

    assert answer.status_code == 400
    assert "You have been signed out" in answer.text
    assert 'target="_blank"' in answer.text
