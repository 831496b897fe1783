"""A candidate's whole way in a real browser: find a role, read it, apply with a PDF, mend an error, follow it, withdraw.

Wide and narrow, Chinese and English, with scripts and without are combined so that each pair of choices is met; all eight
are in ``test_candidate_matrix``.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Application, ResumeFile, Stage, StageCount
from tests.candidate.conftest import open_form, soon
from tests.documents.files import make_pdf, show
from tests.factories import LINES

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
READERS = {
    "zh-wide-scripts": {"locale": "zh-CN", "viewport": WIDE},
    "zh-narrow-plain": {"locale": "zh-CN", "viewport": NARROW, "java_script_enabled": False},
    "en-narrow-scripts": {"locale": "en-GB", "viewport": NARROW},
    "en-wide-plain": {"locale": "en-GB", "viewport": WIDE, "java_script_enabled": False},
}
WITHOUT_SCRIPTS = {name: options for name, options in READERS.items() if name.endswith("plain")}
WITH_SCRIPTS = {name: options for name, options in READERS.items() if name.endswith("scripts")}
NAME = "云小鹤 <b>Li</b> 𠮷😀"


@pytest.fixture
def resume(tmp_path):
    path = tmp_path / "云小鹤_简历.pdf"
    path.write_bytes(make_pdf(show("Xiaohe Yun. Trajectory prediction in Python with PyTorch.")))
    return path


@pytest.fixture
def roles(live_server):
    with live_server.session() as session:
        open_form(session)
        other = open_form(session, "elsewhere")
        other.title, other.locations = "别处的职位", ["香港"]
        session.commit()


def fill_in(page, ticks):
    """Fill in what is needed; ``ticks`` are the skills and bonuses to claim."""
    page.fill("[name=name]", NAME)
    page.fill("[name=phone]", "13800000123")
    page.fill("[name=q1-entry0-institution]", "云溪大学")
    page.select_option("[name=q1-entry0-degree]", "master")
    page.fill("[name=q1-entry0-area]", "计算机科学与技术")
    page.fill("[name=q1-entry0-end]", "2027-06")
    page.fill("[name=q2-start]", soon())
    page.fill("[name=q2-months]", "6")
    for city in page.locator("input[name=q3-chosen]").all()[:1]:
        city.check()
    for name in ticks:
        page.check(f"[name={name}]")
    for level in page.locator("select[name*='-level']:visible").all():
        level.select_option("proficient")


def count(server, stage):
    with server.session() as session:
        return session.scalar(select(StageCount.count).where(StageCount.stage == stage)) or 0


@pytest.mark.parametrize("page", WITHOUT_SCRIPTS.values(), ids=WITHOUT_SCRIPTS, indirect=True)
def test_candidate_finds_a_role_applies_follows_and_withdraws(page, live_server, roles, resume):
    page.goto(live_server.url)
    expect(page.locator(".jobs li")).to_have_count(2)
    page.select_option("[name=city]", "北京")
    page.locator("form.find button").click()
    expect(page).to_have_url(re.compile("city="))
    expect(page.locator(".jobs li")).to_have_count(1)

    page.locator(".jobs a").click()
    expect(page.locator("h1")).to_have_text(LINES[0])
    page.locator("aside a.primary").click()

    fill_in(page, ["q4-option0"])
    page.fill("[name=email]", "xiaohe.yun@example")
    page.set_input_files("#resume", resume)
    page.locator(".apply-foot button").click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#errors a")).to_have_count(2)
    expect(page.locator("[name=name]")).to_have_value(NAME)
    expect(page.locator("[name=q4-option0]")).to_be_checked()
    expect(page.locator(".file")).to_contain_text(resume.name)

    page.locator("#errors a").first.click()
    page.fill("[name=email]", "xiaohe.yun@example.com")
    page.check("[name=consent]")
    page.locator(".apply-foot button").click()
    expect(page).to_have_url(re.compile("/status/"))
    expect(page.locator("main")).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text(resume.name)
    expect(page.locator("[aria-current=step]")).to_have_count(1)
    assert count(live_server, Stage.APPLIED) == 1
    with live_server.session() as session:
        assert session.scalars(select(Application.name)).all() == [NAME]
        assert session.scalars(select(ResumeFile.media_type)).all() == ["application/pdf"]

    page.locator("aside summary").click()
    page.locator("aside form button").click()
    expect(page.locator("aside form")).to_have_count(0)
    assert (count(live_server, Stage.APPLIED), count(live_server, Stage.WITHDRAWN)) == (0, 1)


@pytest.mark.parametrize("page", WITH_SCRIPTS.values(), ids=WITH_SCRIPTS, indirect=True)
def test_steps_show_what_is_filled_in_and_the_foot_covers_nothing(page, live_server, roles, resume):
    page.goto(f"{live_server.url}/roles/trajectory/apply")
    steps = page.locator("[data-steps] li")
    expect(steps.first.locator("a")).to_have_attribute("aria-current", "step")
    page.set_input_files("#resume", resume)
    expect(steps.first).to_have_class("done")
    fill_in(page, [])
    page.fill("[name=email]", "xiaohe.yun@example.com")
    expect(steps.nth(1)).to_have_class("done")
    expect(steps.nth(3)).not_to_have_class("done")
    foot = page.locator(".apply-foot")
    page.focus("[name=name]")
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
              const box = document.activeElement.getBoundingClientRect();
              return { bottom: box.bottom, inside: Boolean(document.activeElement.closest('.apply-foot, footer, header')) };
            }"""
        )
        if focused["inside"]:
            break
        assert focused["bottom"] <= foot.bounding_box()["y"] + 1


@pytest.mark.parametrize("page", WITH_SCRIPTS.values(), ids=WITH_SCRIPTS, indirect=True)
def test_nothing_scrolls_sideways_in_a_form_with_everything_open(page, live_server, roles):
    page.goto(f"{live_server.url}/roles/trajectory/apply")
    for box in page.locator("input[name*='-option'], input[name$='-has']").all():
        box.check()
    folds = page.locator(".apply-form details:not([open]) > summary:visible")
    while folds.count():
        folds.first.click()
    page.locator(".apply-foot button").click()
    expect(page.locator("#errors")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
