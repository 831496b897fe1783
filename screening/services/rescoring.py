"""Judging a whole posting anew in chunks of many applications: read, judge and store are set-based, each stored once.

What takes long, judging and writing documents, is done between two short transactions. A chunk whose worker dies is done
again and stores only what is missing. Files that nobody has read yet are handed to single jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from rubrics.codec import dump_prescore, load_dossier, load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.prescore import Prescore
from rubrics.scoring import prescore
from screening.models import Application, RubricVersion, StoredPrescore
from screening.models.base import JsonObject
from screening.queries.standing import mark_of, outline
from screening.queries.verdicts import changes
from screening.services.dossiers import StoredInput, read_inputs
from screening.services.indexing import index_verdicts
from screening.services.judging import kept_of
from screening.services.prescoring import ask_for_prescore, forget_failures, made_by_present_engine, note_failure

# The tables, not their classes: no object is made of rows that are only written.
_RUNS = StoredPrescore.metadata.tables[StoredPrescore.__tablename__]
_APPLICATIONS = Application.metadata.tables[Application.__tablename__]
DIFFERS = "the same input gave another result than the stored one; screening replay shows both"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is to be judged; ``rubric`` is None where nothing is. ``unread`` are ids whose file must be read first.

    ``stored`` are the runs of the present engine by application and input hash, to be compared with; empty unless all
    are judged again.
    """

    rubric_version_id: int
    rubric: Rubric | None = None
    inputs: tuple[StoredInput, ...] = ()
    unread: tuple[int, ...] = ()
    stored: Mapping[tuple[int, str], JsonObject] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One result, the document that is stored of it, and how many additions its input held."""

    prescore: Prescore
    document: JsonObject
    additions: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging a chunk gave: new results and failures by application id, who gave what is stored already, who is handed to a single job, and who is left when time was up."""

    rubric_version_id: int
    rubric: Rubric | None
    results: Mapping[int, Run]
    failures: Mapping[int, str]
    same: tuple[int, ...]
    unread: tuple[int, ...]
    left: tuple[int, ...] = ()


def read_chunk(session: Session, *, rubric_version_id: int, first_id: int, last_id: int, again: bool = False) -> Chunk:
    """Read the applications of the version's posting in a range of ids that have no run of it by this engine; with ``again`` all of them."""
    version = session.get(RubricVersion, rubric_version_id)
    if version is None:
        return Chunk(rubric_version_id)
    ids = session.scalars(
        select(Application.id)
        .where(Application.posting_id == version.posting_id, Application.id.between(first_id, last_id))
        .order_by(Application.id)
    ).all()
    stored: dict[tuple[int, str], JsonObject] = {}
    if again:
        stored = _results(session, rubric_version_id, ids)
    else:
        done = {ident for ident, _ in _stored(session, rubric_version_id, ids)}
        ids = [ident for ident in ids if ident not in done]
    inputs = read_inputs(session, ids)
    return Chunk(rubric_version_id, load_rubric(version.document), inputs.ready, inputs.unread, stored)


def judge_chunk(chunk: Chunk, *, has_time: Callable[[], bool] = lambda: True) -> Judged:
    """Judge each application; an error of the engine is that application's failure. No database is touched.

    ``has_time`` is asked before each but the first: once it says no, what is judged by then counts and the others are left.

    A stored run of the same input is compared, byte for byte as JSON has it: another result is a failure to be looked at,
    for the same input and engine must give the same, and never replaces the stored one.
    """
    results: dict[int, Run] = {}
    failures: dict[int, str] = {}
    same: list[int] = []
    lexicon = load_lexicon()
    if chunk.rubric is None:
        return Judged(chunk.rubric_version_id, None, results, failures, (), chunk.unread)
    left: tuple[int, ...] = ()
    for place, one in enumerate(chunk.inputs):
        if place and not has_time():
            left = tuple(other.application_id for other in chunk.inputs[place:])
            break
        try:
            result = prescore(chunk.rubric, load_dossier(one.answers, one.resume, one.hidden), lexicon)
            document = dump_prescore(result)
        except Exception as error:  # noqa: BLE001 - whatever the engine stumbles over is shown as a failure
            failures[one.application_id] = f"{type(error).__name__}: {error}"
            continue
        known = chunk.stored.get((one.application_id, result.input_sha256))
        if known is None:
            results[one.application_id] = Run(result, document, one.additions)
        elif known == document:
            same.append(one.application_id)
        else:
            failures[one.application_id] = DIFFERS
    return Judged(chunk.rubric_version_id, chunk.rubric, results, failures, tuple(same), chunk.unread, left)


def store_chunk(session: Session, judged: Judged, *, now: datetime) -> None:
    """Store runs once, rank their applications, note failures, and ask for single runs where a file is still to be read.

    A run that was made while the candidate added something is kept and does not rank: the next one is asked for already.
    """
    for ident in judged.unread:
        ask_for_prescore(session, application_id=ident, rubric_version_id=judged.rubric_version_id, now=now)
    ids = sorted(judged.results)
    locked = select(Application.id, Application.prescore_id, Application.additions).where(Application.id.in_(ids))
    locked = locked.where(Application.erased_at.is_(None))  # as long as it was judged, it may have been erased
    rows = session.execute(locked.order_by(Application.id).with_for_update()).all()
    present = {ident: run for ident, run, _ in rows}
    passed = {ident for ident, _, additions in rows if additions != judged.results[ident].additions}
    done = _stored(session, judged.rubric_version_id, ids)
    fresh = [ident for ident in present if (ident, judged.results[ident].prescore.input_sha256) not in done]
    if fresh:
        made = _insert(session, judged, fresh, now)
        _rank(session, judged, {ident: run for ident, run in made.items() if ident not in passed}, present)
    forget_failures(session, application_ids=[*ids, *judged.same], rubric_version_id=judged.rubric_version_id)
    for ident, message in judged.failures.items():
        note_failure(
            session, application_id=ident, rubric_version_id=judged.rubric_version_id, message=message, now=now
        )


def hand_out_chunk(session: Session, *, rubric_version_id: int, first_id: int, last_id: int, now: datetime) -> int:
    """Ask for single runs of what a chunk that was given up left undone, so that one application cannot keep the others waiting; give their number."""
    chunk = read_chunk(session, rubric_version_id=rubric_version_id, first_id=first_id, last_id=last_id)
    ids = sorted([*(one.application_id for one in chunk.inputs), *chunk.unread])
    for ident in ids:
        ask_for_prescore(session, application_id=ident, rubric_version_id=rubric_version_id, now=now)
    return len(ids)


def _insert(session: Session, judged: Judged, fresh: Sequence[int], now: datetime) -> dict[int, int]:
    """Insert the runs; give the id of each by application."""
    rows = [
        {
            "application_id": ident,
            "rubric_version_id": judged.rubric_version_id,
            "engine_version": run.prescore.engine,
            "lexicon_version": run.prescore.lexicon,
            "input_sha256": run.prescore.input_sha256,
            "result": run.document,
            "created_at": now,
        }
        for ident, run in ((ident, judged.results[ident]) for ident in fresh)
    ]
    made = session.execute(insert(_RUNS).returning(_RUNS.c.application_id, _RUNS.c.id), rows)
    return dict(made.all())


def _rank(session: Session, judged: Judged, made: Mapping[int, int], present: Mapping[int, int | None]) -> None:
    """Let the new runs rank, except where a run of a newer rubric version already does."""
    version = session.get(RubricVersion, judged.rubric_version_id)
    if version is None or judged.rubric is None:
        return
    mark = mark_of(version)
    newer = select(StoredPrescore.id).join(RubricVersion, RubricVersion.id == StoredPrescore.rubric_version_id)
    kept = set(
        session.scalars(
            newer.where(
                StoredPrescore.id.in_([run for run in present.values() if run]), RubricVersion.number > version.number
            )
        )
    )
    changed = changes(session, list(made))
    rows = []
    for ident, run in made.items():
        if present[ident] in kept:
            continue
        score, standing = outline(judged.rubric, judged.results[ident].prescore, changed[ident], mark=mark)
        rows.append(
            {
                "ranked_id": ident,
                "prescore_id": run,
                **kept_of(score, standing, number=version.number),
            }
        )
    if rows:
        session.connection().execute(update(_APPLICATIONS).where(_APPLICATIONS.c.id == bindparam("ranked_id")), rows)
        index_verdicts(session, [(row["ranked_id"], version.posting_id, row["verdicts"]) for row in rows])


def _stored(session: Session, rubric_version_id: int, ids: Sequence[int]) -> set[tuple[int, str]]:
    """Read which applications have a run by the present engine, each with the hash of what was judged."""
    rows = select(StoredPrescore.application_id, StoredPrescore.input_sha256).where(
        StoredPrescore.application_id.in_(ids), *made_by_present_engine(rubric_version_id)
    )
    return {(ident, digest) for ident, digest in session.execute(rows)}


def _results(session: Session, rubric_version_id: int, ids: Sequence[int]) -> dict[tuple[int, str], JsonObject]:
    rows = select(StoredPrescore.application_id, StoredPrescore.input_sha256, StoredPrescore.result).where(
        StoredPrescore.application_id.in_(ids), *made_by_present_engine(rubric_version_id)
    )
    return {(ident, digest): result for ident, digest, result in session.execute(rows)}
