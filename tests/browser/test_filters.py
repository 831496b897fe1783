"""A recruiter narrows a list, gives the filter a name, shares it and takes it back: at a desk and on a phone, in both languages, and without scripts."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import PostingMember, SavedView
from screening.services.indexing import index_applications
from tests.browser.pages import sign_in
from tests.factories import make_application, make_posting, make_user
from tests.verdict_words import give_verdicts

pytestmark = pytest.mark.browser
SHAPES = {
    f"{width} {locale}": {"locale": locale, "viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
    for width in (1440, 390)
    for locale in ("zh-CN", "en-GB")
}
WORDS = {
    "zh-CN": {
        "open": "筛选", "show": "显示符合的候选人", "out": "去掉条件：", "views": "视图", "manage": "保存当前视图、管理视图",
        "save": "保存视图", "name": "视图名称", "share": "共享给这个职位的所有同事", "undo": "撤销", "close": "关闭",
    },
    "en-GB": {
        "open": "Filter", "show": "Show who fits", "out": "Take out: ", "views": "Views", "manage": "Save this view, manage views",
        "save": "Save view", "name": "Name of the view", "share": "Share with everybody on this posting", "undo": "Undo",
        "close": "Close",
    },
}  # fmt: skip


@pytest.fixture
def world(live_server):
    """Make a posting with three candidates whose verdicts are known, its recruiter and a colleague."""
    with live_server.session() as session:
        user, colleague = make_user(session), make_user(session, name="许知远")
        posting = make_posting(session, user)
        session.add(PostingMember(posting_id=posting.id, user_id=colleague.id))
        rows = {"云甲": (80, "n", "m"), "云乙": (60, "m", "n"), "林丙": (40, "p", "m")}
        for name, (points, framework, publication) in rows.items():
            one = make_application(session, posting, name=name)
            one.rank_score, one.gates = points / 101, "pass"
            give_verdicts(session, one, f"1:mmmmm{framework}i{publication}-")
            index_applications(session, application_ids=[one.id])
        session.commit()
        return posting.id, user.email, colleague.email


def shown(page, *names):
    expect(page.locator("tbody .name")).to_have_text(list(names))


@pytest.mark.parametrize("page", SHAPES.values(), ids=SHAPES.keys(), indirect=True)
def test_the_story_of_a_filter(page, live_server, world, request):
    words = WORDS[request.node.callspec.params["page"]["locale"]]
    posting, email, colleague = world
    sign_in(page, live_server, email)
    address = f"{live_server.url}/staff/postings/{posting}"
    page.goto(address)
    shown(page, "云甲", "云乙", "林丙")

    page.keyboard.press("/")
    page.keyboard.type("云")
    shown(page, "云甲", "云乙")
    expect(page.locator("#q")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?.*q=%E4%BA%91"))
    page.keyboard.press("Backspace")
    shown(page, "云甲", "云乙", "林丙")

    page.locator("#narrow").click()
    form = page.get_by_role("form", name=words["open"])
    expect(form.locator("select").first).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    form.get_by_role("link", name=words["close"]).click()
    expect(form).to_have_count(0)
    expect(page.locator("#narrow")).to_be_focused()
    page.keyboard.press("Enter")
    form.get_by_label("在 CCF B 类以上会议发表过论文").select_option(index=1)
    form.get_by_label("熟悉 PyTorch").select_option(index=4)
    form.locator("#f-low").fill("10")
    form.get_by_role("button", name=words["show"]).click()
    shown(page, "云甲")
    chips = page.locator(".chips .chip")
    expect(chips).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []

    chips.nth(1).click()
    shown(page, "云甲", "林丙")
    page.go_back()
    shown(page, "云甲")

    page.get_by_role("button", name=re.compile(words["views"])).click()
    page.get_by_role("link", name=words["manage"]).click()
    page.get_by_label(words["name"]).fill("有论文，框架未体现")
    page.get_by_label(words["share"]).check()
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page).to_have_url(re.compile(r"\?v=publication-12:met&v=tool-8:not_shown&low=10$"))
    shown(page, "云甲")

    page.context.clear_cookies(name="session")
    sign_in(page, live_server, colleague)
    page.goto(address)
    page.get_by_role("button", name=re.compile(words["views"])).click()
    page.get_by_role("link", name=re.compile("有论文，框架未体现")).click()
    shown(page, "云甲")
    with live_server.session() as session:
        assert [view.is_shared for view in session.scalars(select(SavedView))] == [True]


@pytest.mark.parametrize("page", [{"java_script_enabled": False, "locale": "en-GB"}], ids=["no script"], indirect=True)
def test_all_of_it_works_without_scripts(page, live_server, world):
    posting, email, _ = world
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/postings/{posting}")
    page.locator("#narrow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Filter the candidates")
    page.get_by_label("熟悉 PyTorch").select_option("tool-8:met,partly")
    page.locator("#f-high").fill("55")
    page.get_by_role("button", name="Show who fits").click()
    shown(page, "林丙")
    page.locator(".chips .chip").first.click()
    shown(page, "林丙")
    page.fill("#q", "云")
    page.press("#q", "Enter")
    expect(page.locator(".empty")).to_contain_text("Nobody fits this filter")
    page.get_by_role("link", name="Clear the filter").first.click()
    page.goto(f"{page.url}/views?low=50")
    page.fill("#name", "Above fifty")
    page.get_by_role("button", name="Save view").click()
    shown(page, "云甲", "云乙")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    with live_server.session() as session:
        assert session.scalars(select(SavedView)).all() == []
