"""Planning on its pages: who is told, what is said while one chooses, what waits and can be recalled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from sqlalchemy import select

from screening.models import Application, Interview, Mail, MailState, Panelist, Posting, Role, Stage
from screening.web.candidate.links import status_token
from tests.architecture.doors import sign_in
from tests.candidate.proof import prove
from tests.factories import make_application, make_posting, make_user

NEXT = (datetime.now(UTC) + timedelta(days=9)).replace(hour=6, minute=0, second=0, microsecond=0)


def fields(*panel, at: datetime = NEXT, **changes) -> dict[str, object]:
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    return {
        "round": "第二轮",
        "day": f"{local:%Y-%m-%d}",
        "clock": f"{local:%H:%M}",
        "minutes": "45",
        "time_zone": "Asia/Shanghai",
        "place": "https://meet.example.com/1",
        "panel": [str(user.id) for user in panel],
        "focus": ["r2"],
        "tell": "y",
        **changes,
    }


@pytest.fixture
def planned(session, panel, caller):
    """Plan an interview of nine days ahead with the first interviewer; give recruiter, interview and a reader of mails."""
    recruiter = caller(panel.recruiter)
    answer = recruiter.post(f"/staff/applications/{panel.application.id}/interviews/new", data=fields(panel.first))
    assert answer.status_code == 303
    interview = session.scalars(select(Interview).order_by(Interview.id.desc()).limit(1)).one()
    session.commit()

    def mails(template: str | None = None) -> list[Mail]:
        found = session.scalars(select(Mail).order_by(Mail.id), execution_options={"populate_existing": True}).all()
        session.commit()
        return [mail for mail in found if template in {None, mail.template}]

    return recruiter, interview, mails


def test_planning_writes_to_panel_and_candidate(panel, planned):
    _, interview, mails = planned
    first, second = mails()
    assert (first.template, first.to_address) == ("panel_planned", panel.first.email)
    assert f"http://localhost/staff/interviews/{interview.id}/scorecard" in first.text
    assert panel.application.name in first.text
    assert (second.template, second.to_address) == ("candidate_planned", panel.application.email)
    assert panel.recruiter.email in second.text
    assert "http://localhost/status/" in second.text
    assert panel.first.name not in second.text
    assert "北京时间" in second.subject
    event = vobject.readOne(second.calendar).vevent
    assert event.dtstart.value == NEXT
    assert event.location.value == "https://meet.example.com/1"


def test_a_candidate_is_not_told_unasked(session, panel, caller, planned):
    recruiter, interview, mails = planned
    waiting = mails("candidate_planned")[0]
    waiting.state = MailState.SENT
    session.commit()
    changed = {**fields(panel.first, at=NEXT + timedelta(hours=1)), "seen": "0"}
    del changed["tell"]
    assert recruiter.post(f"/staff/interviews/{interview.id}/plan", data=changed).status_code == 303
    assert [mail.to_address for mail in mails("candidate_changed")] == []
    assert [mail.to_address for mail in mails()][2:] == [panel.first.email]


def test_a_plan_that_somebody_else_changed_is_not_overwritten(panel, planned):
    recruiter, interview, _ = planned
    address = f"/staff/interviews/{interview.id}/plan"
    assert 'name="seen" value="0"' in recruiter.get(address).text
    change = {**fields(panel.first, at=NEXT + timedelta(hours=1)), "seen": "0"}
    assert recruiter.post(address, data=change).status_code == 303
    assert recruiter.post(address, data={**change, "place": "3 号"}).status_code == 409


def test_the_page_shows_what_waits_and_holds_it_back(session, panel, planned):
    recruiter, interview, mails = planned
    page = recruiter.get(f"/staff/interviews/{interview.id}/plan").text
    mail = mails("candidate_planned")[0]
    hold = f"/staff/interviews/{interview.id}/mails/{mail.id}/hold"
    assert hold in page
    assert recruiter.post(hold).status_code == 303
    assert mails("candidate_planned")[0].state is MailState.RECALLED
    assert hold not in recruiter.get(f"/staff/interviews/{interview.id}/plan").text
    foreign = mails("panel_planned")[0]
    assert recruiter.post(f"/staff/interviews/{interview.id}/mails/{foreign.id}/hold").status_code == 404


def test_a_cancellation_can_be_taken_back_and_nobody_is_told_twice(session, panel, planned):
    recruiter, interview, mails = planned
    for mail in mails():
        mail.state = MailState.SENT
    session.commit()
    recruiter.post(f"/staff/interviews/{interview.id}/cancel", data={"tell": "y"})
    assert [mail.state for mail in mails("candidate_off")] == [MailState.WAITING]
    assert recruiter.post(undo_of(recruiter, panel.application.id)).status_code == 303
    assert [mail.state for mail in mails("candidate_off")] == [MailState.RECALLED]
    assert len(mails("candidate_planned")) == 1
    session.refresh(interview)
    assert (interview.cancelled_at, interview.sequence) == (None, 2)


def test_what_one_chooses_is_looked_at_before_it_is_sent(session, panel, caller, planned):
    recruiter, interview, _ = planned
    address = f"/staff/applications/{panel.application.id}/interviews/check"
    busy = recruiter.get(address, query_string=fields(panel.first)).text
    assert "何以然" in busy
    assert f"/staff/applications/{panel.application.id}" in busy
    free = recruiter.get(address, query_string=fields(panel.second, at=NEXT + timedelta(hours=2))).text
    assert "何以然" not in free
    night = NEXT.replace(hour=15)
    assert "许愿" in recruiter.get(address, query_string=fields(panel.second, at=night)).text
    assert recruiter.get(address, query_string={"day": "x"}).status_code == 200
    own = recruiter.get(address, query_string={**fields(panel.first), "apart_from": str(interview.id)}).text
    assert "callout warn" not in own


def test_a_recruiter_without_the_right_reads_busy_on_every_page(app, session, panel, planned):
    other = make_user(session, Role.RECRUITER)
    application = make_application(session, make_posting(session, other, slug="elsewhere"), name="石小猴")
    session.commit()
    theirs = sign_in(app, other)
    address = f"/staff/applications/{application.id}/interviews"
    for page in (
        theirs.get(f"{address}/check", query_string=fields(panel.first)),
        theirs.post(f"{address}/new", data=fields(panel.first)),
    ):
        assert "有别的安排" in page.text
        assert panel.application.name not in page.text
        assert f"/staff/applications/{panel.application.id}" not in page.text


def test_a_withdrawal_frees_the_panel(session, app, panel, planned):
    _, interview, mails = planned
    mails("panel_planned")[0].state = MailState.SENT
    session.commit()
    with app.app_context():
        token = status_token(panel.application.id)
    candidate = app.test_client()
    prove(candidate, panel.application.id)
    assert candidate.post(f"/status/{token}/withdraw").status_code == 303
    assert [mail.to_address for mail in mails("panel_off")] == [panel.first.email]
    assert [mail.state for mail in mails("candidate_planned")] == [MailState.RECALLED]
    session.refresh(interview)
    assert interview.cancelled_at is not None


def test_erasure_takes_the_name_out_of_calendars_too(app, session, panel, planned):
    _, interview, mails = planned
    mails("panel_planned")[0].state = MailState.SENT
    admin = make_user(session, Role.ADMIN)
    session.commit()
    name = panel.application.name
    number = f"{panel.application.posting_id:03}-{panel.application.id:06}"
    address = f"/staff/applications/{panel.application.id}/erase"
    assert sign_in(app, admin).post(address, data={"reference": number}).status_code == 303
    (off,) = mails("panel_off")
    calendar = vobject.readOne(off.calendar)
    assert (calendar.method.value, calendar.vevent.uid.value) == ("CANCEL", interview.uid)
    for mail in mails():
        assert name not in mail.subject + mail.text + (mail.calendar or "")


def test_a_posting_of_ones_own_is_needed_to_look(app, session, panel):
    stranger = make_user(session, Role.RECRUITER)
    session.commit()
    address = f"/staff/applications/{panel.application.id}/interviews/check"
    assert sign_in(app, stranger).get(address).status_code == 404
    assert sign_in(app, panel.first).get(address).status_code in {403, 404}


def test_an_odd_hour_is_said_and_stored(session, panel, caller):
    recruiter = caller(panel.recruiter)
    night = fields(panel.second, at=NEXT.replace(hour=15))
    answer = recruiter.post(f"/staff/applications/{panel.application.id}/interviews/new", data=night)
    assert answer.status_code == 303
    assert "这个时间对许愿不太合适" in recruiter.get(answer.location).text


def undo_of(client, application_id: int) -> str:
    """Give the address of the undo button of what was done last."""
    return re.findall(r"/staff/undo/[\w-]+", client.get(f"/staff/applications/{application_id}").text)[-1]


def test_planning_is_taken_back_with_the_move_that_it_made(session, panel, caller):
    posting = session.get_one(Posting, panel.application.posting_id)
    fresh = make_application(session, posting, name="石小猴", stage=Stage.SCREENING)
    session.commit()
    recruiter = caller(panel.recruiter)
    recruiter.post(f"/staff/applications/{fresh.id}/interviews/new", data=fields(panel.first))
    assert recruiter.post(undo_of(recruiter, fresh.id)).status_code == 303
    session.expire_all()
    interview = session.scalars(select(Interview).where(Interview.application_id == fresh.id)).one()
    assert interview.cancelled_at is not None
    assert session.get_one(Application, fresh.id).stage is Stage.SCREENING
    assert {mail.state for mail in session.scalars(select(Mail))} == {MailState.RECALLED}


def test_a_change_is_taken_back_to_the_plan_before(session, panel, planned):
    recruiter, interview, mails = planned
    for mail in mails():
        mail.state = MailState.SENT
    session.commit()
    later = {**fields(panel.first, panel.second, at=NEXT + timedelta(hours=2), place="3 号"), "seen": "0"}
    assert recruiter.post(f"/staff/interviews/{interview.id}/plan", data=later).status_code == 303
    assert recruiter.post(undo_of(recruiter, panel.application.id)).status_code == 303
    session.refresh(interview)
    assert (interview.starts_at, interview.place) == (NEXT, "https://meet.example.com/1")
    assert interview.sequence == 2
    seats = session.scalars(select(Panelist.user_id).where(Panelist.interview_id == interview.id)).all()
    session.commit()
    assert seats == [panel.first.id]
    assert {mail.state for mail in mails("candidate_changed")} == {MailState.RECALLED}


def test_what_somebody_else_has_planned_since_is_not_taken_back(session, panel, planned):
    recruiter, interview, _ = planned
    undo = undo_of(recruiter, panel.application.id)
    change = {**fields(panel.first, at=NEXT + timedelta(hours=1)), "seen": "0"}
    recruiter.post(f"/staff/interviews/{interview.id}/plan", data=change)
    assert recruiter.post(undo).status_code == 303
    session.refresh(interview)
    assert (interview.cancelled_at, interview.starts_at) == (None, NEXT + timedelta(hours=1))
