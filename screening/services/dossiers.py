"""Many applications as the engine reads them: three queries for any number of them.

Only what is stored is read: an application whose résumé nobody has read yet is left out and named, so that no chunk
of many waits for a child process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import Answer, Application, ResumeFile, Stage, TextState
from screening.models.application import RESUME


@dataclass(slots=True)
class StoredInput:
    """One application's stored answers with the first ``additions``, and the text of its résumé with the hidden stretches."""

    application_id: int
    posting_id: int
    additions: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    resume: str | None = None
    hidden: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredInputs:
    """What may be judged now, by id, and the ids whose file must be read first."""

    ready: tuple[StoredInput, ...]
    unread: tuple[int, ...]


def read_inputs(session: Session, application_ids: Sequence[int]) -> StoredInputs:
    """Read stored inputs, by id; applications that refused, withdrew or are gone are left out."""
    wanted = (
        select(Application.id, Application.posting_id, Application.additions)
        .where(
            Application.id.in_(application_ids),
            Application.prescore_refused.is_(False),
            Application.stage != Stage.WITHDRAWN,
        )
        .order_by(Application.id)
    )
    found = {ident: StoredInput(ident, posting_id, added) for ident, posting_id, added in session.execute(wanted)}
    answers = (
        select(Answer.application_id, Answer.field, Answer.value)
        .where(Answer.application_id.in_(found))
        .order_by(Answer.application_id, Answer.id)
    )
    for ident, name, value in session.execute(answers):
        found[ident].answers[name] = value
    newest = select(func.max(ResumeFile.id)).where(ResumeFile.application_id.in_(found), ResumeFile.field == RESUME)
    files = select(ResumeFile.application_id, ResumeFile.text_state, ResumeFile.text, ResumeFile.hidden).where(
        ResumeFile.id.in_(newest.group_by(ResumeFile.application_id))
    )
    unread = []
    for ident, state, text, hidden in session.execute(files.order_by(ResumeFile.application_id)):
        if state is TextState.WAITING:
            unread.append(ident)
            del found[ident]
        else:
            found[ident].resume = text
            found[ident].hidden = tuple((start, end) for start, end in hidden or ())
    return StoredInputs(tuple(found.values()), tuple(unread))
