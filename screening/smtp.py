"""Handing one message to a mail server, and knowing afterwards whether it took it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import SplitResult, unquote, urlsplit

from screening.config import MAIL_PORTS

PATIENCE = 8.0  # seconds a server may take for one answer; a task has 45 for all of them
TRANSFER_ERRORS = (smtplib.SMTPException, OSError)


class DeliveryError(Exception):
    """The server did not take the message; the text says why in the server's words, without any password."""


class NotNowError(DeliveryError):
    """The message was certainly not taken and may be offered again."""


class RefusedError(DeliveryError):
    """The server refuses this message or this address for good."""


class UncertainError(DeliveryError):
    """The message was handed over and the answer never came: nobody knows whether it was taken."""


def deliver(url: str, message: EmailMessage, *, sender: str, to: str, hand_over: Callable[[], None]) -> None:
    """Offer ``message`` to the server at ``url`` and return when it has taken it.

    ``hand_over`` is called when the server has accepted sender and recipient, before the first byte of the message: what
    it raises ends the conversation. Raise one of the DeliveryErrors.
    """
    parts = urlsplit(url)
    try:
        line = _connect(parts)
    except smtplib.SMTPAuthenticationError as error:
        raise NotNowError(f"the mail server refuses the user or the password ({error.smtp_code})") from error
    except TRANSFER_ERRORS as error:
        raise NotNowError(f"{type(error).__name__}: {error}") from error
    try:
        wide = _offer(line, sender=sender, to=to)
        hand_over()
        _transfer(line, message.as_bytes(policy=SMTP.clone(utf8=wide)))
    finally:
        line.close()


def _connect(parts: SplitResult) -> smtplib.SMTP:
    host, port = parts.hostname or "", parts.port or MAIL_PORTS[parts.scheme]
    if parts.scheme == "smtps":
        line: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=ssl.create_default_context())
    else:
        line = smtplib.SMTP(host, port, timeout=PATIENCE)
    try:
        if parts.scheme == "smtp+starttls":
            line.starttls(context=ssl.create_default_context())
        line.ehlo_or_helo_if_needed()
        if parts.username:
            line.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        line.close()
        raise
    return line


def _offer(line: smtplib.SMTP, *, sender: str, to: str) -> bool:
    """Name sender and recipient; tell whether the message may hold UTF-8 headers, which an address beyond ASCII needs."""
    wide = not to.isascii()
    if wide and not line.has_extn("smtputf8"):
        raise RefusedError("the mail server takes no addresses beyond ASCII")
    try:
        _expect(line.mail(sender, ["SMTPUTF8"] if wide else []))
        _expect(line.rcpt(to))
    except TRANSFER_ERRORS as error:
        raise NotNowError(f"{type(error).__name__}: {error}") from error
    return wide


def _transfer(line: smtplib.SMTP, payload: bytes) -> None:
    try:
        answer = line.data(payload)
    except smtplib.SMTPDataError as error:
        _expect((error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""))
        raise NotNowError(str(error)) from error
    except TRANSFER_ERRORS as error:
        raise UncertainError(f"{type(error).__name__}: {error}") from error
    _expect(answer)


def _expect(answer: tuple[int, bytes]) -> None:
    """Pass on 2xx; 5xx is for good, anything else for now (RFC 5321, section 4.2.1)."""
    code, words = answer
    if 200 <= code < 300:
        return
    says = f"{code} {words.decode('utf-8', 'replace')}"[:400]
    raise RefusedError(says) if code >= 500 else NotNowError(says)
