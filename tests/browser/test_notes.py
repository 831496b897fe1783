"""Two people and a note: one names the other by keyboard, the other finds it on Today, reads it, and it is gone from there."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from screening.models import Mail, NoteMention, Role, Stage
from tests.browser.pages import sign_in
from tests.factories import make_application, make_posting, make_user
from tests.real.site import Site

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Stand:
    """An application and the addresses of two who work on it."""

    address: str
    recruiter: str
    manager: str


@pytest.fixture
def stand(live_server: Site) -> Stand:
    with live_server.session() as session:
        recruiter = make_user(session, name="梁上燕")
        manager, other = (make_user(session, Role.HIRING_MANAGER, name=name) for name in ("高明远", "高晓"))
        posting = make_posting(session, recruiter, manager, other)
        application = make_application(session, posting, name="云小鹤", stage=Stage.SCREENING)
        session.commit()
        return Stand(f"/staff/applications/{application.id}", recruiter.email, manager.email)


def test_one_names_the_other_who_is_told_once(page: Page, browser: Browser, live_server: Site, stand: Stand) -> None:
    sign_in(page, live_server, stand.recruiter)
    page.goto(f"{live_server.url}{stand.address}?side=notes")
    field, names = page.get_by_label("给同事的备注"), page.get_by_role("listbox", name="同事")
    field.press_sequentially("论文请 @高")
    expect(names.get_by_role("option")).to_have_count(2)
    field.press("ArrowDown")
    expect(names.get_by_role("option", selected=True)).to_have_text("高高晓")
    assert field.get_attribute("aria-activedescendant") == names.get_by_role("option", selected=True).get_attribute(
        "id"
    )
    field.press("ArrowUp")
    field.press("Enter")
    expect(names).to_be_hidden()
    field.press_sequentially("看一下")
    expect(field).to_have_value("论文请 @高明远 看一下")
    field.press_sequentially(" @")
    expect(names).to_be_visible()
    field.press("Escape")
    expect(names).to_be_hidden()
    field.press("Backspace")
    page.get_by_role("button", name="添加备注").click()
    expect(page.locator(".notes .mention")).to_have_text("@高明远")
    expect(page.get_by_text("已添加备注。被提到的人十分钟后收到邮件。")).to_be_visible()

    theirs = browser.new_context(locale="zh-CN").new_page()
    sign_in(theirs, live_server, stand.manager)
    theirs.goto(f"{live_server.url}/staff/")
    mentioned = theirs.get_by_role("region", name="提到你的备注")
    expect(mentioned).to_contain_text("论文请 @高明远 看一下")
    with theirs.expect_response(lambda answer: answer.url.endswith("/mentions/seen")) as seen:
        mentioned.get_by_role("link", name="阅读").click()
    assert seen.value.status == 204
    expect(theirs.get_by_text("梁上燕 提到了你")).to_be_visible()
    theirs.goto(f"{live_server.url}/staff/")
    expect(mentioned).to_have_count(0)
    theirs.context.close()
    with live_server.session() as session:
        assert session.scalars(select(NoteMention.seen_at)).one() is not None
        assert len(session.scalars(select(Mail).where(Mail.template == "mention")).all()) == 1


def test_one_edits_and_removes_a_note_and_takes_it_back(page: Page, live_server: Site, stand: Stand) -> None:
    sign_in(page, live_server, stand.recruiter)
    page.goto(f"{live_server.url}{stand.address}?side=notes")
    page.get_by_label("给同事的备注").fill("@王五 请看")
    page.get_by_role("button", name="添加备注").click()
    expect(page.get_by_text("能读到这条备注的人里没有 @王五。请从列表里选择，或者去掉 @。")).to_be_visible()
    expect(page.get_by_label("给同事的备注")).to_have_value("@王五 请看")
    page.get_by_label("给同事的备注").fill("值得一谈")
    page.get_by_role("button", name="添加备注").click()
    note = page.locator(".notes li")
    note.get_by_text("编辑").click()
    note.get_by_label("你写的备注").fill("很值得一谈")
    note.get_by_role("button", name="保存备注").click()
    expect(note).to_contain_text("很值得一谈")
    expect(note).to_contain_text("已修改")
    note.get_by_role("button", name="删除").click()
    expect(note).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(note).to_contain_text("很值得一谈")


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_a_typed_name_is_enough_without_scripts(page: Page, live_server: Site, stand: Stand) -> None:
    sign_in(page, live_server, stand.recruiter)
    page.goto(f"{live_server.url}{stand.address}?side=notes")
    page.get_by_label("给同事的备注").fill("@高明远 请看")
    page.get_by_role("button", name="添加备注").click()
    expect(page.locator(".notes .mention")).to_have_text("@高明远")
    with live_server.session() as session:
        assert len(session.scalars(select(NoteMention.user_id)).all()) == 1
