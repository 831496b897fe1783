"""How far the re-scoring of a posting is, counted from its chunks of work."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Job, JobState, RubricState, RubricVersion
from screening.queue import RESCORE_APPLICATIONS


@dataclass(frozen=True, slots=True)
class Progress:
    """Applications of chunks that are settled, and of all chunks that were asked for together."""

    done: int
    total: int


def rescoring_progress(session: Session, *, posting_id: int) -> Progress | None:
    """Count the chunks of the published rubric version; None while no chunk of it waits, which one look at the index tells."""
    version_id = session.scalar(
        select(RubricVersion.id).where(
            RubricVersion.posting_id == posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    waiting = session.scalars(
        select(Job.key).where(Job.state == JobState.WAITING, Job.name == RESCORE_APPLICATIONS).order_by(Job.id)
    )
    prefix = next((_prefix(key) for key in waiting if key.split(":")[1] == str(version_id)), None)
    if prefix is None:
        return None
    chunks = session.execute(
        select(Job.state, Job.arguments).where(Job.key.startswith(prefix, autoescape=True)).order_by(Job.id)
    ).all()
    total = sum(arguments["applications"] for _, arguments in chunks)
    left = sum(arguments["applications"] for state, arguments in chunks if state is JobState.WAITING)
    return Progress(total - left, total)


def _prefix(key: str) -> str:
    return key.rpartition(":")[0] + ":"
