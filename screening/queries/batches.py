"""Applications that one form made for several postings, in the candidate's order of preference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Stage
from screening.queries.stage_rules import Rule
from screening.queries.status import stage_shown


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One application of a batch with its posting, which is named by its lines where it has no title; it stands in the stage of the ``rule``."""

    application_id: int
    posting_id: int
    title: str | None
    first_line: int
    last_line: int
    language: str
    preference: int
    rule: Rule


def made_together(session: Session, *, application: Application) -> Sequence[Application]:
    """Read all applications of the form that made this one, the first choice first."""
    if application.batch is None:
        return (application,)
    rows = select(Application).where(
        Application.batch == application.batch, Application.person_id == application.person_id
    )
    return session.scalars(rows.order_by(Application.preference, Application.id)).all()


@dataclass(frozen=True, slots=True)
class OwnRole:
    """One role of a batch as its candidate sees it."""

    application_id: int
    title: str
    language: str
    stage: Stage


def own_batch(session: Session, *, application_id: int, now: datetime) -> tuple[OwnRole, ...]:
    """Read the roles that were applied for together with this one, in order of preference; empty for a single one."""
    application = session.get(Application, application_id)
    if application is None or application.batch is None:
        return ()
    rows = session.execute(
        select(Application, Posting)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Application.batch == application.batch, Application.person_id == application.person_id)
        .order_by(Application.preference, Application.id)
    )
    return tuple(
        OwnRole(one.id, posting.title or "", posting.language, stage_shown(session, application=one, now=now))
        for one, posting in rows
    )
