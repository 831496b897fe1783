"""A candidate's résumé fills the form: offered with its words, confirmed, marked, taken back; with and without scripts."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from screening.config import Settings
from screening.documents.extraction import extract_text
from screening.documents.storage import read_file
from screening.models import ApplicationDraft, DraftFile, Posting, ResumeFile
from screening.services.prefilling import find_unread, read_offers, store_offers
from tests.candidate.conftest import Candidate, open_form
from tests.candidate.forms import inputs_of, with_file
from tests.documents.files import make_pdf

# What the database must do is tested on both in tests/services/test_prefilling.py.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RESUME = """云小鹤 | yun@example.com | 138-0000-0000 | github.com/yun-xiaohe
教育背景
云溪大学 人工智能 硕士 2024.09-2099.06
技能
Python（精通）
"""


class Prefilling(Candidate):
    """A candidate who lets the form be filled in from a résumé."""

    def save(
        self, content: bytes | None, *, act: str = "read", file_name: str = "cv.txt", **typed: str
    ) -> TestResponse:
        """Press one of the form's buttons that keep it."""
        body: dict[str, Any] = {**values(self.open()), "act": act, **typed}
        if content is not None:
            body["resume"] = FileStorage(io.BytesIO(content), filename=file_name)
        boundary, encoded = encode_multipart(body)
        return self.client.post(
            self.address.replace("/apply", "/draft"),
            data=encoded,
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def look(self) -> Any:
        """Open the page of offers."""
        return html.fromstring(self.client.get(self.offers).get_data(as_text=True))

    @property
    def offers(self) -> str:
        """Give the address of the page of offers."""
        (address,) = set(re.findall(r"/drafts/[^\"/]+/offers", self.open()))
        return str(address)

    def take(self, page: Any, *ids: str, **changes: str) -> TestResponse:
        """Tick these offers and send them."""
        hidden = {node.get("name"): node.get("value") for node in page.xpath("//main//form//input[@type='hidden']")}
        return self.client.post(self.offers, data={**hidden, "offer": list(ids), **changes})


@pytest.fixture
def candidate(client: Any, posting: Posting) -> Prefilling:
    return Prefilling(client, posting.slug)


@pytest.fixture
def work(session: Session, settings: Settings) -> Any:
    """Give what reads the drafts' files as the worker's task does."""

    def read() -> None:
        for key in session.scalars(select(DraftFile.storage_key)).all():
            unread = find_unread(session, storage_key=key)
            if unread is not None:
                store_offers(session, read_offers(unread, uploads=settings.uploads, today=datetime.now(UTC).date()))
        session.commit()

    return read


def ticks(page: Any) -> dict[str, bool]:
    """Give each offer's text and whether it is ticked."""
    rows = page.xpath("//ul[contains(@class,'offers')]/li")
    return {
        " ".join(row.xpath("string(.//b)").split()): row.xpath(".//input[@type='checkbox']")[0].get("checked")
        is not None
        for row in rows
    }


def all_ids(page: Any) -> list[str]:
    return page.xpath("//input[@name='offer']/@value")


def values(page: str) -> dict[str, str]:
    return {
        one.name: one.value
        for one in inputs_of(page)
        if one.kind != "file" and (one.checked or one.kind not in {"checkbox", "radio"})
    }


def test_without_scripts_one_button_reads_the_resume_and_one_fills_the_form(candidate: Prefilling, work: Any) -> None:
    answer = candidate.save(RESUME.encode(), summary="Guten Tag")
    assert (answer.status_code, answer.location) == (303, candidate.offers)
    assert "Your résumé is being read" in candidate.look().text_content()

    work()
    page = candidate.look()
    assert ticks(page) == {
        "云小鹤": True,
        "yun@example.com": True,
        "138-0000-0000": True,
        "https://github.com/yun-xiaohe": True,
        "云溪大学": True,
        "Python": True,
    }
    quotes = [" ".join(node.text_content().split()) for node in page.xpath("//blockquote")]
    assert quotes[1] == "云小鹤 | yun@example.com | 138-0000-0000 | github.com/yun-xiaohe line 1"
    assert quotes[4] == "云溪大学 人工智能 硕士 2024.09-2099.06 line 3"

    assert candidate.take(page, *all_ids(page)).status_code == 303
    form = candidate.open()
    filled = values(form)
    assert (filled["name"], filled["email"], filled["summary"]) == ("云小鹤", "yun@example.com", "Guten Tag")
    assert [value for name, value in filled.items() if name.endswith("entry0-institution")] == ["云溪大学"]
    assert [value for name, value in filled.items() if name.endswith("entry0-enrolled")] == ["y"]
    marked = [
        " ".join(node.getparent().text_content().split()) for node in html.fromstring(form).xpath("//*[@data-from]")
    ]
    assert marked[:2] == ["Name From résumé", "E-mail From résumé"]
    assert "12 fields were filled in from your résumé" in form


def test_what_was_typed_is_only_replaced_when_that_is_ticked(candidate: Prefilling, work: Any) -> None:
    candidate.save(RESUME.encode(), name="Somebody Else", phone="138 0000 0000")
    work()

    page = candidate.look()
    assert ticks(page) == {
        "云小鹤": False,
        "yun@example.com": True,
        "https://github.com/yun-xiaohe": True,
        "云溪大学": True,
        "Python": True,
    }
    assert "Replaces what you wrote Somebody Else" in " ".join(page.text_content().split())
    candidate.take(page, *[one for one in all_ids(page) if one != "o0"])
    assert values(candidate.open())["name"] == "Somebody Else"

    candidate.take(candidate.look(), "o0")
    assert values(candidate.open())["name"] == "云小鹤"


def test_the_way_back_keeps_what_was_changed_by_hand(candidate: Prefilling, work: Any) -> None:
    candidate.save(RESUME.encode(), summary="Guten Tag")
    work()
    page = candidate.look()
    candidate.take(page, *all_ids(page))

    answer = candidate.save(None, act="put_back", phone="139-0000-0000")
    assert answer.status_code == 307
    client = candidate.client
    assert client.post(answer.location, data=values(candidate.open())).status_code == 303

    left = values(candidate.open())
    assert (left["name"], left["email"], left["phone"], left["summary"]) == ("", "", "139-0000-0000", "Guten Tag")
    assert "data-from" not in candidate.open()


def test_a_choice_made_before_the_draft_or_the_file_changed_is_shown_anew(candidate: Prefilling, work: Any) -> None:
    candidate.save(RESUME.encode())
    work()
    page = candidate.look()
    candidate.save(None, act="save", summary="new")
    refused = candidate.take(page, *all_ids(page))
    assert refused.status_code == 409
    assert "was changed meanwhile" in refused.get_data(as_text=True)
    assert values(candidate.open())["name"] == ""

    page = candidate.look()
    assert candidate.take(page, *all_ids(page), mark="0" * 16).status_code == 409


def test_a_file_that_nobody_can_read_says_so_and_the_form_works_on(candidate: Prefilling, work: Any) -> None:
    refused = candidate.save(make_pdf("0 0 10 10 re f"), file_name="scan.pdf")
    assert refused.status_code == 422
    work()

    shown = candidate.look().text_content()
    assert "Your résumé could not be read" in shown
    assert "probably a scan" in shown
    assert "probably a scan" in candidate.open()


def test_a_resume_with_nothing_sure_in_it_says_so(candidate: Prefilling, work: Any) -> None:
    candidate.save("我做过一些事情。\n".encode())
    work()

    assert "Only what can be read without doubt" in candidate.look().text_content()


def test_reading_without_a_file_is_refused_beside_the_field(candidate: Prefilling) -> None:
    refused = candidate.save(None, name="云小鹤")

    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "Choose your résumé" in page
    assert values(page)["name"] == "云小鹤"


def test_a_script_is_told_how_far_the_reading_is(candidate: Prefilling, work: Any) -> None:
    candidate.save(RESUME.encode())
    asked = candidate.offers
    script = {"Accept": "application/json"}
    assert candidate.client.get(asked, headers=script).json == {
        "progress": "waiting",
        "said": "Reading your résumé …",
        "found": 0,
    }
    work()
    assert candidate.client.get(asked, headers=script).json == {
        "progress": "read",
        "said": "Found 6 things that this form asks for",
        "found": 6,
    }
    assert candidate.client.get("/drafts/nobody/offers", headers=script).status_code == 404


def test_a_changed_link_opens_nothing(candidate: Prefilling, work: Any, session: Session) -> None:
    candidate.save(RESUME.encode())
    work()
    address = candidate.offers.replace("/offers", "x/offers")

    assert candidate.client.get(address).status_code == 303
    assert candidate.client.post(address, data={"offer": "o0"}).status_code == 303
    assert candidate.client.post(f"{address}/undo").status_code == 303
    assert session.scalars(select(ApplicationDraft.taken)).all() == [None]


def test_markup_in_a_resume_is_shown_as_text(candidate: Prefilling, work: Any) -> None:
    candidate.save("云小鹤\n教育背景\n云溪大学 软件工程 硕士 <script>alert(1)</script> 2024.09-2099.06\n".encode())
    work()

    page = candidate.client.get(candidate.offers).get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_json_resume_is_taken_offered_by_its_lines_and_refused_by_them(candidate: Prefilling, work: Any) -> None:
    refused = candidate.save(
        b'{\n "basics": {"name": "Lena"},\n "work": [{"startDate": "soon"}]\n}', file_name="cv.json"
    )
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "This is no JSON Resume document" in page
    assert "Line 3, work[0].startDate: a date such as 2027, 2027-06 or 2027-06-30 is needed here." in page

    document = """{
  "basics": {"name": "Lena Brookfield", "email": "lena@example.org"},
  "education": [{"institution": "Cloud Creek University", "studyType": "MSc", "endDate": "2024-06"}],
  "skills": [{"name": "Python", "level": "expert"}]
}"""
    assert candidate.save(document.encode(), file_name="cv.json").status_code == 303
    work()
    shown = candidate.look()
    assert ticks(shown) == dict.fromkeys(
        ["Lena Brookfield", "lena@example.org", "Cloud Creek University", "Python"], True
    )
    quotes = [" ".join(node.text_content().split()) for node in shown.xpath("//blockquote")]
    assert quotes[:3] == [
        "Lena Brookfield line 2 · basics/name",
        "lena@example.org line 2 · basics/email",
        "Cloud Creek University line 3 · education/0/institution",
    ]
    candidate.take(shown, *all_ids(shown))
    assert values(candidate.open())["name"] == "Lena Brookfield"


def test_an_application_with_a_json_resume_is_sent_and_its_text_is_read(
    candidate: Prefilling, session: Session, settings: Settings
) -> None:
    body = with_file(candidate.fill(), b'{"basics": {"name": "Lena"}, "work": [{"name": "Cloudsail"}]}', "cv.json")
    assert candidate.send(body).status_code == 303

    file = session.scalars(select(ResumeFile)).one()
    assert (file.original_name, file.media_type) == ("cv.json", "application/json")
    read = extract_text(read_file(settings.uploads, file.storage_key), file_name=file.original_name)
    assert read.text == "Lena\n\nWork experience\nCloudsail\n"


def test_one_resume_fills_the_form_of_two_roles(candidate: Prefilling, session: Session, work: Any) -> None:
    open_form(session, "elsewhere")
    candidate.address += "?also=elsewhere"
    candidate.save(RESUME.encode())
    work()
    page, address = candidate.look(), candidate.offers
    assert len(ticks(page)) == 6

    candidate.take(page, *all_ids(page))

    form = candidate.open()
    assert "Apply for 2 roles at once" in form
    assert [value for name, value in values(form).items() if name.endswith("entry0-institution")] == ["云溪大学"]
    candidate.client.post(f"{address}/undo")
    assert "data-from" not in candidate.open()
