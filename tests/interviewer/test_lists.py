"""Home and the list of interviews: what is owed comes first, nothing that comes is cut off, and the cost does not grow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from screening.models import AbstainKind, Posting, Recommendation, Role
from screening.policy import Actor
from screening.queries.interviews import list_interviews, own_agenda
from screening.queries.own_ratings import OwnRatings, own_ratings
from screening.services.evaluating import Judgement, abstain, amend_evaluation, submit_evaluation
from screening.services.interviewing import cancel_interview, schedule_interview
from tests.factories import NOW, make_application
from tests.interviewer.conftest import plan, submit

MONTH = timedelta(days=30)


def add_interviews(session, panel, count, **changes):
    posting = session.get_one(Posting, panel.application.posting_id)
    for number in range(count):
        application = make_application(session, posting, name=f"候选人 {number}")
        schedule_interview(
            session, application=application, plan=plan(panel.first, **changes), actor_id=panel.recruiter.id, now=NOW
        )
    session.commit()


def test_the_agenda_holds_what_is_owed_and_what_comes(session, panel):
    add_interviews(session, panel, 1, starts_at=NOW - MONTH)
    add_interviews(session, panel, 1, starts_at=NOW + timedelta(hours=2))
    rows = own_agenda(session, user_id=panel.first.id, since=NOW)
    assert [row.owes for row in rows] == [True, True, True]

    submit(session, panel, panel.first)
    abstain(
        session,
        interview=session.get_one(type(panel.interview), rows[0].id),
        user_id=panel.first.id,
        kind=AbstainKind.WORKED_TOGETHER,
        reason="共事过",
        now=NOW,
    )
    cancel_interview(
        session, interview=session.get_one(type(panel.interview), rows[2].id), actor_id=panel.recruiter.id, now=NOW
    )

    assert own_agenda(session, user_id=panel.first.id, since=NOW) == ()
    assert own_agenda(session, user_id=panel.second.id, since=NOW)[0].id == panel.interview.id


def test_pages_of_a_list_hold_each_interview_once(session, panel):
    add_interviews(session, panel, 101, starts_at=NOW - timedelta(days=2))
    add_interviews(session, panel, 1, starts_at=NOW + timedelta(days=1))
    actor = Actor(panel.recruiter.id, Role.RECRUITER, frozenset({panel.application.posting_id}))

    coming = list_interviews(session, actor=actor, now=NOW)
    assert ([row.starts_at for row in coming.rows], coming.following) == ([NOW + timedelta(days=1)], None)

    seen, after = [], None
    for length in (50, 50, 2):
        page = list_interviews(session, actor=actor, now=NOW, past=True, after=after)
        assert len(page.rows) == length
        seen, after = [*seen, *(row.id for row in page.rows)], page.following
    assert after is None
    assert seen[0] == panel.interview.id
    assert len(set(seen)) == 102


def test_a_list_of_ones_own_leaves_out_what_one_only_recruits_for(session, panel):
    actor = Actor(panel.recruiter.id, Role.RECRUITER, frozenset({panel.application.posting_id}))
    assert list_interviews(session, actor=actor, now=NOW, past=True).rows
    assert not list_interviews(session, actor=actor, now=NOW, past=True, own=True).rows
    stranger = Actor(panel.second.id, Role.INTERVIEWER)
    assert [row.id for row in list_interviews(session, actor=stranger, now=NOW, past=True).rows] == [panel.interview.id]


def test_the_page_of_interviews_goes_on_to_the_last_one(session, panel, caller):
    add_interviews(session, panel, 60, starts_at=NOW - timedelta(days=2))
    reader = caller(panel.recruiter)
    first = reader.get("/staff/interviews?when=past").get_data(as_text=True)
    more = re.search(r'href="([^"]+after=[^"]+)"', first)[1].replace("&amp;", "&")
    second = reader.get(more).get_data(as_text=True)
    assert (first.count("data-item"), second.count("data-item")) == (50, 11)
    assert not re.search(r'href="[^"]+after=', second)
    assert reader.get("/staff/interviews?whose=mine").get_data(as_text=True).count("data-item") == 0


@pytest.mark.parametrize("path", ["/staff/", "/staff/interviews"])
def test_a_list_of_30_costs_as_many_queries_as_a_list_of_1(session, panel, caller, app, path):
    session.commit()
    reader = caller(panel.first)

    def cost() -> int:
        seen: list[str] = []
        with app.app_context():
            engine = app.extensions["sqlalchemy"].engine
        event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
        assert reader.get(path).status_code == 200
        return sum(statement.startswith("SELECT") for statement in seen)

    reader.get(path)
    before = cost()
    add_interviews(session, panel, 30, starts_at=NOW + timedelta(days=1))

    assert cost() == before


def test_own_ratings_sum_up_the_latest_versions_and_compare_only_enough(session, panel):
    focus = ("r2", "r4")
    for number in range(4):
        posting = session.get_one(Posting, panel.application.posting_id)
        application = make_application(session, posting, name=f"候选人 {number}")
        interview = schedule_interview(
            session,
            application=application,
            plan=plan(panel.first, panel.second, focus=focus),
            actor_id=panel.recruiter.id,
            now=NOW,
        )
        for user, value in ((panel.first, 2), (panel.second, 4)):
            submit_evaluation(
                session,
                interview=interview,
                user_id=user.id,
                judgements={ident: Judgement(value, "看到的事。") for ident in focus},
                recommendation=Recommendation.YES,
                summary="可以。",
                now=NOW + timedelta(days=number),
            )
    amend_evaluation(
        session,
        interview=interview,
        user_id=panel.first.id,
        judgements={ident: Judgement(3, "看到的事。") for ident in focus},
        recommendation=Recommendation.YES,
        summary="可以。",
        reason="看错了行",
        seen=1,
        now=NOW,
    )
    read = {"user_id": panel.first.id}

    found = own_ratings(session, since=NOW - MONTH, **read)
    assert found == OwnRatings(evaluations=4, on_time=1, counts=(0, 6, 2, 0), shared=8, deviation=None)
    assert own_ratings(session, since=NOW + MONTH, **read) is None

    submit(session, panel, panel.first)
    submit(session, panel, panel.second, value=4)
    assert own_ratings(session, since=NOW - MONTH, **read).deviation == -1.6


def test_own_ratings_do_not_move_with_what_one_must_not_know(session, panel):
    read = {"user_id": panel.first.id, "since": NOW - MONTH}
    submit(session, panel, panel.first)
    submit(session, panel, panel.second, value=1)
    assert own_ratings(session, **read).evaluations == 1

    schedule_interview(
        session, application=panel.application, plan=plan(panel.first), actor_id=panel.recruiter.id, now=NOW
    )

    assert own_ratings(session, **read) is None
