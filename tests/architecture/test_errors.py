"""Errors are pages of the product, whatever broke."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from screening.extensions import db
from screening.models import Role
from screening.web.access import anyone
from tests.architecture.doors import sign_in
from tests.factories import make_user

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ENGLISH = {"Accept-Language": "en"}


def broken(app, view):
    app.add_url_rule("/broken", "broken", anyone(view))
    return app.test_client()


def test_an_accident_is_a_page_without_its_details(app):
    def view():
        raise RuntimeError("a secret in the message")

    response = broken(app, view).get("/broken", headers=ENGLISH)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "secret" not in response.text


def test_a_failed_transaction_still_ends_in_a_page_for_the_signed_in(app, session):
    user = make_user(session, Role.INTERVIEWER)
    session.commit()

    def view():
        db.session.execute(text("SELECT * FROM nowhere"))

    broken(app, view)
    response = sign_in(app, user).get("/broken", headers=ENGLISH)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "nowhere" not in response.text


def test_without_a_database_there_is_still_a_page(app, session, monkeypatch, tmp_path):
    user = make_user(session, Role.INTERVIEWER)
    session.commit()
    client = sign_in(app, user)
    for table in ("user", "posting"):
        session.execute(text(f'ALTER TABLE "{table}" RENAME TO "{table}_away"'))
    session.commit()
    response = client.get("/staff/settings/", headers=ENGLISH)
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text


@pytest.mark.parametrize(("path", "method", "code"), [("/nothing", "GET", 404), ("/sign-in", "DELETE", 405)])
def test_known_errors_are_pages_in_both_languages(client, path, method, code):
    for language, word in (("en", "Status"), ("zh", "状态")):
        response = client.open(path, method=method, headers={"Accept-Language": language})
        assert response.status_code == code
        assert f"{word} {code}" in response.text


def test_a_wrong_method_says_which_are_right(client):
    assert set(client.delete("/sign-in").headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_static_files_with_a_version_stay_in_the_browser(client):
    first = client.get("/static/app.css?v=1", buffered=True)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in client.get("/static/app.css", buffered=True).headers["Cache-Control"]
