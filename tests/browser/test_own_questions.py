"""A recruiter writes questions that are doubted while they are typed; a candidate meets them as answers call for them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Answer, FormVersion, PostingMember
from tests.browser.pages import sign_in
from tests.browser.test_candidate import fill_in
from tests.candidate.conftest import open_form
from tests.documents.files import make_pdf, show
from tests.factories import make_user

pytestmark = pytest.mark.browser
NARROW = {"locale": "en-GB", "viewport": {"width": 390, "height": 844}}


@pytest.fixture
def recruiter(live_server):
    """Make an open posting without questions of its own, and give its number and who looks after it."""
    with live_server.session() as session:
        posting, user = open_form(session), make_user(session)
        session.add(PostingMember(posting_id=posting.id, user_id=user.id))
        session.commit()
        return posting.id, user.email


@pytest.mark.parametrize("page", [NARROW], indirect=True)
def test_a_question_is_written_doubted_published_and_answered(page, live_server, recruiter, tmp_path):
    number, email = recruiter
    sign_in(page, live_server, email)
    page.goto(f"{live_server.url}/staff/postings/{number}/questions")
    page.get_by_role("link", name="Add a question").click()
    preview = page.locator("#preview")
    page.fill("#label_en", "Are you married?")
    expect(preview).to_contain_text("asks about marriage or partner")
    page.fill("#label_en", "Have you trained a tracker?")
    expect(preview).to_contain_text("Nothing unlawful was found")
    expect(page.locator("#options_en")).to_be_hidden()
    page.get_by_text("One choice", exact=True).click()
    page.fill("#options_en", "Yes\nNo")
    expect(preview.get_by_text("Yes")).to_be_visible()
    page.get_by_role("button", name="Save").last.click()
    page.get_by_role("link", name="Add a question").click()
    page.fill("#label_en", "Which one?")
    page.select_option("#when", f"c{number}_1=o1")
    page.check("#needed")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".own-q")).to_have_count(2)
    page.get_by_role("button", name="Move down: Have you trained a tracker?").click()
    expect(page.locator(".own-q").first).to_contain_text("Which one?")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".own-q").first).to_contain_text("Have you trained a tracker?")
    page.get_by_role("button", name="Publish v1").click()
    expect(page.locator("h1")).to_contain_text("in force")

    page.goto(f"{live_server.url}/roles/trajectory/apply")
    hanging = page.locator(f"[name=c{number}_2-answer]")
    expect(hanging).to_be_hidden()
    page.get_by_label("Yes").last.check()
    expect(hanging).to_be_visible()
    resume = tmp_path / "cv.pdf"
    resume.write_bytes(make_pdf(show("Trajectory prediction in Python.")))
    page.set_input_files("#resume", str(resume))
    fill_in(page, ["q4-option0"])
    page.fill("[name=email]", "xiaohe.yun@example.com")
    hanging.fill("ByteTrack, on our own test set.")
    page.check("[name=consent]")
    page.get_by_role("button", name="Submit application").last.click()
    expect(page.locator("dl.sent")).to_contain_text("ByteTrack, on our own test set.")
    with live_server.session() as session:
        stored = session.scalars(select(Answer.value).where(Answer.field == "custom")).one()
        assert [entry["text"] for entry in stored] == ["Yes", "ByteTrack, on our own test set."]
        assert session.scalars(select(FormVersion.question_set).order_by(FormVersion.id)).all() == [0, 1]
