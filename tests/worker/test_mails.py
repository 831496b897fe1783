"""The worker sends mails through a real mail server; one that is killed in between sends nobody a second mail."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import Mail, MailState
from screening.services.mailing import post_mail
from tests.real.broker import Broker
from tests.real.mail_server import mail_server
from tests.real.processes import environment, running, wait_for

MAILS = 50


@pytest.mark.chaos
def test_nobody_gets_a_mail_twice_when_the_worker_is_killed(
    session: Session, settings: Settings, broker: Broker, now: datetime, tmp_path: Path
) -> None:
    broker.flush()
    for number in range(MAILS):
        post_mail(
            session,
            key=f"received:{number}",
            template="received",
            locale="en",
            to=f"candidate{number}@example.com",
            fields={"name": "", "posting": "Speech", "link": "https://example.com", "company": "Yuanshan AI"},
            now=now,
        )
    session.commit()

    def states() -> Counter[MailState]:
        session.rollback()
        found = Counter(session.scalars(select(Mail.state)).all())
        session.rollback()
        return found

    def is_over() -> bool:
        found = states()
        return found[MailState.WAITING] + found[MailState.SENDING] == 0

    with mail_server() as inbox:
        env = {**environment(settings), "SCREENING_SMTP_URL": inbox.url}
        with running(tmp_path, "beat", env=env), running(tmp_path, "worker", env=env) as worker:
            wait_for(lambda: len(inbox.mails) >= 5, say=worker.output)
            for child in psutil.Process(worker.process.pid).children():
                os.kill(child.pid, signal.SIGKILL)
            wait_for(is_over, seconds=240, say=lambda: f"{states()} {worker.output()}")

    sent = Counter(to for to, _message in inbox.mails)
    assert set(sent.values()) == {1}
    found = states()
    assert found[MailState.SENT] + found[MailState.UNCERTAIN] == MAILS
    assert found[MailState.UNCERTAIN] <= 4
    assert len(sent) >= found[MailState.SENT]
    broker.flush()
