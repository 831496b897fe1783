"""A recruiter shapes a posting's stages, hands an application over, and an overview that is looked at refreshes itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import HandOver, Posting, PostingMember, Stage, StageRule
from tests.browser.pages import sign_in, take_back
from tests.candidate.conftest import open_form
from tests.factories import make_application, make_user

pytestmark = pytest.mark.browser
WIDE = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture
def world(live_server):
    """Make an open posting with an application that waits for four days, and two recruiters."""
    with live_server.session() as session:
        posting, user, colleague = open_form(session), make_user(session), make_user(session, name="许知远")
        for one in (user, colleague):
            session.add(PostingMember(posting_id=posting.id, user_id=one.id))
        since = datetime.now(UTC) - timedelta(days=4)
        application = make_application(session, posting, name="云小鹤", stage=Stage.SCREENING, since=since)
        session.commit()
        return posting.id, application.id, user.email, colleague.email


def press(page, locator, key="Enter"):
    """Put the focus where Tab would bring it and press a key."""
    locator.focus()
    expect(locator).to_be_focused()
    page.keyboard.press(key)


def write(page, label, text):
    field = page.get_by_label(label, exact=True)
    field.focus()
    page.keyboard.type(text)


@pytest.mark.parametrize("page", [WIDE], indirect=True)
def test_stages_are_shaped_by_keyboard_and_every_list_follows(page, live_server, world):
    posting, application, email, _ = world
    sign_in(page, live_server, email)
    address = f"{live_server.url}/staff/postings/{posting}"
    page.goto(f"{address}?view=board")
    expect(page.get_by_role("heading", name=re.compile("^Debrief"))).to_be_visible()
    expect(page.locator(".late-for")).to_have_count(0)
    press(page, page.get_by_role("link", name="Stages", exact=True))
    press(page, page.get_by_role("checkbox", name=re.compile("^Debrief")), "Space")
    write(page, "Review, Name in English", "Papers")
    write(page, "Review, Limit in days", "x")
    page.keyboard.press("Enter")
    alert = page.locator("#errors")
    expect(alert).to_be_focused()
    press(page, alert.get_by_role("link", name=re.compile("Review, Limit in days")))
    expect(page.get_by_label("Review, Limit in days", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Stages saved.")
    expect(page.get_by_label("Review, Name in English", exact=True)).to_have_value("Papers")
    with live_server.session() as session:
        rules = {one.stage: one for one in session.scalars(select(StageRule))}
        assert (rules[Stage.DEBRIEF].in_use, rules[Stage.SCREENING].days) == (False, 2)

    page.goto(f"{address}?view=board")
    expect(page.get_by_role("heading", name=re.compile("^Debrief"))).to_have_count(0)
    expect(page.get_by_role("heading", name=re.compile("^Papers"))).to_be_visible()
    expect(page.locator(".ticket .late-for")).to_have_text("waits for an owner")
    page.goto(address)
    expect(page.locator("td.late")).to_contain_text("4 days")
    expect(page.locator("td.late")).to_contain_text("waits for an owner")
    page.goto(f"{live_server.url}/staff/applications/{application}")
    expect(page.locator("h1")).to_contain_text("Papers")
    expect(page.locator("#turn")).to_contain_text("4 days in this stage · overdue")
    page.goto(f"{live_server.url}/staff/postings/")
    expect(page.locator("#strip")).to_contain_text("Overdue1")
    page.goto(f"{live_server.url}/staff/")
    overdue = page.get_by_role("region", name=re.compile("^Overdue, and it is on you"))
    expect(overdue).to_contain_text("云小鹤")
    expect(overdue).to_contain_text("Papers")

    page.goto(f"{address}/stages")
    page.get_by_label("Review, Name in English", exact=True).fill("Reading")
    page.get_by_role("button", name="Save stages").click()
    expect(page.locator(".toast")).to_contain_text("Stages saved.")
    take_back(page)
    expect(page.get_by_label("Review, Name in English", exact=True)).to_have_value("Papers")


@pytest.mark.parametrize("page", [WIDE], indirect=True)
def test_an_application_is_handed_over_and_its_new_owner_finds_it_today(page, live_server, world):
    _, application, email, other = world
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/applications/{application}")
    press(page, page.get_by_role("button", name="Hand over"))
    choice = page.get_by_label("To whom")
    expect(choice).to_be_focused()
    choice.select_option(label="许知远 · Recruiter")
    page.locator("#ho").get_by_label(re.compile("^Note")).fill("懂这个方向")
    press(page, page.locator("#ho").get_by_role("button", name="Hand over"))
    expect(page.locator(".toast")).to_contain_text("Handed over to 许知远.")
    expect(page.locator("#turn")).to_contain_text("waits for 许知远")
    page.goto(f"{live_server.url}/staff/applications/{application}?side=timeline")
    expect(page.locator("main")).to_contain_text("懂这个方向")

    page.context.clear_cookies()
    sign_in(page, live_server, other)
    page.goto(f"{live_server.url}/staff/")
    given = page.get_by_role("region", name=re.compile("^Handed over to you"))
    expect(given).to_contain_text("云小鹤")
    expect(given).to_contain_text("懂这个方向")
    press(page, given.get_by_role("link", name="云小鹤"))
    press(page, page.get_by_role("button", name="Hand over"))
    page.get_by_label("To whom").select_option("0")
    press(page, page.locator("#ho").get_by_role("button", name="Hand over"))
    expect(page.locator(".toast")).to_contain_text("The owner of the posting has it again.")
    take_back(page)
    expect(page.locator("#turn")).to_contain_text("waits for 许知远")
    with live_server.session() as session:
        assert len(session.scalars(select(HandOver.id)).all()) == 3


@pytest.mark.parametrize("page", [WIDE], indirect=True)
def test_the_overview_refreshes_one_part_of_itself_while_it_is_seen(page, live_server, world):
    posting, _, email, _ = world
    sign_in(page, live_server, email)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/live" in request.url else None)
    page.clock.install()
    page.goto(f"{live_server.url}/staff/postings/?sort=overdue")
    row = page.locator(f"#p{posting}")
    expect(row.get_by_role("link", name=re.compile("New: 0"))).to_be_visible()
    expect(page.locator(".as-of")).to_contain_text("refreshes itself")
    page.locator("[data-filter]").fill("云")
    with live_server.session() as session:
        make_application(session, session.get_one(Posting, posting))
        session.commit()
    page.clock.run_for(20_000)
    assert asked == []
    page.clock.run_for(12_000)
    expect(row.get_by_role("link", name=re.compile("New: 1"))).to_be_visible()
    assert len(asked) == 1
    assert asked[0].endswith("/staff/postings/live?sort=overdue")
    expect(page.locator("#strip")).to_contain_text("To review2")
    expect(page.locator("[data-filter]")).to_have_value("云")
    assert page.locator("main h1").count() == 1

    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")
    page.clock.run_for(120_000)
    assert len(asked) == 1
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => false, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#rows")).to_be_visible()
    assert len(asked) == 2

    row.get_by_role("button", name=re.compile("More actions")).click()
    expect(page.locator(".menu:popover-open")).to_be_visible()
    page.clock.run_for(60_000)
    assert len(asked) == 2
