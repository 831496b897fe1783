"""Admins see who agreed to which version of the notice; nobody else does."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import event, select

from screening.extensions import db
from screening.models import Posting
from screening.queries.consents import PAGE
from screening.web.notices import CURRENT, NOTICES
from tests.architecture.doors import make_world, sign_in
from tests.factories import make_application

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PERSON = re.compile(r'<a class="name" href="/staff/applications/\d+[^"]*">([^<]*)</a>')


@pytest.fixture
def world(session):
    return make_world(session)


def add(session, count, version, name="石小猴"):
    posting = session.scalars(select(Posting)).first()
    for number in range(count):
        made = make_application(session, posting, name=f"{name}{number}")
        made.consent_version = version
    session.commit()


def test_versions_are_counted_and_lead_to_their_applications(app, session, world):
    add(session, 2, CURRENT.version)
    add(session, 1, NOTICES[-1].version, name="秦小雁")
    boss = sign_in(app, world.admin)
    page = boss.get("/staff/consents/").text
    assert "石小猴1" in page
    assert f"/privacy/{NOTICES[-1].version}" in page
    older = boss.get(f"/staff/consents/?version={NOTICES[-1].version}").text
    assert PERSON.findall(older) == ["秦小雁0"]


def test_list_has_pages_and_costs_the_same_for_few_and_many(app, session, world):
    add(session, 2, CURRENT.version)
    boss = sign_in(app, world.admin)
    with app.app_context():
        engine = db.engine
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *_: asked.append(1))
    few = boss.get("/staff/consents/").text
    cost = len(asked)
    add(session, PAGE, CURRENT.version, name="多")
    asked.clear()
    many = boss.get("/staff/consents/").text
    assert len(asked) == cost
    assert len(PERSON.findall(many)) == PAGE
    [onward] = re.findall(r'href="(/staff/consents/\?before=\d+)"', many)
    last = boss.get(unescape(onward)).text
    assert {*PERSON.findall(few)} <= {*PERSON.findall(last)}


@pytest.mark.parametrize(
    "query", ["?version=nonsense", "?before=0", "?before=99999999999", "?before=x", "?version=%00"]
)
def test_odd_addresses_show_the_list(app, world, query):
    assert sign_in(app, world.admin).get(f"/staff/consents/{query}").status_code == 200


def test_others_do_not_see_it(app, world):
    assert sign_in(app, world.stranger).get("/staff/consents/").status_code == 403
    assert sign_in(app, world.recruiter).get("/staff/consents/").status_code == 403
