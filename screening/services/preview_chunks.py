"""Judging a chunk of applications against a draft, beside the prescores that count.

Nothing here touches a prescore, a rank or a stage. A chunk is stored together with the end of its job, so that one whose
worker dies is done again and counted once. The last chunk gives the places in the ranking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from rubrics.codec import load_dossier, load_prescore, load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from rubrics.prescore import Score
from rubrics.scoring import ENGINE_VERSION, prescore
from screening.models import (
    Application,
    PreviewOutcome,
    PreviewPlace,
    PreviewResult,
    PreviewState,
    RubricPreview,
    RubricVersion,
    Stage,
    StoredPrescore,
)
from screening.models.base import JsonObject
from screening.queries.stage_rules import LANES
from screening.queries.verdicts import Change as ChangedByPerson
from screening.queries.verdicts import changes, standing_score, standing_verdicts
from screening.services.dossiers import StoredInput, read_inputs
from screening.services.judging import rank_of
from screening.services.preview_effects import Change, Standing, change_between, reasons_for, views_of


@dataclass(frozen=True, slots=True)
class Stands:
    """An application as it stands: its stage, the run that counts (None without one), what made it, and verdicts set by people."""

    stage: Stage
    run: JsonObject | None
    version_id: int | None
    engine: str | None
    changed: Mapping[str, ChangedByPerson]


@dataclass(frozen=True, slots=True)
class PreviewChunk:
    """What is to be judged against the draft; ``draft`` is None where nothing is. ``bases`` are the rubrics of present runs, by version id."""

    preview_id: int
    draft: Rubric | None = None
    base_version_id: int = 0
    bases: Mapping[int, Rubric] | None = None
    inputs: tuple[StoredInput, ...] = ()
    stands: Mapping[int, Stands] | None = None
    unread: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What the draft does to one application."""

    application_id: int
    stage: Stage
    outcome: PreviewOutcome
    before: Score | None
    after: Score | None
    reasons: list[JsonObject]


def read_preview_chunk(session: Session, *, preview_id: int, first_id: int, last_id: int) -> PreviewChunk:
    """Read a range of the posting's applications with what counts for each now. Seven queries for any number of them."""
    preview = session.get(RubricPreview, preview_id)
    if preview is None or preview.state is not PreviewState.RUNNING:
        return PreviewChunk(preview_id)
    rows = session.execute(
        select(Application.id, Application.stage, StoredPrescore.result, StoredPrescore.rubric_version_id)
        .add_columns(StoredPrescore.engine_version)
        .outerjoin(StoredPrescore, StoredPrescore.id == Application.prescore_id)
        .where(Application.posting_id == preview.posting_id, Application.id.between(first_id, last_id))
        .order_by(Application.id)
    ).all()
    inputs = read_inputs(session, [row.id for row in rows])
    changed = changes(session, [row.id for row in rows])
    versions = {row.rubric_version_id for row in rows} - {None}
    documents = session.execute(
        select(RubricVersion.id, RubricVersion.document).where(RubricVersion.id.in_(sorted(versions)))
    )
    return PreviewChunk(
        preview_id=preview_id,
        draft=load_rubric(preview.document),
        base_version_id=preview.base_version_id,
        bases={ident: load_rubric(document) for ident, document in documents},
        inputs=inputs.ready,
        stands={
            row.id: Stands(row.stage, row.result, row.rubric_version_id, row.engine_version, changed[row.id])
            for row in rows
        },
        unread=inputs.unread,
    )


def judge_preview_chunk(chunk: PreviewChunk) -> list[Effect]:
    """Judge each application against the draft and say why its score changes; an error of the engine is that application's. No database is touched."""
    if chunk.draft is None:
        return []
    stands, bases = chunk.stands or {}, chunk.bases or {}
    between = {ident: change_between(base, chunk.draft) for ident, base in bases.items()}
    effects = []
    for ident in chunk.unread:
        before = _before(stands[ident], bases)
        effects.append(_effect(ident, stands[ident], PreviewOutcome.UNREAD, before))
    for one in chunk.inputs:
        here = stands[one.application_id]
        try:
            before = _before(here, bases)
            after = _after(chunk.draft, one, here)
            reasons = _reasons(chunk, here, between, before, after)
            effects.append(_effect(one.application_id, here, PreviewOutcome.SCORED, before, after, reasons))
        except Exception as error:  # noqa: BLE001 - whatever the engine stumbles over is shown as a failure
            reasons = [{"kind": "failed", "error": f"{type(error).__name__}: {error}"[:300]}]
            effects.append(_effect(one.application_id, here, PreviewOutcome.FAILED, None, reasons=reasons))
    return effects


def store_preview_chunk(
    session: Session, *, preview_id: int, effects: Sequence[Effect], applications: int, now: datetime
) -> None:
    """Store a chunk's results and count it as done, in the transaction that ends its job; the last one completes the preview."""
    preview = session.get(RubricPreview, preview_id, with_for_update=True, populate_existing=True)
    if preview is None or preview.state is not PreviewState.RUNNING:
        return
    ids = [effect.application_id for effect in effects]
    locked = select(Application.id).where(Application.id.in_(ids)).order_by(Application.id)
    present = set(session.scalars(locked.with_for_update(read=True, key_share=True)))
    kept = [effect for effect in effects if effect.application_id in present]
    counts = Counter({view: int(count) for view, count in preview.counts.items()})
    places = []
    for effect in kept:
        views = views_of(effect.before, effect.after, effect.stage)
        counts.update(views)
        places += [_place(preview_id, effect, view) for view in views]
    if kept:
        session.execute(insert(PreviewResult), [_result(preview_id, effect) for effect in kept])
        session.execute(insert(PreviewPlace), places)
    preview.counts = dict(counts)
    preview.done = min(preview.total, preview.done + applications)
    session.flush()
    if preview.done == preview.total:
        _rank(session, preview_id)
        preview.state, preview.finished_at = PreviewState.DONE, now
        session.flush()


def give_up_preview_chunk(
    session: Session, *, preview_id: int, first_id: int, last_id: int, applications: int, error: str, now: datetime
) -> None:
    """Count a chunk that failed for good as done, with every application of it as not judged, so that the preview ends."""
    chunk = read_preview_chunk(session, preview_id=preview_id, first_id=first_id, last_id=last_id)
    reasons: list[JsonObject] = [{"kind": "failed", "error": error[:300]}]
    stands, ids = chunk.stands or {}, sorted([*chunk.unread, *(one.application_id for one in chunk.inputs)])
    effects = [_effect(ident, stands[ident], PreviewOutcome.FAILED, None, reasons=reasons) for ident in ids]
    store_preview_chunk(session, preview_id=preview_id, effects=effects, applications=applications, now=now)


def _before(here: Stands, bases: Mapping[int, Rubric]) -> Standing | None:
    if here.run is None or here.version_id is None:
        return None
    run, rubric = load_prescore(here.run), bases[here.version_id]
    return Standing(standing_verdicts(rubric, run, here.changed), standing_score(rubric, run, here.changed))


def _after(draft: Rubric, one: StoredInput, here: Stands) -> Standing:
    run = prescore(draft, load_dossier(one.answers, one.resume, one.hidden), load_lexicon())
    return Standing(standing_verdicts(draft, run, here.changed), standing_score(draft, run, here.changed))


def _reasons(
    chunk: PreviewChunk,
    here: Stands,
    between: Mapping[int, Change],
    before: Standing | None,
    after: Standing,
) -> list[JsonObject]:
    if before is None or here.version_id is None:
        return []
    reasons: list[JsonObject] = []
    if here.engine != ENGINE_VERSION:
        reasons.append({"kind": "engine", "before": here.engine or "", "after": ENGINE_VERSION})
    if here.version_id != chunk.base_version_id:
        reasons.append({"kind": "version"})
    return [*reasons, *reasons_for(between[here.version_id], before, after)]


def _effect(
    ident: int,
    here: Stands,
    outcome: PreviewOutcome,
    before: Standing | None,
    after: Standing | None = None,
    reasons: list[JsonObject] | None = None,
) -> Effect:
    scores = (before.score if before else None), (after.score if after else None)
    return Effect(ident, here.stage, outcome, *scores, reasons or [])


def _result(preview_id: int, effect: Effect) -> JsonObject:
    return {
        "preview_id": preview_id,
        "application_id": effect.application_id,
        "outcome": effect.outcome,
        "stage": effect.stage,
        **_numbers("before", effect.before),
        **_numbers("after", effect.after),
        "reasons": effect.reasons,
    }


def _numbers(when: str, score: Score | None) -> JsonObject:
    return {
        f"{when}_requirement": score.requirement.point if score and score.requirement else None,
        f"{when}_bonus": score.bonus.point if score and score.bonus else None,
        f"{when}_gates": score.gates.value if score else None,
    }


def _place(preview_id: int, effect: Effect, view: str) -> JsonObject:
    before, after = (rank_of(score) if score else -1.0 for score in (effect.before, effect.after))
    known = effect.before is not None and effect.after is not None
    return {
        "preview_id": preview_id,
        "application_id": effect.application_id,
        "view": view,
        "delta": round(after - before, 6) if known else 0.0,
        "before": before,
        "after": after,
    }


def _rank(session: Session, preview_id: int) -> None:
    """Give those who go on the places that the pipeline would give them, before and after."""
    columns: tuple[tuple[ColumnElement[float], str], ...] = (
        (PreviewPlace.before.expression, "rank_before"),
        (PreviewPlace.after.expression, "rank_after"),
    )
    for value, name in columns:
        order = (value.desc(), PreviewPlace.application_id.desc())
        ranked = (
            select(PreviewPlace.application_id, func.row_number().over(order_by=order).label("place"))
            .join(
                PreviewResult,
                (PreviewResult.preview_id == PreviewPlace.preview_id)
                & (PreviewResult.application_id == PreviewPlace.application_id),
            )
            .where(
                PreviewPlace.preview_id == preview_id,
                PreviewPlace.view == "all",
                PreviewResult.stage.in_(LANES),
                value >= 0,
            )
            .subquery()
        )
        session.execute(
            update(PreviewResult)
            .where(
                PreviewResult.preview_id == preview_id,
                PreviewResult.application_id == ranked.c.application_id,
            )
            .values({name: ranked.c.place}),
            execution_options={"synchronize_session": False},
        )
