"""Asking for work: a row in the caller's transaction, so that a job exists exactly when its cause does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from screening.models import Base, Job
from screening.models.prepared import Prepared, upsert

PRESCORE_APPLICATION = "prescore_application"
RESCORE_APPLICATIONS = "rescore_applications"
FIT_APPLICATION = "fit_application"
FIT_APPLICATIONS = "fit_applications"
PREVIEW_APPLICATIONS = "preview_applications"
SEND_MAIL = "send_mail"
MAIL_LINKS = "mail_links"
READ_DRAFT_FILE = "read_draft_file"
TAKE_EVIDENCE = "take_evidence"
MEASURE_POSTING = "measure_posting"
MEASURE_SET = "measure_set"
INDEX_APPLICATION = "index_application"
FORGET_WORDS = "forget_words"
RUN_BULK = "run_bulk"
COUNT_STAGES = "count_stages"
COUNT_INSIGHTS = "count_insights"
COUNT_VOLUNTARY = "count_voluntary"
FORGET_VOLUNTARY = "forget_voluntary"


JOBS = Base.metadata.tables[Job.__tablename__]
ADD_JOB = Prepared(
    lambda dialect: upsert(JOBS, dialect).on_conflict_do_nothing(index_elements=["key"]).returning(JOBS.c.id), row=True
)
"""It gives the number of a new job, and nothing for one that was asked for before."""
HASTE = timedelta(hours=1)
"""Jobs go out in the order in which they are due: one for which somebody waits is due since so long."""


def enqueue(
    session: Session, name: str, *, key: str, now: datetime, is_awaited: bool = False, **arguments: int | str
) -> bool:
    """Ask for the job ``name`` with ids as ``arguments``; a key that was asked for before is left as it is. Tell whether it is new.

    One that ``is_awaited`` by somebody at a page goes before the many that nobody watches.
    """
    row = {
        "name": name,
        "key": key,
        "arguments": arguments,
        "due_at": now - HASTE * is_awaited,
        "created_at": now,
    }
    return ADD_JOB.scalar(session, row) is not None
