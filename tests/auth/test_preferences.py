"""Language and theme follow the person: the account when there is one, a cookie otherwise."""

from __future__ import annotations

import pytest

from screening.models import Role
from tests.architecture.doors import read_again, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def user(session):
    made = make_user(session, Role.INTERVIEWER)
    session.commit()
    return made


def test_the_browsers_language_is_the_first_choice(client):
    assert 'lang="zh-Hans"' in client.get("/sign-in", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="zh-Hans"' in client.get("/sign-in").text


def test_a_stranger_keeps_the_choice_in_a_cookie(client):
    response = client.post("/preferences/", data={"locale": "en", "next": "/sign-in?"})
    assert (response.status_code, response.location) == (303, "/sign-in")
    page = client.get("/sign-in", headers={"Accept-Language": "zh"})
    assert '<html lang="en"' in page.text
    client.post("/preferences/", data={"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/sign-in").text


def test_a_choice_that_is_none_changes_nothing(client):
    response = client.post("/preferences/", data={"locale": "xx", "theme": "pink", "next": "//evil.example"})
    assert (response.status_code, response.location) == (303, "/")
    assert response.headers.getlist("Set-Cookie") == []


def test_a_script_gets_no_page(client):
    response = client.post("/preferences/", data={"theme": "dark"}, headers={"HX-Request": "true"})
    assert (response.status_code, response.text) == (204, "")


def test_the_account_keeps_the_choice_and_wins(app, engine, user):
    client = sign_in(app, user)
    client.post("/preferences/", data={"locale": "en", "theme": "dark"})
    kept = read_again(engine, user)
    assert (kept.locale, kept.theme) == ("en", "dark")
    other = sign_in(app, user)
    page = other.get("/staff/settings/", headers={"Accept-Language": "zh"}).text
    assert '<html lang="en" data-theme="dark"' in page


def test_settings_keep_the_profile(app, engine, user):
    client = sign_in(app, user)
    data = {"name": " 云小鹤 ", "locale": "en", "theme": "light", "time_zone": "Europe/Berlin"}
    assert client.post("/staff/settings/", data=data).status_code == 303
    kept = read_again(engine, user)
    assert (kept.name, kept.locale, kept.theme, kept.time_zone) == ("云小鹤", "en", "light", "Europe/Berlin")
    assert client.post("/staff/settings/", data=data | {"locale": "", "theme": "", "time_zone": ""}).status_code == 303
    kept = read_again(engine, user)
    assert (kept.locale, kept.theme, kept.time_zone) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "value"), [("name", "  "), ("name", "x" * 121), ("time_zone", "Mars/Olympus"), ("locale", "xx")]
)
def test_settings_refuse_and_say_where(app, user, field, value):
    data = {"name": "云小鹤", "locale": "", "theme": "", "time_zone": ""} | {field: value}
    response = sign_in(app, user).post("/staff/settings/", data=data)
    assert response.status_code == 422
    assert f'href="#{field}"' in response.text


def test_one_changes_the_own_password_and_stays_signed_in(app, user):
    client, elsewhere = sign_in(app, user), sign_in(app, user)
    wrong = {"current": "not the password", "password": "quite another phrase", "again": "quite another phrase"}
    assert client.post("/staff/settings/password", data=wrong).status_code == 422
    right = wrong | {"current": "a-long-enough-password"}
    assert client.post("/staff/settings/password", data=right | {"again": "something else"}).status_code == 422
    assert client.post("/staff/settings/password", data=right).status_code == 303
    assert client.get("/staff/settings/").status_code == 200
    assert elsewhere.get("/staff/settings/").status_code == 302
