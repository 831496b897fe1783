"""A rejection with its mail in a browser: read in the outbox, changed, recalled, put back and sent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Mail, MailState, Stage
from tests.browser.pages import sign_in
from tests.factories import make_application, make_posting, make_user
from tests.real.processes import wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def stand(live_server):
    """Give a recruiter's address and an application in review."""
    with live_server.session() as session:
        recruiter = make_user(session)
        application = make_application(session, make_posting(session, recruiter), stage=Stage.SCREENING)
        session.commit()
        return recruiter.email, application.id


def the_mail(live_server):
    with live_server.session() as session:
        return session.scalars(select(Mail).where(Mail.template == "letter")).one()


def test_a_rejection_with_its_mail_is_read_changed_recalled_and_sent(page, live_server, stand):
    email, application = stand
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/applications/{application}")
    page.keyboard.press("r")
    page.select_option("#rj-r", "requirement")
    expect(page.locator("#rj [name=letter]")).to_be_checked()
    page.locator("#rj summary").click()
    expect(page.locator("#text-rejected")).to_have_value(re.compile("云小鹤，你好"))
    page.fill("#text-rejected", "{name}，你好：这一次不再继续。{status_lnik}")
    page.locator("#rj button.danger").click()
    expect(page.locator("#text-rejected-error")).to_contain_text("{status_link}")
    page.fill("#text-rejected", "{name}，你好：这一次不再继续。\n{status_link}")
    page.locator("aside button.danger").click()
    expect(page.locator(".toast")).to_contain_text("邮件十分钟后发出")

    page.get_by_role("link", name="发件箱").first.click()
    page.locator("table a.name").click()
    text = page.locator("#text-alone")
    expect(text).to_have_value("云小鹤，你好：这一次不再继续。\n{status_link}")
    text.fill("云小鹤，你好：谢谢你的申请，这一次不再继续。\n{status_link}")
    page.get_by_role("button", name="保存修改").click()
    expect(page.locator(".toast")).to_contain_text("邮件内容已更新")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator("h2", has_text="已撤回")).to_be_visible()
    page.locator("[data-undo]").click()
    expect(page.locator(".toast").last).to_contain_text("已撤销")
    page.get_by_role("button", name="立即发送").click()
    wait_for(lambda: the_mail(live_server).state in {MailState.SENT, MailState.KEPT}, seconds=60)
    mail = the_mail(live_server)
    assert "谢谢你的申请" in mail.text
    assert "/status/" in mail.text


def test_a_decision_shows_the_reasons_and_the_letter_of_its_outcome_alone(page, live_server):
    with live_server.session() as session:
        recruiter = make_user(session)
        application = make_application(session, make_posting(session, recruiter), stage=Stage.DEBRIEF)
        session.commit()
        email, ident = recruiter.email, application.id
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/applications/{ident}/debrief")
    expect(page.locator("[data-for-outcome]").filter(visible=True)).to_have_count(0)
    for outcome, ticked in (("offer", True), ("advance", False), ("reject", True)):
        page.check(f"[name=outcome][value={outcome}]")
        shown = page.locator("[data-for-outcome]").filter(visible=True)
        expect(shown).to_have_count(1)
        expect(shown.locator("[name=letter]")).to_be_checked(checked=ticked)
        groups = page.locator("#reason optgroup:not([hidden])")
        expect(groups).to_have_count(1)
        assert groups.first.get_attribute("data-for") == outcome


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_a_text_is_checked_and_kept_without_a_script(page, live_server, stand):
    sign_in(page, live_server, stand[0])
    page.goto(f"{live_server.url}/staff/mail-texts/edit?stage=rejected")
    page.fill("#text-zh", "{mane}，你好")
    page.locator("button[name=preview]").click()
    expect(page.locator("#text-zh-error")).to_contain_text("{name}")
    page.fill("#text-zh", "{name}，你好")
    page.locator("button[name=preview]").click()
    expect(page.locator("#preview")).to_contain_text("云小鹤，你好")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("legend .tag").first).to_have_text("所有职位通用")


def test_a_text_is_checked_while_one_types(page, live_server, stand):
    sign_in(page, live_server, stand[0])
    page.goto(f"{live_server.url}/staff/mail-texts/edit?stage=offer")
    page.fill("#text-en", "Dear {nmae}")
    expect(page.locator("#preview .error")).to_contain_text("{name}")
    page.fill("#text-en", "Dear {name}, welcome")
    expect(page.locator("#preview")).to_contain_text("Dear Yun Xiaohe, welcome")
