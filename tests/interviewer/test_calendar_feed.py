"""The calendar to subscribe to: private, only one's own interviews, and nothing in it depends on evaluations."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import vobject
from sqlalchemy import event

from screening.app import create_app
from screening.models import AbstainKind, Posting, Recommendation, Role
from screening.services.calendar_feed import renew_feed
from screening.services.evaluating import abstain, submit_evaluation
from screening.services.interviewing import cancel_interview, schedule_interview
from screening.web.auth.calendar import feed_address
from tests.architecture.doors import sign_in
from tests.factories import make_application, make_user, move_interview
from tests.interviewer.conftest import judgements, plan

ADDRESS = re.compile(r'id="feed" value="http://localhost(/calendar/[^"]+\.ics)"')


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def subscribed(session, panel, caller, client, today):
    """Switch the first interviewer's calendar on; give a function that reads it without a session."""
    move_interview(panel.interview, today + timedelta(days=1))
    session.commit()
    owner = caller(panel.first)
    assert owner.post("/staff/settings/calendar").status_code == 303
    address = ADDRESS.search(owner.get("/staff/settings/").text)[1]

    def read(**headers: str):
        return client.get(address, headers=headers)

    return owner, address, read


def events(answer) -> dict[str, object]:
    calendar = vobject.readOne(answer.text)
    return {event.uid.value: event for event in calendar.contents.get("vevent", ())}


def test_calendar_holds_ones_own_interviews(session, panel, subscribed, today):
    posting = session.get_one(Posting, panel.application.posting_id)
    for name, user, day in (("旧", panel.first, -40), ("别人的", panel.second, 2), ("昨天", panel.first, -1)):
        schedule_interview(
            session,
            application=make_application(session, posting, name=name),
            plan=plan(user, starts_at=today + timedelta(days=day)),
            actor_id=panel.recruiter.id,
            now=today,
        )
    session.commit()
    answer = subscribed[2]()
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert [event.summary.value for event in events(answer).values()] == ["面试：昨天，第一轮", "面试：云小鹤，第一轮"]
    own = events(answer)[panel.interview.uid]
    assert own.dtstart.value == panel.interview.starts_at
    assert own.url.value == f"http://localhost/staff/interviews/{panel.interview.id}/scorecard"


def test_calendar_is_in_its_owners_language(session, panel, subscribed):
    panel.first.locale = "en"
    session.commit()
    text = subscribed[2](**{"Accept-Language": "zh"}).text
    assert "X-WR-CALNAME:Interviews\\, Yuanshan AI" in text
    assert "SUMMARY:Interview: 云小鹤\\, 第一轮" in text


def test_cancelled_interviews_stay_as_cancelled_and_lost_seats_go(session, panel, subscribed, today):
    cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=today)
    session.commit()
    (event,) = events(subscribed[2]()).values()
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "1")


def test_who_abstained_has_nothing_to_come_to(session, panel, subscribed, today):
    abstain(
        session, interview=panel.interview, user_id=panel.first.id, kind=AbstainKind.KNOWS, reason="同门", now=today
    )
    session.commit()
    assert events(subscribed[2]()) == {}


def test_calendar_does_not_move_with_evaluations(session, panel, subscribed, today):
    move_interview(panel.interview, today - timedelta(days=1))
    session.commit()
    before = subscribed[2]()
    submit_evaluation(
        session,
        interview=panel.interview,
        user_id=panel.second.id,
        judgements=judgements(1, "不行的理由"),
        recommendation=Recommendation.NO,
        summary="不行",
        now=today,
    )
    session.commit()
    after = subscribed[2]()
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def test_a_calendar_that_did_not_change_is_not_sent_again(session, panel, subscribed):
    _, _, read = subscribed
    first = read()
    same = read(**{"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    panel.interview.place = "别的地方"
    session.commit()
    assert read(**{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_new_address_ends_the_old_one(subscribed):
    owner, address, read = subscribed
    owner.post("/staff/settings/calendar")
    assert read().status_code == 404
    renewed = ADDRESS.search(owner.get("/staff/settings/").text)[1]
    assert renewed != address
    assert owner.get(renewed).status_code == 200


def test_switched_off_it_opens_nothing(subscribed):
    owner, _, read = subscribed
    assert owner.post("/staff/settings/calendar/off").status_code == 303
    assert read().status_code == 404
    assert ADDRESS.search(owner.get("/staff/settings/").text) is None


def test_a_closed_account_has_no_calendar(session, panel, subscribed):
    panel.first.is_active = False
    session.commit()
    assert subscribed[2]().status_code == 404


def test_what_the_database_holds_opens_nothing(session, panel, subscribed, client):
    session.refresh(panel.first)
    assert len(panel.first.feed_key) >= 43
    address = subscribed[1]
    for guess in (panel.first.feed_key, f'"{panel.first.feed_key}"', address.split("/")[-1][:-5], "x", "%00"):
        assert client.get(f"/calendar/{guess}.ics").status_code == 404


def test_each_has_a_calendar_of_their_own(app, session, panel, subscribed):
    other = make_user(session, Role.INTERVIEWER)
    session.commit()
    theirs = sign_in(app, other)
    theirs.post("/staff/settings/calendar")
    address = ADDRESS.search(theirs.get("/staff/settings/").text)[1]
    assert address != subscribed[1]
    assert events(theirs.get(address)) == {}


def test_a_long_calendar_costs_as_many_queries_as_a_short_one(app, session, panel, subscribed, today):
    seen: list[str] = []
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))

    def cost() -> int:
        seen.clear()
        assert subscribed[2]().status_code == 200
        return sum(statement.startswith("SELECT") for statement in seen)

    before = cost()
    posting = session.get_one(Posting, panel.application.posting_id)
    for number in range(40):
        schedule_interview(
            session,
            application=make_application(session, posting, name=f"候选人 {number}"),
            plan=plan(panel.first, panel.second, starts_at=today + timedelta(days=1, hours=number)),
            actor_id=panel.recruiter.id,
            now=today,
        )
    session.commit()
    assert cost() == before == 3
    assert len(events(subscribed[2]())) == 41


def test_who_asks_all_the_time_or_guesses_has_to_wait(settings, session, panel):
    app = create_app(settings, TESTING=True, RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="memory://")
    renew_feed(session, user=panel.first, now=datetime.now(UTC))
    session.commit()
    with app.test_request_context():
        path = urlsplit(feed_address(panel.first)).path
    client = app.test_client()
    assert [client.get(path).status_code for _ in range(61)] == [200] * 60 + [429]
    assert [client.get(f"/calendar/x{number}.ics").status_code for number in range(31)] == [404] * 30 + [429]
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
