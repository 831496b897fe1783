"""A form that saves itself in a real browser: the line breaks, another device goes on, two tabs meet, and it is sent once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Application, ApplicationDraft, Mail, ResumeFile
from tests.browser.test_candidate import NARROW, WIDE, fill_in, resume, roles  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

SCRIPTED = {"en-narrow": {"locale": "en-GB", "viewport": NARROW}}
PLAIN = {"zh-wide": {"locale": "zh-CN", "viewport": WIDE, "java_script_enabled": False}}
DEVICE = {"locale": "zh-CN", "viewport": WIDE}


def write(page, name, text):
    """Type, and wait until the server has it."""
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        page.fill(f"[name={name}]", text)
    expect(page.locator("[data-state=saved]")).to_be_visible()


def stored(server, statement):
    with server.session() as session:
        return session.scalars(statement).all()


def mailed_link(server):
    [text] = stored(server, select(Mail.text).where(Mail.template == "draft"))
    return re.search(r"http\S+/drafts/\S+", text).group()


@pytest.mark.parametrize("page", SCRIPTED.values(), ids=SCRIPTED, indirect=True)
def test_form_saves_itself_over_a_broken_line_and_goes_on_elsewhere(page, browser, live_server, roles, resume):  # noqa: F811
    page.goto(f"{live_server.url}/roles/trajectory/apply")
    page.set_input_files("#resume", resume)
    expect(page.locator(".file")).to_contain_text(resume.name)
    write(page, "name", "云小鹤")
    expect(page.locator("[data-count]")).to_contain_text("2")

    page.context.set_offline(True)
    page.fill("[name=summary]", "written on a train")
    expect(page.locator("[data-state=offline]")).to_be_visible()
    assert page.evaluate("document.querySelector('form[data-saves]').dataset.dirty") == "yes"  # leaving asks first
    page.context.set_offline(False)
    expect(page.locator("[data-state=saved]")).to_be_visible()
    assert page.evaluate("document.querySelector('form[data-saves]').dataset.dirty ?? null") is None
    page.reload()
    expect(page.locator("[name=summary]")).to_have_value("written on a train")
    page.context.clear_cookies()  # as after a day: the key against forged requests is old, and is fetched anew

    page.fill("[name=email]", "xiaohe.yun@example.com")
    page.locator("[data-link]").click()
    expect(page.locator("[data-link-said]")).to_contain_text("xiaohe.yun@example.com")
    device = browser.new_context(**DEVICE)
    other = device.new_page()
    other.on("dialog", lambda dialog: dialog.accept())
    other.goto(mailed_link(live_server).replace("localhost", "127.0.0.1"))
    expect(other.locator("[name=summary]")).to_have_value("written on a train")
    expect(other.locator(".file")).to_contain_text(resume.name)

    write(other, "summary", "from the other device")
    page.fill("[name=summary]", "from here")
    expect(page.locator("#changed")).to_be_visible()
    page.locator("[data-mine]").click()
    expect(page.locator("[data-state=saved]")).to_be_visible()
    other.fill("[name=phone]", "13800000123")
    expect(other.locator("#changed")).to_be_visible()
    other.locator("#changed a").click()
    expect(other.locator("[name=summary]")).to_have_value("from here")

    fill_in(other, ["q4-option0"])
    other.check("[name=consent]")
    other.locator(".apply-foot button").click()
    expect(other).to_have_url(re.compile("/status/"))
    page.fill("[name=summary]", "too late")
    expect(page.locator("[data-state=sent]")).to_be_visible()
    device.close()
    assert stored(live_server, select(ApplicationDraft.id)) == []
    assert len(stored(live_server, select(Application.id))) == 1
    assert stored(live_server, select(ResumeFile.original_name)) == [resume.name]


@pytest.mark.parametrize("page", PLAIN.values(), ids=PLAIN, indirect=True)
def test_form_is_saved_by_buttons_where_scripts_are_off(page, live_server, roles, resume):  # noqa: F811
    page.goto(f"{live_server.url}/roles/trajectory/apply")
    page.set_input_files("#resume", resume)
    page.fill("[name=email]", "xiaohe.yun@example.com")
    page.locator("#later button[value=save]").click()
    expect(page).to_have_url(re.compile("/drafts/"))
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator(".file")).to_contain_text(resume.name)

    second = page.context.new_page()
    second.goto(f"{live_server.url}/roles/trajectory/apply")
    expect(second.locator("[name=email]")).to_have_value("xiaohe.yun@example.com")
    page.fill("[name=summary]", "first tab")
    page.locator("#later button[value=save]").click()
    expect(page.locator(".toast")).to_be_visible()
    second.fill("[name=summary]", "second tab")
    second.locator("#later button[value=save]").click()
    expect(second.locator("#changed")).to_be_visible()
    expect(second.locator("[name=summary]")).to_have_value("second tab")
    second.locator("#changed button").click()
    expect(second).to_have_url(re.compile("/drafts/"))

    page.locator("#later button[value=link]").click()
    expect(page.locator("#changed")).to_be_visible()
    page.locator("#changed a").click()
    expect(page.locator("[name=summary]")).to_have_value("second tab")
    fill_in(page, [])
    page.keyboard.press("Enter")  # submits, whatever buttons there are
    expect(page.locator("#errors")).to_be_visible()
    page.check("[name=consent]")
    page.locator(".apply-foot button").click()
    expect(page).to_have_url(re.compile("/status/"))
    assert stored(live_server, select(ApplicationDraft.id)) == []
    assert len(stored(live_server, select(Application.id))) == 1
