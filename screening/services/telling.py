"""The mail with a decision: only when a person asks for it, read before it goes out, recalled with the decision."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Decision, Mail, MailState, Posting
from screening.services.mailing import MailField, greeting_name, post_mail, recall_mail, write_text

TEMPLATE = "decided"
PAUSE = timedelta(minutes=10)
"""How long the mail waits: as long as the decision can be taken back."""


def decision_text(
    *, application: Application, posting: Posting, to_stage: str, link: str, company: str
) -> tuple[str, str]:
    """Give subject and text of the mail that a move to this stage would send, as its preview."""
    return write_text(TEMPLATE, application.locale, _fields(application, posting, to_stage, link, company))


def tell_candidate(
    session: Session, *, application: Application, decision: Decision, link: str, company: str, now: datetime
) -> Mail:
    """Write the mail with a decision that stands; it goes out when the decision can no longer be taken back."""
    posting = session.get_one(Posting, application.posting_id)
    return post_mail(
        session,
        key=f"{prefix_of(decision.id)}{now:%Y%m%d%H%M%S%f}",
        template=TEMPLATE,
        locale=application.locale,
        to=application.email,
        fields=_fields(application, posting, decision.to_stage, link, company),
        now=now,
        application_id=application.id,
        due_at=now + PAUSE,
    )


def recall_told(session: Session, *, decision: Decision) -> None:
    """Take the mail with a decision back; raise NotWaitingError when it has gone out."""
    mails = session.scalars(
        select(Mail).where(
            Mail.key.startswith(prefix_of(decision.id), autoescape=True), Mail.state != MailState.RECALLED
        )
    )
    for mail in mails:
        recall_mail(session, mail=mail)


def prefix_of(decision_id: int) -> str:
    """Give how the keys of a decision's mails begin."""
    return f"{TEMPLATE}:{decision_id}:"


def _fields(application: Application, posting: Posting, to_stage: str, link: str, company: str) -> dict[str, MailField]:
    return {
        "name": greeting_name(application.name),
        "posting": posting.title or "",
        "step": to_stage,
        "link": link,
        "company": company,
    }
