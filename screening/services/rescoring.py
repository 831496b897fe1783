"""Judging a whole posting anew in chunks of many applications: read, judge and store are set-based, each stored once.

A chunk whose worker dies is done again and stores only what is missing. Files that nobody has read yet are handed to single jobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rubrics.codec import dump_prescore, load_dossier, load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.prescore import Prescore
from rubrics.scoring import ENGINE_VERSION, prescore
from screening.models import Application, RubricVersion, StoredPrescore
from screening.queries.verdicts import changes, standing_score
from screening.services.dossiers import StoredInput, read_inputs
from screening.services.judging import rank_of
from screening.services.prescoring import ask_for_prescore, note_failure


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is to be judged; ``rubric`` is None where nothing is. ``unread`` are ids whose file must be read first."""

    rubric_version_id: int
    rubric: Rubric | None = None
    inputs: tuple[StoredInput, ...] = ()
    unread: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging a chunk gave: results and failures by application id, and who is handed to a single job."""

    rubric_version_id: int
    rubric: Rubric | None
    results: Mapping[int, Prescore]
    failures: Mapping[int, str]
    unread: tuple[int, ...]


def read_chunk(session: Session, *, rubric_version_id: int, first_id: int, last_id: int) -> Chunk:
    """Read the applications of the version's posting in a range of ids that have no run of it by this engine."""
    version = session.get(RubricVersion, rubric_version_id)
    if version is None:
        return Chunk(rubric_version_id)
    ids = session.scalars(
        select(Application.id)
        .where(Application.posting_id == version.posting_id, Application.id.between(first_id, last_id))
        .order_by(Application.id)
    ).all()
    done = _stored(session, rubric_version_id, ids)
    inputs = read_inputs(session, [ident for ident in ids if ident not in done])
    return Chunk(rubric_version_id, load_rubric(version.document), inputs.ready, inputs.unread)


def judge_chunk(chunk: Chunk) -> Judged:
    """Judge each application; an error of the engine is that application's failure. No database is touched."""
    results: dict[int, Prescore] = {}
    failures: dict[int, str] = {}
    lexicon = load_lexicon()
    if chunk.rubric is None:
        return Judged(chunk.rubric_version_id, None, results, failures, chunk.unread)
    for one in chunk.inputs:
        try:
            dossier = load_dossier(one.answers, one.resume, one.hidden)
            results[one.application_id] = prescore(chunk.rubric, dossier, lexicon)
        except Exception as error:  # noqa: BLE001 - whatever the engine stumbles over is shown as a failure
            failures[one.application_id] = f"{type(error).__name__}: {error}"
    return Judged(chunk.rubric_version_id, chunk.rubric, results, failures, chunk.unread)


def store_chunk(session: Session, judged: Judged, *, now: datetime) -> None:
    """Store runs once, rank their applications, note failures, and ask for single runs where a file is still to be read."""
    for ident in judged.unread:
        ask_for_prescore(session, application_id=ident, rubric_version_id=judged.rubric_version_id, now=now)
    ids = sorted(judged.results)
    locked = select(Application.id, Application.prescore_id).where(Application.id.in_(ids)).order_by(Application.id)
    present = dict(session.execute(locked.with_for_update()).all())
    done = _stored(session, judged.rubric_version_id, ids)
    fresh = [ident for ident in present if ident not in done]
    if fresh:
        _rank(session, judged, _insert(session, judged, fresh, now), present)
    for ident, message in judged.failures.items():
        note_failure(
            session, application_id=ident, rubric_version_id=judged.rubric_version_id, message=message, now=now
        )


def _insert(session: Session, judged: Judged, fresh: Sequence[int], now: datetime) -> dict[int, int]:
    """Insert the runs; give the id of each by application."""
    rows = [
        {
            "application_id": ident,
            "rubric_version_id": judged.rubric_version_id,
            "engine_version": judged.results[ident].engine,
            "lexicon_version": judged.results[ident].lexicon,
            "input_sha256": judged.results[ident].input_sha256,
            "result": dump_prescore(judged.results[ident]),
            "created_at": now,
        }
        for ident in fresh
    ]
    made = session.execute(insert(StoredPrescore).returning(StoredPrescore.application_id, StoredPrescore.id), rows)
    return dict(made.all())


def _rank(session: Session, judged: Judged, made: Mapping[int, int], present: Mapping[int, int | None]) -> None:
    """Let the new runs rank, except where a run of a newer rubric version already does."""
    own = session.scalar(select(RubricVersion.number).where(RubricVersion.id == judged.rubric_version_id)) or 0
    newer = select(StoredPrescore.id).join(RubricVersion, RubricVersion.id == StoredPrescore.rubric_version_id)
    kept = set(
        session.scalars(
            newer.where(StoredPrescore.id.in_([run for run in present.values() if run]), RubricVersion.number > own)
        )
    )
    changed = changes(session, list(made))
    rows = []
    for ident, run in made.items():
        if present[ident] in kept or judged.rubric is None:
            continue
        score = standing_score(judged.rubric, judged.results[ident], changed[ident])
        rows.append({"id": ident, "prescore_id": run, "rank_score": rank_of(score), "gates": score.gates.value})
    if rows:
        session.execute(update(Application), rows)


def _stored(session: Session, rubric_version_id: int, ids: Sequence[int]) -> frozenset[int]:
    rows = select(StoredPrescore.application_id).where(
        StoredPrescore.application_id.in_(ids),
        StoredPrescore.rubric_version_id == rubric_version_id,
        StoredPrescore.engine_version == ENGINE_VERSION,
    )
    return frozenset(session.scalars(rows))
