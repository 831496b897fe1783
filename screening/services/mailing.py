"""Mails: written with their cause, sent by the worker, never twice.

A mail is a row in the transaction of what it tells about. Before the first byte of it goes out the row is marked, so a
process that dies in between leaves a mark and no second mail: such a mail is ``uncertain`` and waits for a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, meta
from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from screening import queue, smtp
from screening.config import Settings
from screening.models import Application, Base, Mail, MailState
from screening.models.prepared import Prepared, upsert
from screening.models.written import as_stored

MAILS = Base.metadata.tables[Mail.__tablename__]
POSTING_OF = select(Application.posting_id).where(Application.id == bindparam("of_application"))
ADD_MAIL = Prepared(
    lambda dialect: (
        upsert(MAILS, dialect)
        .values(posting_id=POSTING_OF.scalar_subquery())
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(MAILS.c.id, MAILS.c.posting_id)
    ),
    row=True,
)
"""It gives the numbers of a new mail and its posting, and nothing for one that is there."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_SUBJECT = 300
LONGEST_GREETING = 60
LONGEST_FAILURE = 500
LOCALES = ("zh", "en")
FAREWELL = "erased"
"""The template of the last mail to somebody whose data are erased: when its fate is known, its address goes as well."""
MailField = str | Sequence[Mapping[str, str]]
# A name that carries an address would make our mail somebody's advertisement.
METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
ADDRESS = re.compile(r"://|www\.|@|\.\w{2,}/|[<>{}｛｝]", re.IGNORECASE)


class MailTextError(Exception):
    """A template and the fields given for it do not fit; the text names both."""


class NotWaitingError(Exception):
    """The mail has been sent, recalled or taken by another process, so it cannot be taken or recalled now."""


def template_folder() -> Path:
    """Find the templates: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "templates"
    return beside if beside.is_dir() else package / "templates"


TEXTS = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - plain text, nothing to escape


@cache
def _template(name: str) -> tuple[Template, frozenset[str]]:
    """Read a template once; give it with the names of its fields."""
    source = (template_folder() / "mail" / name).read_text("utf-8")
    return TEXTS.from_string(source), frozenset(meta.find_undeclared_variables(TEXTS.parse(source)))


def write_text(template: str, locale: str, fields: Mapping[str, MailField]) -> tuple[str, str]:
    """Give subject and text of a mail; raise MailTextError unless ``fields`` are exactly what the template names.

    A field is one line of text, or a list of rows with lines of their own.
    """
    name = f"{template}.{locale}.txt"
    written, named = _template(name)
    if named != set(fields):
        raise MailTextError(f"{name} names {sorted(named)} and was given {sorted(fields)}")
    subject, _gap, text = written.render({key: _plain_field(value) for key, value in fields.items()}).partition("\n\n")
    return " ".join(subject.split())[:LONGEST_SUBJECT], text.strip() + "\n"


def post_mail(
    session: Session,
    *,
    key: str,
    template: str,
    locale: str,
    to: str,
    fields: Mapping[str, MailField],
    now: datetime,
    application_id: int | None = None,
    due_at: datetime | None = None,
    calendar: str | None = None,
) -> Mail:
    """Write a mail in the caller's transaction and ask for its sending at ``due_at``; the same key gives the same mail."""
    subject, text = write_text(template, locale, fields)
    row: dict[str, Any] = {
        "key": key,
        "template": template,
        "locale": locale,
        "to_address": to,
        "subject": subject,
        "text": text,
        "calendar": calendar,
        "application_id": application_id,
        "state": MailState.WAITING,
        "attempts": 0,
        "created_at": now,
        "due_at": due_at or now,
    }
    new = ADD_MAIL.execute(session, {**row, "of_application": application_id}).one_or_none()
    if new is None:
        return session.scalars(select(Mail).where(Mail.key == key)).one()
    _ask(session, new.id, 0, row["due_at"])
    return as_stored(session, Mail(id=new.id, posting_id=new.posting_id, **row))


def recall_mail(session: Session, *, mail: Mail) -> None:
    """Take a mail back before it goes out; raise NotWaitingError when it has."""
    _change(session, mail.id, {MailState.WAITING, MailState.KEPT}, MailState.RECALLED)


def take_mail(session: Session, *, mail_id: int, read: Mail | None = None) -> None:
    """Mark a mail as handed over; the caller commits before the first byte. Raise NotWaitingError when somebody else did.

    With ``read``, also when the mail is no longer as it was read: somebody has written it anew or put it off meanwhile.
    """
    same = () if read is None else (Mail.subject == read.subject, Mail.text == read.text, Mail.due_at == read.due_at)
    _change(session, mail_id, {MailState.WAITING}, MailState.SENDING, *same)


def is_due(mail: Mail, *, now: datetime) -> bool:
    """Tell whether a mail may go out by its time; a second is left for clocks that differ."""
    return mail.due_at <= now + timedelta(seconds=1)


def offer_mail(mail: Mail, *, settings: Settings, take: Callable[[], None]) -> tuple[MailState, str]:
    """Offer a mail that was read in a transaction that has ended; give what became of it, and why when it was not sent.

    ``take`` marks the mail and commits; it is called before the first byte goes out. ``waiting`` means that the mail may
    be offered again. A demonstration without a mail server keeps its mails on a page and counts them as sent.
    """
    if mail.state is MailState.SENDING:
        return MailState.UNCERTAIN, "the process that sent it ended before the mail server's answer"
    if settings.smtp_url is None:
        return (MailState.SENT if settings.demo else MailState.KEPT), ""
    company = settings.company_zh if mail.locale == "zh" else settings.company_en
    sender = Address(company, addr_spec=settings.mail_from)
    try:
        smtp.deliver(
            settings.smtp_url,
            message_of(mail, sender),
            sender=sender.addr_spec,
            to=mail.to_address,
            hand_over=take,
        )
    except smtp.NotNowError as error:
        return MailState.WAITING, str(error)
    except smtp.UncertainError as error:
        return MailState.UNCERTAIN, str(error)
    except smtp.DeliveryError as error:
        return MailState.FAILED, str(error)
    return MailState.SENT, ""


def message_of(mail: Mail, sender: Address) -> EmailMessage:
    """Make the message: the same mail gives the same bytes, its identity included."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to_address
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<mail-{mail.id}-{mail.created_at:%Y%m%d%H%M%S%f}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.locale
    message.set_content(mail.text)
    if mail.calendar is not None:
        # The part that calendars act on (RFC 6047, 2.4), and a file for those that only take files.
        message.add_alternative(mail.calendar, subtype="calendar", params={"method": calendar_method(mail.calendar)})
        message.add_attachment(
            mail.calendar.encode("utf-8"), maintype="application", subtype="ics", filename="interview.ics"
        )
    return message


def calendar_method(calendar: str) -> str:
    """Read what a mail's iCalendar object asks for: REQUEST or CANCEL. No text inside it can pretend another one."""
    found = METHOD.search(calendar)
    return found[1] if found else "REQUEST"


def note_outcome(session: Session, *, mail: Mail, state: MailState, failure: str, now: datetime) -> None:
    """Keep what became of a mail; one that waits is asked for again later, until ``GIVE_UP_AFTER`` has passed."""
    if state is MailState.WAITING and now - mail.due_at > GIVE_UP_AFTER:
        state = MailState.FAILED
    attempts = mail.attempts + 1
    session.execute(
        update(Mail)
        .where(Mail.id == mail.id)
        .values(
            state=state,
            attempts=attempts,
            failure=failure[:LONGEST_FAILURE] or None,
            sent_at=now if state is MailState.SENT else None,
        )
    )
    if mail.template == FAREWELL and state is not MailState.WAITING:
        session.execute(update(Mail).where(Mail.id == mail.id).values(to_address="", failure=None))
    if state is MailState.WAITING:
        pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
        _ask(session, mail.id, attempts, now + pause)


def ask_to_send(session: Session, *, mail: Mail, asked_at: datetime | None = None) -> None:
    """Ask for a mail's sending when it is due; with ``asked_at`` once more, beside what was asked for before.

    Of several jobs for one mail the first that finds it due sends it, and the others find nothing to do.
    """
    key = f"mail:{mail.id}:{mail.attempts}" + (f":{asked_at:%Y%m%d%H%M%S%f}" if asked_at else "")
    queue.enqueue(session, queue.SEND_MAIL, key=key, now=mail.due_at, mail_id=mail.id)


def plain_line(value: str) -> str:
    """Give one line without control or direction characters: what a candidate typed never shapes a mail."""
    return _plain(value)


def greeting_name(name: str) -> str:
    """Give a candidate's name for a greeting, or nothing where what was typed is no name but an address or a text."""
    plain = _plain(name)
    return "" if ADDRESS.search(plain) or len(plain) > LONGEST_GREETING else plain


def _plain_field(value: MailField) -> str | list[dict[str, str]]:
    if isinstance(value, str):
        return _plain(value)
    return [{key: _plain(line) for key, line in row.items()} for row in value]


def _plain(value: str) -> str:
    """Give one line without control or direction characters: what a candidate typed never shapes a mail."""
    kept = "".join(mark if unicodedata.category(mark) not in {"Cc", "Cf", "Zl", "Zp"} else " " for mark in value)
    return " ".join(kept.split())


def _ask(session: Session, mail_id: int, attempt: int, at: datetime) -> None:
    queue.enqueue(session, queue.SEND_MAIL, key=f"mail:{mail_id}:{attempt}", now=at, mail_id=mail_id)


def _change(
    session: Session, mail_id: int, before: set[MailState], after: MailState, *only: ColumnElement[bool]
) -> None:
    here = (Mail.id == mail_id, Mail.state.in_(before), *only)
    statement = update(Mail).where(*here).values(state=after).returning(Mail.id)
    if session.scalar(statement) is None:
        raise NotWaitingError
