"""Choosing a time in a browser: a candidate far away reads the times where they are, and Back leads out of the page."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from screening.models import Role, Stage
from screening.services.availability import add_hours
from screening.web.candidate.links import offer_token
from tests.architecture.doors import make_offer
from tests.browser.pages import token_of
from tests.factories import make_application, make_posting, make_user

pytestmark = pytest.mark.browser
COMPANY, AWAY = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


@pytest.mark.parametrize("page", [{"timezone_id": AWAY.key, "locale": "en-GB"}], indirect=True)
def test_times_are_shown_in_the_browsers_zone_at_once_and_chosen_in_it(page, live_server):
    day = datetime.now(COMPANY).date() + timedelta(days=3)
    start = datetime.combine(day, time(14), COMPANY).astimezone(UTC)
    with live_server.session() as session:
        recruiter, interviewer = make_user(session), make_user(session, Role.INTERVIEWER)
        application = make_application(session, make_posting(session, recruiter), stage=Stage.INTERVIEW)
        stretch = (start, start + timedelta(hours=1))
        add_hours(session, user_id=interviewer.id, stretches=[stretch], actor_id=interviewer.id, now=datetime.now(UTC))
        offer = make_offer(session, application, interviewer)
        offer.earliest, offer.latest = datetime.now(UTC), start + timedelta(days=2)
        offer.expires_at, offer.created_by = offer.latest, recruiter.id
        key = offer.key
        session.commit()
    page.goto(f"{live_server.url}/careers")
    address = f"{live_server.url}/times/{token_of(live_server.settings.secret_key, key, offer_token)}"
    page.evaluate("address => { location.href = address; }", address)
    page.wait_for_url("**zone=America*")
    expect(page.locator(".choice time").first).to_have_text(f"{start.astimezone(AWAY):%H:%M}")
    expect(page.locator("#zone")).to_have_value(AWAY.key)
    page.go_back()
    page.wait_for_url("**/careers*")
    page.go_forward()
    page.locator(".choice").first.click()
    page.get_by_role("button", name="Choose this time").click()
    expect(page.get_by_role("heading", name="Your time is set")).to_be_visible()
    expect(page.locator("dl.kv time")).to_contain_text(f"{start.astimezone(AWAY):%H:%M}")
