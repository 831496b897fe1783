"""A recruiter makes an interview plan without a mouse; dragging does the same; the plan leads to the interview."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Interview, InterviewRound, PostingMember, Role
from tests.browser.pages import sign_in, take_back
from tests.candidate.conftest import open_form
from tests.factories import make_application, make_user

pytestmark = pytest.mark.browser
WIDE = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture
def world(live_server):
    """Make an open posting without a plan, an application, an interviewer, and who looks after it."""
    with live_server.session() as session:
        posting, user = open_form(session), make_user(session)
        make_user(session, Role.INTERVIEWER, name="何以然")
        session.add(PostingMember(posting_id=posting.id, user_id=user.id))
        application = make_application(session, posting)
        session.commit()
        return posting.id, application.id, user.email


def press(page, locator, key="Enter"):
    """Put the focus where Tab would bring it and press a key."""
    page.wait_for_load_state()
    locator.focus()
    expect(locator).to_be_focused()
    page.keyboard.press(key)


def names(page):
    return page.locator("ol.eds > li b.w5").all_inner_texts()


@pytest.mark.parametrize("page", [WIDE], indirect=True)
def test_a_plan_is_made_by_keyboard_and_an_interview_hangs_on_it(page, live_server, world):
    posting, application, email = world
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/postings/{posting}/interview-plan")
    expect(page.get_by_text("There is no plan yet.")).to_be_visible()
    press(page, page.get_by_role("button", name="Take this plan over"))
    expect(page.get_by_role("link", name="Technical interview")).to_be_visible()
    first = names(page)
    assert first == ["Résumé review", "Phone call", "Technical interview", "Panel interview"]

    press(page, page.get_by_role("button", name="Move up: Panel interview"))
    expect(page.get_by_role("button", name="More: Panel interview")).to_be_focused()
    assert names(page) == ["Résumé review", "Phone call", "Panel interview", "Technical interview"]
    page.keyboard.press("Enter")
    menu = page.locator(".menu:popover-open")
    expect(menu.get_by_role("link", name="Edit")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Move down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("ol.eds > li b.w5").last).to_have_text("Panel interview")
    take_back(page)
    expect(page.locator("ol.eds > li b.w5").last).to_have_text("Technical interview")

    press(page, page.get_by_role("link", name="Panel interview"))
    expect(page.locator("h1")).to_contain_text("Change the round: Panel interview")
    trait = page.get_by_role("checkbox", name=re.compile("思路清楚"))
    press(page, trait, "Space")
    expect(trait).not_to_be_checked()
    page.locator("#name").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Values")
    page.keyboard.press("Enter")
    expect(page.locator(".callout.bad")).to_contain_text("1 criterion is settled by nobody")

    press(page, page.get_by_role("button", name=re.compile("Put into a round.*R4")))
    expect(page.locator(".menu:popover-open button").first).to_be_focused()
    for _turn in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".menu:popover-open button").nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("“Values” asks about it now.")
    expect(page.locator(".callout.bad")).to_have_count(0)

    page.goto(f"{live_server.url}/staff/applications/{application}/interviews/new")
    press(page, page.get_by_role("link", name=re.compile("Values")))
    expect(page.locator("#round")).to_have_value("Values")
    expect(trait).to_be_checked()
    press(page, page.get_by_role("checkbox", name=re.compile("何以然")), "Space")
    page.locator("#round").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".steps")).to_contain_text("planned")
    with live_server.session() as session:
        planned = session.scalars(select(Interview)).one()
        assert session.get_one(InterviewRound, planned.round_id).name == "Values"


@pytest.mark.parametrize("page", [WIDE], indirect=True)
def test_dragging_orders_the_rounds_too(page, live_server, world):
    posting, _application, email = world
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/postings/{posting}/interview-plan")
    page.get_by_role("button", name="Take this plan over").click()
    grips = page.locator("ol.eds .grip")
    expect(grips).to_have_count(4)
    grips.nth(3).drag_to(grips.nth(0))
    expect(page.locator(".toast")).to_contain_text("The order was changed.")
    assert names(page)[0] == "Panel interview"
