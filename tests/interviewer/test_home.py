"""The start page of an interviewer: what is late first, what runs now, what comes; nobody who is not theirs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from screening.models import Panelist, Posting
from screening.queries.blindness import owed_applications
from screening.services.evaluating import save_draft
from screening.services.interviewing import reschedule_interview, schedule_interview
from tests.factories import make_application, move_interview
from tests.interviewer.conftest import plan, submit

ZH = {"Accept-Language": "zh"}
SECTION = re.compile(r'<section aria-labelledby="(\w+)-h">.*?</section>', re.DOTALL)


def add(session, panel, name, starts_at, *users):
    application = make_application(session, session.get_one(Posting, panel.application.posting_id), name=name)
    interview = schedule_interview(
        session, application=application, plan=plan(*users), actor_id=panel.recruiter.id, now=starts_at
    )
    move_interview(interview, starts_at)
    return interview


def sections(client) -> dict[str, str]:
    page = client.get("/staff/", headers=ZH).get_data(as_text=True)
    return {match[1]: match[0] for match in SECTION.finditer(page)}


def test_scorecards_stand_by_when_they_are_due_and_interviews_by_when_they_are(session, panel, caller):
    now = datetime.now(UTC)
    move_interview(panel.interview, now - timedelta(days=3, hours=1))
    waiting = add(session, panel, "邵小待", now - timedelta(days=2), panel.first)
    waiting.due_at = now + timedelta(hours=1)
    late = add(session, panel, "乔小晚", now - timedelta(days=2), panel.first)
    late.due_at = now - timedelta(hours=5, minutes=1)
    add(session, panel, "丁小今", now - timedelta(minutes=10), panel.first)
    add(session, panel, "方小远", now + timedelta(days=8), panel.first)
    add(session, panel, "别人家", now - timedelta(minutes=10), panel.second)
    save_draft(
        session,
        interview=late,
        user_id=panel.first.id,
        content={"ratings": {"r2": {"value": 3}, "r4": {"skip": True}}},
        revision=0,
        now=now,
    )
    session.commit()

    shown = sections(caller(panel.first))
    names = {
        part: re.findall(r'class="name" href="/staff/interviews/\d+/scorecard">([^<]+)<', text)
        for part, text in shown.items()
    }
    assert names["od"] == ["云小鹤", "乔小晚"]
    assert names["du"] == ["邵小待"]
    assert names["td"] == ["丁小今"]
    assert names["lt"] == ["方小远"]
    assert "晚 2 天" in shown["od"]
    assert "晚 5 小时" in shown["od"]
    assert "已评 2/2" in shown["od"]
    assert 'class="now"' in shown["td"]
    assert "熟悉 C++ 或 Python" in shown["td"]
    assert "别人家" not in str(shown)


def test_what_was_submitted_is_not_late_and_what_begins_soon_says_when(session, panel, caller):
    now = datetime.now(UTC)
    submit(session, panel, panel.first)
    move_interview(panel.interview, now - timedelta(days=3))
    add(session, panel, "快小了", now + timedelta(minutes=11, seconds=30), panel.first)
    session.commit()

    shown = sections(caller(panel.first))
    assert "od" not in shown
    soon = shown.get("td", "")
    assert "12 分钟后" in soon or "快小了" in str(shown)  # around midnight it is tomorrow's
    assert ("12 分钟后" in soon) == ("快小了" in soon)


def test_an_interview_that_was_evaluated_and_moved_comes_again_and_is_owed_by_who_had_not(session, panel, caller):
    now = datetime.now(UTC)

    def settled():
        return {one.user_id for one in session.query(Panelist).populate_existing() if one.is_settled}

    submit(session, panel, panel.first)
    assert settled() == {panel.first.id}
    session.commit()
    assert "云小鹤" not in str(sections(caller(panel.first)))

    reschedule_interview(
        session,
        interview=panel.interview,
        plan=plan(panel.first, panel.second, starts_at=now + timedelta(days=9)),
        actor_id=panel.recruiter.id,
        now=now,
    )
    session.commit()
    assert settled() == set()
    for user in (panel.first, panel.second):
        assert "云小鹤" in sections(caller(user))["lt"]
    assert owed_applications(session, user_id=panel.first.id, posting_id=panel.application.posting_id) == set()
    assert owed_applications(session, user_id=panel.second.id, posting_id=panel.application.posting_id) == {
        panel.application.id
    }
