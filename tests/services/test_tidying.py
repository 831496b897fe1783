"""Only what nobody needs is cleared away."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.documents.storage import StoredFile, file_path, store_file
from screening.models import DraftFile, FormVersion, Job, JobState, ResumeFile
from screening.services.application_drafts import attach_file, forget_expired_drafts, save_draft
from screening.services.tidying import forget_done_jobs, remove_abandoned_files
from tests.factories import NOW, make_application, make_posting


def keep(folder: Path, *, days: int) -> StoredFile:
    """Store a file that is as many days old."""
    stored = store_file(folder, b"text", original_name="cv.txt", media_type="text/plain")
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(file_path(folder, stored.storage_key), (moment, moment))
    return stored


def test_only_old_files_without_a_row_are_removed(session: Session, tmp_path: Path) -> None:
    named, fresh, abandoned = keep(tmp_path, days=9), keep(tmp_path, days=1), keep(tmp_path, days=9)
    application = make_application(session, make_posting(session))
    session.add(
        ResumeFile(
            application_id=application.id,
            original_name="cv.txt",
            media_type="text/plain",
            size=named.size,
            sha256=named.sha256,
            storage_key=named.storage_key,
            uploaded_at=NOW,
        )
    )
    session.flush()

    removed = remove_abandoned_files(session, uploads=tmp_path, now=NOW)

    left = [file_path(tmp_path, stored.storage_key).exists() for stored in (named, fresh, abandoned)]
    assert (removed, left) == (1, [True, True, False])


def test_file_of_a_draft_stays_as_long_as_the_draft(session: Session, tmp_path: Path) -> None:
    stored = keep(tmp_path, days=31)
    posting = make_posting(session)
    draft = save_draft(
        session,
        key="k" * 32,
        posting=posting,
        form_version=session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one(),
        fields=[("name", "云小鹤")],
        version=0,
        locale="zh",
        now=NOW - timedelta(days=30),
    )
    attach_file(session, draft=draft, field="resume", stored=stored, now=NOW - timedelta(days=30))
    session.commit()
    moment = NOW - timedelta(seconds=1)
    assert (
        forget_expired_drafts(session, now=moment),
        remove_abandoned_files(session, uploads=tmp_path, now=moment),
    ) == (0, 0)
    assert (forget_expired_drafts(session, now=NOW), remove_abandoned_files(session, uploads=tmp_path, now=NOW)) == (
        1,
        1,
    )
    assert session.scalars(select(DraftFile)).all() == []
    assert not file_path(tmp_path, stored.storage_key).exists()


def test_only_jobs_done_long_ago_are_forgotten(session: Session) -> None:
    ages = {"old done": (40, JobState.DONE), "new done": (3, JobState.DONE), "old failed": (40, JobState.FAILED)}
    for key, (days, state) in ages.items():
        then = NOW - timedelta(days=days)
        session.add(Job(name="n", key=key, arguments={}, state=state, due_at=then, created_at=then, finished_at=then))
    session.add(Job(name="n", key="waiting", arguments={}, due_at=NOW, created_at=NOW - timedelta(days=40)))
    session.flush()

    assert forget_done_jobs(session, now=NOW) == 1
    assert set(session.scalars(select(Job.key))) == {"new done", "old failed", "waiting"}
