"""The debrief and the comparison in a browser: by keyboard, on a phone, and between two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from screening.models import Posting, Role, Stage
from screening.services.interviewing import schedule_interview
from tests.browser.pages import sign_in
from tests.factories import NOW, make_application, make_posting, make_user
from tests.interviewer.conftest import Panel, plan, submit
from tests.real.site import Site

pytestmark = pytest.mark.browser
PHONE = {"locale": "en-GB", "viewport": {"width": 390, "height": 844}}


@dataclass(frozen=True, slots=True)
class Stand:
    """Two candidates of one posting in debrief, and the addresses of two who decide."""

    posting: int
    application: int
    recruiter: str
    manager: str


@pytest.fixture
def stand(live_server: Site) -> Stand:
    with live_server.session() as session:
        recruiter, manager = make_user(session), make_user(session, Role.HIRING_MANAGER, name="高明远")
        panel = [make_user(session, Role.INTERVIEWER, name=name) for name in ("何以然", "许愿")]
        posting = make_posting(session, recruiter, manager)
        session.get_one(Posting, posting.id).second_look = True
        applications = [
            make_application(session, posting, name=name, stage=Stage.DEBRIEF) for name in ("云小鹤", "江小鲤")
        ]
        for hours, application in enumerate(applications, 2):
            interview = schedule_interview(
                session,
                application=application,
                plan=plan(*panel, starts_at=NOW - timedelta(hours=hours)),
                actor_id=recruiter.id,
                now=NOW - timedelta(days=1),
            )
            for value, user in zip((4, 1), panel, strict=True):
                submit(
                    session,
                    Panel(recruiter, user, user, application, interview),
                    user,
                    value=value,
                    note=f"记录 {value}",
                )
        session.commit()
        return Stand(posting.id, applications[0].id, recruiter.email, manager.email)


def test_a_note_opens_and_closes_by_keyboard(page, live_server, stand):
    sign_in(page, live_server, stand.recruiter)
    page.goto(f"{live_server.url}/staff/applications/{stand.application}/debrief")
    cell = page.locator(".heat .hc button").first
    cell.focus()
    page.keyboard.press("Enter")
    note = page.locator("#n-1-1")
    expect(note).to_be_visible()
    expect(note).to_contain_text("记录 4")
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(cell).to_be_focused()


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_notes_and_summaries_are_read_on_a_phone(page, live_server, stand):
    sign_in(page, live_server, stand.recruiter)
    page.goto(f"{live_server.url}/staff/applications/{stand.application}/debrief")
    expect(page.locator(".voices").first).to_contain_text("记录 1")
    expect(page.locator(".voice[open]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".heat .hc button").first.click()
    box = page.locator("#n-1-1").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["viewport"]["width"]


def test_ticked_candidates_stand_side_by_side_at_an_address_of_their_own(page, live_server, stand):
    sign_in(page, live_server, stand.manager)
    page.goto(f"{live_server.url}/staff/postings/{stand.posting}")
    for name in ("云小鹤", "江小鲤"):
        page.get_by_label(name).check()
    page.locator("#bulk").get_by_role("button", name="比较").click()
    expect(page.locator(".cmp thead th")).to_have_count(2)
    assert page.url.count("ids=") == 2
    assert "csrf" not in page.url
    page.get_by_role("link", name="隐去姓名").click()
    expect(page.locator(".cmp")).not_to_contain_text("云小鹤")


def test_two_people_reject_one_after_the_other(page, browser, live_server, stand):
    address = f"{live_server.url}/staff/applications/{stand.application}/debrief"
    sign_in(page, live_server, stand.recruiter)
    page.goto(address)
    page.locator("input[name=outcome][value=reject]").check()
    page.select_option("#reason", "interview")
    page.fill("#note", "核心项没有达到要求。")
    page.get_by_role("button", name="记录决定").click()
    expect(page.locator("#second")).to_contain_text("高明远")
    context = browser.new_context(locale="zh-CN")
    other = context.new_page()
    sign_in(other, live_server, stand.manager)
    other.goto(f"{live_server.url}/staff/")
    other.get_by_role("link", name="查看并表态").click()
    other.locator("input[name=agrees][value=no]").check()
    other.get_by_role("button", name="提交意见").click()
    expect(other.locator("#second_note-error")).to_be_visible()
    other.fill("#second_note", "再问一次实时性。")
    other.get_by_role("button", name="提交意见").click()
    expect(other.locator(".line")).to_contain_text("再问一次实时性。")
    page.reload()
    expect(page.locator(".line")).to_contain_text("再问一次实时性。")
    expect(page.locator("header.head .meta")).to_contain_text("评议")
    context.close()
