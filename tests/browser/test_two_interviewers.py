"""Two interviewers rate the same candidate at once, each in a browser of their own: blind, saved by itself, locked, amended, debriefed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from screening.models import Evaluation, Role, Stage
from screening.services.interviewing import Plan, schedule_interview
from tests.browser.pages import sign_in
from tests.factories import make_application, make_posting, make_user
from tests.real.site import Site
from tests.recruiter.worlds import score

pytestmark = pytest.mark.browser

WORDS = {
    "zh": {
        "blind": "盲评",
        "locked": "已提交：",
        "why": "说明为什么修订。",
        "amended": "修订原因：与记录核对过",
        "outstanding": "未提交",
        "names": ("何以然", "许愿"),
    },
    "en": {
        "blind": "Blind",
        "locked": "Submitted ",
        "why": "Say why you change it.",
        "amended": "Amended because: 与记录核对过",
        "outstanding": "not submitted",
        "names": ("何以然", "许愿"),
    },
}
FORM = "form[data-draft]"
SUBMIT = ".sheet .foot .btn.primary"
HE, XU = "he@example.com", "xu@example.com"
HE_SAW, XU_SAW = "把取舍讲得很清楚 heron-1", "没有做过工程 heron-2"


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Open a browser of one's own: cookies and storage are shared with nobody."""
    contexts = []

    def open_tab(language: str) -> Page:
        context = browser.new_context(locale={"zh": "zh-CN", "en": "en-GB"}[language])
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(30_000)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


def hold_interview(site: Site) -> tuple[str, str]:
    """Let two interviewers have met a candidate two hours ago; give the addresses of the scorecard and of the debrief."""
    with site.session() as session:
        recruiter = make_user(session, Role.RECRUITER, name="梁上燕", email="liang@example.com")
        panel = [
            make_user(session, Role.INTERVIEWER, name=name, email=email)
            for name, email in (("何以然", HE), ("许愿", XU))
        ]
        application = make_application(session, make_posting(session, recruiter), stage=Stage.SCREENING)
        score(session, application)
        plan = Plan(
            round="技术面",
            starts_at=datetime.now(UTC) - timedelta(hours=2),
            minutes=45,
            time_zone="Asia/Shanghai",
            place="",
            panel=tuple(one.id for one in panel),
            focus=("r2", "r4"),
        )
        interview = schedule_interview(
            session, application=application, plan=plan, actor_id=recruiter.id, now=datetime.now(UTC)
        )
        session.commit()
    return (
        f"{site.url}/staff/interviews/{interview.id}/scorecard",
        f"{site.url}/staff/applications/{application.id}/debrief",
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_rate_the_same_candidate_at_once(language: str, live_server: Site, visit: Callable[[str], Page]) -> None:
    words = WORDS[language]
    scorecard, debrief = hold_interview(live_server)
    he, xu = visit(language), visit(language)
    for page, email in ((he, HE), (xu, XU)):
        sign_in(page, live_server, email)
        page.goto(scorecard)
        expect(page.locator(".callout.ask").first).to_contain_text(words["blind"])
        assert page.locator(".v-met, .score").count() == 0

    # both write, a word here and a word there, and both are saved by themselves
    rate(he, 0, 4, HE_SAW)
    rate(xu, 0, 1, XU_SAW)
    rate(he, 1, 3)
    rate(xu, 1, 3)
    saw_only_their_own(he, xu, scorecard)
    for page in (he, xu):
        is_closed(page, debrief)
        page.goto(scorecard)

    # a submission that lacks something is not one
    he.click(SUBMIT)
    expect(he.locator("#errors")).to_be_visible()
    assert count(live_server) == 0

    # the second tab of 许愿 stays open while the first submits
    late = xu.context.new_page()
    late.goto(scorecard)
    finish(xu, "no", "动手太少。")
    expect(xu.locator(".callout.ok")).to_contain_text(words["locked"])
    expect(xu.locator(FORM)).to_have_count(0)

    # 许愿 may look, 何以然 may not: not on any page, and their own text is as it was
    xu.goto(debrief)
    expect(xu.locator(".heat")).to_contain_text(words["names"][0])
    expect(xu.locator("main")).to_contain_text(words["outstanding"])
    assert "heron-1" not in xu.content()
    he.goto(scorecard)
    saw_only_their_own(he, None, scorecard)
    for address in (live_server.url + "/staff/", live_server.url + "/staff/interviews", scorecard):
        he.goto(address)
        assert "heron-2" not in he.content()
        assert words["locked"] not in he.locator("main").inner_text()
    is_closed(he, debrief)

    # a late tab overwrites nothing: it learns of the submission, keeps its text, and one evaluation is stored
    late.locator(".crit").first.locator("textarea").fill("写晚了 heron-3")
    late.click(SUBMIT)
    expect(late.locator("[data-copy-offer]")).to_contain_text("heron-3")
    expect(late.locator(".callout.ok")).to_contain_text(words["locked"])
    assert count(live_server) == 1

    he.goto(scorecard)
    finish(he, "strong_yes", "可以独立负责一个模块。")
    expect(he.locator(".callout.ok")).to_contain_text(words["locked"])
    he.goto(debrief)
    for text in (*words["names"], "heron-1", "heron-2"):
        expect(he.locator("main")).to_contain_text(text)
    expect(he.locator(".heat .hc.h4").first).to_be_visible()
    expect(he.locator(".heat .hc.h1").first).to_be_visible()

    # an amendment needs a reason and leaves the earlier version readable, for the colleague too
    amend(xu, scorecard, words)
    he.reload()
    expect(he.locator("main")).to_contain_text("heron-4")
    expect(he.locator("main")).to_contain_text("heron-2")
    assert count(live_server) == 3


def rate(page: Page, place: int, rating: int, note: str = "") -> None:
    """Rate one criterion, and wait until the page has saved that by itself."""
    criterion = page.locator(".crit").nth(place)
    criterion.locator(f".rate input[value='{rating}']").check()
    if note:
        criterion.locator("textarea").fill(note)
    expect(page.locator("[data-done]")).to_have_text(str(place + 1))
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        criterion.locator("textarea").press("End")
        criterion.locator("textarea").type(" ")


def saw_only_their_own(he: Page, xu: Page | None, scorecard: str) -> None:
    """Load the scorecards anew: each draft has come back, and nothing of the other's."""
    for page, own, other in ((he, "heron-1", "heron-2"), (xu, "heron-2", "heron-1")):
        if page is not None:
            page.goto(scorecard)
            note = page.locator(".crit").first.locator("textarea")
            assert own in note.input_value()
            expect(page.locator("[data-done]")).to_have_text("2")
            assert other not in page.content()


def is_closed(page: Page, debrief: str) -> None:
    answer = page.goto(debrief)
    assert answer is not None
    assert answer.status in {403, 404}
    assert "heron" not in page.content()


def finish(page: Page, recommendation: str, summary: str) -> None:
    page.locator(f"[name=recommendation][value={recommendation}]").check()
    page.fill("#summary", summary)
    page.click(SUBMIT)


def amend(page: Page, scorecard: str, words: dict[str, object]) -> None:
    """Change a submitted rating: refused without a reason, then kept as a second version."""
    page.goto(scorecard)
    page.click(".callout.ok a[href*='amend=1']")
    criterion = page.locator(".crit").first
    criterion.locator(".rate input[value='2']").check()
    criterion.locator("textarea").fill("做过一个课程项目 heron-4")
    page.click(SUBMIT)
    expect(page.locator("#reason-error")).to_contain_text(str(words["why"]))
    page.fill("#reason", "与记录核对过")
    page.click(SUBMIT)
    expect(page.locator("#v2")).to_be_visible()
    expect(page.locator("main")).to_contain_text(str(words["amended"]))
    expect(page.locator("#v1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("heron-2")


def count(site: Site) -> int:
    with site.session() as session:
        return session.scalar(select(func.count()).select_from(Evaluation)) or 0
