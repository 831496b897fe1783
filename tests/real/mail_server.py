"""A real mail server for tests: it keeps what it takes, and can refuse, defer or hang up."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.real.site import free_port


@dataclass
class Inbox:
    """What arrived, in order. ``answers`` are given to recipients or to the end of a message, by address; "hang up" ends the line."""

    url: str = ""
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    for_address: dict[str, str] = field(default_factory=dict)
    for_message: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - the name is the library's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.for_address.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        to = envelope.rcpt_tos[0]
        answer = self.for_message.get(to, "250 OK")
        if answer == "hang up":
            cast("Any", server.transport).abort()
            return "421 gone"
        if answer.startswith("2"):
            content = cast("bytes", envelope.content)
            self.mails.append((to, cast("EmailMessage", email.message_from_bytes(content, policy=default))))
        return answer


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """Run a mail server on a free port of this machine for the length of a block."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    inbox.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield inbox
    finally:
        controller.stop()
