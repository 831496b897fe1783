"""What a candidate was told, or is about to be told, of one interview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Interview, Mail, MailState

WAITS = frozenset({MailState.WAITING, MailState.KEPT})


@dataclass(frozen=True, slots=True)
class CandidateMail:
    """One mail. ``at`` is when it went out, or goes out where it waits."""

    id: int
    subject: str
    state: MailState
    at: datetime

    @property
    def waits(self) -> bool:
        """Whether it can still be held back."""
        return self.state in WAITS


def candidate_mails(session: Session, *, interview: Interview) -> tuple[CandidateMail, ...]:
    """Read the mails to the candidate about one interview, the latest first. One query."""
    rows = session.execute(
        select(Mail.id, Mail.key, Mail.subject, Mail.state, Mail.sent_at, Mail.due_at)
        .where(
            Mail.application_id == interview.application_id,
            Mail.key.startswith(f"interview:{interview.uid}:", autoescape=True),
            Mail.subject != "",
        )
        .order_by(Mail.id.desc())
    )
    return tuple(
        CandidateMail(ident, subject, state, sent or due)
        for ident, key, subject, state, sent, due in rows
        if key.endswith(":candidate")
    )
