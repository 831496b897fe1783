"""A candidate's whole way: the line breaks, another browser goes on, the form is sent twice, data are taken away, withdrawn, made again.

Wide and narrow, Chinese and English, with scripts and without: all eight.
"""

from __future__ import annotations

import json
import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect
from sqlalchemy import select

from screening.models import Application, ApplicationDraft, Mail, Posting, ResumeFile, Stage
from tests.browser.test_candidate import NAME, NARROW, WIDE, fill_in, resume  # noqa: F401 - a fixture
from tests.candidate.conftest import open_form
from tests.factories import LINES

pytestmark = pytest.mark.browser

LIMIT = 100 * 1024
LOCALES, SIZES, SCRIPTS = (
    {"zh": "zh-CN", "en": "en-GB"},
    {"wide": WIDE, "narrow": NARROW},
    {"scripts": True, "plain": False},
)
MATRIX = {
    f"{language}-{size}-{scripts}": {
        "locale": LOCALES[language],
        "viewport": SIZES[size],
        "java_script_enabled": SCRIPTS[scripts],
    }
    for language, size, scripts in product(LOCALES, SIZES, SCRIPTS)
}


@pytest.fixture
def mail(request):
    """Give an address of the case's own: the limit on mailed links counts for each address."""
    return f"{request.node.callspec.id}@example.com"


@pytest.fixture
def role(live_server):
    with live_server.session() as session:
        open_form(session)


@pytest.fixture
def other_browser(browser, request):
    """Give a second browser of the same kind, which knows nothing of the first."""
    context = browser.new_context(**request.node.callspec.params["page"])
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    yield tab
    context.close()


def found(server, statement):
    with server.session() as session:
        return session.scalars(statement).all()


def stages(server):
    return found(server, select(Application.stage).order_by(Application.id))


def axe_finds_nothing(page):
    problems = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:150] for node in one["nodes"]]) for one in problems] == []


def submit(page):
    page.check("[name=consent]")
    page.locator(".apply-foot button").click()
    expect(page).to_have_url(re.compile("/status/"))


def write_until_the_line_breaks(page, scripts, mail):
    """Write; what is written without a line is not lost: it is saved when the line is back, or was saved before."""
    if scripts:
        expect(page.locator("[data-state=saved]")).to_be_visible()
        page.context.set_offline(True)
        page.fill("[name=summary]", "written on a train")
        expect(page.locator("[data-state=offline]")).to_be_visible()
        page.context.set_offline(False)
        expect(page.locator("[data-state=saved]")).to_be_visible()
        page.locator("[data-link]").click()
        expect(page.locator("[data-link-said]")).to_contain_text(mail)
        return
    page.fill("[name=summary]", "written on a train")
    page.locator("#later button[value=link]").click()
    expect(page.locator(".toast")).to_be_visible()
    page.context.set_offline(True)
    with pytest.raises(Error):
        page.goto(page.url, timeout=5_000)
    page.context.set_offline(False)


@pytest.mark.parametrize("page", MATRIX.values(), ids=MATRIX, indirect=True)
def test_way_of_a_candidate(page, other_browser, live_server, role, resume, mail, request):  # noqa: F811 - the fixture
    scripts = request.node.callspec.params["page"]["java_script_enabled"]
    page.goto(f"{live_server.url}/?city=北京")
    page.locator(".jobs a").click()
    expect(page.locator("h1")).to_have_text(LINES[0])
    page.locator("aside a.primary").click()
    page.set_input_files("#resume", resume)
    fill_in(page, ["q4-option0"])
    page.fill("[name=email]", mail)
    write_until_the_line_breaks(page, scripts, mail)

    [text] = found(live_server, select(Mail.text).where(Mail.template == "draft"))
    link = re.search(r"http\S+(/drafts/\S+)", text).group(1)
    other_browser.goto(live_server.url + link)
    expect(other_browser.locator("[name=name]")).to_have_value(NAME)
    expect(other_browser.locator("[name=summary]")).to_have_value("written on a train")
    expect(other_browser.locator("[name=q4-option0]")).to_be_checked()
    expect(other_browser.locator(".file")).to_contain_text(resume.name)
    if scripts:
        axe_finds_nothing(other_browser)
    submit(other_browser)
    status = other_browser.url
    other_browser.go_back()
    if other_browser.locator(".apply-foot button").count():  # the browser shows the form again: it is sent twice
        submit(other_browser)
    other_browser.goto(status)
    expect(other_browser.locator("main")).to_contain_text(NAME)
    assert stages(live_server) == [Stage.APPLIED]
    assert found(live_server, select(ApplicationDraft.id)) == []
    assert found(live_server, select(ResumeFile.media_type)) == ["application/pdf"]
    if scripts:
        axe_finds_nothing(other_browser)

    given = {kind: other_browser.context.request.get(f"{status}/data/{kind}").body() for kind in ("json", "pdf")}
    assert json.loads(given["json"])["applications"][0]["contact"]["name"] == NAME
    assert given["pdf"].startswith(b"%PDF-")

    other_browser.locator("aside form[action$=withdraw]").locator("xpath=ancestor::details/summary").click()
    other_browser.locator("aside form[action$=withdraw] button").click()
    expect(other_browser.locator("aside form[action$=withdraw]")).to_have_count(0)
    assert stages(live_server) == [Stage.WITHDRAWN]

    slug = found(live_server, select(Posting.slug))[0]
    other_browser.goto(f"{live_server.url}/roles/{slug}/apply")
    other_browser.set_input_files("#resume", resume)
    fill_in(other_browser, ["q4-option0"])
    other_browser.fill("[name=email]", mail)
    submit(other_browser)
    assert other_browser.url != status
    assert stages(live_server) == [Stage.WITHDRAWN, Stage.APPLIED]


@pytest.mark.parametrize(
    "page",
    [{"locale": "zh-CN"}, {"locale": "en-GB", "java_script_enabled": False}],
    ids=["scripts", "plain"],
    indirect=True,
)
def test_page_of_a_posting_is_light_over_the_wire_and_does_without_scripts(page, live_server, role):
    """Count every byte that the browser receives for the page, heads included, with an empty cache."""
    received = {}
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.on(
        "Network.responseReceived", lambda event: received.setdefault(event["requestId"], [event["response"]["url"], 0])
    )
    tools.on(
        "Network.loadingFinished", lambda event: received[event["requestId"]].__setitem__(1, event["encodedDataLength"])
    )
    page.goto(f"{live_server.url}/roles/trajectory", wait_until="networkidle")
    weights = {url.rpartition("/")[2]: size for url, size in received.values()}
    assert any(name.startswith("app.css") for name in weights)
    assert all(size > 0 for size in weights.values())
    assert sum(weights.values()) <= LIMIT, weights
    expect(page.locator("aside a.primary")).to_be_visible()
    expect(page.locator("main")).to_contain_text("PyTorch")
    page.locator("aside a.primary").click()
    expect(page.locator("form.apply-form")).to_be_visible()
