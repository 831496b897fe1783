"""The outbox: of a person and the sender one wins, a letter goes out as it was last written, and no restart loses it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from screening.audit import is_intact
from screening.models import AuditEntry, Job, JobState, Mail, MailState, Stage
from screening.services import mailing, outbox
from screening.services.letters import LetterError, write_letter
from screening.services.mailing import NotWaitingError
from screening.services.moving import OVER, move_application
from screening.services.telling import move_key
from tests.factories import make_application, make_posting, make_user
from tests.real.mail_server import mail_server
from worker.tasks import send_mail

VALUES = {
    "name": "云小鹤",
    "posting": "轨迹预测",
    "company": "远山智能",
    "status_link": "https://example.com/status/abc",
    "recruiter": "石小猴",
    "stage": "面试",
}


@pytest.fixture
def letter(session: Session) -> Mail:
    return a_letter(session)


def a_letter(session: Session, *, due_in: timedelta = timedelta(minutes=10), key: str = "letter:1") -> Mail:
    posting = make_posting(session, slug=key.replace(":", "-"))
    application = make_application(session, posting)
    now = datetime.now(UTC)
    mail = write_letter(
        session,
        application=application,
        posting=posting,
        subject="Hello",
        text="First words https://example.com/status/abc",
        author_id=None,
        due_at=now + due_in,
        key=key,
        now=now,
    )
    session.commit()
    return mail


def state_of(session: Session, mail: Mail) -> MailState:
    session.rollback()
    found = session.get_one(Mail, mail.id, populate_existing=True).state
    session.rollback()
    return found


@pytest.mark.parametrize("place", range(4))
def test_a_mail_is_recalled_or_sent_and_never_both(session: Session, engine: Engine, place: int) -> None:
    actor = make_user(session)
    mail = a_letter(session, due_in=timedelta(0), key=f"letter:race{place}")
    ready, won = threading.Barrier(2), []

    def run(name: str, act: Callable[[Session], None]) -> None:
        with Session(engine, expire_on_commit=False) as own:
            ready.wait()
            try:
                act(own)
                own.commit()
                won.append(name)
            except NotWaitingError:
                own.rollback()

    def recall(own: Session) -> None:
        outbox.recall(own, mail=own.get_one(Mail, mail.id), actor_id=actor.id, now=datetime.now(UTC))

    def take(own: Session) -> None:
        mailing.take_mail(own, mail_id=mail.id)

    threads = [threading.Thread(target=run, args=pair) for pair in (("recall", recall), ("take", take))]
    for thread in threads[:: 1 if place % 2 else -1]:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert state_of(session, mail) is (MailState.RECALLED if won == ["recall"] else MailState.SENDING)


def test_a_letter_that_was_written_anew_is_not_sent_as_it_was_read(session: Session, letter: Mail) -> None:
    read = replace_detached(session, letter)
    author = make_user(session)
    rewrite(session, letter, author.id, text="Second words for {name}: {status_link}")
    with pytest.raises(NotWaitingError):
        mailing.take_mail(session, mail_id=letter.id, read=read)
    session.rollback()
    mailing.take_mail(session, mail_id=letter.id, read=replace_detached(session, letter))
    session.commit()
    assert letter.text == "Second words for 云小鹤: https://example.com/status/abc\n"


def replace_detached(session: Session, mail: Mail) -> Mail:
    """Read the mail as the worker does: apart from any session."""
    session.commit()
    with Session(session.get_bind(), expire_on_commit=False) as other:
        found = other.get_one(Mail, mail.id)
        other.expunge(found)
        other.rollback()
    return found


def rewrite(session: Session, mail: Mail, actor_id: int, *, subject: str = "Hello", text: str) -> None:
    outbox.rewrite(
        session,
        mail=mail,
        subject=subject,
        text=text,
        values=VALUES,
        seen=(mail.subject, mail.text),
        actor_id=actor_id,
        now=datetime.now(UTC),
    )
    session.commit()


def test_two_who_edit_one_letter_do_not_overwrite_each_other(session: Session, letter: Mail) -> None:
    author = make_user(session)
    seen = (letter.subject, letter.text)
    rewrite(session, letter, author.id, text="Of the first")
    with pytest.raises(outbox.OutboxError, match="changed"):
        outbox.rewrite(
            session,
            mail=letter,
            subject="Hello",
            text="Of the second",
            values=VALUES,
            seen=seen,
            actor_id=author.id,
            now=datetime.now(UTC),
        )
    assert letter.text == "Of the first\n"


def test_only_letters_are_written_anew_and_only_while_they_wait(session: Session, letter: Mail) -> None:
    author = make_user(session)
    with pytest.raises(LetterError, match="placeholder"):
        rewrite(session, letter, author.id, text="{nmae}")
    letter.template = "received"
    with pytest.raises(outbox.OutboxError, match="not_a_letter"):
        rewrite(session, letter, author.id, text="x")
    letter.template = "letter"
    letter.state = MailState.SENT
    session.commit()
    with pytest.raises(NotWaitingError):
        rewrite(session, letter, author.id, text="x")


def test_a_letter_can_be_put_off_and_not_into_the_past(session: Session, letter: Mail) -> None:
    author, now = make_user(session), datetime.now(UTC)
    for due, code in ((now - timedelta(seconds=1), "past"), (now + timedelta(days=91), "far")):
        with pytest.raises(outbox.OutboxError, match=code):
            outbox.send_at(session, mail=letter, due_at=due, actor_id=author.id, now=now)
    outbox.send_at(session, mail=letter, due_at=now + timedelta(days=2), actor_id=author.id, now=now)
    session.commit()
    assert letter.due_at == now + timedelta(days=2)
    assert now + timedelta(days=2) in session.scalars(select(Job.due_at)).all()


def run_jobs(app: Flask, session: Session, mail: Mail) -> None:
    """Run the jobs that wait, as the worker would."""
    waiting = session.scalars(
        select(Job.id).where(Job.state == JobState.WAITING, Job.name == "send_mail").order_by(Job.id)
    ).all()
    session.commit()
    with app.app_context():
        for job in waiting:
            send_mail.run(job_id=job, mail_id=mail.id)


def test_the_worker_leaves_a_letter_that_was_put_off_and_sends_it_in_time(
    app: Flask, session: Session, letter: Mail
) -> None:
    author, now = make_user(session), datetime.now(UTC)
    session.commit()
    with mail_server() as inbox:
        app.config["SCREENING"] = replace(app.config["SCREENING"], smtp_url=inbox.url, demo=False)
        run_jobs(app, session, letter)
        assert (state_of(session, letter), len(inbox.mails)) == (MailState.WAITING, 0)
        assert len(session.scalars(select(Job.id).where(Job.state == JobState.WAITING)).all()) == 1
        outbox.send_at(session, mail=session.get_one(Mail, letter.id), due_at=now, actor_id=author.id, now=now)
        session.commit()
        run_jobs(app, session, letter)
        assert [to for to, _message in inbox.mails] == [letter.to_address]
        assert state_of(session, letter) is MailState.SENT


@pytest.mark.parametrize(("to", "state"), [(Stage.INTERVIEW, MailState.RECALLED), (Stage.REJECTED, MailState.SENT)])
def test_a_letter_that_is_overtaken_by_the_end_of_the_application_is_not_sent(
    app: Flask, session: Session, to: Stage, state: MailState
) -> None:
    actor, now = make_user(session), datetime.now(UTC)
    posting = make_posting(session)
    application = make_application(session, posting, stage=Stage.SCREENING)
    move = move_application(
        session, application=application, to=to, actor_id=actor.id, now=now, reason="other" if to in OVER else None
    )
    mail = write_letter(
        session,
        application=application,
        posting=posting,
        subject="Next step",
        text="An interview",
        author_id=actor.id,
        due_at=now,
        key=move_key(move.id),
        now=now,
    )
    if to is Stage.INTERVIEW:
        move_application(
            session, application=application, to=Stage.REJECTED, actor_id=actor.id, now=now, reason="other"
        )
    session.commit()
    with mail_server() as inbox:
        app.config["SCREENING"] = replace(app.config["SCREENING"], smtp_url=inbox.url, demo=False)
        run_jobs(app, session, mail)
        assert state_of(session, mail) is state
        assert len(inbox.mails) == (state is MailState.SENT)


def test_nobody_is_written_to_by_putting_a_mail_back_whose_address_is_erased(session: Session, letter: Mail) -> None:
    author, now = make_user(session), datetime.now(UTC)
    outbox.recall(session, mail=letter, actor_id=author.id, now=now)
    letter.to_address = ""
    session.commit()
    with pytest.raises(NotWaitingError):
        outbox.put_back(session, mail=letter, actor_id=author.id, now=now)


def test_a_recalled_letter_that_is_put_back_waits_again_and_is_asked_for(session: Session, letter: Mail) -> None:
    author, now = make_user(session), datetime.now(UTC)
    outbox.recall(session, mail=letter, actor_id=author.id, now=now)
    with pytest.raises(NotWaitingError):
        outbox.send_at(session, mail=letter, due_at=now, actor_id=author.id, now=now)
    later = now + timedelta(hours=1)
    outbox.put_back(session, mail=letter, actor_id=author.id, now=later)
    session.commit()
    assert (letter.state, letter.due_at) == (MailState.WAITING, later + outbox.SOON)
    assert later + outbox.SOON in session.scalars(select(Job.due_at)).all()


def test_what_is_unclear_is_sent_again_and_what_was_sent_is_not(session: Session, letter: Mail) -> None:
    author, now = make_user(session), datetime.now(UTC)
    for state in (MailState.FAILED, MailState.UNCERTAIN, MailState.KEPT):
        letter.state = state
        session.commit()
        outbox.send_once_more(session, mail=letter, actor_id=author.id, now=now)
        assert letter.state is MailState.WAITING
    letter.state = MailState.SENT
    session.commit()
    with pytest.raises(NotWaitingError):
        outbox.send_once_more(session, mail=letter, actor_id=author.id, now=now)


def test_letters_of_an_act_that_is_taken_back_are_recalled_unless_one_was_read(session: Session) -> None:
    mails = [a_letter(session, key=f"letter:move:{number}") for number in range(3)]
    keys = [mail.key for mail in mails[:2]]
    assert outbox.recall_written(session, keys=keys) == 2
    session.commit()
    assert [mail.state for mail in mails] == [MailState.RECALLED, MailState.RECALLED, MailState.WAITING]
    mails[2].state = MailState.SENT
    session.commit()
    with pytest.raises(outbox.OutboxError, match="told"):
        outbox.recall_written(session, keys=[mails[2].key])


def test_the_audit_log_says_who_did_what_and_not_what_was_written(session: Session, letter: Mail) -> None:
    author = make_user(session)
    rewrite(session, letter, author.id, subject="Secret subject", text="Secret words for {name}")
    outbox.recall(session, mail=letter, actor_id=author.id, now=datetime.now(UTC))
    session.commit()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    acts = [(entry.act, entry.actor_id) for entry in entries if entry.act.startswith("mail.")]
    assert acts == [("mail.rewrite", author.id), ("mail.recall", author.id)]
    assert not any(word in repr([entry.facts for entry in entries]) for word in ("Secret", "云小鹤", letter.to_address))
    assert is_intact(session)
