"""A candidate applies for three roles at once: by mouse and keyboard, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from screening.models import Answer, Application, FormVersion, Posting, RubricVersion
from screening.services.forming import questions_for
from tests.browser.test_candidate import fill_in
from tests.candidate.conftest import open_form
from tests.candidate.test_roles import SLUGS, TITLES, dump_rubric, other_rubric
from tests.documents.files import make_pdf, show

pytestmark = pytest.mark.browser
WITH = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}}
WITHOUT = {"locale": "en-GB", "viewport": {"width": 390, "height": 844}, "java_script_enabled": False}


@pytest.fixture
def roles(live_server):
    with live_server.session() as session:
        for slug in SLUGS:
            posting = open_form(session, slug)
            posting.title = TITLES[slug]
            if slug != SLUGS[0]:
                form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
                form.questions = questions_for(other_rubric(slug))
                session.get_one(RubricVersion, form.rubric_version_id).document = dump_rubric(other_rubric(slug))
        session.commit()


@pytest.mark.parametrize("page", [WITH, WITHOUT], ids=["scripts", "no scripts"], indirect=True)
@pytest.mark.usefixtures("roles")
def test_three_roles_are_chosen_ordered_and_sent(page, live_server, tmp_path):
    page.goto(f"{live_server.url}/roles/trajectory?from=campus")
    page.get_by_text("Apply for more roles at once").click()
    page.select_option("#also", "control")
    page.get_by_role("button", name="Apply for both").click()
    expect(page.locator("h1")).to_have_text("Apply for 2 roles at once")
    fill_in(page, ["q4-option0"])
    page.fill("[name=email]", "xiaohe.yun@example.com")
    page.get_by_text("Apply for one more role at once").click()
    page.select_option("#role", "planning")
    page.get_by_role("button", name="Add the role").click()
    prefs = page.locator("ol.prefs > li")
    expect(prefs).to_have_count(3)
    expect(page.locator("[name=email]")).to_have_value("xiaohe.yun@example.com")
    button = page.get_by_role("button", name=f"Move up: {TITLES['planning']}")
    button.focus()
    page.keyboard.press("Enter")
    expect(prefs.nth(1)).to_contain_text(TITLES["planning"])
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(prefs.nth(0)).to_contain_text(TITLES["planning"])
    down = page.get_by_role("button", name=f"Move down: {TITLES['planning']}")
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    expect(prefs.nth(1)).to_contain_text(TITLES["planning"])
    expect(page.get_by_role("heading", name=f"Only for {TITLES['control']}").first).to_be_visible()
    page.locator("textarea[name$='-text']").first.fill("Only one of the roles asks this.")
    page.get_by_role("button", name=f"Take off: {TITLES['trajectory']}").click()
    expect(prefs).to_have_count(2)
    page.get_by_text("Apply for one more role at once").click()
    page.select_option("#role", "trajectory")
    page.get_by_role("button", name="Add the role").click()
    expect(prefs).to_have_count(3)
    resume = tmp_path / "cv.pdf"
    resume.write_bytes(make_pdf(show("Trajectory prediction in Python.")))
    page.set_input_files("#resume", str(resume))
    for place in range(page.locator("textarea[name$='-text']").count()):
        page.locator("textarea[name$='-text']").nth(place).fill(f"Answer {place}")
    for box in page.locator("[name$='-on_site'][value=yes]").all():
        box.check()
    page.check("[name=consent]")
    page.get_by_role("button", name="Submit application").last.click()
    expect(prefs).to_have_count(3)
    expect(prefs.nth(0)).to_contain_text(TITLES["planning"])
    prefs.nth(1).get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(TITLES["control"])
    with live_server.session() as session:
        stored = session.execute(
            select(Posting.slug, Application.preference, Application.source)
            .join(Posting, Posting.id == Application.posting_id)
            .order_by(Application.preference)
        )
        assert stored.all() == [("planning", 1, "campus"), ("control", 2, "campus"), ("trajectory", 3, "campus")]
        skills = session.scalars(select(Answer.value).where(Answer.field == "skills")).all()
        assert len(skills) >= 1
