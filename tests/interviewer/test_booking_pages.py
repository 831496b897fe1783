"""Hours, offers and the candidate's own choice, through the pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from screening.models import AvailabilityWindow, BookingOffer, Interview, Mail, MailState, Panelist, Role, Stage
from screening.services.availability import add_hours
from screening.services.erasing import erase
from tests.factories import make_application, make_posting, make_user

ZONE = "Asia/Shanghai"
HOUR = timedelta(hours=1)


@pytest.fixture
def day() -> datetime:
    """Give midnight UTC of a day to come, which is 8:00 in Shanghai; pages look at the real clock."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=5)


@pytest.fixture
def world(session, day):
    recruiter = make_user(session, Role.RECRUITER)
    interviewer = make_user(session, Role.INTERVIEWER, name="何以然")
    application = make_application(session, make_posting(session, recruiter), stage=Stage.SCREENING)
    session.commit()
    return recruiter, interviewer, application


def rows(session, statement) -> list:
    """Read, and let the write lock of SQLite go at once: the pages need it."""
    found = session.scalars(statement, execution_options={"populate_existing": True}).all()
    session.commit()
    return list(found)


def give_hours(session, interviewer, day) -> None:
    stretch = (day + HOUR, day + 3 * HOUR)
    add_hours(session, user_id=interviewer.id, stretches=[stretch], actor_id=interviewer.id, now=datetime.now(UTC))
    session.commit()


def asked(world, day, **changes) -> dict[str, object]:
    values = {
        "round": "技术面",
        "minutes": "60",
        "place": "3 号会议室",
        "time_zone": ZONE,
        "first": f"{day:%Y-%m-%d}",
        "last": f"{day:%Y-%m-%d}",
        "until": f"{day - timedelta(days=1):%Y-%m-%d}",
        "notice_hours": "24",
        "panel": [str(world[1].id)],
        "focus": ["r2"],
    }
    return {**values, **changes}


def offer_times(caller, world, day, **changes):
    path = f"/staff/applications/{world[2].id}/offers/new"
    return caller(world[0]).post(path, data=asked(world, day, **changes))


def link_in(session) -> str:
    text = rows(session, select(Mail.text).where(Mail.template == "offer"))[0]
    found = re.search(r"/times/\S+", text)
    assert found is not None
    return found[0]


def test_own_hours_are_added_for_weekdays_removed_and_brought_back(session, caller, world, day):
    _, interviewer, _ = world
    page = caller(interviewer)
    sent = {"first": f"{day:%Y-%m-%d}", "begins": "14:00", "ends": "17:30", "weeks": "2", "weekdays": ["0", "2"]}
    assert page.post("/staff/hours/", data=sent).status_code == 303
    hours = rows(session, select(AvailabilityWindow).order_by(AvailabilityWindow.starts_at))
    assert len(hours) == 4
    assert {one.starts_at.weekday() for one in hours} == {0, 2}
    assert {f"{one.starts_at:%H:%M}" for one in hours} == {"06:00"}
    shown = page.get("/staff/hours/").get_data(as_text=True)
    assert shown.count("–17:30") == 4
    stretch = f"{hours[0].starts_at.isoformat()}/{hours[0].ends_at.isoformat()}"
    answer = page.post("/staff/hours/remove", data={"stretch": stretch}, follow_redirects=True)
    assert len(rows(session, select(AvailabilityWindow.id))) == 3
    token = re.search(r"/staff/undo/([\w-]+)", answer.get_data(as_text=True))
    assert token is not None
    page.post(token[0])
    assert len(rows(session, select(AvailabilityWindow.id))) == 4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": "13:00"}, "ends"),
        ({"weeks": "0"}, "weeks"),
        ({"weeks": "99"}, "weeks"),
        ({"first": "2020-01-01"}, "first"),
        ({"first": "9999-12-31"}, "first"),
        ({"weekdays": ["9"]}, "weekdays"),
        ({"begins": "nonsense"}, "begins"),
    ],
)
def test_hours_that_cannot_be_meant_are_told_beside_their_field(session, caller, world, day, changes, field):
    sent = {"first": f"{day:%Y-%m-%d}", "begins": "14:00", "ends": "17:30", "weeks": "1", **changes}
    answer = caller(world[1]).post("/staff/hours/", data=sent)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    assert rows(session, select(AvailabilityWindow.id)) == []


def test_hours_that_a_change_of_clocks_swallows_are_refused(session, caller, world):
    world[1].time_zone = "Europe/Berlin"
    session.commit()
    sent = {"first": "2027-03-28", "begins": "02:30", "ends": "06:00", "weeks": "1"}
    assert caller(world[1]).post("/staff/hours/", data=sent).status_code == 422


def test_a_recruiter_keeps_a_colleagues_hours_and_an_interviewer_does_not(session, caller, world, day):
    recruiter, interviewer, _ = world
    sent = {"first": f"{day:%Y-%m-%d}", "begins": "14:00", "ends": "17:30", "weeks": "1"}
    assert caller(recruiter).post(f"/staff/hours/{interviewer.id}", data=sent).status_code == 303
    assert rows(session, select(AvailabilityWindow.user_id)) == [interviewer.id]
    assert caller(interviewer).get(f"/staff/hours/{recruiter.id}").status_code in {403, 404}
    assert caller(interviewer).post(f"/staff/hours/{recruiter.id}", data=sent).status_code in {403, 404}


def test_the_times_are_shown_before_anything_is_sent(session, caller, world, day):
    give_hours(session, world[1], day)
    answer = offer_times(caller, world, day, preview="1")
    assert answer.status_code == 200
    assert "09:00、09:30、10:00" in answer.get_data(as_text=True).replace(", ", "、")
    assert rows(session, select(BookingOffer.id)) == []
    assert rows(session, select(Mail.id)) == []


def test_a_panel_without_common_time_is_told_and_may_be_offered_nevertheless(session, caller, world, day):
    answer = offer_times(caller, world, day)
    assert answer.status_code == 200
    assert f'href="/staff/hours/{world[1].id}"' in answer.get_data(as_text=True)
    assert rows(session, select(BookingOffer.id)) == []
    assert offer_times(caller, world, day, nevertheless="1").status_code == 303
    assert rows(session, select(BookingOffer.id)) != []


@pytest.mark.parametrize(
    "changes",
    [{"panel": []}, {"panel": ["999"]}, {"focus": ["zz"]}, {"minutes": "0"}, {"last": "2020-01-01"}, {"round": " "}],
)
def test_what_cannot_be_offered_is_refused(session, caller, world, day, changes):
    assert offer_times(caller, world, day, **changes).status_code == 422
    assert rows(session, select(BookingOffer.id)) == []


def test_days_that_leave_no_time_are_refused(session, caller, world, day):
    far = day + timedelta(days=100)
    answer = offer_times(caller, world, day, last=f"{far:%Y-%m-%d}")
    assert answer.status_code == 409
    assert rows(session, select(BookingOffer.id)) == []


def test_the_candidate_chooses_moves_and_everybody_is_told(session, app, caller, world, day):
    recruiter, interviewer, application = world
    give_hours(session, interviewer, day)
    assert offer_times(caller, world, day).status_code == 303
    mail = rows(session, select(Mail).where(Mail.template == "offer"))[0]
    assert mail.state is MailState.WAITING
    assert mail.due_at - mail.created_at == timedelta(minutes=10)
    path, candidate = link_in(session), app.test_client()
    shown = candidate.get(path).get_data(as_text=True)
    assert shown.count('name="starts_at"') == 3
    chosen = (day + 2 * HOUR).isoformat()
    for _ in range(2):
        assert candidate.post(path, data={"starts_at": chosen}).status_code == 303
    [interview] = rows(session, select(Interview))
    assert interview.starts_at == day + 2 * HOUR
    assert rows(session, select(Panelist.user_id)) == [interviewer.id]
    assert "3 号会议室" in candidate.get(path).get_data(as_text=True)
    told = rows(session, select(Mail).where(Mail.template == "offer_chosen"))
    assert [mail.to_address for mail in told] == [recruiter.email]
    invited = rows(session, select(Mail).where(Mail.calendar.is_not(None)))
    assert {mail.to_address for mail in invited} == {interviewer.email, application.email}
    assert candidate.post(path, data={"starts_at": (day + HOUR).isoformat()}).status_code == 303
    assert rows(session, select(Interview.starts_at)) == [day + HOUR]
    page = caller(recruiter).get(f"/staff/applications/{application.id}?side=interviews").get_data(as_text=True)
    assert "技术面" in page


def test_a_time_that_is_gone_is_said_and_the_others_are_shown(session, app, caller, world, day):
    give_hours(session, world[1], day)
    offer_times(caller, world, day)
    path = link_in(session)
    for wrong, status in (((day + 9 * HOUR).isoformat(), 409), ("nonsense", 422), ("", 422), ("2026-12-01T10:00", 422)):
        answer = app.test_client().post(path, data={"starts_at": wrong})
        assert answer.status_code == status
        assert answer.get_data(as_text=True).count('name="starts_at"') == 3
    assert rows(session, select(Interview.id)) == []


def test_times_are_shown_in_the_zone_that_is_asked_for(session, app, caller, world, day):
    give_hours(session, world[1], day)
    offer_times(caller, world, day)
    path = link_in(session)
    assert ">09:00</time>" in app.test_client().get(path).get_data(as_text=True)
    assert ">10:00</time>" in app.test_client().get(f"{path}?zone=Asia/Tokyo").get_data(as_text=True)
    assert ">09:00</time>" in app.test_client().get(f"{path}?zone=../etc").get_data(as_text=True)


def test_what_fits_instead_reaches_the_recruiter(session, app, caller, world, day):
    give_hours(session, world[1], day)
    offer_times(caller, world, day)
    path = link_in(session)
    assert app.test_client().post(f"{path}/none", data={"text": "  "}).status_code == 422
    wish = "只有周末有空 <b>谢谢</b>"
    assert app.test_client().post(f"{path}/none", data={"text": wish}).status_code == 303
    mail = rows(session, select(Mail).where(Mail.template == "offer_wish"))[0]
    assert mail.to_address == world[0].email
    assert wish in mail.text
    page = caller(world[0]).get(f"/staff/applications/{world[2].id}?side=interviews").get_data(as_text=True)
    assert "只有周末有空 &lt;b&gt;" in page


def test_an_offer_that_was_withdrawn_opens_no_times(session, app, caller, world, day):
    give_hours(session, world[1], day)
    offer_times(caller, world, day)
    path = link_in(session)
    [offer] = rows(session, select(BookingOffer.id))
    assert caller(world[0]).post(f"/staff/offers/{offer}/withdraw").status_code == 303
    assert 'name="starts_at"' not in app.test_client().get(path).get_data(as_text=True)
    assert app.test_client().post(path, data={"starts_at": (day + HOUR).isoformat()}).status_code == 409
    assert caller(world[1]).post(f"/staff/offers/{offer}/withdraw").status_code in {403, 404}


def test_undoing_an_offer_recalls_its_mail(session, caller, world, day):
    give_hours(session, world[1], day)
    page = caller(world[0])
    path = f"/staff/applications/{world[2].id}/offers/new"
    shown = page.post(path, data=asked(world, day), follow_redirects=True).get_data(as_text=True)
    token = re.search(r"/staff/undo/[\w-]+", shown)
    assert token is not None
    page.post(token[0])
    assert session.scalar(select(Mail.state).where(Mail.template == "offer")) is MailState.RECALLED
    assert session.scalar(select(BookingOffer.withdrawn_at)) is not None


@pytest.mark.parametrize("token", ["x", "ImFuLW9mZmVyIg.abc", "ImFuLW9mZmVyIg"])
def test_a_link_that_we_did_not_sign_opens_nothing(app, token):
    assert app.test_client().get(f"/times/{token}").status_code == 404
    assert app.test_client().post(f"/times/{token}", data={"starts_at": "2026-12-01T10:00Z"}).status_code == 404


def test_erasing_the_candidate_takes_the_offer_away(session, app, caller, world, day):
    give_hours(session, world[1], day)
    offer_times(caller, world, day)
    path = link_in(session)
    app.test_client().post(path, data={"starts_at": (day + HOUR).isoformat()})
    app.test_client().post(f"{path}/none", data={"text": "只有周末有空"})
    session.expire_all()
    erase(session, applications=[world[2]], company="远山智能", actor_id=world[0].id, now=datetime.now(UTC))
    session.commit()
    assert rows(session, select(BookingOffer.id)) == []
    assert app.test_client().get(path).status_code == 404
    assert session.scalars(select(Mail.text).where(Mail.text.contains("周末"))).all() == []
