"""Clearing away what nobody needs any more: files that no row names, and jobs that were done long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from screening.documents.storage import sweep
from screening.models import DraftFile, Job, JobState, ResumeFile, RubricPreview, RubricState, RubricVersion

KEEP_JOBS = timedelta(days=30)
KEEP_PREVIEWS = timedelta(days=30)


def remove_abandoned_files(session: Session, *, uploads: Path, now: datetime) -> int:
    """Remove files of forms that were never sent and of crashes between file and row; tell how many."""
    named = select(ResumeFile.storage_key).union(select(DraftFile.storage_key))
    return sweep(uploads, named=set(session.scalars(named)), now=now)


def forget_done_jobs(session: Session, *, now: datetime) -> int:
    """Delete jobs done more than ``KEEP_JOBS`` ago; failed ones stay for a person to see. Tell how many."""
    old = delete(Job).where(Job.state == JobState.DONE, Job.finished_at < now - KEEP_JOBS).returning(Job.id)
    return len(session.scalars(old).all())


def forget_previews(session: Session, *, now: datetime) -> int:
    """Delete what-would-change results of rubrics that are no drafts any more, and those older than ``KEEP_PREVIEWS``; tell how many."""
    drafts = select(RubricVersion.id).where(RubricVersion.state == RubricState.DRAFT)
    old = (
        delete(RubricPreview)
        .where(or_(RubricPreview.rubric_version_id.not_in(drafts), RubricPreview.asked_at < now - KEEP_PREVIEWS))
        .returning(RubricPreview.id)
    )
    return len(session.scalars(old, execution_options={"synchronize_session": False}).all())
