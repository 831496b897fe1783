"""The shell in a real browser: signing in with and without scripts, theme, language, keys, search, moves and undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from screening.models import Posting
from screening.services.indexing import index_applications
from tests.architecture.doors import make_world
from tests.browser.pages import sign_in, take_back
from tests.factories import PASSWORD, make_application

pytestmark = pytest.mark.browser


@pytest.fixture
def world(live_server):
    with live_server.session() as session:
        made = make_world(session)
        index_applications(session, application_ids=[made.values["application_id"]])
        session.commit()
        yield made


@pytest.fixture
def pipeline(page, live_server, world):
    with live_server.session() as session:
        posting = session.get_one(Posting, world.values["posting_id"])
        application = make_application(session, posting, name="石小猴")
        index_applications(session, application_ids=[application.id])
        session.commit()
    sign_in(page, live_server, world.recruiter.email)
    address = f"{live_server.url}/staff/postings/{world.values['posting_id']}"
    page.goto(address)
    return address


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], ids=["no script"], indirect=True)
def test_everything_of_the_shell_works_without_scripts(page, live_server, world):
    page.goto(f"{live_server.url}/staff/settings/")
    page.fill("#email", world.recruiter.email)
    page.fill("#password", PASSWORD)
    page.click("form:has(#email) button")
    expect(page).to_have_url(f"{live_server.url}/staff/settings/")
    page.click(".bar [data-theme-toggle]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.click(".bar button[name=locale]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click(".bar a[data-open=palette]")
    page.fill("main input[name=q]", "小鹤")
    page.press("main input[name=q]", "Enter")
    expect(page.locator("main .palette a").first).to_contain_text("云小鹤")
    page.click(".side form[action$=sign-out] button")
    expect(page).to_have_url(f"{live_server.url}/sign-in")


def test_theme_switches_at_once_and_stays(page, live_server, world):
    sign_in(page, live_server, world.recruiter.email)
    page.goto(f"{live_server.url}/staff/settings/")
    with page.expect_response("**/preferences/"):
        page.click(".bar [data-theme-toggle]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_errors_get_the_focus(page, live_server):
    page.goto(f"{live_server.url}/sign-in")
    page.click("form:has(#email) button")
    expect(page.locator("#errors")).to_be_focused()
    page.click("#errors a[href='#email']")
    expect(page.locator("#email")).to_be_focused()


def test_search_finds_with_the_keyboard_alone(page, pipeline):
    page.keyboard.press("Control+k")
    page.keyboard.type("小猴")
    expect(page.locator("#found a")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("石小猴")


def test_rows_are_walked_ticked_moved_and_brought_back(page, pipeline):
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk output")).to_have_text("1")
    page.keyboard.press("m")
    page.keyboard.press("2")
    expect(page.locator(".toast")).to_be_visible()
    take_back(page)
    expect(page.locator(".toast [data-undo]")).to_have_count(0)


def test_single_keys_can_be_turned_off(page, pipeline):
    page.keyboard.press("?")
    page.uncheck("[data-keys-toggle]")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-item].at")).to_have_count(0)
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("#keys")).not_to_be_visible()


def test_a_ticket_dropped_in_another_lane_is_moved(page, pipeline):
    page.goto(f"{pipeline}?view=board")
    ticket = page.locator("[data-stage=applied] [data-item]").first
    name = ticket.locator(".name").inner_text()
    ticket.drag_to(page.locator("[data-stage=screening]"), source_position={"x": 100, "y": 45})
    expect(page.locator(".toast [data-undo]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-stage=screening] .name")).to_have_text(name)


def test_a_toast_stays_while_it_is_hovered(page, pipeline):
    page.clock.install()
    page.goto(f"{pipeline}?view=board")
    page.locator("[data-stage=applied] [data-item] [popovertarget]").first.click()
    page.locator(".menu:popover-open button[value=screening]").click()
    toast = page.locator(".toast")
    toast.hover()
    page.clock.run_for(9000)
    expect(toast).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(9000)
    expect(toast).to_have_count(0)
