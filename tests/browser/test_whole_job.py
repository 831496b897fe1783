"""The main job, end to end, in a real browser: from the pasted document to a decision, once in Chinese and once in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from screening.models import Interview, Role
from tests.conftest import shared_path
from tests.factories import PASSWORD, make_user, move_interview
from tests.real.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.shared]

WORDS = {
    "zh": {
        "publish": "发布 v1",
        "bonus": "改为加分项",
        "submit": "提交申请",
        "rejected": "不通过",
        "round": "第一轮面试",
        "seen": "讲清了取舍，能分析失败。",
        "why": "能独立完成任务。",
        "met": "符合",
        "offer": "录用",
        "advance": "推进",
    },
    "en": {
        "publish": "Publish v1",
        "bonus": "Make it a bonus",
        "submit": "Submit application",
        "rejected": "Reject",
        "round": "First interview",
        "seen": "Explained the trade-offs and analysed a failure.",
        "why": "Works on their own.",
        "met": "Met",
        "offer": "Offer",
        "advance": "Advance",
    },
}
RESUME = """云小鹤
云溪大学，计算机科学与技术，硕士在读，2024.09 – 2027.06
项目
对话系统：用 PyTorch 实现任务型对话系统，意图识别准确率 93%，已上线给 2 万名学生使用。
论文
Xiaohe Yun. Slot filling with small models. ACL 2026, accepted, first author.
技能
熟练使用 PyTorch、TensorFlow；熟悉机器学习和自然语言处理的主流算法。
"""


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., contextmanager]]:
    """Open tabs with a session of their own, as different people have."""
    contexts = []

    def open_tab(language: str) -> Page:
        locale = {"zh": "zh-CN", "en": "en-GB"}[language]
        context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(30_000)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_newcomer_walks_the_whole_job(language: str, live_server: Site, visit, tmp_path: Path):
    words = WORDS[language]
    document = shared_path("postings", "000_c7e80b1734e66fbd.txt").read_text("utf-8")
    with live_server.session() as session:
        make_user(session, Role.RECRUITER, name="梁上燕", email="liang@example.com")
        make_user(session, Role.INTERVIEWER, name="何以然", email="he@example.com")
        make_user(session, Role.INTERVIEWER, name="许愿", email="xu@example.com")
        session.commit()
    recruiter, candidate = visit(language), visit(language)

    sign_in(recruiter, live_server, "liang@example.com")
    import_document(recruiter, live_server, document)
    settle_and_publish(recruiter, words)

    apply(candidate, live_server, words, tmp_path)
    expect(candidate).to_have_url(re.compile(r"/status/"))
    expect(candidate.locator("main")).to_contain_text("NLP研发实习生")

    open_application(recruiter, live_server, words)
    application = recruiter.url.partition("?")[0]
    plan_interview(recruiter, application, words)
    let_it_have_begun(live_server)

    evaluate(visit(language), live_server, "he@example.com", words, rating=4, other="许愿")
    evaluate(visit(language), live_server, "xu@example.com", words, rating=2, other="何以然")
    decide(recruiter, application, words)


def sign_in(page: Page, server: Site, email: str) -> None:
    page.goto(f"{server.url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("form:has(#email) button")
    expect(page).to_have_url(f"{server.url}/staff/")


def import_document(page: Page, server: Site, document: str) -> None:
    page.goto(f"{server.url}/staff/imports/")
    page.fill("main textarea", document)
    page.click("main form button.primary")
    expect(page).to_have_url(re.compile(r"/staff/imports/\d+$"))
    expect(page.locator("main tbody tr")).to_have_count(20)


def settle_and_publish(page: Page, words: dict[str, str]) -> None:
    """Open the posting whose line 319 hides a bonus, settle that, and publish."""
    page.get_by_role("link", name="NLP研发实习生").first.click()
    expect(page.locator(".source")).to_contain_text("硕士及以上学历，博士优先")
    page.get_by_role("button", name=words["bonus"]).first.click()
    expect(page.locator(".toast")).to_be_visible()
    page.get_by_role("button", name=words["publish"]).click()
    expect(page).to_have_url(re.compile(r"/staff/postings/\d+$"))


def apply(page: Page, server: Site, words: dict[str, str], folder: Path) -> None:
    page.goto(server.url)
    page.get_by_role("link", name="NLP研发实习生").first.click()
    page.click("a[href$='/apply']")
    page.click("main form button.primary")
    expect(page.locator("#errors")).to_be_visible()
    resume = folder / "云小鹤_简历.txt"
    resume.write_text(RESUME, "utf-8")
    page.set_input_files("input[type=file][name=resume]", resume)
    page.fill("[name=name]", "云小鹤 <b>Li</b> 𠮷😀")
    page.fill("[name=email]", "xiaohe.yun@example.com")
    page.fill("[name=phone]", "13800000123")
    fill(page, "-institution", "云溪大学")
    page.locator("select[name$='entry0-degree']").first.select_option("master")
    fill(page, "entry0-area", "计算机科学与技术")
    fill(page, "entry0-start", "2024-09")
    fill(page, "entry0-end", "2027-06")
    page.locator("[name$='entry0-enrolled']").first.check()
    fill(page, "-start", (datetime.now(UTC) + timedelta(days=7)).date().isoformat(), kind="[type=date]")
    fill(page, "-months", "4")
    fill(page, "-days_per_week", "5")
    on_site = page.locator("input[name$='-on_site'][value='yes']")
    if on_site.count():
        on_site.first.check()
    page.locator("input[name$='-chosen']").first.check()
    for box in page.locator("input[name*='-option']").all():
        box.check()
    for level in page.locator("select[name*='-level']:visible").all():
        level.select_option(index=3)
    for area in page.locator("textarea[name$='-text']:visible, textarea[name*='-example']:visible").all():
        area.fill("用 PyTorch 做过对话系统，意图识别准确率 93%。")
    page.check("[name=consent]")
    page.click("main form button.primary")


def fill(page: Page, ending: str, value: str, kind: str = "") -> None:
    page.locator(f"input[name$='{ending}']{kind}").first.fill(value)


def open_application(page: Page, server: Site, words: dict[str, str]) -> None:
    """Find the candidate in the overview and the pipeline; the worker has judged by then."""
    page.goto(f"{server.url}/staff/postings/")
    page.get_by_role("link", name="NLP研发实习生").first.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    for _attempt in range(60):
        if page.locator("td.sc .score b").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    score = int(page.locator("td.sc .score b").first.inner_text())
    assert 0 < score <= 100
    expect(page.locator("tbody tr")).to_contain_text("<b>Li</b> 𠮷😀")
    page.get_by_role("link", name="云小鹤").first.click()
    expect(page.locator("main")).to_contain_text(words["met"])
    page.locator("[data-jump]").first.click()
    expect(page.locator("mark.lit")).to_have_count(1)


def plan_interview(page: Page, application: str, words: dict[str, str]) -> None:
    page.goto(f"{application}/interviews/new")
    page.fill("#round", words["round"])
    page.get_by_label("何以然").check()
    page.get_by_label("许愿").check()
    for box in page.locator("input[name=focus]").all()[:6]:
        box.check()
    page.click(".plan button.primary")
    expect(page).to_have_url(re.compile("side=interviews"))
    expect(page.locator("main")).to_contain_text(words["round"])


def let_it_have_begun(server: Site) -> None:
    """Let the conversation, planned for tomorrow, have taken place."""
    with server.session() as session:
        interview = session.query(Interview).one()
        move_interview(interview, datetime.now(UTC) - timedelta(hours=3))
        session.commit()


def evaluate(page: Page, server: Site, email: str, words: dict[str, str], *, rating: int, other: str) -> None:
    sign_in(page, server, email)
    page.goto(f"{server.url}/staff/interviews?when=past")
    page.get_by_role("link", name="云小鹤").first.click()
    assert page.locator(".v-met, .score").count() == 0
    page.click(".sheet .foot button.primary")
    expect(page.locator("#errors")).to_be_visible()
    for section in page.locator(".crit").all():
        section.locator(f"input[type=radio][value='{rating}']").check()
        section.locator("textarea").fill(words["seen"])
    page.locator("input[name=recommendation]").nth(3 if rating > 2 else 1).check()
    page.fill("#summary", words["why"])
    page.click(".sheet .foot button.primary")
    expect(page.locator(".callout.ok")).to_be_visible()
    page.click("header.head a[href$='/debrief']")
    expect(page.locator(".heat")).to_contain_text(other)


def decide(page: Page, application: str, words: dict[str, str]) -> None:
    page.goto(f"{application}/debrief")
    expect(page.locator(".heat .hc.h4").first).to_be_visible()
    expect(page.locator(".split-row").first).to_be_visible()
    page.locator("input[name=outcome][value=offer]").check()
    page.click("form.box button.primary")
    expect(page.locator("form.box .error").first).to_be_visible()
    page.select_option("#reason", "panel_agrees")
    page.fill("#note", words["why"])
    page.click("form.box button.primary")
    expect(page.locator("header.head .meta")).to_contain_text(words["offer"])
    page.locator(".toast [data-undo]").click()
    expect(page.locator("header.head .meta")).not_to_contain_text(words["offer"])
