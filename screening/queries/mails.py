"""The mail log: newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.orm import Session

from screening.models import Interview, Mail, MailState, Panelist
from screening.queries.blindness import is_open

PAGE = 50
TELLING = ("reminder", "escalation", "letter", "reviewed")
"""Templates of mails that are written only as long as somebody has not submitted, or in which a colleague may say what they think."""


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail in the list; ``at`` is when it was sent, or was written where it was not."""

    id: int
    subject: str
    to_address: str
    state: MailState
    at: datetime
    failure: str | None


@dataclass(frozen=True, slots=True)
class MailPage:
    """One page of the log; ``before`` is the number to go on from, None on the last page."""

    rows: tuple[MailRow, ...]
    before: int | None


def list_mails(
    session: Session, *, state: MailState | None = None, before: int | None = None, reader_id: int | None = None
) -> MailPage:
    """List up to ``PAGE`` mails older than number ``before``, of one state or of all, that this reader may see."""
    statement = (
        select(
            Mail.id,
            Mail.subject,
            Mail.to_address,
            Mail.state,
            func.coalesce(Mail.sent_at, Mail.created_at),
            Mail.failure,
        )
        .where(is_shown(reader_id))
        .order_by(Mail.id.desc())
    )
    if state is not None:
        statement = statement.where(Mail.state == state)
    if before is not None:
        statement = statement.where(Mail.id < before)
    rows = tuple(MailRow(*row) for row in session.execute(statement.limit(PAGE + 1)))
    return MailPage(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def is_shown(reader_id: int | None) -> ColumnElement[bool]:
    """Give the condition that a mail tells this reader nothing of who has submitted where they owe an evaluation themselves; always true without a reader."""
    if reader_id is None:
        return true()
    owed = (
        select(Interview.application_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Panelist.user_id == reader_id, is_open())
    )
    return or_(Mail.application_id.is_(None), not_(and_(Mail.template.in_(TELLING), Mail.application_id.in_(owed))))
