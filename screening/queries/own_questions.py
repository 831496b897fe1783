"""What stands around a posting's own questions: names of those who answered doubts, and postings to copy questions from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import FormVersion, Posting, QuestionSet, RubricState, User
from screening.models.base import JsonList


@dataclass(frozen=True, slots=True)
class Lender:
    """A posting whose questions in force can be copied; ``questions`` are their documents."""

    posting_id: int
    title: str | None
    first_line: int
    last_line: int
    questions: JsonList


def lenders(session: Session, *, but: int) -> tuple[Lender, ...]:
    """Read the postings that have questions of their own in force, by title."""
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.first_line, Posting.last_line, QuestionSet.questions)
        .join(QuestionSet, QuestionSet.posting_id == Posting.id)
        .where(QuestionSet.state == RubricState.PUBLISHED, Posting.id != but)
        .order_by(Posting.title, Posting.id)
    )
    return tuple(Lender(*row) for row in rows if row.questions)


def newest_form(session: Session, *, posting_id: int) -> FormVersion | None:
    """Read the form that was made last, whatever the posting's state."""
    return session.scalar(
        select(FormVersion).where(FormVersion.posting_id == posting_id).order_by(FormVersion.id.desc()).limit(1)
    )


def names_of(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """Read the names of members of staff by id."""
    wanted = {ident for ident in user_ids if ident is not None}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())
