"""For which other postings an application is strong: each against every published rubric, stored once an engine version.

Work of low priority: it is due a while after the own prescore, reads stored text only, and is no part of any ranking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from rubrics.codec import load_dossier, load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.scoring import ENGINE_VERSION, prescore_many
from screening import queue
from screening.models import Application, Fit, Job, JobState, RubricState, RubricVersion
from screening.services.dossiers import StoredInput, read_inputs

AFTER_ONE = timedelta(seconds=5)
AFTER_MANY = timedelta(seconds=60)
CHUNK = 100


@dataclass(frozen=True, slots=True)
class OtherRubrics:
    """What is to be judged: rubrics by version id, and for each application the versions that it has no fit of yet."""

    rubrics: Mapping[int, Rubric]
    wanted: Sequence[tuple[StoredInput, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """One result to be stored."""

    application_id: int
    rubric_version_id: int
    requirement: float | None
    gates: str


def read_others(session: Session, *, application_ids: Sequence[int]) -> OtherRubrics:
    """Read stored inputs and the published rubrics of other postings that they were not judged against yet."""
    inputs = read_inputs(session, application_ids).ready
    published = (
        select(RubricVersion.id, RubricVersion.posting_id, RubricVersion.document)
        .where(RubricVersion.state == RubricState.PUBLISHED)
        .order_by(RubricVersion.id)
    )
    versions = session.execute(published).all()
    known = _stored(session, application_ids)
    wanted = []
    for one in inputs:
        missing = tuple(
            ident
            for ident, posting_id, _ in versions
            if posting_id != one.posting_id and (one.application_id, ident) not in known
        )
        if missing:
            wanted.append((one, missing))
    needed = {ident for _, missing in wanted for ident in missing}
    return OtherRubrics({ident: load_rubric(shape) for ident, _, shape in versions if ident in needed}, wanted)


def judge_others(others: OtherRubrics) -> list[Fitted]:
    """Judge each application against all its missing rubrics at once; no database is touched."""
    lexicon = load_lexicon()
    fitted = []
    for one, missing in others.wanted:
        dossier = load_dossier(one.answers, one.resume, one.hidden)
        results = prescore_many([others.rubrics[ident] for ident in missing], dossier, lexicon)
        for ident, result in zip(missing, results, strict=True):
            requirement = result.score.requirement
            fitted.append(
                Fitted(
                    one.application_id,
                    ident,
                    requirement.point if requirement else None,
                    result.score.gates.value,
                )
            )
    return fitted


def store_fits(session: Session, fitted: Sequence[Fitted], *, now: datetime) -> None:
    """Store what is not stored yet, at once; results of applications that are gone are dropped."""
    ids = sorted({one.application_id for one in fitted})
    locked = select(Application.id).where(Application.id.in_(ids)).order_by(Application.id).with_for_update()
    present = set(session.scalars(locked))
    known = _stored(session, ids)
    rows = [
        {
            "application_id": one.application_id,
            "rubric_version_id": one.rubric_version_id,
            "engine_version": ENGINE_VERSION,
            "requirement": one.requirement,
            "gates": one.gates,
            "created_at": now,
        }
        for one in fitted
        if one.application_id in present and (one.application_id, one.rubric_version_id) not in known
    ]
    if rows:
        session.execute(insert(Fit), rows)


def ask_for_fit(session: Session, *, application_id: int, now: datetime, addition_id: int | None = None) -> None:
    """Ask for one application's fits, due a few seconds later; asking twice is one job.

    With what a candidate added, ``addition_id``, the fits that were made without it are forgotten and made anew.
    """
    key = f"fit:{application_id}:{ENGINE_VERSION}"
    if addition_id is not None:
        session.execute(delete(Fit).where(Fit.application_id == application_id))
        key = f"{key}:{addition_id}"
    queue.enqueue(
        session,
        queue.FIT_APPLICATION,
        key=key,
        now=now + AFTER_ONE,
        application_id=application_id,
    )


def ask_for_fits(session: Session, *, rubric_version_id: int, now: datetime) -> int:
    """Ask for every application's fits after a rubric version was published or judged anew: one job for ``CHUNK`` of them; give the number of jobs."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for ident in session.scalars(select(Application.id).order_by(Application.id)):
        blocks[ident // CHUNK].append(ident)
    prefix = f"fits:{rubric_version_id}:{ENGINE_VERSION}:"
    known = {job.key: job for job in session.scalars(select(Job).where(Job.key.startswith(prefix, autoescape=True)))}
    for ids in blocks.values():
        key = f"{prefix}{ids[0]}-{ids[-1]}"
        if key not in known:
            session.add(
                Job(
                    name=queue.FIT_APPLICATIONS,
                    key=key,
                    arguments={"first_id": ids[0], "last_id": ids[-1]},
                    due_at=now + AFTER_MANY,
                    created_at=now,
                )
            )
        elif known[key].state is not JobState.WAITING:
            job = known[key]
            job.state, job.attempts, job.due_at, job.finished_at = JobState.WAITING, 0, now + AFTER_MANY, None
    session.flush()
    return len(blocks)


def ids_between(session: Session, first_id: int, last_id: int) -> list[int]:
    """Give the applications of a chunk."""
    return list(
        session.scalars(
            select(Application.id).where(Application.id.between(first_id, last_id)).order_by(Application.id)
        )
    )


def _stored(session: Session, application_ids: Sequence[int]) -> set[tuple[int, int]]:
    rows = select(Fit.application_id, Fit.rubric_version_id).where(
        Fit.application_id.in_(application_ids), Fit.engine_version == ENGINE_VERSION
    )
    return {(application_id, version_id) for application_id, version_id in session.execute(rows)}
