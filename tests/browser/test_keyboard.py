"""The recruiter's whole job without a mouse: every step of it by keys alone, and what the keys open is clean for axe."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from screening.models import Application, Role, Stage, StageMove
from screening.services.indexing import index_applications
from tests.browser.pages import take_back
from tests.factories import PASSWORD, make_application, make_posting, make_user
from tests.recruiter.worlds import add_scored, score

pytestmark = pytest.mark.browser

NAMES = ("石小猴", "江小鲤", "白小鹭", "苏小满")
WIDE = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def world(live_server):
    """Make a recruiter with a posting and seven scored applications, four of whom a filter finds."""
    with live_server.session() as session:
        recruiter = make_user(session, Role.RECRUITER)
        recruiter.locale = "en"
        posting = make_posting(session, recruiter)
        made = add_scored(session, posting, 3)
        for name in NAMES:
            application = make_application(session, posting, name=name)
            score(session, application)
            made.append(application)
        index_applications(session, application_ids=[one.id for one in made])
        session.commit()
        yield {"email": recruiter.email, "posting": posting.id, "title": posting.title}


def stages(live_server):
    with live_server.session() as session:
        return {one.name: one.stage for one in session.query(Application)}


def press(page, *keys):
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, selector, most=80):
    """Walk with Tab until this has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def at(page):
    """Name the row that the keys stand on."""
    return page.locator("[data-item].at .name").first.inner_text()


def clean(page, what):
    """Let axe look at the page with what is open on it."""
    found = Axe().run(page).response["violations"]
    assert [(what, one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_a_recruiter_needs_no_mouse(page, live_server, world):
    # sign in
    page.goto(f"{live_server.url}/staff/postings/")
    tab_to(page, "#email")
    page.keyboard.type(world["email"])
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    # open the posting
    expect(page.locator("[data-item]").first).to_be_visible()
    press(page, "j")
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(world["title"])
    # filter with /
    expect(page.locator("tr[data-item]")).to_have_count(7)
    press(page, "/")
    expect(page.locator("[data-filter]")).to_be_focused()
    page.keyboard.type("小")
    page.keyboard.type("猴")
    expect(page.locator("tr[data-item]")).to_have_count(1)
    for _ in range(2):
        press(page, "Backspace")
    expect(page.locator("tr[data-item]")).to_have_count(7)
    # walk and select three
    tab_to(page, "[data-all]")
    press(page, "j", "x", "j", "x", "k")
    first = at(page)
    press(page, "j", "j", "x")
    expect(page.locator("#bulk output")).to_have_text("3")
    # a range from the last one: five
    press(page, "j", "j", "Shift+X")
    expect(page.locator("#bulk output")).to_have_text("5")
    press(page, "x", "k", "x")
    expect(page.locator("#bulk output")).to_have_text("3")
    clean(page, "ticked")
    # move them, and take it back
    press(page, "m")
    expect(page.locator("#mv")).to_be_visible()
    clean(page, "menu of stages")
    press(page, "2")
    expect(page.locator(".toast")).to_contain_text("3 candidates moved to Review")
    assert sorted(stages(live_server).values()).count(Stage.SCREENING) == 3
    take_back(page)
    expect(page.locator(".toast")).to_contain_text("Taken back")
    assert set(stages(live_server).values()) == {Stage.APPLIED}
    # reject one with a reason
    press(page, "j", "x", "r")
    expect(page.locator("#rj")).to_be_visible()
    expect(page.locator("#rj select")).to_be_focused()
    clean(page, "rejection")
    press(page, "ArrowDown", "ArrowDown")
    tab_to(page, "#rj button")
    press(page, "Enter")
    expect(page.locator(".toast")).to_contain_text("1 candidate rejected")
    assert stages(live_server)[first] is Stage.REJECTED
    with live_server.session() as session:
        assert session.query(StageMove).filter_by(to_stage=Stage.REJECTED).one().reason == "knock_out"
    # open an application, its neighbours and back
    press(page, "j", "j")
    second = at(page)
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(second)
    press(page, "[")
    expect(page.locator("h1")).not_to_contain_text(second)
    press(page, "]")
    expect(page.locator("h1")).to_contain_text(second)
    press(page, "r")
    expect(page.locator("#rj :focus")).to_have_count(1)  # a moment after it is seen
    press(page, "Escape")
    expect(page.locator("#rj")).not_to_be_visible()
    # the list of keys
    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    clean(page, "list of keys")
    press(page, "Escape")
    expect(page.locator("#keys")).not_to_be_visible()


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_without_a_tick_the_row_that_one_stands_on_is_meant(page, live_server, world):
    enter(page, live_server, world, "")
    press(page, "j", "j")
    name = at(page)
    press(page, "m", "3")
    expect(page.locator(".toast")).to_contain_text("1 candidate moved to Interview")
    assert stages(live_server)[name] is Stage.INTERVIEW


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_a_key_is_heard_in_the_moment_when_a_menu_has_closed(page, live_server, world):
    enter(page, live_server, world, "")
    press(page, "j", "x", "r")
    expect(page.locator("#rj select")).to_be_focused()
    heard = page.evaluate(
        """() => {
          document.getElementById('rj').hidePopover();
          document.querySelector('#rj select').dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}));
          return document.getElementById('keys').open;
        }"""
    )
    assert heard


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_keys_that_are_switched_off_do_nothing_and_the_buttons_still_do(page, live_server, world):
    enter(page, live_server, world, "")
    press(page, "?")
    page.uncheck("[data-keys-toggle]")
    press(page, "Escape", "j", "x", "r")
    expect(page.locator("#bulk")).not_to_be_visible()
    page.check("tr[data-item] input[name=ids] >> nth=0")
    page.click("[popovertarget=rj]")
    expect(page.locator("#rj")).to_be_visible()


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_a_tick_with_shift_takes_all_between(page, live_server, world):
    enter(page, live_server, world, "")
    boxes = page.locator("tr[data-item] input[name=ids]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("#bulk output")).to_have_text("4")
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("#bulk output")).to_have_text("1")


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_a_ticket_is_moved_and_rejected_by_keys(page, live_server, world):
    enter(page, live_server, world, "?view=board")
    press(page, "j")
    name = at(page)
    press(page, "r")
    expect(page.locator("#rejection")).to_be_visible()
    expect(page.locator("#rejection-h")).to_contain_text(name)
    expect(page.locator("#rejection select")).to_be_focused()
    clean(page, "rejection on the board")
    press(page, "ArrowDown")
    tab_to(page, "#rejection button")
    press(page, "Enter")
    expect(page.locator(".toast")).to_contain_text("1 candidate rejected")
    assert stages(live_server)[name] is Stage.REJECTED
    press(page, "j")
    name = at(page)
    press(page, "m")
    expect(page.locator(".menu:popover-open :focus")).to_have_count(1)  # a moment after it is seen
    press(page, "Enter")
    expect(page.locator(".toast")).to_contain_text("1 candidate moved to Review")
    assert stages(live_server)[name] is Stage.SCREENING


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_many_are_looked_at_first_and_tagged(page, live_server, world):
    enter(page, live_server, world, "")
    page.check("[data-all]")
    page.click("[popovertarget=more]")
    clean(page, "more")
    page.click("#more [value=tag]")
    page.fill("#tag", "女")
    press(page, "Enter")
    expect(page.locator("main")).to_contain_text("This seems to speak of sex or orientation")
    clean(page, "doubted tag")
    page.fill("#tag", "备选")
    press(page, "Enter")
    expect(page.locator("#preview-result")).to_contain_text("7 of 7 would be done")
    clean(page, "preview")
    page.click("button[name=step][value=do]")
    expect(page.locator(".toast")).to_contain_text("7 candidates tagged “备选”")
    expect(page.locator("tr[data-item] .tag.outline")).to_have_count(7)
    take_back(page)
    expect(page.locator("tr[data-item] .tag.outline")).to_have_count(0)


@pytest.mark.parametrize("page", [WIDE], ids=["1440"], indirect=True)
def test_a_drop_that_is_refused_or_lost_goes_back_with_the_reason(page, live_server, world):
    enter(page, live_server, world, "?view=board")
    ticket = page.locator("[data-stage=applied] [data-item]").first
    name = ticket.locator(".name").inner_text()
    with live_server.session() as session:  # a colleague was faster
        application = session.query(Application).filter_by(name=name).one()
        application.stage = Stage.INTERVIEW
        session.commit()
    ticket.drag_to(page.locator("[data-stage=screening]"), source_position={"x": 100, "y": 45})
    expect(page.locator(".toast")).to_contain_text("was moved by somebody else in the meantime")
    expect(page.locator("[data-stage=screening] .name")).to_have_count(0)
    other = page.locator("[data-stage=applied] [data-item]").first
    lost = other.locator(".name").inner_text()
    page.route("**/move", lambda route: route.abort())
    other.drag_to(page.locator("[data-stage=screening]"), source_position={"x": 100, "y": 45})
    expect(page.locator(".toast").last).to_be_visible()
    expect(page.locator("[data-stage=applied] .name").first).to_have_text(lost)
    assert stages(live_server)[lost] is Stage.APPLIED


def enter(page, live_server, world, query):
    """Sign in and open the posting's pipeline."""
    page.goto(f"{live_server.url}/sign-in")
    page.fill("#email", world["email"])
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/staff/**")
    page.goto(f"{live_server.url}/staff/postings/{world['posting']}{query}")


@pytest.mark.parametrize("page", [{**WIDE, "java_script_enabled": False}], ids=["no script"], indirect=True)
def test_many_are_tagged_and_brought_back_without_scripts(page, live_server, world):
    enter(page, live_server, world, "")
    boxes = page.locator("tr[data-item] input[name=ids]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.click("[popovertarget=more]")
    page.click("#more [value=tag]")
    page.fill("#tag", "备选")
    page.click(".bulk .box button[name=step]")
    expect(page.locator("#preview-result")).to_contain_text("2 of 2 would be done")
    page.click("button[name=step][value=do]")
    expect(page.locator("tr[data-item] .tag.outline")).to_have_count(2)
    page.click(".toast button")
    expect(page.locator("tr[data-item] .tag.outline")).to_have_count(0)
    page.click("button[name=all]")
    expect(page.locator("h1")).to_have_text("What to do with 7 candidates")


@pytest.mark.parametrize("page", [{**WIDE, "has_touch": True}], ids=["touch"], indirect=True)
def test_a_ticket_goes_back_when_the_browser_takes_the_finger_away(page, live_server, world):
    enter(page, live_server, world, "?view=board")
    new, review = page.locator("[data-stage=applied] [data-item]"), page.locator("[data-stage=screening]")
    first = new.first.locator(".name").inner_text()
    start, end = new.first.bounding_box(), review.bounding_box()
    finger = page.context.new_cdp_session(page)

    def touch(kind, x=0, y=0):
        points = [{"x": x, "y": y}] if kind in {"touchStart", "touchMove"} else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = start["x"] + 100, start["y"] + 45
    touch("touchStart", x, y)
    page.wait_for_timeout(400)  # a short hold, so that a swipe still scrolls
    for step in range(1, 9):
        touch("touchMove", x + (end["x"] + 60 - x) * step / 8, y + (end["y"] + 30 - y) * step / 8)
        page.wait_for_timeout(60)
    touch("touchCancel")
    expect(review.locator("[data-item]")).to_have_count(0)
    expect(new).to_have_count(7)
    expect(new.first.locator(".name")).to_have_text(first)
    assert stages(live_server)[first] is Stage.APPLIED
