"""How far the re-scoring of a posting is, counted from its chunks of work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from rubrics.scoring import ENGINE_VERSION
from screening.models import Job, JobState, PrescoreFailure, RubricState, RubricVersion
from screening.queue import RESCORE_APPLICATIONS

OPEN = (JobState.WAITING, JobState.STOPPED)


@dataclass(frozen=True, slots=True)
class Progress:
    """Applications of chunks that are settled, and of all chunks that were asked for together; ``stopped`` by a person."""

    done: int
    total: int
    stopped: bool = False


def rescoring_progress(session: Session, *, posting_id: int) -> Progress | None:
    """Count the chunks of the published rubric version; None while none of it is open, which one look at the index tells."""
    keys = session.scalars(_open_keys()).all()
    if not keys:
        return None
    version_id = session.scalar(
        select(RubricVersion.id).where(
            RubricVersion.posting_id == posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    return progress_of(session, version_id=version_id, open_keys=keys)


def progress_of(session: Session, *, version_id: int | None, open_keys: Iterable[str]) -> Progress | None:
    """Count the chunks of a rubric version, where the keys of all ``open_chunks`` have been read; no query where none is of it."""
    prefix = next((_prefix(key) for key in open_keys if key.split(":")[1] == str(version_id)), None)
    if prefix is None:
        return None
    chunks = session.execute(
        select(Job.state, Job.arguments).where(Job.key.startswith(prefix, autoescape=True)).order_by(Job.id)
    ).all()
    total = sum(arguments["applications"] for _, arguments in chunks)
    left = sum(arguments["applications"] for state, arguments in chunks if state in OPEN)
    return Progress(total - left, total, stopped=not any(state is JobState.WAITING for state, _ in chunks))


def open_chunks() -> Select[str]:
    """Select the keys of all chunks of work, of whichever posting, that are not settled: there are few or none."""
    return select(Job.key).where(Job.state.in_(OPEN), Job.name == RESCORE_APPLICATIONS).order_by(Job.id)


@cache
def _open_keys() -> Select[str]:
    return open_chunks()


def count_failures(session: Session, *, rubric_version_id: int) -> int:
    """Count the applications that show a failure of the present engine for a rubric version."""
    found = select(func.count(func.distinct(PrescoreFailure.application_id))).where(
        PrescoreFailure.rubric_version_id == rubric_version_id, PrescoreFailure.engine_version == ENGINE_VERSION
    )
    return session.scalar(found) or 0


def _prefix(key: str) -> str:
    return key.rpartition(":")[0] + ":"
