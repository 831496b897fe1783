"""The résumé file: taken by what it is, kept over a refused form, given back only as a download to those with a right."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from screening.documents.failures import (
    BROKEN,
    EMPTY,
    ENCRYPTED,
    MACROS,
    MARKUP_FILE,
    NOT_ACCEPTED,
    OLD_WORD,
    TOO_LARGE,
    TOO_MANY_PAGES,
    TWO_KINDS,
)
from screening.documents.storage import read_file, sweep
from screening.models import Application, ResumeFile, Role
from screening.services.application_drafts import forget_draft
from tests.candidate.conftest import Candidate, open_form
from tests.candidate.forms import RESUME, inputs_of, shown, with_file
from tests.documents.files import make_pdf, make_word, show, with_member
from tests.factories import make_user
from tests.recruiter.worlds import sign_in

PDF = make_pdf(show("Xiaohe Yun, trajectory prediction with PyTorch"))
WORD = make_word(lambda document: document.add_paragraph("云小鹤，用 PyTorch 训练轨迹预测网络。"))
PAGE = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
REFUSED = [
    ("cv.pdf", b"MZ\x90\x00\x03" + b"\x00\x01\x02" * 400, NOT_ACCEPTED),
    ("cv.exe", b"MZ\x90\x00\x03" + b"\x00\x01\x02" * 400, NOT_ACCEPTED),
    ("cv.pdf", b"\x7fELF\x02\x01\x01" + b"\x00\xff" * 400, NOT_ACCEPTED),
    ("cv.pdf", PAGE, MARKUP_FILE),
    ("cv.txt", PAGE, MARKUP_FILE),
    ("cv.md", b"\xef\xbb\xbf <!-- x --> <html>", MARKUP_FILE),
    ("cv.txt", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', MARKUP_FILE),
    ("cv.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', MARKUP_FILE),
    ("cv.pdf", b"", EMPTY),
    ("cv.txt", b" \n\t ", EMPTY),
    ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, OLD_WORD),
    ("cv.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED),
    ("cv.docx", with_member(WORD, "word/vbaProject.bin", b"macro"), MACROS),
    ("cv.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, NOT_ACCEPTED),
    ("cv.sh", b"#!/bin/sh\nrm -rf /\n", NOT_ACCEPTED),
    ("cv.pdf", b"%PDF-1.4 nothing follows", BROKEN),
    ("cv.pdf", PDF + WORD, TWO_KINDS),
    ("cv.pdf", make_pdf(*[show("x")] * 61), TOO_MANY_PAGES),
    ("cv.txt", b"x" * (10 * 1024 * 1024 + 1), TOO_LARGE),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_file_that_is_no_resume_is_refused_and_the_form_is_kept(session, candidate, settings, name, content, said):
    body = candidate.fill()
    answer = candidate.send(with_file(body, content, name))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    [error] = html.fromstring(page).xpath('//*[@id="resume-e"]')
    assert error.text_content().strip() == said
    assert shown(page)["name"] == ["云小鹤"]
    assert session.scalars(select(Application)).all() == []
    assert list(settings.uploads.glob("??/*")) == []


@pytest.mark.parametrize(
    ("name", "content", "kept", "media_type"),
    [
        ("云小鹤_简历（2026）.pdf", PDF, "云小鹤_简历（2026）.pdf", "application/pdf"),
        ("简历.docx", WORD, "简历.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("cv.md", RESUME.encode(), "cv.md", "text/markdown"),
        ("cv.txt", RESUME.encode("gb18030"), "cv.txt", "text/plain"),
        ("cv.txt", RESUME.encode("utf-16"), "cv.txt", "text/plain"),
        ("cv.exe", PDF, "cv.exe.pdf", "application/pdf"),
        ("../../etc/passwd", RESUME.encode(), "passwd.txt", "text/plain"),
        ("<b>.txt", RESUME.encode(), "<b>.txt", "text/plain"),
        ("x" * 400 + ".pdf", PDF, "x" * 196 + ".pdf", "application/pdf"),
        ("cv.pdf.txt", PDF + b"<script>alert(1)</script>", "cv.pdf.txt.pdf", "application/pdf"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_file_is_taken_by_its_content_under_a_safe_name(
    session, client, candidate, settings, name, content, kept, media_type
):
    answer = candidate.send(with_file(candidate.fill(), content, name))
    assert answer.status_code == 303
    stored = session.scalars(select(ResumeFile)).one()
    assert (stored.original_name, stored.media_type, stored.size) == (kept, media_type, len(content))
    assert read_file(settings.uploads, stored.storage_key) == content
    session.commit()
    assert "<b>.txt" not in client.get(answer.location).get_data(as_text=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_scan_is_told_once_and_taken_when_the_form_is_sent_again(session, candidate, settings):
    body = candidate.fill()
    answer = candidate.send(with_file(body, make_pdf("0 g 60 480 300 60 re f"), "scan.pdf"))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    [error] = html.fromstring(page).xpath('//*[@id="resume-e"]')
    assert "send the form again to keep this one" in error.text_content()
    assert session.scalars(select(Application)).all() == []
    session.commit()
    assert candidate.send(body).status_code == 303
    assert session.scalars(select(ResumeFile.original_name)).all() == ["scan.pdf"]


def test_two_people_may_send_files_of_one_name(session, app, posting, candidate):
    candidate.apply()
    Candidate(app.test_client(), posting.slug).apply(email="second@example.com")
    files = session.scalars(select(ResumeFile)).all()
    assert len({file.original_name for file in files}) == 1
    assert len({file.storage_key for file in files}) == 2


def test_file_of_a_refused_form_need_not_be_chosen_again(session, candidate, settings):
    body = candidate.fill(phone="")
    page = candidate.send(with_file(body, PDF, "简历.pdf")).get_data(as_text=True)
    assert "简历.pdf" in page
    assert "received; you need not choose it again" in page
    again = {**body, "phone": "13800000123"}
    assert candidate.send(again).status_code == 303
    stored = session.scalars(select(ResumeFile)).one()
    assert (stored.original_name, read_file(settings.uploads, stored.storage_key)) == ("简历.pdf", PDF)


def test_file_that_was_kept_can_be_changed_for_another(session, candidate):
    body = candidate.fill(phone="")
    candidate.send(with_file(body, PDF, "old.pdf"))
    again = {**body, "phone": "13800000123"}
    assert candidate.send(with_file(again, WORD, "new.docx")).status_code == 303
    assert session.scalars(select(ResumeFile.original_name)).all() == ["new.docx"]


def test_bad_file_does_not_throw_away_the_good_one(session, candidate):
    body = candidate.fill(phone="")
    candidate.send(with_file(body, PDF, "good.pdf"))
    again = {**body, "phone": "13800000123"}
    answer = candidate.send(with_file(again, b"MZ\x90\x00\x03" + b"\x00\x01" * 99, "bad.pdf"))
    assert answer.status_code == 422
    kept = answer.get_data(as_text=True)
    assert "good.pdf" in kept
    assert candidate.send(again).status_code == 303
    assert session.scalars(select(ResumeFile.original_name)).all() == ["good.pdf"]


@pytest.mark.parametrize("change", ["foreign", "gone", "taken away"])
def test_file_that_was_kept_counts_only_in_its_own_form_and_while_it_is_there(session, candidate, settings, change):
    body = candidate.fill(phone="")
    candidate.send(with_file(body, PDF, "简历.pdf"))
    again = {**body, "phone": "13800000123"}
    match change:
        case "foreign":
            again = {**again, "form_key": "k" * 32}
        case "gone":
            sweep(settings.uploads, named=(), now=datetime.now(UTC) + timedelta(days=9))
        case _:
            forget_draft(session, body["form_key"])
            session.commit()
    answer = candidate.send(again)
    assert answer.status_code == 422
    assert "Choose your résumé" in answer.get_data(as_text=True)
    assert session.scalars(select(Application)).all() == []


def test_more_than_one_file_is_told(candidate):
    body = candidate.fill()
    many = MultiDict(
        (name, one) for name, value in body.items() for one in (value if isinstance(value, list) else [value])
    )
    for number in range(2):
        many.add("resume", FileStorage(io.BytesIO(PDF), f"{number}.pdf"))
    answer = candidate.send(many)
    assert answer.status_code == 422
    assert "Choose one file." in answer.get_data(as_text=True)


def test_file_is_given_to_staff_with_a_right_as_a_download_only(session, app, candidate, posting):
    candidate.send(with_file(candidate.fill(), PDF, '云 "小鹤"\n.pdf'))
    admin, stranger = make_user(session, Role.ADMIN), make_user(session, Role.INTERVIEWER)
    address = f"/staff/applications/files/{session.scalars(select(ResumeFile.id)).one()}"
    session.commit()
    assert app.test_client().get(address).status_code == 302
    other = app.test_client()
    sign_in(other, stranger)
    assert other.get(address).status_code == 404
    mine = app.test_client()
    sign_in(mine, admin)
    answer = mine.get(address)
    assert answer.status_code == 200
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_form_has_one_file_input_of_the_kinds_that_are_read(candidate):
    assert [one.name for one in inputs_of(candidate.open()) if one.kind == "file"] == ["resume"]


def test_file_of_another_posting_is_not_taken_over(session, app, candidate):
    open_form(session, "second")
    body = candidate.fill(phone="")
    candidate.send(with_file(body, PDF, "简历.pdf"))
    other = Candidate(app.test_client(), "second")
    answer = other.send({**other.fill(), "form_key": body["form_key"]})
    assert answer.status_code == 422
    assert "简历.pdf" not in answer.get_data(as_text=True)
