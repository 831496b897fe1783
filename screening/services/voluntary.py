"""Voluntary answers: kept apart under tokens that only the candidate's page, the counting and the erasing can make.

A token is HMAC-SHA-256 of the application's number under a key derived from the installation's secret for this purpose
alone (``Settings.voluntary_key``). With the database but without the secret nobody can tell whose an answer is. Neither a
time nor an order is stored, and the audit log does not hear of it. With another secret the answers can no longer be found.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from screening import queue
from screening.audit import record
from screening.models import Application, Posting, VoluntaryAnswer
from screening.queries.batches import made_together

UNSAID = "unsaid"
"""Preferring not to say: kept so that the page shows what was chosen, never shown as a group."""
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "sex": ("woman", "man", "other"),
    "age": ("under_25", "25_34", "35_44", "45_over"),
    "disability": ("disabled", "not_disabled"),
    "ethnicity": ("minority", "majority"),
}
"""What is asked and what can be answered, beside ``UNSAID``; the words are the page's."""


def token_of(key: bytes, application_id: int) -> str:
    """Give the token under which an application's answers are kept: 64 hexadecimal digits."""
    return hmac.digest(key, str(application_id).encode(), "sha256").hex()


def is_asked(session: Session, *, application: Application) -> bool:
    """Tell whether the application's posting asks for voluntary answers."""
    return bool(session.scalar(select(Posting.asks_voluntary).where(Posting.id == application.posting_id)))


def own_answers(session: Session, *, key: bytes, application_id: int) -> dict[str, str]:
    """Read what was answered, for the candidate alone: answer by question."""
    rows = session.execute(
        select(VoluntaryAnswer.question, VoluntaryAnswer.answer).where(
            VoluntaryAnswer.token == token_of(key, application_id)
        )
    )
    return dict(rows.all())


def keep_answers(session: Session, *, key: bytes, application: Application, answers: Mapping[str, str]) -> None:
    """Put these answers in the place of earlier ones, for every application that the same form made and whose posting asks.

    An answer that is no choice of its question counts as not said.
    """
    ids = [one.id for one in made_together(session, application=application) if is_asked(session, application=one)]
    _delete(session, (token_of(key, ident) for ident in ids))
    session.add_all(
        VoluntaryAnswer(
            token=token_of(key, ident),
            question=question,
            answer=answers[question] if answers.get(question) in choices else UNSAID,
        )
        for ident in ids
        for question, choices in QUESTIONS.items()
    )
    session.flush()


def take_back(session: Session, *, key: bytes, application: Application) -> None:
    """Delete the answers of the application and of those that the same form made."""
    _delete(session, [token_of(key, one.id) for one in made_together(session, application=application)])


def ask_to_forget_answers(session: Session, *, application_id: int, now: datetime) -> None:
    """Ask the worker, which has the key, to delete the answers of an application that is being erased in this transaction."""
    queue.enqueue(
        session,
        queue.FORGET_VOLUNTARY,
        key=f"forget-voluntary:{application_id}",
        now=now,
        is_awaited=True,
        application_id=application_id,
    )


def forget_answers(session: Session, *, key: bytes, application_ids: Sequence[int]) -> None:
    """Delete the answers of these applications for good."""
    _delete(session, [token_of(key, ident) for ident in application_ids])


def ask_candidates(session: Session, *, posting: Posting, asks: bool, actor_id: int, now: datetime) -> bool:
    """Let a posting ask its candidates for voluntary answers, or no longer; tell whether that is a change. What was answered stays counted."""
    if posting.asks_voluntary == asks:
        return False
    posting.asks_voluntary = asks
    record(
        session,
        act="posting.ask_voluntary",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        asks=asks,
    )
    session.flush()
    return True


def _delete(session: Session, tokens: Iterable[str]) -> None:
    """Delete answers; SQLite fills their room with zeros."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))
    session.execute(
        delete(VoluntaryAnswer)
        .where(VoluntaryAnswer.token.in_(list(tokens)))
        .execution_options(synchronize_session=False)
    )
    for thing in list(session.identity_map.values()):
        if isinstance(thing, VoluntaryAnswer):
            session.expunge(thing)
