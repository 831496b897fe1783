"""The outbox: what people do with a mail that is written and not yet sent, or of which nobody knows whether it was.

Each act is one statement on a state that it names, so that of a person and the sender exactly one wins. The audit log holds
who did it and to which mail; what the mail said stands nowhere but in the mail.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Mail, MailState
from screening.services.letters import TEMPLATE, LetterError, fill, require_letter, tidy, tidy_subject
from screening.services.mailing import NotWaitingError, ask_to_send

FARTHEST = timedelta(days=90)
SOON = timedelta(minutes=10)
"""How long a letter waits that nobody sends at once: as long as what it tells of can be taken back."""
HELD = (MailState.WAITING, MailState.KEPT)
UNCLEAR = (MailState.FAILED, MailState.UNCERTAIN, MailState.KEPT)
OUT = (MailState.SENDING, MailState.SENT, MailState.UNCERTAIN)
"""States of a mail that may have been read."""


class OutboxError(Exception):
    """What cannot be done with a mail: ``code`` is past, far, changed, not_a_letter or told."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def check_time(due_at: datetime, *, now: datetime) -> None:
    """Raise OutboxError for a time to send at that is over (``past``) or more than ``FARTHEST`` ahead (``far``)."""
    if due_at < now:
        raise OutboxError("past")
    if due_at > now + FARTHEST:
        raise OutboxError("far")


def send_at(session: Session, *, mail: Mail, due_at: datetime, actor_id: int, now: datetime) -> datetime:
    """Let a waiting mail go out at another time, at once with ``now``; give the time before. Raise NotWaitingError, OutboxError."""
    check_time(due_at, now=now)
    before = mail.due_at
    _claim(session, mail, (MailState.WAITING,), due_at=due_at)
    ask_to_send(session, mail=mail, asked_at=now)
    _note(session, "mail.send_now" if due_at <= now else "mail.put_off", mail, actor_id, now)
    return before


def recall(session: Session, *, mail: Mail, actor_id: int, now: datetime) -> None:
    """Take a mail back before it goes out; raise NotWaitingError when it has."""
    _claim(session, mail, HELD, state=MailState.RECALLED)
    _note(session, "mail.recall", mail, actor_id, now)


def put_back(session: Session, *, mail: Mail, actor_id: int, now: datetime) -> None:
    """Undo a recall: the mail waits again, for its own time or at least ``SOON``, so that nobody is surprised.

    Raise NotWaitingError when the candidate's data were erased meanwhile.
    """
    if not mail.to_address:
        raise NotWaitingError
    _claim(session, mail, (MailState.RECALLED,), state=MailState.WAITING, due_at=max(mail.due_at, now + SOON))
    ask_to_send(session, mail=mail, asked_at=now)
    _note(session, "mail.put_back", mail, actor_id, now)


def send_once_more(session: Session, *, mail: Mail, actor_id: int, now: datetime) -> None:
    """Let a mail go out that failed, was kept, or whose fate is unknown; raise NotWaitingError for any other."""
    _claim(session, mail, UNCLEAR, state=MailState.WAITING, due_at=now, created_at=now, failure=None)
    ask_to_send(session, mail=mail, asked_at=now)
    _note(session, "mail.again", mail, actor_id, now)


def rewrite(
    session: Session,
    *,
    mail: Mail,
    subject: str,
    text: str,
    values: Mapping[str, str],
    seen: tuple[str, str],
    actor_id: int,
    now: datetime,
) -> None:
    """Give a waiting letter another text, with placeholders that ``values`` fill.

    ``seen`` are the subject and text that the person changes: others by now are OutboxError ``changed``. Raise LetterError
    for a text that cannot be filled, NotWaitingError once the letter is gone.
    """
    if mail.template != TEMPLATE:
        raise OutboxError("not_a_letter")
    subject, text = tidy_subject(subject), tidy(text)
    require_letter(subject, text)
    filled, body = tidy_subject(fill(subject, values)), tidy(fill(text, values))
    if not filled or not body:
        raise LetterError("text_missing" if filled else "subject_missing")
    if (mail.subject, mail.text) != seen:
        raise OutboxError("changed")
    _claim(session, mail, HELD, seen=seen, subject=filled[:300], text=f"{body}\n")
    ask_to_send(session, mail=mail, asked_at=now)
    _note(session, "mail.rewrite", mail, actor_id, now)


def recall_written(session: Session, *, keys: Collection[str]) -> int:
    """Recall the letters with these keys that have not gone out, for an act that is taken back; give how many.

    Raise OutboxError ``told`` when one of them has: what the candidate has read cannot be taken back with a click.
    """
    if not keys:
        return 0
    waiting = update(Mail).where(Mail.key.in_(keys), Mail.state.in_(HELD)).values(state=MailState.RECALLED)
    recalled = session.scalars(waiting.returning(Mail.id), execution_options={"synchronize_session": False}).all()
    if session.scalar(select(Mail.id).where(Mail.key.in_(keys), Mail.state.in_(OUT)).limit(1)) is not None:
        raise OutboxError("told")
    for thing in list(session.identity_map.values()):
        if isinstance(thing, Mail):
            session.expire(thing)
    return len(recalled)


def _claim(
    session: Session,
    mail: Mail,
    before: tuple[MailState, ...],
    *,
    seen: tuple[str, str] | None = None,
    **values: object,
) -> None:
    """Change a mail that is in one of these states, and no other."""
    here = [Mail.id == mail.id, Mail.state.in_(before)]
    if seen is not None:
        here += [Mail.subject == seen[0], Mail.text == seen[1]]
    claimed = update(Mail).where(*here).values(values).returning(Mail.id)
    if session.scalar(claimed, execution_options={"synchronize_session": False}) is None:
        raise NotWaitingError
    session.refresh(mail)


def _note(session: Session, act: str, mail: Mail, actor_id: int, now: datetime) -> None:
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="application" if mail.application_id is not None else "mail",
        subject_id=mail.application_id if mail.application_id is not None else mail.id,
        now=now,
        mail=mail.id,
        is_letter=mail.template == TEMPLATE,
    )
