"""Who is who on the recruiter's pages: only what one has rights on is shown, decided and taken back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from screening.models import Role, Stage, SuspectedDuplicate, SuspicionState
from screening.queries.people import root_of
from screening.services.people import note_contact
from tests.factories import NOW, SAMPLE_ANSWERS, make_application, make_posting, make_user
from tests.recruiter.worlds import sign_in

PHONE = "13800000123"


def send(session, posting, email, *, name="云小鹤", stage=Stage.APPLIED):
    made = make_application(session, posting, name=name, email=email, stage=stage)
    made.phone = PHONE
    note_contact(session, application=made, answers=SAMPLE_ANSWERS, now=NOW)
    session.commit()
    return made


@pytest.fixture
def two(session, posting):
    return send(session, posting, "yun@example.com"), send(
        session, posting, "yun@example.org", name="Yun <b>Xiaohe</b>"
    )


def state(session):
    session.commit()
    found = session.scalars(select(SuspectedDuplicate.state)).one()
    session.commit()
    return found


def say(client, application, other, act, **more):
    return client.post(f"/staff/applications/{application.id}/person", data={"other": str(other), "act": act, **more})


def undo(client, page):
    token = re.search(r'/staff/undo/([\w-]+)"', page)
    assert token
    return client.post(f"/staff/undo/{token[1]}")


def test_a_suspicion_stands_beside_both_until_somebody_decides(session, two, client, browse):
    one, other = two
    for application, named in ((one, "Yun &lt;b&gt;Xiaohe&lt;/b&gt;"), (other, "云小鹤")):
        page = browse(f"/staff/applications/{application.id}")
        assert f"Perhaps the same person as {named} (" in page
        assert "Same phone number" in page
    listed = browse("/staff/duplicates/")
    assert "yun@example.com" in listed
    assert "yun@example.org" in listed

    assert say(client, one, other.id, "same").status_code == 303
    session.expire_all()

    assert state(session) is SuspicionState.SAME
    assert root_of(session, other.person_id) == one.person_id
    page = browse(f"/staff/applications/{one.id}")
    assert "Perhaps the same person" not in page
    assert "1 other application" in page
    assert "Nobody waits for a decision here." in browse("/staff/duplicates/")


def test_a_decision_is_taken_back_by_its_button(session, two, client, browse):
    one, other = two
    browse("/staff/duplicates/")
    for act, after in (("same", SuspicionState.SAME), ("different", SuspicionState.DIFFERENT)):
        say(client, one, other.id, act)
        assert state(session) is after
        assert undo(client, browse(f"/staff/applications/{one.id}/person")).status_code == 303
        assert state(session) is SuspicionState.OPEN


def test_merged_people_come_apart_by_a_button(session, two, client, browse):
    one, other = two
    browse("/staff/duplicates/")
    say(client, one, other.id, "same")
    assert "Not the same person" in browse(f"/staff/applications/{one.id}/person")
    say(client, one, other.id, "different")
    assert state(session) is SuspicionState.DIFFERENT
    assert root_of(session, other.person_id) == other.person_id


def test_merging_by_hand_takes_the_number_and_refuses_what_is_none(session, posting, client, browse):
    one = send(session, posting, "yun@example.com")
    stranger = make_application(session, posting, name="何", email="he@example.net")
    browse("/staff/duplicates/")
    for typed in ("", "abc", "999999", str(one.id), "9" * 24, "0"):
        answer = say(client, one, typed, "same")
        assert answer.status_code == 422, typed
        assert "There is no other application with this number" in answer.get_data(as_text=True)
    session.commit()
    assert say(client, one, f"{posting.id:03}-{stranger.id:06}", "same").status_code == 303
    session.expire_all()
    assert root_of(session, stranger.person_id) == one.person_id


def test_other_postings_are_neither_shown_nor_reachable(session, posting, client, browse):
    elsewhere = make_posting(session, slug="elsewhere")
    one, other = send(session, posting, "yun@example.com"), send(session, elsewhere, "yun@example.org")
    assert "Perhaps the same" not in browse(f"/staff/applications/{one.id}")
    assert "yun@example" not in browse("/staff/duplicates/")
    assert say(client, one, other.id, "same").status_code == 422
    assert state(session) is SuspicionState.OPEN
    assert say(client, other, one.id, "same").status_code == 404


def test_hiring_managers_read_and_do_not_decide(session, recruiter, client, browse):
    manager = make_user(session, Role.HIRING_MANAGER)
    posting = make_posting(session, recruiter, manager, slug="managed")
    one, other = send(session, posting, "yun@example.com"), send(session, posting, "yun@example.org")
    sign_in(client, manager)
    client.set_cookie("locale", "en")
    for address in ("/staff/duplicates/", f"/staff/applications/{one.id}/person"):
        page = client.get(address).get_data(as_text=True)
        assert "yun@example.org" in page
        assert 'name="act"' not in page
    assert say(client, one, other.id, "same").status_code == 403


def test_the_list_has_pages_that_show_each_pair_once(session, posting, browse):
    applications = [send(session, posting, f"yun{number}@example.com") for number in range(9)]
    expected = len(applications) * (len(applications) - 1) // 2
    address, seen = "/staff/duplicates/", []
    while address:
        page = browse(address)
        seen += re.findall(r'<li class="pair"', page)
        following = re.search(r'href="(/staff/duplicates/\?after=\d+)"', page)
        address = following and following[1]
    assert len(seen) == expected
