"""The workload: whole weeks in the reader's zone, everybody once, no names of candidates, and no word on who has submitted to those who must not know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from screening.models import AbstainKind, Posting, Role, Stage
from screening.queries.workload import MANY, PAGE, WEEKS_AHEAD, WEEKS_BACK, Load, workload
from screening.services.evaluating import abstain
from screening.services.interviewing import cancel_interview, schedule_interview
from tests.factories import NOW, make_application, make_posting, make_user
from tests.interviewer.conftest import plan, submit

ZONE = "Asia/Shanghai"


def book(session, panel, *users, **changes):
    posting = session.get_one(Posting, panel.application.posting_id)
    return schedule_interview(
        session,
        application=make_application(session, posting, name="不该看见"),
        plan=plan(*users, **changes),
        actor_id=panel.recruiter.id,
        now=NOW,
    )


def read(session, panel, **changes):
    values = {"reader_id": panel.recruiter.id, "zone": ZONE, "now": NOW, **changes}
    return workload(session, **values)


def weeks_of(page, name: str) -> dict[int, Load]:
    (row,) = [row for row in page.rows if row.name == name]
    return {place - page.current: week for place, week in enumerate(row.weeks) if week.interviews}


def test_weeks_are_the_readers_and_hold_interviews_and_minutes(session, panel):
    sunday_night = datetime(2026, 11, 29, 15, 59, tzinfo=UTC)
    for start, minutes in (
        (sunday_night, 30),
        (sunday_night + timedelta(minutes=1), 60),
        (NOW - timedelta(days=9), 45),
    ):
        book(session, panel, panel.first, starts_at=start, minutes=minutes)
    page = read(session, panel)
    assert page.weeks[page.current].isoformat() == "2026-11-23T00:00:00+08:00"
    assert len(page.weeks) == WEEKS_BACK + WEEKS_AHEAD
    assert weeks_of(page, "何以然") == {-2: Load(1, 45), 0: Load(2, 75), 1: Load(1, 60)}
    assert weeks_of(read(session, panel, zone="Europe/Berlin"), "何以然") == {-2: Load(1, 45), 0: Load(3, 135)}
    assert next(row.total for row in page.rows if row.name == "何以然") == Load(4, 180)


def test_what_does_not_take_place_counts_for_nobody(session, panel):
    later = NOW + timedelta(days=1)
    off = book(session, panel, panel.first, starts_at=later)
    cancel_interview(session, interview=off, actor_id=panel.recruiter.id, now=NOW)
    left = book(session, panel, panel.first, panel.second, starts_at=later)
    abstain(session, interview=left, user_id=panel.first.id, kind=AbstainKind.KNOWS, reason="同门", now=NOW)
    page = read(session, panel)
    assert weeks_of(page, "何以然") == {0: Load(1, 45)}
    assert weeks_of(page, "许愿") == {0: Load(2, 90)}


def test_a_week_is_full_from_its_limit_on():
    assert not Load(MANY - 1, 999).is_full
    assert Load(MANY, 5).is_full


def test_late_scorecards_are_counted_until_they_come(session, panel):
    later = panel.interview.due_at + timedelta(minutes=1)
    assert {row.name: row.late for row in read(session, panel).rows} == {"何以然": 0, "许愿": 0}
    assert {row.name: row.late for row in read(session, panel, now=later).rows} == {"何以然": 1, "许愿": 1}
    submit(session, panel, panel.first)
    assert {row.name: row.late for row in read(session, panel, now=later).rows} == {"何以然": 0, "许愿": 1}
    panel.application.stage = Stage.WITHDRAWN
    assert {row.name: row.late for row in read(session, panel, now=later).rows} == {"何以然": 0, "许愿": 0}


def test_late_ones_are_shown_after_their_weeks_have_gone_by_until_nobody_is_reminded(session, panel):
    assert [row.late for row in read(session, panel, now=NOW + timedelta(days=59)).rows] == [1, 1]
    assert read(session, panel, now=NOW + timedelta(days=90)).rows == ()


def test_nobody_learns_here_who_has_submitted_before_they_have(session, panel):
    book_too = schedule_interview(
        session,
        application=panel.application,
        plan=plan(panel.recruiter, starts_at=NOW - timedelta(hours=3)),
        actor_id=panel.recruiter.id,
        now=NOW,
    )
    later = book_too.due_at + timedelta(hours=9)
    before = read(session, panel, now=later)
    submit(session, panel, panel.first)
    assert read(session, panel, now=later) == before
    other = make_user(session, Role.RECRUITER)
    assert read(session, panel, now=later, reader_id=other.id) != before


def test_pages_hold_everybody_once(session, panel):
    for number in range(PAGE + 3):
        book(session, panel, make_user(session, Role.INTERVIEWER, name=f"面试官{number % 7}"))
    first = read(session, panel)
    second = read(session, panel, after=first.following)
    numbers = [row.user_id for row in (*first.rows, *second.rows)]
    assert (len(first.rows), second.following) == (PAGE, None)
    assert len(set(numbers)) == len(numbers) == PAGE + 5


@pytest.mark.parametrize("people", [1, 20])
def test_the_page_names_no_candidate_and_costs_the_same(session, panel, caller, app, people):
    stranger = make_user(session, Role.RECRUITER, name="外人")
    make_posting(session, stranger, slug="elsewhere")
    for number in range(people):
        user = make_user(session, Role.INTERVIEWER, name=f"面试官{number}")
        book(session, panel, user, starts_at=datetime.now(UTC) + timedelta(days=1))
    session.commit()
    reader = caller(stranger)
    reader.get("/staff/interviews/workload")
    seen: list[str] = []
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    page = reader.get("/staff/interviews/workload").get_data(as_text=True)
    assert page.count("data-item") == people + 2
    assert "不该看见" not in page
    assert panel.application.name not in page
    assert sum(statement.startswith("SELECT") for statement in seen) == 4


def test_workload_is_for_those_who_plan(session, panel, caller):
    assert caller(panel.first).get("/staff/interviews/workload").status_code == 403


def test_an_empty_workload_says_what_will_be_there(session, caller):
    reader = make_user(session, Role.RECRUITER)
    session.commit()
    page = caller(reader).get("/staff/interviews/workload").get_data(as_text=True)
    assert 'class="empty"' in page
