"""Insights and voluntary questions in a browser: a candidate answers without scripts, a recruiter counts, reads and takes the numbers away."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Role, Stage, VoluntaryAnswer
from screening.services.voluntary import keep_answers, own_answers
from tests.browser.pages import proof_of, sign_in, token_of
from tests.factories import make_application, make_posting, make_user

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "en-GB", "java_script_enabled": False}


@pytest.mark.parametrize("page", [PHONE, {**PHONE, "locale": "zh-CN"}], indirect=True)
def test_a_candidate_answers_changes_and_takes_back_on_a_phone_without_scripts(page, live_server):
    with live_server.session() as session:
        posting = make_posting(session, make_user(session))
        posting.asks_voluntary = True
        application = make_application(session, posting)
        session.commit()
    secret, key = live_server.settings.secret_key, live_server.settings.voluntary_key
    proof = token_of(secret, application.id, proof_of)
    page.context.add_cookies([{"name": "session", "value": proof, "url": live_server.url}])
    page.goto(f"{live_server.url}/status/{token_of(secret, application.id)}")
    page.locator("#voluntary a").click()
    expect(page.locator("input[value=unsaid]:checked")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("label:has(input[name=sex][value=man])").click()
    page.locator("label:has(input[name=age][value='25_34'])").click()
    page.locator("button[value=keep]").click()
    expect(page.locator(".toast")).to_be_visible()
    with live_server.session() as session:
        told = own_answers(session, key=key, application_id=application.id)
    assert told == {"sex": "man", "age": "25_34", "disability": "unsaid", "ethnicity": "unsaid"}
    page.locator("a[href$='/voluntary']").click()
    expect(page.locator("input[name=sex][value=man]")).to_be_checked()
    page.locator("button[value=take-back]").click()
    expect(page.locator("#voluntary")).to_be_visible()
    with live_server.session() as session:
        assert session.scalars(select(VoluntaryAnswer)).all() == []


@pytest.mark.parametrize("page", [{"locale": "zh-CN", "accept_downloads": True}], indirect=True)
def test_a_recruiter_counts_reads_and_takes_the_numbers_away(page, live_server):
    with live_server.session() as session:
        recruiter = make_user(session, Role.RECRUITER)
        posting = make_posting(session, recruiter)
        posting.asks_voluntary = True
        for number in range(120):
            stage = Stage.INTERVIEW if number % 3 == 0 else Stage.APPLIED
            application = make_application(session, posting, stage=stage)
            application.submitted_at = datetime.now(UTC) - timedelta(days=number % 50)
            answers = {"sex": "woman" if number % 2 else "man", "ethnicity": "majority"}
            keep_answers(session, key=live_server.settings.voluntary_key, application=application, answers=answers)
        session.commit()
    sign_in(page, live_server, recruiter.email)
    page.goto(f"{live_server.url}/staff/insights?days=0")
    expect(page.locator("h2#i-fun")).to_have_count(0)
    page.get_by_role("button", name="立即统计").click()
    expect(page.locator("h2#i-fun")).to_be_visible()  # the worker has counted, and the page has come back by itself
    expect(page.locator("[aria-labelledby=i-fun]")).to_contain_text("120 份申请，其中 40 份已进入面试（33%）")
    page.select_option("[name=days]", "30")
    expect(page.locator("[aria-labelledby=i-fun]")).not_to_contain_text("120 份申请")
    assert "days=30" in page.url
    page.goto(f"{live_server.url}/staff/insights?days=0")
    impact = page.locator("[aria-labelledby=i-imp]")
    for _ in range(40):  # voluntary answers are counted after the pipelines
        if impact.locator("table").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(impact.locator("tbody").first).to_contain_text("性别：进入面试")
    expect(impact.locator("tbody").first).to_contain_text("33.3%")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel", exact=True).first.click()
    download = waiting.value
    assert download.suggested_filename == f"数据-{datetime.now(UTC):%Y-%m-%d}.xlsx"
    book = load_workbook(io.BytesIO(download.path().read_bytes()))
    assert book.sheetnames[:2] == ["说明", "漏斗"]
    assert [cell.value for cell in book["漏斗"][2]] == ["新申请", 120, None]
    assert book["差异影响"]["D2"].value == 60
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV 漏斗").click()
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[:2] == [["阶段", "达到", "占上一阶段"], ["新申请", "120", ""]]
