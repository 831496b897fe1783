"""Reminders of owed scorecards: when, to whom, how often, and not a word about anybody's evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from screening.extensions import db
from screening.models import (
    AbstainKind,
    Interview,
    Job,
    Mail,
    MailState,
    Panelist,
    Posting,
    PostingMember,
    Role,
    RoundKind,
    Stage,
)
from screening.services import reminding
from screening.services.evaluating import abstain
from screening.services.interviewing import cancel_interview, schedule_interview
from screening.services.reminder_times import reminders_due
from screening.web.interviewer.reminder_words import reminder_words
from tests.factories import NOW, make_application, make_user
from tests.interviewer.conftest import SECRET, plan, submit
from tests.recruiter.worlds import counted
from worker.tasks import send_mail

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = NOW + timedelta(minutes=45)
"""An hour after the interview of the panel, which ended at 15:45 in Shanghai on a Tuesday."""
MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
"""A day after the scorecards were due."""


@pytest.fixture
def remind(app, session, settings):
    """Give what the clock's task does at a moment: the mails that it wrote, as (template, address)."""

    def run(now: datetime) -> list[tuple[str, str]]:
        before = set(session.scalars(select(Mail.id)))
        with app.app_context():
            place = None
            while True:
                batch = reminding.find_batch(session, settings=settings, now=now, after=place)
                reminding.write_notices(
                    session, interview_ids=batch.interview_ids, words=reminder_words, settings=settings, now=now
                )
                session.commit()
                place = batch.following
                if place is None:
                    break
        mails = session.scalars(select(Mail).order_by(Mail.to_address, Mail.id)).all()
        return [(mail.template, mail.to_address) for mail in mails if mail.id not in before]

    return run


def reminders(*people) -> list[tuple[str, str]]:
    return sorted(("reminder", person.email) for person in people)


@pytest.mark.parametrize(
    ("zone", "ended", "expected"),
    [
        ("Asia/Shanghai", "2026-11-24 15:45", ["2026-11-24 16:45", "2026-11-25 09:00", "2026-11-26 09:00"]),
        ("Asia/Shanghai", "2026-11-27 20:15", ["2026-11-28 09:00", "2026-11-30 09:00", "2026-12-01 09:00"]),
        ("Asia/Shanghai", "2026-11-25 07:30", ["2026-11-25 09:00", "2026-11-26 09:00", "2026-11-27 09:00"]),
        ("America/New_York", "2026-10-30 12:00", ["2026-10-30 13:00", "2026-11-02 09:00", "2026-11-03 09:00"]),
    ],
)
def test_reminders_come_an_hour_after_and_on_the_mornings_of_weekdays(zone: str, ended: str, expected: Sequence[str]):
    there = ZoneInfo(zone)

    def due(now: datetime) -> int:
        return reminders_due(
            datetime.fromisoformat(ended).replace(tzinfo=there), zone=there, after=timedelta(hours=1), now=now
        )

    for number, moment in enumerate(expected):
        at = datetime.fromisoformat(moment).replace(tzinfo=there)
        assert (due(at - timedelta(seconds=1)), due(at)) == (number, number + 1)
    assert due(datetime(2027, 6, 1, tzinfo=UTC)) == 10


def test_who_owes_is_reminded_once_each_time_and_never_before_the_end(session, panel, remind):
    assert remind(FIRST - timedelta(minutes=1)) == []
    assert remind(FIRST) == reminders(panel.first, panel.second)
    assert remind(FIRST + timedelta(hours=2)) == []
    assert remind(MORNING) == reminders(panel.first, panel.second)
    assert remind(MORNING + timedelta(minutes=5)) == []


def test_after_a_pause_only_the_latest_reminder_is_sent(panel, remind):
    assert remind(MORNING) == reminders(panel.first, panel.second)


def test_nobody_is_reminded_at_night(session, panel, remind):
    panel.first.time_zone = "America/New_York"
    session.commit()

    assert remind(FIRST) == reminders(panel.second)
    assert remind(FIRST + timedelta(hours=5)) == []
    assert remind(FIRST + timedelta(hours=6)) == reminders(panel.first)


@pytest.mark.parametrize("why", ["submitted", "abstained", "cancelled", "inactive", "withdrawn", "off the panel"])
def test_who_owes_nothing_is_not_reminded_nor_sent_what_was_written_before(session, panel, remind, app, why):
    written = remind(FIRST)
    assert reminders(panel.first)[0] in written
    match why:
        case "submitted":
            submit(session, panel, panel.first)
        case "abstained":
            abstain(
                session,
                interview=panel.interview,
                user_id=panel.first.id,
                kind=AbstainKind.KNOWS,
                reason="",
                now=NOW,
            )
        case "cancelled":
            cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
        case "inactive":
            panel.first.is_active = False
        case "withdrawn":
            panel.application.stage = Stage.WITHDRAWN
        case _:
            session.delete(session.get_one(Panelist, (panel.interview.id, panel.first.id)))
    session.commit()

    assert ("reminder", panel.first.email) not in remind(MORNING)
    mail_id = session.scalars(select(Mail.id).where(Mail.to_address == panel.first.email)).one()
    job_id = session.scalars(select(Job.id).where(Job.key == f"mail:{mail_id}:0")).one()
    session.rollback()
    with app.app_context():
        send_mail.run(job_id=job_id, mail_id=mail_id)
    assert session.get_one(Mail, mail_id).state is MailState.RECALLED


def test_a_new_time_begins_from_the_start(session, panel, remind):
    remind(FIRST)
    later = timedelta(days=1)
    session.execute(
        update(Interview).values(
            sequence=1,
            starts_at=panel.interview.starts_at + later,
            ends_at=panel.interview.ends_at + later,
            due_at=panel.interview.due_at + later,
        )
    )
    session.commit()

    assert remind(MORNING) == []
    assert remind(FIRST + later) == reminders(panel.first, panel.second)


def test_a_reminder_speaks_the_readers_language_and_of_nobodys_evaluation(session, panel, remind, app, settings):
    panel.first.locale = "en"
    submit(session, panel, panel.second, value=4, note=SECRET)
    app.config["SCREENING"] = replace(settings, public_url="https://hire.example.com/")
    session.commit()

    remind(FIRST)

    mail = session.scalars(select(Mail)).one()
    assert mail.subject == "Your scorecard is missing: 云小鹤, 第一轮"
    assert "When: Tue 24 November, 15:00–15:45" in mail.text
    assert f"https://hire.example.com/staff/interviews/{panel.interview.id}/scorecard" in mail.text
    assert mail.application_id == panel.application.id
    assert panel.second.name not in mail.text
    assert "wombat" not in mail.text


def test_a_review_of_documents_is_named_by_its_deadline(session, panel, remind):
    panel.interview.kind = RoundKind.RESUME_REVIEW
    panel.interview.due_at = panel.interview.ends_at
    session.commit()

    remind(FIRST)

    assert all("时间：11 月 24 日（周二）15:45\n" in text for text in session.scalars(select(Mail.text)))


def test_recruiters_hear_once_who_is_late(session, panel, remind):
    submit(session, panel, panel.second, value=4, note=SECRET)
    session.commit()

    assert [kind for kind, _ in remind(LATE - timedelta(minutes=20))] == ["reminder"]
    assert remind(LATE) == [("escalation", panel.recruiter.email)]
    assert remind(LATE + timedelta(hours=1)) == []
    mail = session.scalars(select(Mail).where(Mail.template == "escalation")).one()
    assert "还没有提交评价：何以然\n" in mail.text
    assert panel.second.name not in mail.text
    assert "wombat" not in mail.text


def test_the_owner_hears_else_other_recruiters_else_admins_and_nobody_who_is_blind(session, panel, remind):
    owner, other, third = (make_user(session, Role.RECRUITER) for _ in range(3))
    admin = make_user(session, Role.ADMIN)
    session.add_all(PostingMember(posting_id=panel.application.posting_id, user_id=one.id) for one in (other, third))
    panel.application.owner_id = owner.id
    session.add(Panelist(interview_id=panel.interview.id, user_id=third.id))

    def told(now: datetime) -> list[str]:
        session.commit()
        return [address for kind, address in remind(now) if kind == "escalation"]

    assert told(LATE) == [owner.email]

    session.delete(session.scalars(select(Mail).where(Mail.template == "escalation")).one())
    session.add(Panelist(interview_id=panel.interview.id, user_id=owner.id))
    assert told(LATE) == sorted([panel.recruiter.email, other.email])

    session.execute(delete(Mail).where(Mail.template == "escalation"))
    session.execute(delete(PostingMember).where(PostingMember.user_id.in_([panel.recruiter.id, other.id])))
    assert told(LATE) == [admin.email]


@pytest.mark.parametrize("count", [1, 3])
def test_the_walk_ends_and_asks_the_database_as_often_for_one_as_for_many(session, panel, settings, engine, count):
    for _ in range(count - 1):
        application = make_application(session, session.get_one(Posting, panel.application.posting_id))
        schedule_interview(
            session,
            application=application,
            plan=plan(panel.first),
            actor_id=panel.recruiter.id,
            now=NOW,
        )
    session.commit()
    with counted(engine) as statements:
        batch = reminding.find_batch(session, settings=settings, now=LATE)
    assert len(batch.interview_ids) == count
    assert len(statements) == 6


def test_two_workers_at_once_write_each_mail_once(app, session, panel, settings):
    session.rollback()
    barrier = Barrier(2)

    def run(_worker: int) -> int:
        with app.app_context():
            batch = reminding.find_batch(db.session, settings=settings, now=LATE)
            db.session.rollback()
            barrier.wait(30)
            written = reminding.write_notices(
                db.session, interview_ids=batch.interview_ids, words=reminder_words, settings=settings, now=LATE
            )
            db.session.commit()
            return written

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == [0, 3]
    assert len(session.scalars(select(Mail.id)).all()) == 3
