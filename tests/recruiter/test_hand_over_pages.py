"""An application's page says whose turn it is and hands it over; nobody without the right does, and blind readers learn no word."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from screening.models import PostingMember, Role, Stage, StageRule
from screening.services.handing_over import hand_over
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted, owe_evaluation, own_engine, sign_in


@pytest.fixture
def colleague(session, posting):
    """Make somebody with a right on another posting only."""
    made = make_user(session, Role.HIRING_MANAGER, name="何以然")
    make_posting(session, made, slug="other")
    return made


@pytest.fixture
def application(session, posting):
    return make_application(session, posting, since=NOW - timedelta(days=400))


def test_whose_turn_it_is_and_for_how_long_already(browse, application, posting, recruiter):
    page = browse(f"/staff/applications/{application.id}")
    assert re.search(r"\d{3} days in this stage · overdue", page)
    assert "waits for an owner" in page
    posting.owner_id = recruiter.id
    assert f"waits for {recruiter.name}" in browse(f"/staff/applications/{application.id}")


def test_limits_names_and_stages_of_the_posting_hold_on_the_page(session, browse, application, posting):
    session.add(StageRule(posting_id=posting.id, stage=Stage.APPLIED, days=0, name_en="Inbox"))
    session.add(StageRule(posting_id=posting.id, stage=Stage.SCREENING, in_use=False))
    page = browse(f"/staff/applications/{application.id}")
    assert "overdue" not in re.search(r'id="turn".*?</p>', page, re.DOTALL)[0]
    assert "Inbox</span></h1>" in page
    assert "Advance to Interview" in page
    assert 'value="screening"' not in page
    board = browse(f"/staff/postings/{posting.id}?view=board")
    assert "lane-screening" not in board
    make_application(session, posting, stage=Stage.SCREENING)
    board = browse(f"/staff/postings/{posting.id}?view=board")
    assert "lane-screening" in board
    assert '<button name="to" value="screening"' not in board


def test_handing_over_refuses_strangers_and_what_has_ended(session, browse, client, application, colleague, recruiter):
    address = f"/staff/applications/{application.id}/hand-over"
    assert 'id="ho"' in browse(f"/staff/applications/{application.id}")
    session.commit()
    assert client.post(address, data={"to": "x"}).status_code == 400
    for to, words in (
        (str(colleague.id), "has no right on the posting"),
        ("999", "has no right"),
        ("0", "Nothing has"),
    ):
        assert client.post(address, data={"to": to}).status_code == 303
        assert words in browse(f"/staff/applications/{application.id}")
        session.commit()
    application.stage = Stage.HIRED
    session.commit()
    assert client.post(address, data={"to": str(recruiter.id)}).status_code == 303
    page = browse(f"/staff/applications/{application.id}")
    assert "This application has ended" in page
    assert 'id="turn"' not in page


def test_a_hiring_manager_reads_whose_turn_it_is_and_hands_nothing_over(session, client, application, posting):
    manager = make_user(session, Role.HIRING_MANAGER, name="何以然")
    session.add(PostingMember(posting_id=posting.id, user_id=manager.id))
    session.commit()
    sign_in(client, manager)
    client.set_cookie("locale", "en")
    page = client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    assert "days in this stage" in page
    assert 'id="ho"' not in page
    assert client.post(f"/staff/applications/{application.id}/hand-over", data={"to": "0"}).status_code == 403


def test_who_owes_an_evaluation_reads_that_it_was_handed_over_but_not_the_word(
    session, browse, application, posting, recruiter
):
    giver = make_user(session, Role.ADMIN, name="周舟")
    hand_over(session, applications=[application], to_id=recruiter.id, actor_id=giver.id, note="强推，别错过", now=NOW)
    owe_evaluation(session, application, recruiter)
    for address in ("/staff/", f"/staff/applications/{application.id}?side=timeline"):
        page = browse(address)
        assert "强推" not in page
        assert "周舟" in page


@pytest.mark.parametrize("side", ["rubric", "interviews", "timeline", "notes"])
def test_the_page_of_an_application_keeps_to_twelve_queries(app, session, browse, application, posting, side):
    for number in range(5):
        owe_evaluation(session, application, make_user(session, Role.INTERVIEWER, name=f"面试官 {number}"))
    address = f"/staff/applications/{application.id}?side={side}"
    browse(address)
    with counted(own_engine(app)) as sent:
        browse(address)
    assert 0 < sum(not one.startswith(("BEGIN", "PRAGMA")) for one in sent) <= 12
