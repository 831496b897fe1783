"""Mails: written once, offered to a real mail server, never sent twice, never shaped by what a candidate typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.config import ConfigError, Settings, load_settings
from screening.models import Job, Mail, MailState
from screening.services import mailing, outbox
from screening.services.calendar_texts import Entry, Method, Party, write_invitation
from tests.factories import make_user
from tests.real.mail_server import Inbox, mail_server
from tests.real.site import free_port

FIELDS = {"name": "云小鹤", "posting": "语音研发", "link": "https://example.com/s/1", "company": "远山智能"}


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    with mail_server() as running:
        yield running


def post(
    session: Session, now: datetime, *, to: str = "yun@example.com", key: str = "received:1", **fields: str
) -> Mail:
    mail = mailing.post_mail(
        session, key=key, template="received", locale="zh", to=to, fields={**FIELDS, **fields}, now=now
    )
    session.commit()
    return mail


def offer(session: Session, mail: Mail, settings: Settings, now: datetime) -> MailState:
    """Do what the worker's task does."""

    def take() -> None:
        mailing.take_mail(session, mail_id=mail.id)
        session.commit()

    state, failure = mailing.offer_mail(mail, settings=settings, take=take)
    mailing.note_outcome(session, mail=mail, state=state, failure=failure, now=now)
    session.commit()
    session.refresh(mail)
    return mail.state


def test_the_same_key_is_one_mail_with_one_job(session: Session, now: datetime) -> None:
    assert post(session, now).id == post(session, now, name="石小猴").id
    assert session.scalars(select(Job.arguments)).all() == [{"mail_id": 1}]


def test_a_mail_arrives_as_it_was_written(session: Session, now: datetime, settings: Settings, inbox: Inbox) -> None:
    mail = post(session, now, to="yun@example.com")
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.SENT

    to, message = inbox.mails.pop()
    assert (to, message["To"]) == ("yun@example.com", "yun@example.com")
    assert "语音研发" in message["Subject"]
    assert str(message["From"]) == "远山智能 <screening@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == mail.text
    assert mail.sent_at == now


def test_an_address_beyond_ascii_is_reached(session: Session, now: datetime, settings: Settings, inbox: Inbox) -> None:
    mail = post(session, now, to="小鹤@例子.example")
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.SENT
    assert inbox.mails.pop()[0] == "小鹤@例子.example"


def test_a_refused_address_has_failed_and_says_why(
    session: Session, now: datetime, settings: Settings, inbox: Inbox
) -> None:
    inbox.for_address["nobody@example.com"] = "550 no such mailbox"
    mail = post(session, now, to="nobody@example.com")
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.FAILED
    assert mail.failure == "550 no such mailbox"

    inbox.for_address.clear()
    outbox.send_once_more(session, mail=mail, actor_id=make_user(session).id, now=now)
    session.commit()
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.SENT
    assert inbox.mails.pop()[0] == "nobody@example.com"


@pytest.mark.parametrize("why", ["down", "busy address", "busy message"])
def test_what_was_not_taken_is_tried_later_for_three_days(
    session: Session, now: datetime, settings: Settings, inbox: Inbox, why: str
) -> None:
    url = f"smtp://127.0.0.1:{free_port()}" if why == "down" else inbox.url
    inbox.for_address.update({"late@example.com": "451 later"} if why == "busy address" else {})
    inbox.for_message.update({"late@example.com": "452 full"} if why == "busy message" else {})
    mail = post(session, now, to="late@example.com")
    due = []
    for _attempt in range(3):
        assert offer(session, mail, replace(settings, smtp_url=url), now) is MailState.WAITING
        due.append(session.scalars(select(Job.due_at).order_by(Job.id.desc()).limit(1)).one() - now)
    assert due == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]

    assert offer(session, mail, replace(settings, smtp_url=url), now + timedelta(days=4)) is MailState.FAILED
    inbox.for_address.clear()
    inbox.for_message.clear()
    assert inbox.mails == []


def test_a_server_that_never_answers_leaves_a_question_and_no_second_mail(
    session: Session, now: datetime, settings: Settings, inbox: Inbox
) -> None:
    inbox.for_message["lost@example.com"] = "hang up"
    mail = post(session, now, to="lost@example.com")
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.UNCERTAIN
    assert session.scalars(select(Job.key)).all() == [f"mail:{mail.id}:0"]
    inbox.for_message.clear()


def test_a_process_that_died_while_sending_leaves_a_question(
    session: Session, now: datetime, settings: Settings, inbox: Inbox
) -> None:
    mail = post(session, now)
    mailing.take_mail(session, mail_id=mail.id)
    session.commit()
    session.refresh(mail)
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.UNCERTAIN
    assert inbox.mails == []


def test_a_recalled_mail_is_not_sent(session: Session, now: datetime, settings: Settings, inbox: Inbox) -> None:
    mail = post(session, now)
    mailing.recall_mail(session, mail=mail)
    session.commit()
    with pytest.raises(mailing.NotWaitingError):
        offer(session, mail, replace(settings, smtp_url=inbox.url), now)
    with pytest.raises(mailing.NotWaitingError):
        mailing.recall_mail(session, mail=mail)
    assert inbox.mails == []


def test_without_a_mail_server_mails_are_kept_and_a_demonstration_counts_them_as_sent(
    session: Session, now: datetime, settings: Settings
) -> None:
    first, second = post(session, now), post(session, now, key="received:2")
    assert offer(session, first, replace(settings, demo=False), now) is MailState.KEPT
    assert offer(session, second, replace(settings, demo=True), now) is MailState.SENT


def test_both_languages_name_the_same_placeholders() -> None:
    names = sorted(path.name for path in (mailing.template_folder() / "mail").iterdir())
    kinds = {name.split(".")[0] for name in names}
    assert names == sorted(f"{kind}.{locale}.txt" for kind in kinds for locale in mailing.LOCALES)
    for kind in kinds:
        assert mailing._template(f"{kind}.zh.txt")[1] == mailing._template(f"{kind}.en.txt")[1]


@pytest.mark.parametrize("fields", [{"posting": "x"}, {**FIELDS, "more": "x"}])
def test_fields_that_do_not_fit_are_an_error(fields: dict[str, str]) -> None:
    with pytest.raises(mailing.MailTextError, match=r"received\.en\.txt"):
        mailing.write_text("received", "en", fields)


def test_what_a_candidate_typed_shapes_no_mail() -> None:
    subject, text = mailing.write_text(
        "received", "en", {**FIELDS, "posting": "Speech\r\nBcc: all@example.com", "name": "A\n\nPay here \u202e"}
    )
    assert subject == "We have your application: Speech Bcc: all@example.com"
    assert "Hello A Pay here," in text
    assert mailing.greeting_name(" 云\u200b小鹤\n") == "云 小鹤"
    assert [
        mailing.greeting_name(name) for name in ("see www.example.com", "http://x", "a@b.c", "<b>Li</b>", "长" * 80)
    ] == [""] * 5


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:0", "smtp://host:x"]
)
def test_an_unusable_address_of_a_mail_server_is_named_without_its_password(url: str, tmp_path: object) -> None:
    with pytest.raises(ConfigError, match="smtp_url is no address"):
        load_settings({"SCREENING_SMTP_URL": url, "SCREENING_SECRET_KEY": "x"}, instance=tmp_path)  # type: ignore[arg-type] # a folder


def test_an_invitation_arrives_as_a_part_that_calendars_act_on(
    session: Session, now: datetime, settings: Settings, inbox: Inbox
) -> None:
    calendar = write_invitation(
        Entry(
            uid="0f0e1f4e-0000-4000-8000-000000000001",
            sequence=1,
            stamp=now,
            starts_at=now + timedelta(days=200),
            ends_at=now + timedelta(days=200, minutes=45),
            time_zone="Europe/Berlin",
            is_cancelled=True,
            is_task=False,
            summary="面试：云小鹤，语音研发实习生，第一轮技术面试，线上，请提前十分钟进入会议",
            description="METHOD:REQUEST\nMETHOD:REQUEST；" + "一二三四五六七八九十，" * 12,
            place="3 号会议室",
            link="https://example.com/s",
        ),
        method=Method.CANCEL,
        organizer=Party("远山智能", "screening@localhost"),
        guests=[Party("何以然", "he@example.com")],
    )
    mail = mailing.post_mail(
        session,
        key="i:1",
        template="received",
        locale="zh",
        to="he@example.com",
        fields=FIELDS,
        now=now,
        calendar=calendar,
    )
    session.commit()
    assert offer(session, mail, replace(settings, smtp_url=inbox.url), now) is MailState.SENT

    _to, message = inbox.mails.pop()
    plain, part = message.get_body(("plain",)), _part(message, "text/calendar")
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == mail.text
    assert part["Content-Type"].params["method"] == "CANCEL"
    assert part["Content-Type"].params["charset"] == "utf-8"
    assert part.get_content().replace("\r\n", "\n") == calendar.replace("\r\n", "\n")
    (file,) = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "interview.ics")
    assert file.get_content().decode() == calendar
    event = vobject.readOne(part.get_content()).vevent
    assert event.dtstart.value == now + timedelta(days=200)


def _part(message: EmailMessage, kind: str) -> EmailMessage:
    return next(part for part in message.walk() if part.get_content_type() == kind)
