"""The recruiter's pages: what they show, to whom, at what cost, and what their forms do."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from rubrics.prescore import Verdict
from screening.documents.storage import store_file
from screening.forms import importing
from screening.models import (
    Application,
    ApplicationNote,
    ChangedVerdict,
    Evaluation,
    Job,
    Posting,
    PostingState,
    PrescoreFailure,
    Recommendation,
    ResumeFile,
    Role,
    RubricVersion,
    Stage,
    StageMove,
)
from screening.services.judging import change_verdict
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import TWO_POSTINGS, add_scored, counted, owe_evaluation, score, sign_in

ROW = re.compile(r'href="/staff/applications/(\d+)')


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


@pytest.fixture
def browse(session, client, recruiter):
    """Give a caller that commits the prepared world, signs the recruiter in once, and reads pages in English."""
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")

    def get(address, expect=200):
        session.commit()
        answer = client.get(address)
        assert answer.status_code == expect, (address, answer.status_code)
        return answer.get_data(as_text=True)

    return get


def addresses(posting, application):
    return [
        "/staff/postings/",
        "/staff/postings/?state=draft&q=x&attention=1&sort=overdue",
        f"/staff/postings/{posting.id}",
        f"/staff/postings/{posting.id}?view=board&gates=below&sort=waiting",
        f"/staff/postings/{posting.id}?stage=rejected&q=%25&sort=newest",
        f"/staff/postings/{posting.id}/rubric",
        f"/staff/postings/{posting.id}/rubric?tab=versions",
        f"/staff/applications/{application.id}",
        *(f"/staff/applications/{application.id}?side={side}" for side in ("interviews", "timeline", "notes")),
    ]


def test_pages_are_for_those_with_a_right_on_the_posting(session, app, posting, browse):
    application = make_application(session, posting)
    score(session, application)
    session.commit()
    pages = addresses(posting, application)
    for address in pages:
        browse(address)
    stranger, interviewer = make_user(session), make_user(session, Role.INTERVIEWER)
    session.commit()
    for user, expected in [(stranger, {404}), (interviewer, {404})]:
        other = app.test_client()
        sign_in(other, user)
        assert {other.get(address).status_code for address in pages[2:]} == expected
    nobody = app.test_client()
    assert {nobody.get(address).status_code for address in pages} == {302}
    other = app.test_client()
    sign_in(other, interviewer)
    assert [other.get(address).status_code for address in ("/staff/postings/", "/staff/imports/")] == [403, 403]
    other = app.test_client()
    sign_in(other, stranger)
    assert posting.title not in other.get("/staff/postings/").get_data(as_text=True)


@pytest.mark.parametrize("view", ["", "?view=board"])
def test_pipeline_costs_the_same_for_one_row_and_for_fifty(session, engine, app, posting, browse, view):
    add_scored(session, posting, 1)
    address = f"/staff/postings/{posting.id}{view}"
    browse(address)
    with app.app_context():
        pages = app.extensions["sqlalchemy"].engine
    with counted(pages) as few:
        assert len(set(ROW.findall(browse(address)))) == 1
    add_scored(session, posting, 55 if not view else 12)
    with counted(pages) as many:
        assert len(set(ROW.findall(browse(address)))) == (50 if not view else 13)
    assert len(few) == len(many)


def test_overview_costs_the_same_for_one_posting_and_for_three(session, app, recruiter, posting, browse):
    add_scored(session, posting, 1)
    browse("/staff/postings/")
    with app.app_context():
        pages = app.extensions["sqlalchemy"].engine
    with counted(pages) as few:
        browse("/staff/postings/")
    for slug in ("second", "third"):
        add_scored(session, make_posting(session, recruiter, slug=slug), 2)
    with counted(pages) as many:
        page = browse("/staff/postings/")
    assert page.count("data-item") == 3
    assert len(few) == len(many)


def test_pipeline_walks_every_application_once_through_its_pages(session, posting, browse):
    add_scored(session, posting, 120)
    seen, address = [], f"/staff/postings/{posting.id}"
    for _ in range(5):
        page = browse(address)
        seen += list(dict.fromkeys(ROW.findall(page)))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        if following is None:
            break
        address = following.group(1).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    ranks = {one.id: one.rank_score for one in session.scalars(select(Application))}
    assert [ranks[int(ident)] for ident in seen] == sorted(ranks.values(), reverse=True)


@pytest.mark.parametrize("sort", ["waiting", "newest"])
def test_pipeline_walks_every_application_once_in_any_order(session, posting, browse, sort):
    stages = [Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.REJECTED]
    made = [make_application(session, posting, stage=stages[place % 4]) for place in range(150)]
    for place, one in enumerate(made):
        one.stage_since = one.submitted_at = NOW + timedelta(minutes=place * 37 % 100)
    seen, address = [], f"/staff/postings/{posting.id}?sort={sort}"
    for _ in range(4):
        page = browse(address)
        seen += list(dict.fromkeys(ROW.findall(page)))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        if following is None:
            break
        address = following.group(1).replace("&amp;", "&")
    active = [one for one in made if one.stage is not Stage.REJECTED]
    expected = sorted(active, key=lambda one: (one.stage_since, one.id), reverse=sort == "newest")
    assert seen == [str(one.id) for one in expected]


@pytest.mark.parametrize("query", ["after=nonsense&id=1&seen=1", "after=0.5&id=-1&seen=x", "sort=drop&gates=x&stage=y"])
def test_pipeline_takes_nonsense_in_its_address_for_the_first_page(session, posting, browse, query):
    make_application(session, posting)
    assert len(ROW.findall(browse(f"/staff/postings/{posting.id}?{query}"))) == 1


def test_names_are_shown_as_typed(session, posting, browse):
    application = make_application(session, posting, name="<b>Li</b>")
    score(session, application, resume="<script>alert(1)</script> 用 Python 写数据管线。\n")
    for address in addresses(posting, application)[2:]:
        page = browse(address)
        assert "<b>Li</b>" not in page
        assert "<script>alert" not in page
    assert "&lt;b&gt;Li&lt;/b&gt;" in browse(f"/staff/postings/{posting.id}")


def test_application_marks_quotations_at_their_place(session, posting, browse):
    application = make_application(session, posting)
    score(session, application)
    page = browse(f"/staff/applications/{application.id}")
    targets = set(re.findall(r'data-jump="([^"]+)"', page))
    marks = set(re.findall(r'<mark class="[a-z]+" id="([^"]+)"', page))
    assert targets
    assert targets <= marks


def test_application_shows_the_words_that_a_reader_of_the_file_does_not_see(session, posting, browse):
    application = make_application(session, posting)
    resume = "云小鹤\n熟悉 Python\n精通 <一切> Kubernetes\n"
    score(session, application, resume=resume, hidden=[(resume.index("精通"), len(resume) - 1)])
    page = browse(f"/staff/applications/{application.id}")
    assert "The file holds text that a reader does not see. It was not counted." in page
    assert "<q>精通 &lt;一切&gt; Kubernetes</q>" in page


# --- blindness ---


def test_who_owes_an_evaluation_sees_no_score_anywhere(session, posting, recruiter, browse):
    first = max(add_scored(session, posting, 3), key=lambda one: (one.rank_score, one.id))
    change_verdict(
        session,
        application=first,
        criterion_key="programming_language-7",
        verdict=Verdict.CONTRADICTED,
        reason="telling words",
        actor_id=recruiter.id,
        now=NOW,
    )
    change_verdict(
        session,
        application=first,
        criterion_key="programming_language-7",
        verdict=Verdict.MET,
        reason="telling words",
        actor_id=recruiter.id,
        now=NOW,
    )
    session.add(ApplicationNote(application_id=first.id, author_id=recruiter.id, text="telling note", at=NOW))
    top = browse(f"/staff/postings/{posting.id}")
    assert ROW.findall(top)[0] == str(first.id)
    interview = owe_evaluation(session, first, recruiter)
    ranked = browse(f"/staff/postings/{posting.id}")
    assert ROW.findall(ranked)[-1] == str(first.id)
    row = ranked[ranked.index(f'id="a{first.id}"') :]
    assert "blind until you submit" in row
    assert "v-met" not in row.split("</tr>")[0]
    ticket = browse(f"/staff/postings/{posting.id}?view=board").split(f'id="a{first.id}"')[1].split("</li>")[0]
    assert "blind until you submit" in ticket
    for gates in ("pass", "below", "unknown"):
        assert f'id="a{first.id}"' not in browse(f"/staff/postings/{posting.id}?gates={gates}")
    for side in ("", "rubric", "interviews", "timeline", "notes"):
        page = browse(f"/staff/applications/{first.id}?side={side}")
        assert "telling" not in page
        assert "<mark" not in page
        assert "Prescored" not in page
    session.add(
        Evaluation(
            interview_id=interview.id,
            user_id=recruiter.id,
            recommendation=Recommendation.YES,
            summary="x",
            submitted_at=NOW,
        )
    )
    assert ROW.findall(browse(f"/staff/postings/{posting.id}"))[0] == str(first.id)
    assert "telling" in browse(f"/staff/applications/{first.id}?side=timeline")


def test_blind_readers_cannot_change_verdicts_or_write_notes(session, client, posting, recruiter, browse):
    (application,) = add_scored(session, posting, 1)
    owe_evaluation(session, application, recruiter)
    browse(f"/staff/applications/{application.id}")
    for act in ("verdicts", "notes", "prescore"):
        answer = client.post(f"/staff/applications/{application.id}/{act}", data={"reason": "x", "text": "x"})
        assert answer.status_code == 403, act
    assert session.scalars(select(ChangedVerdict)).all() == []


def test_neighbours_of_a_blind_application_do_not_tell_its_rank(session, posting, recruiter, browse):
    first = max(add_scored(session, posting, 3), key=lambda one: (one.rank_score, one.id))
    page = browse(f"/staff/applications/{first.id}")
    assert 'rel="prev" role="link" aria-disabled="true"' in page
    owe_evaluation(session, first, recruiter)
    page = browse(f"/staff/applications/{first.id}")
    assert 'rel="next" role="link" aria-disabled="true"' in page


# --- states of the prescore ---


def test_waiting_failing_and_refused_are_shown_as_what_they_are(session, posting, browse):
    waiting, failed, refused = (make_application(session, posting) for _ in range(3))
    refused.prescore_refused = True
    version = session.scalar(select(RubricVersion.id))
    session.add(
        PrescoreFailure(
            application_id=failed.id, rubric_version_id=version, engine_version="1", message="ValueError: x", at=NOW
        )
    )
    for application, words in [
        (waiting, "Waiting for scoring"),
        (failed, "Scoring failed"),
        (refused, "Read by a person"),
    ]:
        assert words in browse(f"/staff/applications/{application.id}")
    page = browse(f"/staff/postings/{posting.id}")
    for words in ("waiting for scoring", "scoring failed", "read by a person"):
        assert words in page


def test_scoring_can_be_asked_for_again(session, client, posting, browse):
    application = make_application(session, posting)
    browse(f"/staff/applications/{application.id}")
    client.post(f"/staff/applications/{application.id}/prescore")
    assert len(session.scalars(select(Job)).all()) == 1


# --- moving ---


def test_bulk_move_and_its_undo(session, client, posting, browse):
    applications = [make_application(session, posting) for _ in range(3)]
    browse(f"/staff/postings/{posting.id}")
    chosen = [one.id for one in applications[:2]]
    answer = client.post(
        f"/staff/postings/{posting.id}/move",
        data={"ids": chosen, "seen": [f"{ident}:applied" for ident in chosen], "to": "screening"},
    )
    assert answer.status_code == 303
    session.expire_all()
    assert [one.stage for one in applications] == [Stage.SCREENING, Stage.SCREENING, Stage.APPLIED]
    page = browse(f"/staff/postings/{posting.id}")
    assert "2 candidates moved to Review." in page
    token = re.search(r'action="(/staff/undo/[^"]+)"', page).group(1)
    answer = client.post(token, headers={"Referer": f"http://localhost/staff/postings/{posting.id}?view=board"})
    assert answer.headers["Location"] == f"/staff/postings/{posting.id}?view=board"
    session.expire_all()
    assert {one.stage for one in applications} == {Stage.APPLIED}
    assert "Taken back." in browse(f"/staff/postings/{posting.id}")
    client.post(token)
    assert "taken back already" in browse(f"/staff/postings/{posting.id}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": "rejected"}, "Choose a reason to reject"),
        ({"to": "offer"}, "cannot go there"),
        ({"to": "screening", "seen": "interview"}, "moved by somebody else"),
    ],
)
def test_a_move_that_cannot_be_says_why(session, client, posting, browse, fields, words):
    application = make_application(session, posting)
    browse("/staff/postings/")
    data = {"ids": application.id, **fields}
    if "seen" in fields:
        data["seen"] = f"{application.id}:{fields['seen']}"
    client.post(f"/staff/postings/{posting.id}/move", data=data)
    assert words in browse(f"/staff/postings/{posting.id}")
    session.expire_all()
    assert application.stage is Stage.APPLIED


def test_a_move_reaches_no_other_posting(session, client, recruiter, posting, browse):
    other = make_application(session, make_posting(session, slug="other"))
    browse("/staff/postings/")
    answer = client.post(f"/staff/postings/{posting.id}/move", data={"ids": other.id, "to": "screening"})
    assert answer.status_code == 404
    assert client.post(f"/staff/postings/{posting.id}/move", data={"ids": "x", "to": "y"}).status_code == 400


def test_rejecting_on_the_application_page_keeps_reason_and_note(session, client, posting, browse):
    application = make_application(session, posting)
    browse(f"/staff/applications/{application.id}")
    client.post(
        f"/staff/applications/{application.id}/move",
        data={"ids": application.id, "to": "rejected", "reason": "filled", "note": "见邮件"},
    )
    move = session.scalars(select(StageMove).order_by(StageMove.id.desc())).first()
    assert (move.to_stage, move.reason, move.note) == (Stage.REJECTED, "filled", "见邮件")
    assert "The role is filled" in browse(f"/staff/applications/{application.id}?side=timeline")


def test_going_back_stays_on_this_site(session, client, posting, browse):
    application = make_application(session, posting)
    browse("/staff/postings/")
    for target in ("https://example.com/staff/", "//example.com/staff/", "/staff/\\example.com", "/staff/x\r\ny"):
        answer = client.post(
            f"/staff/postings/{posting.id}/move", data={"ids": application.id, "to": "rejected", "back": target}
        )
        assert answer.headers["Location"] == f"/staff/postings/{posting.id}"


# --- verdicts and notes ---


def test_changed_verdict_needs_a_reason_counts_and_stays(session, client, posting, browse):
    (application,) = add_scored(session, posting, 1)
    before = application.rank_score
    browse(f"/staff/applications/{application.id}")
    data = {"criterion": "programming_language-7", "verdict": "contradicted", "reason": " "}
    answer = client.post(f"/staff/applications/{application.id}/verdicts", data=data)
    assert answer.status_code == 422
    assert "Give a reason" in answer.get_data(as_text=True)
    client.post(f"/staff/applications/{application.id}/verdicts", data={**data, "reason": "只写了课程名"})
    session.expire_all()
    assert application.rank_score < before
    page = browse(f"/staff/applications/{application.id}")
    assert "只写了课程名" in page
    assert "the machine said" in page
    token = re.search(r'action="(/staff/undo/[^"]+)"', page).group(1)
    client.post(token)
    session.expire_all()
    assert application.rank_score == before


def test_notes_are_added_and_escaped(session, client, posting, browse):
    application = make_application(session, posting)
    browse("/staff/postings/")
    assert client.post(f"/staff/applications/{application.id}/notes", data={"text": " "}).status_code == 422
    client.post(f"/staff/applications/{application.id}/notes", data={"text": "<i>看过</i>"})
    assert "&lt;i&gt;看过&lt;/i&gt;" in browse(f"/staff/applications/{application.id}?side=notes")


def test_files_are_attachments_under_their_own_name(session, app, client, posting, browse):
    application = make_application(session, posting)
    folder = app.config["SCREENING"].uploads
    stored = store_file(folder, b"<html>", original_name='简历 "x".html', media_type="text/html")
    file = ResumeFile(
        application_id=application.id,
        uploaded_at=NOW,
        **{key: getattr(stored, key) for key in ("original_name", "media_type", "size", "sha256", "storage_key")},
    )
    session.add(file)
    browse("/staff/postings/")
    answer = client.get(f"/staff/applications/files/{file.id}")
    assert answer.data == b"<html>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%E7%AE%80%E5%8E%86" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.mimetype == "application/octet-stream"
    other = app.test_client()
    sign_in(other, make_user_committed(session))
    assert other.get(f"/staff/applications/files/{file.id}").status_code == 404


def make_user_committed(session):
    user = make_user(session)
    session.commit()
    return user


# --- import and rubric ---


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
