"""A scorecard saves itself, notices another tab, and outlasts a broken line."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.architecture.doors import make_world
from tests.browser.pages import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def scorecard(page, live_server):
    with live_server.session() as session:
        world = make_world(session)
    sign_in(page, live_server, world.panelist.email)
    address = f"{live_server.url}/staff/interviews/{world.values['interview_id']}/scorecard"
    page.goto(address)
    return address


def version_of(page):
    return page.locator("form[data-draft] input[name=version]")


def test_a_rating_by_key_is_counted_and_saved(page, scorecard):
    page.keyboard.press("j")
    page.keyboard.press("3")
    expect(page.locator("[data-done]").first).to_have_text("1")
    expect(version_of(page)).to_have_value("1")
    page.reload()
    expect(page.locator(".rate input").nth(2)).to_be_checked()


def test_the_newest_text_wins_over_one_on_its_way(page, scorecard):
    field = page.locator("form[data-draft] textarea").first
    field.fill("first")
    expect(version_of(page)).to_have_value("1")
    field.fill("second")
    expect(version_of(page)).to_have_value("2")
    page.reload()
    expect(field).to_have_value("second")


def test_another_tab_is_noticed_and_nothing_is_overwritten(page, scorecard):
    other = page.context.new_page()
    other.goto(scorecard)
    other.locator("form[data-draft] textarea").first.fill("from the other tab")
    expect(version_of(other)).to_have_value("1")
    page.locator("form[data-draft] textarea").first.fill("from this tab")
    expect(page.locator("[data-conflict]").first).to_be_visible()
    other.reload()
    expect(other.locator("form[data-draft] textarea").first).to_have_value("from the other tab")


def test_a_broken_line_is_told_and_the_text_is_sent_later(page, scorecard):
    page.context.set_offline(True)
    page.locator("form[data-draft] textarea").first.fill("written on a train")
    expect(page.locator("[data-offline]").first).to_be_visible()
    page.context.set_offline(False)
    expect(version_of(page)).to_have_value("1")
    expect(page.locator("[data-offline]").first).not_to_be_visible()
