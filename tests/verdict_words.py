"""The words of verdicts as the database holds them, and how a test gives an application verdicts without a run of the engine."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, VerdictDocument
from screening.queries.standing import verdict_words
from screening.services.indexing import index_verdicts


def give_verdicts(session: Session, application: Application, verdicts: str | None) -> None:
    """Let an application have these verdicts, a rubric version's number and letters, or none."""
    application.verdicts = verdicts
    session.flush()
    index_verdicts(session, [(application.id, application.posting_id, verdicts)])


def agree(session: Session) -> bool:
    """Tell whether every application is found by the verdicts that its row holds, and by no others."""
    session.flush()
    rows = session.execute(select(VerdictDocument.application_id, VerdictDocument.words))
    found = {ident: set(words.replace("'", "").split()) for ident, words in rows}
    kept = session.execute(select(Application.id, Application.posting_id, Application.verdicts))
    return found == {ident: set(verdict_words(posting, text)) for ident, posting, text in kept if text}
