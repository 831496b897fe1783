"""Behind every address stands a door, and it is closed to those without a right."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from screening.app import SECURITY_HEADERS, create_app
from screening.extensions import db
from screening.models import Role
from screening.policy import RULES, Permission
from tests.architecture.doors import addresses, make_world, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REFUSED = {403, 404}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


@pytest.fixture
def world(session):
    return make_world(session)


@pytest.fixture
def all_addresses(app, world):
    return list(addresses(app, world.values))


def door_of(app, address):
    return getattr(app.view_functions[address.rule.endpoint], "door", None)


def test_every_address_has_a_door(app, all_addresses):
    assert all_addresses
    assert [address.name for address in all_addresses if door_of(app, address) is None] == []


def test_every_permission_has_a_rule(app):
    assert set(RULES) == set(Permission)


def test_every_staff_address_asks_for_a_permission(app, all_addresses):
    staff = [address for address in all_addresses if address.rule.rule.startswith("/staff")]
    assert staff
    assert [address.name for address in staff if not isinstance(door_of(app, address), Permission)] == []


def test_every_staff_address_sends_a_stranger_to_the_sign_in(app, all_addresses):
    client = app.test_client()
    wrong = []
    for address in all_addresses:
        if not address.rule.rule.startswith("/staff"):
            continue
        response = client.open(address.path, method=address.method)
        if response.status_code != 302 or not response.location.startswith("/sign-in"):
            wrong.append((address.name, response.status_code))
    assert wrong == []


def test_every_staff_address_is_closed_to_an_interviewer_without_rights(app, world, all_addresses):
    client = sign_in(app, world.stranger)
    wrong = []
    for address in all_addresses:
        if not address.rule.rule.startswith("/staff") or door_of(app, address) is Permission.STAFF:
            continue
        response = client.open(address.path, method=address.method)
        if response.status_code not in REFUSED:
            wrong.append((address.name, response.status_code))
    assert wrong == []


def test_no_address_of_a_posting_opens_for_a_recruiter_of_another(app, session, world, all_addresses):
    """A recruiter without a right on it: whatever names the posting, or a thing below it, is not there."""
    recruiter = make_user(session, Role.RECRUITER)
    session.commit()
    client = sign_in(app, recruiter)
    named = {"posting_id", "application_id", "interview_id", "file_id"}
    wrong = []
    for address in all_addresses:
        if not address.rule.rule.startswith("/staff") or not named & set(address.rule.arguments):
            continue
        response = client.open(address.path, method=address.method)
        if response.status_code not in REFUSED:
            wrong.append((address.name, response.status_code))
    assert wrong == []


def test_no_address_breaks_for_an_admin(app, world, all_addresses):
    """Whatever an empty form or a page makes of it: an answer, not an accident."""
    client = sign_in(app, world.admin)
    wrong = []
    for address in all_addresses:
        if address.method == "GET":
            response = client.open(address.path, method="GET")
            if response.status_code >= 500:
                wrong.append((address.name, response.status_code))
    assert wrong == []


def test_reading_writes_nothing(app, world, all_addresses):
    client = sign_in(app, world.admin)
    written = []
    with app.app_context():
        engine = db.engine

    def watch(connection, cursor, statement, *rest):
        if WRITES.match(statement):
            written.append((current[0], statement[:80]))

    current = [""]
    event.listen(engine, "before_cursor_execute", watch)
    for address in all_addresses:
        if address.method == "GET":
            current[0] = address.name
            client.get(address.path)
    event.remove(engine, "before_cursor_execute", watch)
    assert written == []


def test_every_answer_carries_the_security_headers(app, world, all_addresses):
    client = sign_in(app, world.admin)
    paths = [address.path for address in all_addresses if address.method == "GET"]
    missing = []
    for path in [*paths, "/nothing", "/static/app.css", "/staff/", "/sign-in"]:
        response = client.get(path, buffered=True)
        for name, value in SECURITY_HEADERS.items():
            if response.headers.get(name) != value:
                missing.append((path, name, response.headers.get(name)))
    assert missing == []


def test_every_change_without_a_token_is_refused(settings, app, world, all_addresses):
    guarded = create_app(settings, TESTING=True, RATELIMIT_ENABLED=False)
    client = sign_in(guarded, world.admin)
    changing = [address for address in all_addresses if address.method not in {"GET", "HEAD", "OPTIONS"}]
    assert changing
    taken = [
        (address.name, response.status_code)
        for address in changing
        if (response := client.open(address.path, method=address.method)).status_code != 400
    ]
    with guarded.app_context():
        guarded.extensions["sqlalchemy"].engine.dispose()
    assert taken == []
