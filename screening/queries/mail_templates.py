"""Texts of mails that staff keep: those that stand for all postings, and a posting's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from screening.models import MailTemplate, Stage, User


@dataclass(frozen=True, slots=True)
class KeptText:
    """One stored text; ``posting_id`` None stands for all postings, ``stage`` None for a text that no move offers."""

    id: int
    posting_id: int | None
    name: str
    stage: Stage | None
    locale: str
    subject: str
    text: str
    changed_by: str
    changed_at: datetime


def kept_texts(session: Session, *, posting_id: int | None) -> tuple[KeptText, ...]:
    """Read the texts that stand for all and, with a posting, its own as well, by name. One query; a company keeps tens of them."""
    own: ColumnElement[bool] = MailTemplate.posting_id.is_(None)
    if posting_id is not None:
        own = or_(own, MailTemplate.posting_id == posting_id)
    rows = session.execute(
        select(
            MailTemplate.id,
            MailTemplate.posting_id,
            MailTemplate.name,
            MailTemplate.stage,
            MailTemplate.locale,
            MailTemplate.subject,
            MailTemplate.text,
            User.name,
            MailTemplate.changed_at,
        )
        .join(User, User.id == MailTemplate.changed_by)
        .where(own)
        .order_by(MailTemplate.name, MailTemplate.locale, MailTemplate.id)
        .limit(MOST)
    )
    return tuple(KeptText(*row) for row in rows)


MOST = 1000
"""More texts than anybody writes; a page of them stays small."""


def by_place(texts: tuple[KeptText, ...]) -> Mapping[tuple[int | None, str, str], KeptText]:
    """Give the texts by posting (None for all), name and language."""
    return {(one.posting_id, one.name, one.locale): one for one in texts}
