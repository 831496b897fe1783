"""A scorecard's rules through HTTP and through the tables: what is refused, what an amendment shows, who reads a private note."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from screening.models import AbstainKind, Evaluation, Panelist, Posting, PostingMember, Rating, Recommendation, Role
from screening.services.evaluating import abstain, amend_evaluation, submit_evaluation, take_abstention_back
from screening.services.interviewing import InterviewError, schedule_interview
from tests.architecture.doors import sign_in
from tests.factories import NOW, make_application, make_user
from tests.interviewer.conftest import judgements, plan, submit
from tests.interviewer.test_blindness import FORM

JSON = {"Accept": "application/json"}
PRIVATE = "期望薪资私下说过 numbat-902"


def card(panel) -> str:
    return f"/staff/interviews/{panel.interview.id}/scorecard"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rating-r2": "999"}, "R2：评分只能是 1、2、3 或 4。"),
        ({"rating-r2": "2.5"}, "R2：评分只能是 1、2、3 或 4。"),
        ({"rating-k1": "3"}, "K1：这场面试不考察这个评分项。"),
        ({"note-zz": "写在别处的话"}, "你写的依据：写在别处的话"),
        ({"recommendation": "perhaps"}, "recommendation-error"),
    ],
)
@pytest.mark.parametrize("way", ["", "/draft"])
def test_what_no_page_offers_is_refused_in_clear_words(session, panel, caller, change, words, way):
    answer = caller(panel.first).post(f"{card(panel)}{way}", data={**FORM, **change}, headers={"Accept-Language": "zh"})
    drafted = way == "/draft" and "recommendation" in change

    assert answer.status_code == (303 if drafted else 422)
    assert drafted or words in answer.get_data(as_text=True)
    assert session.scalars(select(Evaluation)).all() == []


def test_notes_on_a_criterion_that_the_plan_drops_stay_in_the_draft(session, panel, caller):
    reader = caller(panel.first)
    reader.post(f"{card(panel)}/draft", data={"version": "0", "note-r2": "现场写了一段", "note-r4": "愿意协作"})
    panel.interview.focus = ["r4"]
    session.commit()
    for version in ("1", "2"):
        page = reader.get(card(panel)).get_data(as_text=True)
        assert "现场写了一段" in page
        assert 'name="note-r2"' not in page
        again = reader.post(f"{card(panel)}/draft", data={"version": version, "note-r4": "愿意协作，有例子"})
        assert again.status_code == 303
    panel.interview.focus = ["r2", "r4"]
    session.commit()

    page = reader.get(card(panel)).get_data(as_text=True)
    assert ">现场写了一段</textarea>" in page
    assert ">愿意协作，有例子</textarea>" in page


def test_a_script_is_told_why_a_draft_was_not_kept(panel, caller):
    answer = caller(panel.first).post(f"{card(panel)}/draft", data={"rating-r2": "999"}, headers=JSON)

    assert (answer.status_code, answer.json["error"]) == (422, "odd")
    assert answer.json["said"].startswith("R2")


def test_only_the_panel_evaluates(session, panel, caller):
    stranger = make_user(session, Role.INTERVIEWER, name="路小过")
    session.commit()

    for reader, status in ((stranger, 404), (panel.recruiter, 403)):
        for way in ("", "/draft", "/abstain"):
            assert caller(reader).post(f"{card(panel)}{way}", data={**FORM, "kind": "knows"}).status_code == status
    assert session.scalars(select(Evaluation)).all() == []


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"user_id": "recruiter"}, "FOREIGN KEY|fk_evaluation_interview_id_user_id"),
        ({"summary": ""}, "recommendation_has_words"),
        ({"version": 0, "amendment_reason": "x"}, "version_positive"),
        ({"version": 2}, "amendment_has_reason"),
    ],
)
def test_the_tables_refuse_an_evaluation_that_is_not_whole(session, panel, values, constraint):
    if "user_id" in values:
        values = {"user_id": panel.recruiter.id}
    whole = {
        "interview_id": panel.interview.id,
        "user_id": panel.first.id,
        "recommendation": Recommendation.YES,
        "summary": "可以。",
        "submitted_at": NOW,
    }
    session.add(Evaluation(**{**whole, **values}))

    with pytest.raises(IntegrityError, match=constraint):
        session.flush()
    session.rollback()


def test_the_tables_refuse_an_extreme_rating_without_words(session, panel):
    evaluation = submit(session, panel, panel.first)
    session.add(Rating(evaluation_id=evaluation.id, criterion="x", criterion_key="x", value=4))

    with pytest.raises(IntegrityError, match="words_for_extremes"):
        session.flush()
    session.rollback()


def test_of_two_submissions_at_once_one_counts_and_the_other_is_told(session, panel, app):
    readers, together = [sign_in(app, panel.first) for _ in range(2)], Barrier(2)

    def send(number: int) -> int:
        together.wait(30)
        return readers[number].post(card(panel), data={**FORM, "summary": f"理由 {number}"}).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, range(2)))

    assert answers == [303, 409]
    assert len(session.scalars(select(Evaluation)).all()) == 1


def test_the_same_once_more_is_no_error_and_other_text_becomes_an_amendment(session, panel, caller):
    reader = caller(panel.first)
    twice = [reader.post(card(panel), data={**FORM, "note-r2": "一\r\n二 "}).status_code for _ in range(2)]
    other = reader.post(card(panel), data={**FORM, "summary": "改主意了"})
    text = other.get_data(as_text=True)

    assert (twice, other.status_code) == ([303, 303], 409)
    assert ">改主意了</textarea>" in text
    assert 'name="seen" value="1"' in text
    assert len(session.scalars(select(Evaluation)).all()) == 1


def test_an_amendment_shows_what_it_changed(panel, caller):
    reader = caller(panel.first)
    reader.post(card(panel), data={**FORM, "note-r2": "写得清楚。"})
    changed = {**FORM, "rating-r2": "2", "note-r2": "写得不清楚。", "recommendation": "no"}
    stale = reader.post(card(panel), data={**changed, "amending": "1", "seen": "0", "reason": "补看了代码"})
    assert stale.status_code == 409
    assert (
        reader.post(card(panel), data={**changed, "amending": "1", "seen": "1", "reason": "补看了代码"}).status_code
        == 303
    )

    text = reader.get(card(panel)).get_data(as_text=True)
    shown = text[text.index('id="ch2"') : text.index("<table")]
    assert "写得<ins>不</ins>清楚。" in shown
    assert shown.count("<dt>") == 3


def test_a_private_note_is_for_recruiters_who_are_not_on_a_panel(session, panel, caller):
    caller(panel.first).post(card(panel), data={**FORM, "private_note": PRIVATE})
    caller(panel.second).post(card(panel), data=FORM)
    manager = make_user(session, Role.HIRING_MANAGER, name="谷雨生")
    judge = make_user(session, Role.RECRUITER, name="秋满园")
    for member in (manager, judge):
        session.add(PostingMember(posting_id=panel.application.posting_id, user_id=member.id))
    second = schedule_interview(
        session,
        application=panel.application,
        plan=plan(judge, starts_at=panel.interview.starts_at.replace(hour=1)),
        actor_id=panel.recruiter.id,
        now=NOW,
    )
    abstain(session, interview=second, user_id=judge.id, kind=AbstainKind.KNOWS, now=NOW)
    session.commit()
    address = f"/staff/applications/{panel.application.id}/debrief"

    assert PRIVATE in caller(panel.recruiter).get(address).get_data(as_text=True)
    assert PRIVATE in caller(panel.first).get(card(panel)).get_data(as_text=True)
    for reader in (panel.first, panel.second, manager, judge):
        answer = caller(reader).get(address)
        assert answer.status_code == 200
        assert PRIVATE not in answer.get_data(as_text=True)


def test_an_abstention_is_taken_back_only_by_who_saw_nothing_through_it(session, panel, caller):
    reader, seat = caller(panel.first), (panel.interview.id, panel.first.id)
    page = reader.post(f"{card(panel)}/abstain", data={"kind": "absent"}, follow_redirects=True).get_data(as_text=True)
    way_back = "/staff/undo/" + page.split('action="/staff/undo/')[1].split('"')[0]
    assert session.get_one(Panelist, seat, populate_existing=True).abstain_kind is AbstainKind.ABSENT
    session.commit()
    assert reader.post(way_back).status_code == 303
    assert session.get_one(Panelist, seat, populate_existing=True).abstained_at is None
    session.commit()
    assert reader.post(card(panel), data=FORM).status_code == 303


def test_a_recruiter_on_the_panel_gets_no_way_back_from_an_abstention(session, panel, caller):
    session.add(Panelist(interview_id=panel.interview.id, user_id=panel.recruiter.id))
    session.commit()

    answer = caller(panel.recruiter).post(f"{card(panel)}/abstain", data={"kind": "knows"}, follow_redirects=True)

    assert "data-undo" not in answer.get_data(as_text=True)


def test_other_needs_words_and_nothing_is_taken_back_twice(session, panel):
    who = {"interview": panel.interview, "user_id": panel.first.id, "now": NOW}
    with pytest.raises(InterviewError, match="reason_missing"):
        abstain(session, kind=AbstainKind.OTHER, reason=" ", **who)
    with pytest.raises(InterviewError, match="not_abstained"):
        take_abstention_back(session, **who)


def test_a_recommendation_and_an_amendment_need_words_in_the_service_too(session, panel):
    who = {"interview": panel.interview, "user_id": panel.first.id, "now": NOW, "recommendation": Recommendation.YES}
    with pytest.raises(InterviewError, match="summary_missing"):
        submit_evaluation(session, judgements=judgements(), summary=" ", **who)
    with pytest.raises(InterviewError, match="not_submitted"):
        amend_evaluation(session, judgements=judgements(), summary="x", reason="x", seen=1, **who)


def test_after_submitting_the_next_scorecard_is_offered(session, panel, caller):
    other = make_application(session, session.get_one(Posting, panel.application.posting_id), name="石小猴")
    waiting = schedule_interview(
        session, application=other, plan=plan(panel.first), actor_id=panel.recruiter.id, now=NOW
    )
    session.commit()
    reader = caller(panel.first)
    reader.post(card(panel), data=FORM)

    text = reader.get(card(panel)).get_data(as_text=True)
    assert f"/staff/applications/{panel.application.id}/debrief" in text
    assert f'href="/staff/interviews/{waiting.id}/scorecard"' in text
    assert "石小猴" in text


@pytest.mark.parametrize("panelists", [0, 10])
def test_a_scorecard_costs_at_most_12_queries_however_large_the_panel(session, panel, caller, app, panelists):
    for number in range(panelists):
        user = make_user(session, Role.INTERVIEWER, name=f"面试官 {number}")
        session.add(Panelist(interview_id=panel.interview.id, user_id=user.id))
        session.flush()
        submit(session, panel, user)
    session.commit()
    reader = caller(panel.first)
    reader.post(f"{card(panel)}/draft", data={"version": "0", "summary": "一"})
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))

    assert reader.get(card(panel)).status_code == 200
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 12
    seen.clear()
    assert reader.post(card(panel), data=FORM).status_code == 303
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 12
