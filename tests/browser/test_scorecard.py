"""A scorecard in a browser: its keys, the copy that outlasts a crash, a lost session and a second tab, and the way without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.architecture.doors import make_world
from tests.browser.pages import sign_in
from tests.browser.test_candidate_matrix import axe_finds_nothing
from tests.real.site import Site

pytestmark = pytest.mark.browser

COPIES = "Object.keys(localStorage).filter(key => key.startsWith('scorecard:')).length"
FORM = "form[data-kept]"
NOTE = f"{FORM} textarea[name^='note-']"
SUBMIT = f"{FORM} .foot .btn.primary"


@pytest.fixture
def scorecard(page: Page, live_server: Site) -> str:
    with live_server.session() as session:
        world = make_world(session)
    sign_in(page, live_server, world.panelist.email)
    page.goto(f"{live_server.url}/staff/interviews/{world.values['interview_id']}/scorecard")
    return world.panelist.email


def lose_the_line(page: Page) -> None:
    page.context.route("**/scorecard/draft", lambda route: route.abort())


def find_the_line(page: Page) -> None:
    page.context.unroute("**/scorecard/draft")


def open_anew(page: Page) -> Page:
    """Open the page in another tab after this one has crashed."""
    address = page.url
    other = page.context.new_page()
    page.close()
    other.goto(address)
    return other


def wait_for_copies(page: Page, count: int) -> None:
    """Wait until this browser keeps so many; the page's policy lets no text be evaluated in it again and again."""
    for _turn in range(100):
        if page.evaluate(COPIES) == count:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(COPIES) == count


def fill(page: Page) -> None:
    for number in range(page.locator(".crit").count()):
        page.locator(".crit").nth(number).locator(".rate label").nth(2).click()
    page.locator("[name=recommendation][value=yes]").check()
    page.locator("#summary").fill("可以独立工作。")


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 600}}], indirect=True)
def test_the_bar_of_a_phone_never_lies_over_what_has_the_focus(page, scorecard):
    fields = page.locator(f"{FORM} :is(.crits input, .crits textarea, .crits summary):visible")
    foot = page.locator(f"{FORM} .foot")
    fields.first.focus()
    seen = 0
    while page.evaluate("document.activeElement.closest('.crits') !== null"):
        box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
        assert box["bottom"] <= foot.bounding_box()["y"] + 1
        seen += 1
        page.keyboard.press("Tab")
    assert seen > page.locator(NOTE).count()


def test_keys_rate_mark_and_move_unless_somebody_types_or_has_switched_them_off(page, scorecard):
    first, skip = page.locator(".crit").first, page.locator(".crit [data-skip]").first
    page.keyboard.press("j")
    page.keyboard.press("4")
    expect(first.locator(".rate input").nth(3)).to_be_checked()
    page.keyboard.press("0")
    expect(skip).to_be_checked()
    expect(first.locator(".rate input:checked")).to_have_count(0)
    page.keyboard.press("2")
    expect(skip).not_to_be_checked()
    page.locator(NOTE).first.focus()
    page.keyboard.type("1 0 3")
    expect(first.locator(".rate input").nth(1)).to_be_checked()
    page.locator(".rate input").first.focus()
    page.keyboard.press("?")
    page.locator("[data-keys-toggle]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    expect(skip).not_to_be_checked()


def test_text_outlasts_a_crash_and_is_put_back_and_saved(page, scorecard):
    lose_the_line(page)
    page.locator(NOTE).first.fill("掉线时写下的话")
    expect(page.locator("[data-offline]")).to_be_visible()
    other = open_anew(page)
    expect(other.locator("[data-copy-texts]")).to_contain_text("掉线时写下的话")
    expect(other.locator(NOTE).first).to_have_value("")
    find_the_line(other)
    other.locator("[data-copy-take]").click()
    expect(other.locator(NOTE).first).to_have_value("掉线时写下的话")
    expect(other.locator("input[name=version]")).to_have_value("1")
    wait_for_copies(other, 0)


def test_a_copy_can_be_thrown_away(page, scorecard):
    lose_the_line(page)
    page.locator("#summary").fill("不要了")
    expect(page.locator("[data-offline]")).to_be_visible()
    other = open_anew(page)
    other.locator("[data-copy-drop]").click()
    expect(other.locator("[data-copy-offer]")).not_to_be_visible()
    assert other.evaluate(COPIES) == 0


def test_of_two_tabs_both_texts_are_shown_and_the_later_one_chosen_knowingly(page, scorecard):
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(NOTE).first.fill("另一个标签页的话")
    expect(other.locator("input[name=version]")).to_have_value("1")
    page.locator(NOTE).first.fill("这个标签页的话")
    expect(page.locator("[data-conflict]")).to_be_visible()
    page.locator(".foot button[formaction]").click()
    both = page.locator("table.both")
    expect(both).to_contain_text("另一个标签页的话")
    expect(both).to_contain_text("这个标签页的话")
    expect(page.locator(NOTE).first).to_have_value("这个标签页的话")
    page.locator(".foot button[formaction]").click()
    expect(page.locator("input[name=version]")).to_have_value("2")
    expect(page.locator(NOTE).first).to_have_value("这个标签页的话")


def test_text_outlasts_a_session_that_ended(page, scorecard, live_server):
    address = page.url
    page.context.clear_cookies()
    page.locator(NOTE).first.fill("登录失效时写下的话")
    expect(page.locator("[data-signed-out]")).to_be_visible()
    page.locator("[data-signed-out] a").click()
    page.wait_for_url("**/sign-in**")
    sign_in(page, live_server, scorecard)
    page.goto(address)
    expect(page.locator("[data-copy-texts]")).to_contain_text("登录失效时写下的话")


def test_signing_out_takes_every_copy_away(page, scorecard):
    lose_the_line(page)
    page.locator("#summary").fill("共用电脑上的话")
    expect(page.locator("[data-offline]")).to_be_visible()
    assert page.evaluate(COPIES) == 1
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".side [data-sign-out] button").first.click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(COPIES) == 0


def test_submitting_locks_takes_the_copy_away_and_a_late_tab_keeps_its_text(page, scorecard):
    late = page.context.new_page()
    late.goto(page.url)
    fill(page)
    fill(late)
    page.locator(SUBMIT).click()
    expect(page.locator("[data-kept-done]")).to_be_attached()
    page.reload()
    expect(page.locator("[data-copy-offer]")).not_to_be_visible()
    late.locator("#summary").fill("晚到的理由")
    expect(late.locator("[data-odd]")).to_be_visible()
    late.locator(SUBMIT).click()
    expect(late.locator("[role=alert]").first).to_be_visible()
    expect(late.locator("#summary")).to_have_value("晚到的理由")
    expect(late.locator("#reason")).to_be_visible()
    page.reload()
    expect(page.locator(".own-ratings")).to_have_count(1)
    expect(page.locator("[data-copy-texts]")).to_contain_text("晚到的理由")
    late.locator("#reason").fill("在另一个标签页写的")
    late.locator(SUBMIT).click()
    expect(late.locator(".own-ratings")).to_have_count(2)
    assert late.evaluate(COPIES) == 0


def test_an_amendment_asks_before_it_is_left_and_offers_its_copy(page, scorecard):
    fill(page)
    page.locator(SUBMIT).click()
    page.locator(".callout.ok a[href*='amend=1']").click()
    page.locator("#summary").fill("想了想，改一句。")
    wait_for_copies(page, 1)
    other = open_anew(page)
    other.locator("[data-copy-take]").click()
    expect(other.locator("#summary")).to_have_value("想了想，改一句。")
    other.locator("#reason").fill("补看了代码")
    other.locator(SUBMIT).click()
    expect(other.locator("#ch2 ~ dl")).to_contain_text("想了想，改一句。")
    assert other.evaluate(COPIES) == 0


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_a_draft_is_saved_and_an_evaluation_submitted(page, scorecard):
    page.locator("#summary").fill("没有脚本")
    page.locator(".foot button[formaction]").click()
    expect(page.locator("#summary")).to_have_value("没有脚本")
    page.locator(SUBMIT).click()
    expect(page.locator("#errors a").first).to_be_visible()
    fill(page)
    page.locator(SUBMIT).click()
    expect(page.locator(".own-ratings")).to_be_visible()


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 800}}], indirect=True)
def test_on_a_phone_documents_unfold_and_nothing_scrolls_sideways(page, scorecard):
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) == 390
    expect(page.locator(".docs .panel")).not_to_be_visible()
    page.locator(".docs > summary").click()
    expect(page.locator(".docs .panel")).to_be_visible()
    assert page.evaluate(width) == 390


def test_on_paper_the_kit_has_anchors_documents_and_room_to_write(page, scorecard):
    page.emulate_media(media="print")
    expect(page.locator(".rate").first).to_be_visible()
    expect(page.locator(NOTE).first).to_be_visible()
    for gone in (".side", ".bar", ".sheet .foot", ".index"):
        expect(page.locator(gone).first).not_to_be_visible()


@pytest.mark.parametrize(
    "page",
    [
        {"reduced_motion": "reduce"},
        {"reduced_motion": "reduce", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
    ],
    ids=["wide", "narrow"],
    indirect=True,
)
def test_axe_finds_nothing_in_what_only_some_readers_meet(page, scorecard):
    page.locator(".docs > summary").click()
    axe_finds_nothing(page)
    page.locator(".docs > summary").click()
    page.locator(".abstain > summary").click()
    axe_finds_nothing(page)
    page.locator(SUBMIT).click()
    expect(page.locator("#errors")).to_be_visible()
    axe_finds_nothing(page)
    fill(page)
    page.locator(SUBMIT).click()
    page.locator(".callout.ok a[href*='amend=1']").click()
    page.locator("#summary").fill("改一句")
    page.locator("#reason").fill("补看了代码")
    axe_finds_nothing(page)
    page.locator(SUBMIT).click()
    expect(page.locator("#ch2")).to_be_visible()
    axe_finds_nothing(page)
