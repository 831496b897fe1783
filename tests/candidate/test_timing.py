"""A form that comes back too soon, too late or too often loses nothing: it is asked about once, or waits for some minutes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from sqlalchemy import select

from screening.app import create_app
from screening.config import ConfigError, load_settings
from screening.models import Application
from screening.web.candidate import limits, timing
from screening.web.notices import CURRENT, NOTICES
from tests.candidate.conftest import Candidate
from tests.candidate.forms import plain_body, shown, with_file

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MARKS = ("website", "csrf_token", "opened", "form_version", "draft_version", "draft_writer", "notice_shown")


@pytest.fixture
def asking(settings, posting):
    """Give a candidate of an installation that asks about forms that are sent within half a minute: tests may be slow."""
    app = create_app(
        replace(settings, form_seconds=30.0), TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False
    )
    yield Candidate(app.test_client(), posting.slug)
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def typed(body):
    return {name: values for name, values in plain_body(body).items() if name not in MARKS}


def applications(session):
    found = session.scalars(select(Application)).all()
    session.commit()
    return found


def test_form_that_comes_back_at_once_is_asked_about_once_and_loses_nothing(session, asking):
    body = asking.fill()
    answer = asking.send(with_file(body))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "The form came back within a few seconds of being opened." in page
    assert typed(shown(page)) == typed(body)
    assert "云小鹤_简历.txt" in page
    assert applications(session) == []
    again = {**body, **{name: shown(page)[name][0] for name in MARKS if name in shown(page)}}
    assert asking.send(again).status_code == 303  # the file is kept
    assert len(applications(session)) == 1


@pytest.mark.parametrize(
    ("age", "asked"),
    [
        (timedelta(seconds=1), "within a few seconds"),
        (timedelta(seconds=60), None),
        (timedelta(days=29), None),
        (timedelta(days=31), "opened long ago"),
    ],
)
def test_age_of_a_form_decides_whether_it_is_asked_about(session, asking, monkeypatch, age, asked):
    body = asking.fill()
    monkeypatch.setattr(timing, "now", lambda: datetime.now(UTC) + age)
    answer = asking.send(with_file(body))
    assert answer.status_code == (422 if asked else 303)
    assert asked is None or asked in answer.get_data(as_text=True)


@pytest.mark.parametrize("mark", ["", "shown.x.y", "asked", "x" * 300])
def test_mark_that_we_did_not_make_is_asked_about_once(session, asking, mark):
    body = {**asking.fill(), "opened": mark}
    page = asking.send(with_file(body)).get_data(as_text=True)
    assert "This form was opened long ago." in page
    assert asking.send({**body, "opened": shown(page)["opened"][0]}).status_code == 303


def test_refused_form_that_is_sent_again_at_once_is_not_asked_about(session, asking, monkeypatch):
    body = asking.fill(phone="")
    monkeypatch.setattr(timing, "now", lambda: datetime.now(UTC) + timedelta(seconds=60))
    page = asking.send(with_file(body)).get_data(as_text=True)
    again = {**body, "phone": "13800000123", "opened": shown(page)["opened"][0]}
    assert asking.send(again).status_code == 303


@pytest.mark.parametrize("text", ["soon", "-1", "61", "nan"])
def test_setting_that_is_no_number_of_seconds_is_told(text, settings, tmp_path):
    with pytest.raises(ConfigError, match="form_seconds"):
        load_settings({"SCREENING_FORM_SECONDS": text}, instance=tmp_path / "other")


def test_version_of_the_notice_that_was_shown_is_the_one_that_is_stored(session, candidate):
    body = candidate.fill()
    link = html.fromstring(candidate.open()).xpath('//label[.//input[@name="consent"]]//a/@href')
    assert link == [f"/privacy/{CURRENT.version}"]
    assert body["notice_shown"] == CURRENT.version
    assert candidate.send(with_file(body)).status_code == 303
    assert applications(session)[0].consent_version == CURRENT.version


def test_form_that_showed_an_earlier_notice_is_taken_with_that_one(session, candidate):
    assert candidate.apply(notice_shown=NOTICES[-1].version).status_code == 303
    assert applications(session)[0].consent_version == NOTICES[-1].version


def test_consent_to_an_earlier_notice_is_not_carried_to_another(candidate):
    page = candidate.send(candidate.fill(notice_shown=NOTICES[-1].version, phone="")).get_data(as_text=True)
    assert "consent" not in shown(page)
    assert shown(page)["notice_shown"] == [CURRENT.version]


@pytest.mark.parametrize("version", ["", "2020-01", "x" * 100])
def test_consent_to_a_notice_that_never_was_is_none(session, candidate, version):
    answer = candidate.apply(notice_shown=version)
    assert answer.status_code == 422
    assert "Without your consent" in answer.get_data(as_text=True)
    assert applications(session) == []


@pytest.fixture
def limited(settings, posting):
    app = create_app(
        settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="memory://"
    )
    yield Candidate(app.test_client(), posting.slug)
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def test_too_many_attempts_for_one_e_mail_address_wait_and_lose_nothing(session, limited):
    most = int(limits.BY_MAIL.split()[0])
    body = limited.fill(phone="")
    for _ in range(most):
        assert limited.send({**body, "summary": ""}).status_code == 422
    answer = limited.send(with_file({**body, "email": body["email"].upper() + " ", "phone": "13800000123"}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert re.search(r"Wait \d+ minutes?, then submit again\.", page)
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert typed(shown(page)) == typed({**body, "email": body["email"].upper(), "phone": "13800000123"})
    assert applications(session) == []
    assert limited.send(with_file({**body, "email": "other@example.com", "phone": "13800000123"})).status_code == 303


def test_other_limits_tell_how_long_to_wait(limited):
    answers = [limited.client.post("/status/unknown/code/mail") for _ in range(21)]
    assert answers[-1].status_code == 429
    assert "Wait 1 minute, then try again." in answers[-1].get_data(as_text=True)
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
