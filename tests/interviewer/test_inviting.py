"""Mails about interviews: each receiver hears once of each change, in their language, and of nothing they did not have to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
import vobject
from sqlalchemy import select

from screening.config import Settings
from screening.models import AbstainKind, Mail, MailState, Role, RoundKind
from screening.queries.meetings import Meeting
from screening.services.evaluating import abstain
from screening.services.interviewing import cancel_interview, reschedule_interview, restore_interview
from screening.services.inviting import FIELDS, PATIENCE, Receiver, tell
from tests.factories import NOW, make_user, move_interview
from tests.interviewer.conftest import plan

TOMORROW = NOW + timedelta(days=1)


def words(receiver: Receiver, meeting: Meeting) -> Mapping[str, str]:
    """Say what every text may name."""
    named = {field for fields in FIELDS.values() for field in fields}
    return {
        **dict.fromkeys(named, ""),
        "candidate": meeting.candidate,
        "posting": meeting.posting_title or "",
        "round": meeting.round,
        "when": meeting.starts_at.isoformat(),
        "place": meeting.place,
        "panel": "、".join(person.name for person in meeting.panel),
        "link": f"https://example.com/{receiver.key}",
        "contact": meeting.contact,
    }


@pytest.fixture
def said(session, panel, settings: Settings):
    """Give a function that tells of the panel's interview, to be held tomorrow, and gives the mails that were written."""
    move_interview(panel.interview, TOMORROW)
    session.commit()

    def say(*, candidate: bool = True) -> list[Mail]:
        before = set(session.scalars(select(Mail.id)))
        tell(
            session,
            interview_id=panel.interview.id,
            tell_candidate=candidate,
            wording=words,
            settings=settings,
            now=NOW,
        )
        session.commit()
        return [mail for mail in session.scalars(select(Mail).order_by(Mail.id)) if mail.id not in before]

    return say


def send(session, mails: list[Mail]) -> None:
    for mail in mails:
        mail.state = MailState.SENT
    session.commit()


def told(mails: list[Mail]) -> set[tuple[str, str]]:
    return {(mail.to_address, mail.template) for mail in mails}


def events(mails: list[Mail]) -> list:
    return [vobject.readOne(mail.calendar) for mail in mails]


def change(session, panel, *users, **changes) -> None:
    reschedule_interview(
        session,
        interview=panel.interview,
        plan=plan(*(users or (panel.first, panel.second)), starts_at=TOMORROW, **changes)
        if "starts_at" not in changes
        else plan(*(users or (panel.first, panel.second)), **changes),
        actor_id=panel.recruiter.id,
        now=NOW,
    )


def test_panel_hears_at_once_and_the_candidate_after_ten_minutes(session, panel, said):
    mails = said()
    candidate = panel.application.email
    assert told(mails) == {
        (panel.first.email, "panel_planned"),
        (panel.second.email, "panel_planned"),
        (candidate, "candidate_planned"),
    }
    assert {mail.to_address: mail.due_at - NOW for mail in mails} == {
        panel.first.email: timedelta(),
        panel.second.email: timedelta(),
        candidate: PATIENCE,
    }
    assert said() == []


def test_invitations_are_whole_and_each_reader_gets_their_own(session, panel, said):
    mails = said()
    panel.first.locale = "en"
    for mail, calendar in zip(mails, events(mails), strict=True):
        event = calendar.vevent
        assert calendar.method.value == "REQUEST"
        assert (event.uid.value, event.sequence.value) == (panel.interview.uid, "0")
        assert event.dtstart.value == TOMORROW
        assert event.dtend.value == TOMORROW + timedelta(minutes=45)
        assert event.organizer.value == "mailto:screening@localhost"
        assert event.location.value == "3 号会议室"
        is_candidate = mail.template == "candidate_planned"
        guests = {one.value for one in event.attendee_list}
        if is_candidate:
            assert guests == {f"mailto:{panel.application.email}"}
            assert "valarm" not in event.contents
            assert panel.first.name not in mail.text + mail.calendar
        else:
            assert guests == {f"mailto:{panel.first.email}", f"mailto:{panel.second.email}"}
            assert event.valarm.trigger.value == timedelta(minutes=-15)
        for guest in event.attendee_list:
            assert guest.params["ROLE"] == ["REQ-PARTICIPANT"]
            assert guest.params["PARTSTAT"] == ["NEEDS-ACTION"]
            assert guest.params["RSVP"] == ["TRUE"]


def test_receivers_read_their_own_language(session, panel, said):
    panel.first.locale, panel.application.locale = "en", "en"
    session.commit()
    subjects = {mail.to_address: mail.subject for mail in said()}
    assert subjects[panel.first.email].startswith("Interview: ")
    assert subjects[panel.second.email].startswith("面试安排：")
    assert subjects[panel.application.email].startswith("Interview: ")


def test_invitation_that_still_waits_is_replaced_by_the_change(session, panel, said):
    first = said()
    send(session, [mail for mail in first if mail.template == "panel_planned"])
    change(session, panel, starts_at=TOMORROW + timedelta(hours=2))
    second = said()
    assert told(second) == {
        (panel.first.email, "panel_changed"),
        (panel.second.email, "panel_changed"),
        (panel.application.email, "candidate_planned"),
    }
    assert [mail.state for mail in first if mail.template == "candidate_planned"] == [MailState.RECALLED]
    assert {event.vevent.sequence.value for event in events(second)} == {"1"}
    assert {event.vevent.uid.value for event in events(second)} == {panel.interview.uid}


def test_candidate_is_not_told_of_a_change_unasked(session, panel, said):
    send(session, said())
    change(session, panel, starts_at=TOMORROW + timedelta(hours=2))
    assert panel.application.email not in {mail.to_address for mail in said(candidate=False)}


def test_waiting_invitation_is_put_right_even_when_nobody_asks_to_tell(session, panel, said):
    said()
    change(session, panel, starts_at=TOMORROW + timedelta(hours=2))
    (mail,) = [mail for mail in said(candidate=False) if mail.to_address == panel.application.email]
    assert (TOMORROW + timedelta(hours=2)).isoformat() in mail.text


def test_candidate_hears_nothing_of_a_change_that_is_none_for_them(session, panel, said):
    send(session, said())
    third = make_user(session, Role.INTERVIEWER, name="冬青")
    change(session, panel, panel.first, third)
    assert told(said()) == {
        (panel.first.email, "panel_changed"),
        (panel.second.email, "panel_off"),
        (third.email, "panel_planned"),
    }


def test_who_leaves_the_panel_gets_a_cancellation_of_their_own(session, panel, said):
    send(session, said())
    change(session, panel, panel.first)
    (mail,) = [mail for mail in said() if mail.to_address == panel.second.email]
    calendar = vobject.readOne(mail.calendar)
    assert calendar.method.value == "CANCEL"
    assert calendar.vevent.status.value == "CANCELLED"
    assert [guest.value for guest in calendar.vevent.attendee_list] == [f"mailto:{panel.second.email}"]
    assert "valarm" not in calendar.vevent.contents


def test_a_new_focus_is_no_news(session, panel, said):
    send(session, said())
    change(session, panel, focus=("r2",))
    assert panel.interview.sequence == 0
    assert said() == []


def test_cancellation_reaches_those_who_were_asked_and_nobody_else(session, panel, said):
    first = said()
    send(session, first[:1])
    cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
    mails = said()
    assert told(mails) == {(first[0].to_address, "panel_off")}
    assert [mail.state for mail in first] == [MailState.SENT, MailState.RECALLED, MailState.RECALLED]
    (calendar,) = events(mails)
    assert (calendar.method.value, calendar.vevent.sequence.value) == ("CANCEL", "1")


def test_restored_interview_is_asked_for_again(session, panel, said):
    send(session, said())
    cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
    off = said()
    send(session, [mail for mail in off if mail.template == "panel_off"])
    restore_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
    again = said()
    assert told(again) == {(panel.first.email, "panel_planned"), (panel.second.email, "panel_planned")}
    assert {event.vevent.sequence.value for event in events(again)} == {"2"}
    assert [mail.state for mail in off if mail.template == "candidate_off"] == [MailState.RECALLED]


def test_what_was_held_back_can_be_asked_for_again(session, panel, said):
    first = said()
    for mail in first:
        mail.state = MailState.RECALLED if mail.template == "candidate_planned" else MailState.SENT
    session.commit()
    assert told(said(candidate=False)) == set()
    assert told(said()) == {(panel.application.email, "candidate_planned")}
    assert told(said()) == set()


def test_a_review_of_documents_is_nothing_for_the_candidate(session, panel, said):
    send(session, said())
    panel.interview.kind, panel.interview.sequence = RoundKind.RESUME_REVIEW, 1
    panel.interview.ends_at = panel.interview.due_at
    session.commit()
    mails = said()
    assert told(mails) == {
        (panel.first.email, "review_changed"),
        (panel.second.email, "review_changed"),
        (panel.application.email, "candidate_off"),
    }
    event = vobject.readOne(mails[0].calendar).vevent
    assert (event.transp.value, event.dtend.value) == ("TRANSPARENT", panel.interview.due_at)
    assert event.summary.value.startswith("材料评审截止：")


def test_nobody_is_told_of_what_is_over_or_what_they_abstained_from(session, panel, said):
    abstain(
        session,
        interview=panel.interview,
        user_id=panel.first.id,
        kind=AbstainKind.KNOWS,
        reason="同门",
        now=NOW,
    )
    assert told(said()) == {
        (panel.second.email, "panel_planned"),
        (panel.application.email, "candidate_planned"),
    }
    move_interview(panel.interview, NOW - timedelta(days=1))
    panel.interview.sequence += 1
    session.commit()
    assert said() == []
