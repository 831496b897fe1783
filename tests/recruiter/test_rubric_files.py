"""Rubrics as files through the pages: out, in with the differences first, and what is refused on which line."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from rubrics.codec import digest, dump_rubric, dump_rubric_file, load_rubric
from rubrics.findings import Finding, FindingCode
from rubrics.model import Section
from rubrics.text import Lines
from screening.models import Role, RubricRevision, RubricState, RubricVersion, SettledFinding
from screening.services.drafting import save_rubric, settle_finding, version_in
from screening.services.publishing import import_postings
from screening.services.rubric_edits import change_section
from tests.conftest import shared_path
from tests.factories import NOW, make_posting, make_rubric, make_user
from tests.recruiter.worlds import sign_in

CONFIRM = re.compile(r'<input type="hidden" name="(revision|name|text)" value="([^"]*)">')


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


@pytest.fixture
def pages(session, client, recruiter):
    """Give ways to download, look and confirm, signed in and in English."""
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")
    return Pages(session, client)


class Pages:
    def __init__(self, session, client):
        self.session, self.client = session, client

    def download(self, posting, number):
        address = f"/staff/postings/{posting.id}/rubric/file/{number}"
        self.session.commit()
        answer = self.client.get(address)
        assert answer.status_code == 200
        return answer

    def look(self, posting, content, name="评分标准.toml", status=200):
        address = f"/staff/postings/{posting.id}/rubric/import"
        self.session.commit()
        data = {"file": (BytesIO(content if isinstance(content, bytes) else content.encode()), name)}
        answer = self.client.post(address, data=data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == status, page
        return page

    def confirm(self, posting, page):
        fields = {name: html.unescape(value) for name, value in CONFIRM.findall(page)}
        assert set(fields) == {"revision", "name", "text"}
        address = f"/staff/postings/{posting.id}/rubric/import/confirm"
        fields["text"] = fields["text"].replace("\n", "\r\n")  # as browsers send it
        self.session.commit()
        answer = self.client.post(address, data=fields)
        self.session.expire_all()
        return answer


def draft_of(session, posting):
    return version_in(session, posting, RubricState.DRAFT)


def line_of(text, words):
    return [number for number, line in enumerate(text.split("\n"), 1) if words in line][-1]


def test_out_in_and_out_again_gives_the_same_bytes(session, client, posting, recruiter, pages):
    first = pages.download(posting, 1).get_data()
    assert "filename*=UTF-8''%E8%BD%A8" in pages.download(posting, 1).headers["Content-Disposition"]
    assert "attachment" in pages.download(posting, 1).headers["Content-Disposition"]
    assert "The file says what is here already" in pages.look(posting, first)

    rubric = load_rubric(session.scalars(select(RubricVersion)).one().document)
    heavier = change_section(rubric, "r3", Section.BONUS)
    edited = dump_rubric_file(replace(heavier, criteria=tuple(replace(one, weight=2.5) for one in heavier.criteria)))
    page = pages.look(posting, edited)
    assert "compared with v1, which is in force" in page
    assert session.scalars(select(RubricRevision)).all() == []
    assert pages.confirm(posting, page).status_code == 303
    toast = client.get(f"/staff/postings/{posting.id}/rubric").get_data(as_text=True)

    draft = draft_of(session, posting)
    assert (draft.number, draft.revision) == (2, 2)
    out = pages.download(posting, 2).get_data(as_text=True)
    assert out == edited.replace("version = 1", "version = 2")
    assert "The file says what is here already" in pages.look(posting, out)

    undo = re.search(r'action="(/staff/undo/[^"]+)"', toast)[1]
    assert client.post(undo).status_code == 303
    assert pages.download(posting, 2).get_data() == first.replace(b"version = 1", b"version = 2")
    back = pages.look(posting, first)
    assert "The file says what is here already" in back


@pytest.mark.parametrize(
    ("words", "instead", "at", "said"),
    [
        ("weight = 1.0", "weight = 9", "weight = 9", "A weight is a number from 0 to 5."),
        ('term = "cpp"', 'term = "cobol_85"', "cobol_85", "The lexicon has no term “cobol_85”."),
        ("lines = [6, 6]", "lines = [66, 66]", "[66, 66]", "Line 66 is none of this posting’s."),
        ("lines = [6, 6]", "lines = [5, 5]", "span = [46", "do not stand on the lines that are named"),
        ('id = "r1"', 'id = "b1"', 'id = "b1"', "“b1” stands twice."),
        ('id = "r1"', 'id = "b7"', 'id = "b7"', "An id begins with k"),
        ('key = "field_of_study-6"', 'key = ""', 'key = ""', "“key” is empty."),
        ('group = "b"', 'group = "c"', 'group = "c"', "There is no group “c”."),
        ('rule = "any"', 'rule = "best"', 'rule = "best"', "A group has the rule “any”"),
        ('section = "bonus"', 'section = "extra"', 'section = "extra"', "“section” cannot have this value."),
        ('schema = "screening.rubric/1"', 'schema = "other"', "schema", "A rubric file begins with schema"),
        ('slug = "trajectory"', 'slug = "planning"', "planning", "This is the rubric of another posting, “planning”"),
        ("lines = [1, 13]", "lines = [1, 12]", "lines = [1, 12]", "This posting stands on lines 1–13"),
        ("gate = true", "gate = perhaps", "gate = perhaps", "This is not TOML"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_at_its_line(session, posting, pages, words, instead, at, said):
    text = dump_rubric_file(make_rubric())
    assert words in text
    broken = text.replace(words, instead, 1)
    page = pages.look(posting, broken, status=422)
    assert said in html.unescape(page)
    assert f"Line {line_of(broken, at)}</b>" in page
    assert draft_of(session, posting) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "This is not a text file."),
        (b"#" * 420_000, "A rubric file has 400 kB at most."),
        (b"[[criteria]]\n" * 9000, "A rubric file begins with schema"),
        (b"a = " + b"[" * 9000, "This is not TOML"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_rubric_file_is_refused(posting, pages, content, said):
    assert said in html.unescape(pages.look(posting, content, status=422))


def test_an_id_never_comes_to_mean_something_else(session, posting, recruiter, pages):
    rubric = load_rubric(session.scalars(select(RubricVersion)).one().document)
    without = replace(rubric, criteria=tuple(one for one in rubric.criteria if one.id != "r2"))
    save_rubric(session, posting=posting, rubric=without, revision=0, change="x", actor_id=recruiter.id, now=NOW)
    other = [replace(one, id="r2") if one.id == "r3" else one for one in without.criteria]
    page = pages.look(posting, dump_rubric_file(replace(without, criteria=tuple(other))), status=422)
    assert "“r2” was another criterion in an earlier version." in html.unescape(page)
    assert "1 change" in pages.look(posting, dump_rubric_file(rubric))  # the removed one itself may come back


def test_a_draft_that_was_changed_meanwhile_is_compared_anew(session, posting, recruiter, pages):
    rubric = load_rubric(session.scalars(select(RubricVersion)).one().document)
    page = pages.look(posting, dump_rubric_file(replace(rubric, track="算法")))
    save_rubric(
        session,
        posting=posting,
        rubric=replace(rubric, title="别的名称"),
        revision=0,
        change="x",
        actor_id=recruiter.id,
        now=NOW,
    )
    session.commit()
    answer = pages.confirm(posting, page)
    again = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Somebody changed the draft in the meantime." in again
    assert "2 changes" in again
    assert pages.confirm(posting, again).status_code == 303
    stored = load_rubric(draft_of(session, posting).document)
    assert (stored.track, stored.title) == ("算法", rubric.title)


def test_findings_stay_and_an_answer_that_the_file_contradicts_is_open_again(session, posting, recruiter, pages):
    version = session.scalars(select(RubricVersion)).one()
    rubric = change_section(load_rubric(version.document), "r3", Section.BONUS)
    moved = next(one.id for one in rubric.criteria if one.key == "tool-8")
    doubts = (
        Finding(FindingCode.BONUS_IN_REQUIREMENTS, Lines(8, 8), "A preference.", "优先条件。", criteria=(moved,)),
        Finding(FindingCode.NOT_SCREENABLE, Lines(10, 10), "A trait.", "留给面试。", criteria=("r4",)),
    )
    rubric = replace(rubric, warnings=doubts)
    version.document = dump_rubric(rubric)
    version.digest = digest(version.document)
    draft = settle_finding(
        session, posting=posting, finding=0, answer="bonus", revision=0, actor_id=recruiter.id, now=NOW
    )
    settle_finding(
        session,
        posting=posting,
        finding=1,
        answer="interview",
        revision=draft.revision,
        actor_id=recruiter.id,
        now=NOW,
    )
    back = change_section(load_rubric(draft.document), moved, Section.REQUIREMENT)
    page = pages.look(posting, dump_rubric_file(replace(back, warnings=back.warnings[:1])))
    assert "The findings in the file are not taken" in page
    assert "1 finding opens again" in page
    assert pages.confirm(posting, page).status_code == 303

    stored = load_rubric(draft_of(session, posting).document)
    assert [finding.code for finding in stored.warnings] == [doubt.code for doubt in doubts]
    assert stored.warnings[0].criteria == back.warnings[0].criteria
    answers = select(SettledFinding.finding).where(SettledFinding.rubric_version_id == draft_of(session, posting).id)
    assert session.scalars(answers).all() == [1]


def test_only_editors_replace_and_all_who_see_the_posting_download(session, app, recruiter):
    manager, stranger = make_user(session, Role.HIRING_MANAGER), make_user(session)
    posting = make_posting(session, recruiter, manager)
    session.commit()
    answers = {}
    for user in (manager, stranger):
        caller = app.test_client()
        sign_in(caller, user)
        answers[user.id] = [
            caller.get(f"/staff/postings/{posting.id}/rubric/file/1").status_code,
            caller.get(f"/staff/postings/{posting.id}/rubric/import").status_code,
            caller.post(f"/staff/postings/{posting.id}/rubric/import").status_code,
            caller.post(f"/staff/postings/{posting.id}/rubric/import/confirm").status_code,
        ]
    assert answers == {manager.id: [200, 403, 403, 403], stranger.id: [404, 404, 404, 404]}


@pytest.mark.shared
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_posting_of_the_document_goes_out_and_in_unchanged(session, pages, recruiter):
    text = shared_path("postings", "000_c7e80b1734e66fbd.txt").read_text("utf-8")
    import_postings(session, name="a.txt", text=text, actor_id=recruiter.id, now=NOW)
    session.commit()
    ids = session.scalars(select(RubricVersion.posting_id).order_by(RubricVersion.id)).all()
    session.commit()
    for ident in ids:
        address = f"/staff/postings/{ident}/rubric"
        content = pages.client.get(f"{address}/file/1").get_data()
        data = {"file": (BytesIO(content), "a.toml")}
        page = pages.client.post(f"{address}/import", data=data).get_data(as_text=True)
        assert "The file says what is here already" in page
        rewritten = content.replace(b"weight = 1.0", b"weight = 2.0")
        data = {"file": (BytesIO(rewritten), "a.toml")}
        page = pages.client.post(f"{address}/import", data=data).get_data(as_text=True)
        fields = {name: html.unescape(value) for name, value in CONFIRM.findall(page)}
        assert pages.client.post(f"{address}/import/confirm", data=fields).status_code == 303
        assert pages.client.get(f"{address}/file/1").get_data() == rewritten
