"""What would change: asking for all applications of a posting to be judged against its draft, and stopping it.

The work itself is ``preview_chunks``. Nothing here touches a prescore, a rank or a stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rubrics.scoring import ENGINE_VERSION
from screening.audit import record
from screening.models import (
    Application,
    Job,
    Posting,
    PreviewState,
    RubricPreview,
    RubricState,
    Stage,
)
from screening.queries.preview_facts import Stale, facts_of, staleness
from screening.queue import PREVIEW_APPLICATIONS
from screening.services.drafting import lock_posting, version_in

CHUNK = 100


class PreviewError(Exception):
    """A preview that cannot be made: ``code`` is no_draft, not_published or no_applications."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def ask_for_preview(session: Session, *, posting: Posting, actor_id: int, now: datetime) -> RubricPreview:
    """Ask for a preview of the posting's draft; one that still says the truth, or is being computed, is given back instead.

    Raise PreviewError when there is no draft, no version in force, or nobody who can be judged.
    """
    lock_posting(session, posting)
    draft = version_in(session, posting, RubricState.DRAFT)
    if draft is None:
        raise PreviewError("no_draft")
    base = version_in(session, posting, RubricState.PUBLISHED)
    if base is None:
        raise PreviewError("not_published")
    known = session.scalar(select(RubricPreview).where(RubricPreview.rubric_version_id == draft.id))
    if known is not None:
        stale = staleness(session, preview=known)
        if not stale or (known.state is PreviewState.RUNNING and not {Stale.DRAFT, Stale.BASE} & set(stale)):
            return known
        _forget(session, known.id)
    ids = _judged_ids(session, posting)
    if not ids:
        raise PreviewError("no_applications")
    facts = facts_of(session, posting_id=posting.id)
    preview = RubricPreview(
        posting_id=posting.id,
        rubric_version_id=draft.id,
        revision=draft.revision,
        document=draft.document,
        base_version_id=base.id,
        engine_version=ENGINE_VERSION,
        total=len(ids),
        left_out=facts.standing - len(ids),
        counts={},
        asked_by=actor_id,
        asked_at=now,
        newest_application_id=facts.newest_application_id,
        standing=facts.standing,
        newest_verdict_id=facts.newest_verdict_id,
        newest_prescore_id=facts.newest_prescore_id,
    )
    session.add(preview)
    session.flush()
    _ask_for_chunks(session, preview.id, ids, now)
    record(
        session,
        act="rubric.preview",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        version=draft.number,
        revision=draft.revision,
    )
    return preview


def stop_preview(session: Session, *, posting: Posting) -> bool:
    """Stop a preview that is being computed; nothing of it is kept. Tell whether there was one."""
    lock_posting(session, posting)
    running = select(RubricPreview.id).where(
        RubricPreview.posting_id == posting.id, RubricPreview.state == PreviewState.RUNNING
    )
    found = session.scalars(running.order_by(RubricPreview.id)).all()
    for ident in found:
        _forget(session, ident)
    return bool(found)


def _judged_ids(session: Session, posting: Posting) -> list[int]:
    rows = select(Application.id).where(
        Application.posting_id == posting.id,
        Application.prescore_refused.is_(False),
        Application.stage != Stage.WITHDRAWN,
    )
    return list(session.scalars(rows.order_by(Application.id)))


def _ask_for_chunks(session: Session, preview_id: int, ids: Sequence[int], now: datetime) -> None:
    jobs = []
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        arguments = {
            "preview_id": preview_id,
            "first_id": part[0],
            "last_id": part[-1],
            "applications": len(part),
        }
        key = f"{_prefix(preview_id)}{part[0]}-{part[-1]}"
        jobs.append(Job(name=PREVIEW_APPLICATIONS, key=key, arguments=arguments, due_at=now, created_at=now))
    session.add_all(jobs)
    session.flush()


def _forget(session: Session, preview_id: int) -> None:
    """Delete a preview with its results and its work; first the jobs, for a worker locks its job before the preview."""
    session.execute(delete(Job).where(Job.key.startswith(_prefix(preview_id), autoescape=True)))
    session.execute(delete(RubricPreview).where(RubricPreview.id == preview_id))
    session.flush()


def _prefix(preview_id: int) -> str:
    return f"preview:{preview_id}:"
