"""The application page: evidence at its place, blindness, what is waiting or failed, verdicts, notes and files."""

from __future__ import annotations

import re

from sqlalchemy import select

from rubrics.prescore import Verdict
from screening.documents.storage import store_file
from screening.models import (
    ApplicationNote,
    ChangedVerdict,
    Evaluation,
    Job,
    PrescoreFailure,
    Recommendation,
    ResumeFile,
    RubricVersion,
)
from screening.services.judging import change_verdict
from tests.factories import NOW, make_application, make_user
from tests.recruiter.worlds import add_scored, addresses, owe_evaluation, score, sign_in

ROW = re.compile(r'href="/staff/applications/(\d+)')


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
