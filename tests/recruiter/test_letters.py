"""A move with a mail: read first, written with the move, recalled with it; a rejection calls interviews off and says no reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select, update

from screening.models import (
    Application,
    Interview,
    Mail,
    MailState,
    Outcome,
    Panelist,
    Role,
    Stage,
    StageMove,
    UndoStep,
)
from screening.services.deciding import DecideError, decide
from screening.services.reasons import REASONS as REASONS_FOR
from screening.services.reasons import WITHDRAWAL_REASONS
from screening.web.candidate.links import status_token
from screening.web.labels import WITHDRAWALS
from screening.web.recruiter.debrief_words import REASONS
from tests.architecture.doors import sign_in
from tests.candidate.proof import prove
from tests.factories import make_application, make_user
from tests.interviewer.test_planning_pages import fields

WORDS = {
    "subject-rejected": "Your application: {posting}",
    "text-rejected": "Hello {name},\nnot this time.\n{status_link}\n{recruiter}",
    "letter-when": "soon",
}


@pytest.fixture
def application(session, posting):
    made = make_application(session, posting, stage=Stage.SCREENING)
    session.commit()
    return made


@pytest.fixture
def client(app, session, recruiter):
    session.commit()
    return sign_in(app, recruiter)


def move(client, application, to, **fields):
    data = {
        "ids": application.id,
        "seen": f"{application.id}:{application.stage.value}",
        "to": to,
        **fields,
    }
    return client.post(f"/staff/applications/{application.id}/move", data=data)


def mails(session):
    found = session.scalars(select(Mail).order_by(Mail.id), execution_options={"populate_existing": True}).all()
    session.commit()
    return list(found)


def stage_of(session, application):
    session.commit()
    stage = session.get_one(Application, application.id, populate_existing=True).stage
    session.commit()
    return stage


def undo(session, client):
    token = session.scalars(select(UndoStep.token).order_by(UndoStep.expires_at.desc())).first()
    session.commit()
    return client.post(f"/staff/undo/{token}", follow_redirects=True).get_data(as_text=True)


def test_rejecting_offers_the_letter_and_never_shows_the_candidates_own_link(client, application):
    for address in (
        f"/staff/applications/{application.id}",
        f"/staff/applications/{application.id}/letter?to=rejected",
    ):
        page = client.get(address).get_data(as_text=True)
        assert "这一次我们不再继续你的申请" in page
        assert "{status_link}" in page
        assert "/status/" not in page
        assert 'name="letter" value="rejected" form="moving" checked' in page or 'value="rejected" checked' in page


def test_a_letter_is_written_with_its_move_and_recalled_with_it(session, client, application, recruiter):
    answer = move(client, application, "rejected", reason="requirement", note="内部", letter="rejected", **WORDS)
    assert answer.status_code == 303
    (mail,) = mails(session)
    made = session.scalars(select(StageMove).order_by(StageMove.id.desc())).first()
    assert (mail.key, mail.author_id, mail.posting_id) == (
        f"letter:move:{made.id}",
        recruiter.id,
        application.posting_id,
    )
    assert mail.state is MailState.WAITING
    assert timedelta(minutes=9) < mail.due_at - datetime.now(UTC) <= timedelta(minutes=10)
    assert "/status/" in mail.text
    assert application.name in mail.text
    assert recruiter.name in mail.text
    assert not any(word in mail.subject + mail.text for word in ("内部", "requirement", "任职要求"))
    undo(session, client)
    assert stage_of(session, application) is Stage.SCREENING
    assert [one.state for one in mails(session)] == [MailState.RECALLED]


def test_without_the_tick_nothing_is_written_and_its_words_are_not_looked_at(session, client, application):
    fields = {**WORDS, "text-rejected": "{nmae}"}
    assert move(client, application, "rejected", reason="requirement", **fields).status_code == 303
    assert mails(session) == []
    assert stage_of(session, application) is Stage.REJECTED


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"text-rejected": "Hello {nmae}"}, "第 1 行第 7 个字符： {nmae} 不是占位符。 是不是 {name}？"),
        ({"text-rejected": ""}, "写上邮件正文。"),
        ({"letter-when": "at", "letter-at": "2020-01-01T09:00"}, "这个时间已经过去"),
        ({"letter-when": "at", "letter-at": "tomorrow"}, "选择日期和时间。"),
        ({"letter-when": "at", "letter-at": "2099-01-01T09:00"}, "最多只能选 90 天以内的时间。"),
    ],
)
def test_a_letter_that_cannot_go_out_moves_nothing(session, client, application, changed, says):
    answer = move(
        client, application, "rejected", reason="requirement", note="keep me", letter="rejected", **{**WORDS, **changed}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert says in page
    assert "keep me" in page
    assert mails(session) == []
    assert stage_of(session, application) is Stage.SCREENING


def test_a_letter_goes_out_at_a_local_time_of_the_reader(session, client, application, recruiter):
    recruiter.time_zone = "America/New_York"
    session.commit()
    day = datetime.now(UTC).date() + timedelta(days=40)
    fields = {**WORDS, "letter-when": "at", "letter-at": f"{day}T09:30"}
    assert move(client, application, "rejected", reason="requirement", letter="rejected", **fields).status_code == 303
    (mail,) = mails(session)
    assert (mail.due_at.date(), mail.due_at.minute) == (day, 30)
    assert mail.due_at.hour in {13, 14}


def test_a_letter_that_has_gone_out_keeps_its_move(session, client, application):
    move(client, application, "rejected", reason="requirement", letter="rejected", **{**WORDS, "letter-when": "now"})
    mail = session.scalars(select(Mail)).one()
    mail.state = MailState.SENT
    session.commit()
    assert "邮件已经发出" in undo(session, client)
    assert stage_of(session, application) is Stage.REJECTED


def test_without_a_reason_the_page_comes_back_with_everything_typed(session, client, application):
    address = f"/staff/applications/{application.id}/letter"
    data = {"ids": application.id, "seen": f"{application.id}:screening", "to": "rejected", "letter": "rejected"}
    answer = client.post(address, data={**data, **WORDS, "note": "keep me"})
    assert answer.status_code == 422
    assert all(words in answer.text for words in ("not this time.", "keep me", "从列表里选一个理由"))
    assert mails(session) == []
    assert stage_of(session, application) is Stage.SCREENING


def test_a_move_that_fails_writes_nothing(session, client, application):
    move(client, application, "rejected", reason="no such reason", letter="rejected", **WORDS)
    assert mails(session) == []


def test_a_letter_without_a_move_is_written_once_however_often_it_is_sent(session, client, application):
    fields = {"letter": "alone", "subject-alone": "Hi", "text-alone": "A word for {name}", "key": "k1"}
    for _ in range(2):
        assert client.post(f"/staff/applications/{application.id}/letter", data=fields).status_code == 303
    assert [mail.text for mail in mails(session)] == [f"A word for {application.name}\n"]
    undo(session, client)
    assert [mail.state for mail in mails(session)] == [MailState.RECALLED]


def test_an_address_with_a_move_that_is_not_possible_is_no_page(client, application):
    for to in ("hired", "withdrawn", "nonsense"):
        assert client.get(f"/staff/applications/{application.id}/letter?to={to}").status_code == 404


@pytest.fixture
def invited(session, app, client, application):
    """Plan an interview to which panel and candidate have been invited."""
    member = make_user(session, Role.INTERVIEWER)
    session.commit()
    address = f"/staff/applications/{application.id}/interviews/new"
    assert client.post(address, data=fields(member)).status_code == 303
    session.execute(update(Mail).values(state=MailState.SENT))
    session.commit()
    interview = session.scalars(select(Interview)).one()
    session.refresh(application)
    session.commit()
    return interview


def test_a_rejection_calls_the_interviews_off_and_its_undo_plans_them_again(session, client, application, invited):
    page = client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    assert 'name="call_off" value="1" form="moving" checked' in page
    move(client, application, "rejected", reason="requirement", call_off="1", letter="rejected", **WORDS)
    session.refresh(invited)
    assert invited.cancelled_at is not None
    session.commit()
    off = {mail.template: mail for mail in mails(session) if mail.calendar and "METHOD:CANCEL" in mail.calendar}
    assert sorted(off) == ["candidate_ended_off", "panel_off"]
    assert off["candidate_ended_off"].state is MailState.WAITING
    assert "这不是对你的申请的决定" not in off["candidate_ended_off"].text
    undo(session, client)
    session.refresh(invited)
    assert invited.cancelled_at is None
    assert stage_of(session, application) is Stage.INTERVIEW
    states = {mail.template: mail.state for mail in mails(session)}
    assert (states["candidate_ended_off"], states["letter"]) == (MailState.RECALLED, MailState.RECALLED)


def test_interviews_stay_where_the_tick_is_taken_out(session, client, application, invited):
    move(client, application, "rejected", reason="requirement")
    session.refresh(invited)
    assert invited.cancelled_at is None


def test_ones_own_interview_is_not_called_off_with_a_rejection(session, client, application, invited, recruiter):
    session.add(Panelist(interview_id=invited.id, user_id=recruiter.id))
    session.commit()
    assert "你是这场的面试官" in client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    move(client, application, "rejected", reason="requirement", call_off="1")
    session.refresh(invited)
    assert invited.cancelled_at is None


def test_a_candidate_may_say_why_they_withdraw_and_need_not(session, app, posting):
    said = {}
    for reason in ("other_offer", "", "nonsense"):
        application = make_application(session, posting, email=f"{reason or 'none'}@example.com")
        session.commit()
        with app.app_context():
            token = status_token(application.id)
        browser = app.test_client()
        prove(browser, application.id)
        assert browser.post(f"/status/{token}/withdraw", data={"reason": reason}).status_code == 303
        made = session.scalars(select(StageMove).order_by(StageMove.id.desc())).first()
        said[reason] = (made.to_stage, made.reason)
        session.commit()
    assert said == {
        "other_offer": (Stage.WITHDRAWN, "other_offer"),
        "": (Stage.WITHDRAWN, None),
        "nonsense": (Stage.WITHDRAWN, None),
    }


def test_every_reason_of_every_outcome_has_words_in_both_languages(app):
    for locale in ("zh", "en"):
        with app.test_request_context(), force_locale(locale):
            assert all(str(REASONS[code]) for codes in REASONS_FOR.values() for code in codes)
            assert {code: str(WITHDRAWALS[code]) for code in WITHDRAWAL_REASONS}.keys() == WITHDRAWALS.keys()


def test_each_outcome_takes_its_own_reasons_only(session, posting, recruiter):
    for outcome, codes in REASONS_FOR.items():
        stage = Stage.OFFER if outcome is Outcome.HIRE else Stage.DEBRIEF
        foreign = next(code for codes in REASONS_FOR.values() for code in codes if code not in REASONS_FOR[outcome])
        for code, fits in ((codes[0], True), (foreign, False)):
            application = make_application(session, posting, stage=stage)
            decided = {
                "outcome": outcome,
                "reason": code,
                "note": "n",
                "actor_id": recruiter.id,
                "now": datetime.now(UTC),
            }
            if fits:
                assert decide(session, application=application, **decided).reason == code
            else:
                with pytest.raises(DecideError, match="reason_unknown"):
                    decide(session, application=application, **decided)


def test_a_letter_to_many_begins_with_a_text(session, client, posting, application):
    data = {
        "kind": "mail",
        "ids": application.id,
        "seen": f"{application.id}:screening",
        "begin": "interview",
        "take": "1",
        "as_of": datetime.now(UTC).isoformat(),
        "address": f"/staff/postings/{posting.id}",
    }
    page = client.post(f"/staff/postings/{posting.id}/bulk", data=data).text
    assert 'name="subject-zh" maxlength="400" lang="zh-Hans" value="下一步是面试：{posting}"' in page
    assert f"{application.name}，你好：" in page
    assert "/status/" not in page
    assert mails(session) == []
