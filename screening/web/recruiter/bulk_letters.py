"""Mails of an act on many: letters, each filled in its reader's language under a key that makes it one mail, and what people are told of interviews."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from screening.models import Application, Bulk, Mail, Posting, User
from screening.services.inviting import tell
from screening.services.letters import fill, tidy, tidy_subject, write_letter
from screening.services.outbox import SOON
from screening.web.interview_news import news_words
from screening.web.recruiter.letter_work import letter_values


def write_bulk_letter(session: Session, bulk: Bulk, application: Application, now: datetime) -> Mail:
    """Write the letter of one candidate; it goes out ``SOON`` after it was written. Raise LetterError without an address."""
    posting, author = session.get_one(Posting, bulk.posting_id), session.get_one(User, bulk.actor_id)
    subject, text = letter_for(bulk.arguments["letters"], application.locale)
    with current_app.test_request_context(base_url=bulk.arguments["base"]):
        values = letter_values(application, posting=posting, recruiter=author.name, stage=None)
    return write_letter(
        session,
        application=application,
        posting=posting,
        subject=tidy_subject(fill(subject, values)),
        text=tidy(fill(text, values)),
        author_id=author.id,
        due_at=now + SOON,
        key=f"bulk:{bulk.id}:{application.id}",
        now=now,
    )


def tell_of_interview(session: Session, bulk: Bulk, interview_id: int, now: datetime) -> None:
    """Write the mails that an interview calls for after the act, or its way back, has called it off or planned it again."""
    with current_app.test_request_context(base_url=bulk.arguments["base"]):
        tell(
            session,
            interview_id=interview_id,
            tell_candidate=None,
            wording=news_words,
            settings=current_app.config["SCREENING"],
            now=now,
        )


def letter_for(letters: dict[str, list[str]], locale: str) -> tuple[str, str]:
    """Give subject and text in a candidate's language, or in the one that there is."""
    subject, text = letters.get(locale) or next(iter(letters.values()))
    return subject, text
