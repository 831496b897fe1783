"""Asking for work: a row in the caller's transaction, so that a job exists exactly when its cause does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Job

PRESCORE_APPLICATION = "prescore_application"
RESCORE_APPLICATIONS = "rescore_applications"
FIT_APPLICATION = "fit_application"
FIT_APPLICATIONS = "fit_applications"
PREVIEW_APPLICATIONS = "preview_applications"
SEND_MAIL = "send_mail"
MAIL_LINKS = "mail_links"
READ_DRAFT_FILE = "read_draft_file"
TAKE_EVIDENCE = "take_evidence"


HASTE = timedelta(hours=1)
"""Jobs go out in the order in which they are due: one for which somebody waits is due since so long."""


def enqueue(
    session: Session, name: str, *, key: str, now: datetime, is_awaited: bool = False, **arguments: int | str
) -> None:
    """Ask for the job ``name`` with ids as ``arguments``; a key that was asked for before is left as it is.

    One that ``is_awaited`` by somebody at a page goes before the many that nobody watches.
    """
    if session.scalar(select(Job.id).where(Job.key == key)) is None:
        session.add(Job(name=name, key=key, arguments=arguments, due_at=now - HASTE * is_awaited, created_at=now))
