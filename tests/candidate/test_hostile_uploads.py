"""Files that mean harm or break what is simple: each is refused or kept as told, and nothing that was typed is lost."""

from __future__ import annotations

import http.client
import io
import zlib
from urllib.parse import quote, urlsplit

import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.http import parse_options_header

from screening.documents.extraction import extract_text
from screening.documents.failures import MARKUP_FILE, TAKES_TOO_MUCH, TOO_LARGE, ExtractionError
from screening.documents.storage import read_file
from screening.models import Application, ResumeFile, Role
from tests.candidate.asking import BEIJING, CODE, WORK, own_questions, publish
from tests.candidate.conftest import open_form
from tests.candidate.forms import filled, shown, with_file
from tests.documents.files import make_pdf, show
from tests.factories import make_user
from tests.recruiter.worlds import sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PDF = make_pdf(show("Xiaohe Yun, trajectory prediction with PyTorch"))
PAGE = b"<html><body><script>alert(document.domain)</script></body></html>"
BORDER = "a-border-that-stands-in-no-value"


def bomb(size=1_100_000_000):
    """Make a PDF of some kilobytes whose page unpacks, twice, to more than a reader may hold."""
    inner = zlib.compressobj()
    block = b" " * 10_000_000
    head = inner.compress(block) + inner.flush(zlib.Z_FULL_FLUSH)
    again = inner.compress(block) + inner.flush(zlib.Z_FULL_FLUSH)  # the same bytes each time, so they are made once
    packed = zlib.compress(head + again * (size // len(block)) + inner.flush())
    head = (
        "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
        "2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
        "3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 90] /Contents 4 0 R >> endobj\n"
        f"4 0 obj << /Filter [/FlateDecode /FlateDecode] /Length {len(packed)} >> stream\n"
    )
    return head.encode() + packed + b"\nendstream endobj\ntrailer << /Root 1 0 R >>\n"


def download(app, session, file_id):
    admin = make_user(session, Role.ADMIN)
    session.commit()
    mine = app.test_client()
    sign_in(mine, admin)
    answer = mine.get(f"/staff/applications/files/{file_id}")
    content = answer.data
    answer.close()
    return answer, content


@on_sqlite
def test_bomb_ends_only_its_reader(session, candidate):
    content = bomb()
    assert len(content) < 100_000
    with pytest.raises(ExtractionError) as told:
        extract_text(content, file_name="cv.pdf", seconds=20)
    assert str(told.value) != TOO_LARGE
    answer = candidate.send(with_file(candidate.fill(), content, "cv.pdf"))
    page = answer.get_data(as_text=True)
    stored = session.scalars(select(Application)).all()
    session.commit()
    # A reader that ran out of time or memory leaves the file to the worker; any other end is told beside the field.
    assert (answer.status_code, len(stored)) in {(303, 1), (422, 0)}
    assert answer.status_code == 303 or shown(page)["name"] == ["云小鹤"]
    assert candidate.apply(email="after.the.bomb@example.com").status_code == 303
    assert str(told.value) == TAKES_TOO_MUCH or answer.status_code == 422


@on_sqlite
@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("cv.html", PAGE + PDF, False),
        ("cv.pdf", PAGE + PDF, False),
        ("cv.html", b"%PDF-1.4\n" + PAGE + PDF.removeprefix(b"%PDF-1.4\n"), True),
        ("cv.pdf", PDF + PAGE, True),
    ],
)
def test_page_in_a_pdf_is_never_handed_out_as_a_page(session, app, client, candidate, name, content, taken):
    answer = candidate.send(with_file(candidate.fill(), content, name))
    if not taken:
        [error] = html.fromstring(answer.get_data(as_text=True)).xpath('//*[@id="resume-e"]')
        assert error.text_content().strip() == MARKUP_FILE
        return
    assert answer.status_code == 303
    stored = session.scalars(select(ResumeFile)).one()
    assert (stored.media_type, stored.original_name.endswith(".pdf")) == ("application/pdf", True)
    given, body = download(app, session, stored.id)
    assert body == content
    kind, parameters = parse_options_header(given.headers["Content-Disposition"])
    assert (kind, parameters["filename"]) == ("attachment", stored.original_name)
    assert given.headers["Content-Type"] == "application/octet-stream"
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given.headers["Content-Security-Policy"]


@on_sqlite
@pytest.mark.parametrize("name", ["云小鹤的简历（最终版）.pdf", "résumé ’26.pdf", "𠮷野😀.pdf", "100%;x=1, y.pdf"])
def test_name_of_a_file_is_kept_shown_and_handed_out_as_it_was(session, app, client, candidate, name):
    sent = candidate.send(with_file(candidate.fill(), PDF, name))
    assert sent.status_code == 303
    stored = session.scalars(select(ResumeFile)).one()
    assert stored.original_name == name
    assert name in html.fromstring(client.get(sent.location).get_data(as_text=True)).text_content()
    told = download(app, session, stored.id)[0].headers["Content-Disposition"]
    if name.isascii():
        assert parse_options_header(told)[1]["filename"] == name
    else:  # RFC 6266, with the name as RFC 8187 writes it
        assert f"filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}" in told


@on_sqlite
def test_two_files_of_one_name_in_one_form_are_kept_apart(session, app, posting, candidate, settings):
    questions = own_questions(posting)
    publish(session, posting, *questions.values())
    work, code, beijing = (f"{questions[number].id}-answer" for number in (WORK, CODE, BEIJING))
    mine, other = PDF, make_pdf(show("A portfolio under the same name"))
    body = with_file(candidate.fill(**{code: "o2", beijing: "By underground."}), mine, "简历.pdf")
    sent = candidate.send({**body, work: FileStorage(io.BytesIO(other), "简历.pdf")})
    assert sent.status_code == 303, html.fromstring(sent.data).xpath('//*[@id="errors"]')[0].text_content()
    files = {file.field: file for file in session.scalars(select(ResumeFile))}
    assert {file.original_name for file in files.values()} == {"简历.pdf"}
    contents = {field: read_file(settings.uploads, file.storage_key) for field, file in files.items()}
    assert contents == {"resume": mine, work.removesuffix("-answer"): other}
    assert {download(app, session, file.id)[1] for file in files.values()} == {mine, other}


def test_twenty_megabytes_are_read_to_the_end_and_told_beside_the_field(live_server):
    """Send it through the shipped server: a connection that is cut would lose everything that was typed."""
    with live_server.session() as session:
        slug = open_form(session).slug
    address = urlsplit(live_server.url)
    line = http.client.HTTPConnection(address.hostname or "", address.port or 0, timeout=60)
    line.request("GET", f"/roles/{slug}/apply", headers={"Accept-Language": "en"})
    opened = line.getresponse()
    cookie = (opened.getheader("Set-Cookie") or "").partition(";")[0]
    body = {**filled(opened.read().decode()), "email": ""}
    parts = [
        f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, values in body.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    head = f'--{BORDER}\r\nContent-Disposition: form-data; name="resume"; filename="cv.pdf"\r\n\r\n'
    sent = "".join([*parts, head]).encode() + PDF.ljust(20 * 1024 * 1024, b"\n") + f"\r\n--{BORDER}--\r\n".encode()
    line.request(
        "POST",
        f"/roles/{slug}/apply",
        sent,
        {"Content-Type": f"multipart/form-data; boundary={BORDER}", "Cookie": cookie, "Accept-Language": "en"},
    )
    answer = line.getresponse()
    page = answer.read().decode()
    assert answer.status == 422
    [error] = html.fromstring(page).xpath('//*[@id="resume-e"]')
    assert error.text_content().strip() == TOO_LARGE
    assert shown(page)["name"] == ["云小鹤"]
    line.request("GET", f"/roles/{slug}")  # the same connection goes on
    assert line.getresponse().status == 200
    line.close()
