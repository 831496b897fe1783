"""Importing postings, and their rubrics' first edits: errors beside the field, conflicts, undo, publishing, closing."""

from __future__ import annotations

import io
import re

import pytest

from screening.forms import importing
from screening.models import (
    Posting,
    PostingState,
    Role,
)
from tests.factories import make_posting, make_user
from tests.recruiter.worlds import TWO_POSTINGS, sign_in


def test_import_shows_what_the_document_came_to(session, client, browse):
    browse("/staff/imports/")
    answer = client.post("/staff/imports/", data={"text": TWO_POSTINGS.replace("\n", "\r\n")})
    assert answer.status_code == 303
    page = browse(answer.headers["Location"])
    assert "算法实习生（甲）" in page
    assert "算法实习生（乙）" in page
    again = client.post("/staff/imports/", data={"file": (io.BytesIO(TWO_POSTINGS.encode()), "a.txt")})
    assert again.headers["Location"] == answer.headers["Location"]
    assert "Nothing was added" in browse(again.headers["Location"])


def test_import_reads_gb18030_files(session, client, browse):
    browse("/staff/imports/")
    content = io.BytesIO(TWO_POSTINGS.encode("gb18030"))
    answer = client.post("/staff/imports/", data={"file": (content, "职位.txt")})
    page = browse(answer.headers["Location"])
    assert "算法实习生（甲）" in page
    assert "职位.txt" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": " "}, "Paste the text"),
        ({"text": "买菜，做饭，都可以。"}, "No posting was found"),
        ({"file": (b"\x00\x01\x02\x00", "a.exe")}, "not a text file"),
        ({"file": (b"x" * 9001, "a.txt")}, "larger than"),
    ],
)
def test_import_of_something_else_says_so_beside_the_field(client, browse, monkeypatch, data, words):
    monkeypatch.setattr(importing, "DOCUMENT_BYTES", 9000)
    browse("/staff/imports/")
    sent = {key: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value for key, value in data.items()}
    answer = client.post("/staff/imports/", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert 'aria-invalid="true"' in page
    assert data.get("text", "").strip() in page


def test_rubric_edits_are_saved_with_undo_and_published(session, client, recruiter, browse):
    posting = make_posting(session, recruiter, state=PostingState.DRAFT)
    address = f"/staff/postings/{posting.id}/rubric"
    browse(address)
    client.post(address, data={"revision": "1", "act": "gate:r2", "text-r1": "相关专业", "weight-r3": "3"})
    page = browse(address)
    assert "R2 is a knock-out now." in page
    assert "相关专业" in page
    assert ">K4<" in page
    client.post(re.search(r'action="(/staff/undo/[^"]+)"', page).group(1))
    page = browse(address)
    assert "相关专业</textarea>" not in page
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    answer = client.post(address, data={"revision": revision, "act": "publish"})
    assert answer.headers["Location"] == f"/staff/postings/{posting.id}"
    session.expire_all()
    assert session.get(Posting, posting.id).state is PostingState.OPEN


def test_rubric_that_somebody_else_saved_is_a_conflict_that_keeps_what_was_typed(session, client, recruiter, browse):
    posting = make_posting(session, recruiter, state=PostingState.DRAFT)
    address = f"/staff/postings/{posting.id}/rubric"
    browse(address)
    client.post(address, data={"revision": "1", "text-r1": "别人的字"})
    answer = client.post(address, data={"revision": "1", "text-r1": "我的字"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "我的字</textarea>" in page
    assert "Stored now: 别人的字" in page
    assert 'name="revision" value="2"' in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text-r1": " "}, "needs words"),
        ({"weight-r1": "9"}, "from 0 to 5"),
        ({"title": " "}, "Give the posting a title"),
        ({"act": "nonsense:r1"}, "cannot be done"),
        ({"act": "settle:99:noted"}, "cannot be done"),
    ],
)
def test_rubric_edit_that_cannot_be_says_why_and_keeps_the_rest(session, client, recruiter, browse, fields, words):
    posting = make_posting(session, recruiter, state=PostingState.DRAFT)
    browse("/staff/postings/")
    address = f"/staff/postings/{posting.id}/rubric"
    answer = client.post(address, data={"revision": "1", "text-r2": "改过的字", **fields})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert "改过的字</textarea>" in page


def test_hiring_managers_read_the_rubric_and_change_nothing(session, app, posting):
    manager = make_user(session, Role.HIRING_MANAGER)
    posting = make_posting(session, manager, slug="managed")
    session.commit()
    client = app.test_client()
    sign_in(client, manager)
    page = client.get(f"/staff/postings/{posting.id}/rubric")
    assert page.status_code == 200
    assert b"<textarea" not in page.data
    assert client.post(f"/staff/postings/{posting.id}/rubric", data={"revision": "0"}).status_code == 403


def test_posting_is_closed_and_reopened_from_the_overview(session, client, posting, browse):
    browse("/staff/postings/")
    client.post(f"/staff/postings/{posting.id}/close")
    assert posting.title in browse("/staff/postings/?state=closed")
    client.post(f"/staff/postings/{posting.id}/reopen")
    assert posting.title in browse("/staff/postings/")
