"""Who agreed to which version of the privacy notice: a count for each, and the applications, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import Application, Posting

PAGE = 50


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One application with what its candidate agreed to and when."""

    application_id: int
    name: str
    posting: str | None
    version: str
    at: datetime
    contact_later: bool
    prescore_refused: bool


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """One page; ``before`` is the number to go on from, None on the last page."""

    rows: tuple[ConsentRow, ...]
    before: int | None


def count_consents(session: Session) -> dict[str, int]:
    """Count the applications of each version of the notice."""
    counts = select(Application.consent_version, func.count()).group_by(Application.consent_version)
    return {row[0]: row[1] for row in session.execute(counts)}


def list_consents(session: Session, *, version: str | None = None, before: int | None = None) -> ConsentPage:
    """List up to ``PAGE`` applications with a number below ``before``, of one version or of all."""
    statement = (
        select(
            Application.id,
            Application.name,
            Posting.title,
            Application.consent_version,
            Application.submitted_at,
            Application.contact_later,
            Application.prescore_refused,
        )
        .join(Posting, Posting.id == Application.posting_id)
        .order_by(Application.id.desc())
    )
    if version is not None:
        statement = statement.where(Application.consent_version == version)
    if before is not None:
        statement = statement.where(Application.id < before)
    rows = tuple(ConsentRow(*row) for row in session.execute(statement.limit(PAGE + 1)))
    return ConsentPage(rows[:PAGE], rows[PAGE - 1].application_id if len(rows) > PAGE else None)
