"""A résumé fills the form on a phone, read by the real worker: each thing confirmed, marked, and taken back; without scripts too."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_candidate import NARROW
from tests.candidate.conftest import open_form
from tests.documents.files import make_pdf, show

pytestmark = pytest.mark.browser

LINES = [
    "Lena Brookfield",
    "lena.brookfield@example.org | +49 151 0000 1234",
    "Education",
    "Cloud Creek University, M.Sc. in Robotics, Oct 2024 - present, expected September 2099",
    "Skills",
    "Python \\(expert\\), PyTorch",
]


@pytest.fixture
def resume(tmp_path):
    path = tmp_path / "Lena Brookfield.pdf"
    hidden = show("hidden@example.com", y=400, colour="1 g")
    path.write_bytes(make_pdf("\n".join([*(show(line, y=780 - 20 * n) for n, line in enumerate(LINES)), hidden])))
    return path


@pytest.fixture
def form(live_server):
    with live_server.session() as session:
        open_form(session)
        session.commit()
    return f"{live_server.url}/roles/trajectory/apply"


@pytest.mark.parametrize("page", [{"locale": "en-GB", "viewport": NARROW}], indirect=True)
def test_on_a_phone_the_resume_fills_the_form_and_gives_it_back(page, form, resume):
    page.goto(form)
    page.fill("[name=name]", "L. Brookfield")
    page.set_input_files("#resume", resume)
    expect(page.locator("[data-offers-said]")).to_have_text("Found 6 things that this form asks for")
    page.click("[data-offers-found]")

    expect(page.locator("h1")).to_have_text("Fill the form in from your résumé")
    assert "hidden@example.com" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    boxes = page.locator("input[name=offer]")
    assert [box.is_checked() for box in boxes.all()] == [False, True, True, True, True, True]
    boxes.nth(5).uncheck()
    page.click("text=Take these over")

    expect(page.locator("[name=email]")).to_have_value("lena.brookfield@example.org")
    expect(page.locator("[name=name]")).to_have_value("L. Brookfield")
    expect(page.locator("[name=q1-entry0-institution]")).to_have_value("Cloud Creek University")
    expect(page.locator("[name=q1-entry0-degree]")).to_have_value("master")
    expect(page.locator("label[for=phone] [data-from]")).to_be_visible()
    expect(page.locator("label[for=name] [data-from]")).to_have_count(0)
    assert Axe().run(page).response["violations"] == []

    page.fill("[name=phone]", "+49 151 0000 9999")
    expect(page.locator("label[for=phone] [data-from]")).to_have_count(0)
    page.click("text=Take it back")
    expect(page.locator("[name=email]")).to_have_value("")
    expect(page.locator("[name=phone]")).to_have_value("+49 151 0000 9999")
    expect(page.locator("[name=name]")).to_have_value("L. Brookfield")


@pytest.mark.parametrize("page", [{"locale": "zh-CN", "viewport": NARROW, "java_script_enabled": False}], indirect=True)
def test_without_scripts_the_buttons_do_the_same(page, form, resume):
    page.goto(form)
    page.set_input_files("#resume", resume)
    page.click("text=读取简历并填写表单")
    for _ in range(40):
        if page.locator("input[name=offer]").count():
            break
        page.wait_for_timeout(250)
        page.click("text=再看一次")
    page.click("button:has-text('填进表单')")

    expect(page.locator("[name=name]")).to_have_value("Lena Brookfield")
    expect(page.locator("[name=q1-entry0-area]")).to_have_value("Robotics")
    expect(page.locator("label[for=name]")).to_contain_text("来自简历")
