"""The result of a preview: how many cross which line, and one page of who does, O(page) work in any view and order.

A reader who owes an evaluation of an application sees nothing of it: it is in no row, no count and no place of the ranking,
and only told as a number of people left out.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.prescore import Gates
from screening.models import (
    Application,
    Posting,
    PreviewOutcome,
    PreviewPlace,
    PreviewResult,
    PreviewState,
    RubricPreview,
    RubricState,
    RubricVersion,
    Stage,
    User,
)
from screening.models.base import JsonObject
from screening.queries.blindness import owed_applications
from screening.queries.preview_facts import Stale, staleness

PAGE = 50


class Order(StrEnum):
    """The columns that the table can be sorted by."""

    CHANGE = "change"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page goes on: the last row's sort value and its id."""

    value: float
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked for: a view of ``services.preview_effects.views_of``, an order and its direction."""

    view: str = "all"
    order: Order = Order.CHANGE
    rising: bool = True
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One application: points out of one before and after, places in the ranking, and why. ``delta`` is the change in whole points."""

    id: int
    name: str
    stage: Stage
    outcome: PreviewOutcome
    before: float | None
    after: float | None
    before_gates: Gates | None
    after_gates: Gates | None
    delta: int | None
    bonus_delta: int
    rank_before: int | None
    rank_after: int | None
    reasons: Sequence[JsonObject]


@dataclass(frozen=True, slots=True)
class PreviewHead:
    """The draft and its preview. ``revision`` 0 means that there is no draft; ``preview`` is None until one was asked for."""

    draft: int | None
    in_force: int | None
    revision: int
    preview: RubricPreview | None
    asked_by: str | None = None
    base_number: int | None = None


@dataclass(frozen=True, slots=True)
class PreviewResultPage:
    """A complete preview as this reader may see it. ``hidden`` counts those whom the reader must not see; ``texts`` are criteria by code."""

    counts: Mapping[str, int]
    hidden: int
    rows: tuple[PreviewRow, ...]
    following: Cursor | None
    stale: tuple[Stale, ...]
    texts: Mapping[str, str]


def preview_head(session: Session, *, posting: Posting) -> PreviewHead:
    """Read the posting's draft and what is known of its preview. Three queries."""
    states = (RubricState.DRAFT, RubricState.PUBLISHED)
    rows = session.execute(
        select(RubricVersion.state, RubricVersion.id, RubricVersion.number, RubricVersion.revision).where(
            RubricVersion.posting_id == posting.id, RubricVersion.state.in_(states)
        )
    ).all()
    versions = {row.state: row for row in rows}
    draft, current = versions.get(RubricState.DRAFT), versions.get(RubricState.PUBLISHED)
    preview, by = None, None
    if draft is not None:
        found = session.execute(
            select(RubricPreview, User.name)
            .outerjoin(User, User.id == RubricPreview.asked_by)
            .where(RubricPreview.rubric_version_id == draft.id)
        ).first()
        preview, by = found if found is not None else (None, None)
    return PreviewHead(
        draft=draft.number if draft else None,
        in_force=current.number if current else None,
        revision=draft.revision if draft else 0,
        preview=preview,
        asked_by=by,
        base_number=_base_number(session, preview) if preview else None,
    )


def has_applications(session: Session, *, posting: Posting) -> bool:
    """Tell whether anybody can be judged: some application that was not withdrawn and asked for no person instead."""
    rows = select(Application.id).where(
        Application.posting_id == posting.id,
        Application.stage != Stage.WITHDRAWN,
        Application.prescore_refused.is_(False),
    )
    return session.scalar(rows.limit(1)) is not None


def preview_result(
    session: Session, *, posting: Posting, preview: RubricPreview, reader_id: int, wanted: Wanted
) -> PreviewResultPage:
    """Read a complete preview for one reader; the same number of queries for one row and for fifty."""
    blind = owed_applications(session, user_id=reader_id, posting_id=posting.id)
    counts, hidden = _counts(session, preview, blind)
    found = _page(session, preview, wanted, blind)
    places = _hidden_places(session, preview, blind)
    rows = tuple(_row(row, places) for row in found[:PAGE])
    following = None
    if len(found) > PAGE:
        following = Cursor(found[PAGE - 1].value, found[PAGE - 1].application_id)
    return PreviewResultPage(
        counts=counts,
        hidden=hidden,
        rows=rows,
        following=following,
        stale=staleness(session, preview=preview, blind=blind) if preview.state is PreviewState.DONE else (),
        texts=_texts(session, preview),
    )


def cursor_of(value: str, ident: str) -> Cursor | None:
    """Read a cursor from an address; None, which shows the first page, for nonsense."""
    try:
        number = float(value)
    except ValueError:
        return None
    known = ident.isascii() and ident.isdigit() and len(ident) < 10
    return Cursor(number, int(ident)) if known and math.isfinite(number) else None


def _base_number(session: Session, preview: RubricPreview) -> int | None:
    return session.scalar(select(RubricVersion.number).where(RubricVersion.id == preview.base_version_id))


def _counts(session: Session, preview: RubricPreview, blind: Collection[int]) -> tuple[dict[str, int], int]:
    """Take those whom the reader must not see out of the stored counts."""
    taken = session.execute(
        select(PreviewPlace.view, func.count())
        .where(PreviewPlace.preview_id == preview.id, PreviewPlace.application_id.in_(sorted(blind)))
        .group_by(PreviewPlace.view)
        .order_by(PreviewPlace.view)
    ).all()
    away = {view: int(count) for view, count in taken}
    counts = {view: int(count) - away.get(view, 0) for view, count in preview.counts.items()}
    return counts, away.get("all", 0)


def _page(session: Session, preview: RubricPreview, wanted: Wanted, blind: Collection[int]) -> Sequence[Any]:
    value = {
        Order.CHANGE: PreviewPlace.delta.expression,
        Order.BEFORE: PreviewPlace.before.expression,
        Order.AFTER: PreviewPlace.after.expression,
    }[wanted.order]
    ident: ColumnElement[int] = PreviewPlace.application_id.expression
    rows = (
        select(PreviewPlace.application_id, value.label("value"), Application.name, Application.stage)
        .add_columns(PreviewResult)
        .join(Application, Application.id == PreviewPlace.application_id)
        .join(
            PreviewResult,
            (PreviewResult.preview_id == PreviewPlace.preview_id)
            & (PreviewResult.application_id == PreviewPlace.application_id),
        )
        .where(
            PreviewPlace.preview_id == preview.id,
            PreviewPlace.view == wanted.view,
            ident.not_in(sorted(blind)),
            Application.stage != Stage.WITHDRAWN,
            Application.prescore_refused.is_(False),
        )
    )
    if wanted.after is not None:
        here, there = tuple_(value, ident), tuple_(literal(wanted.after.value), wanted.after.id)
        rows = rows.where(here > there if wanted.rising else here < there)
    directions = (value.asc(), ident.asc()) if wanted.rising else (value.desc(), ident.desc())
    return session.execute(rows.order_by(*directions).limit(PAGE + 1)).all()


def _hidden_places(
    session: Session, preview: RubricPreview, blind: Collection[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read the places of those whom the reader must not see: numbers above them would tell where they stand."""
    rows = session.execute(
        select(PreviewResult.rank_before, PreviewResult.rank_after)
        .where(PreviewResult.preview_id == preview.id, PreviewResult.application_id.in_(sorted(blind)))
        .order_by(PreviewResult.application_id)
    ).all()
    return (
        tuple(row.rank_before for row in rows if row.rank_before),
        tuple(row.rank_after for row in rows if row.rank_after),
    )


def _row(row: Any, places: tuple[tuple[int, ...], tuple[int, ...]]) -> PreviewRow:
    result: PreviewResult = row.PreviewResult
    before, after = result.before_requirement, result.after_requirement
    judged = result.before_gates is not None and result.after_gates is not None
    return PreviewRow(
        id=result.application_id,
        name=row.name,
        stage=row.stage,
        outcome=result.outcome,
        before=before,
        after=after,
        before_gates=Gates(result.before_gates) if result.before_gates else None,
        after_gates=Gates(result.after_gates) if result.after_gates else None,
        delta=_points(after) - _points(before) if judged else None,
        bonus_delta=_points(result.after_bonus) - _points(result.before_bonus) if judged else 0,
        rank_before=_place(result.rank_before, places[0]),
        rank_after=_place(result.rank_after, places[1]),
        reasons=result.reasons,
    )


def _points(share: float | None) -> int:
    return round((share or 0.0) * 100)


def _place(place: int | None, hidden: Sequence[int]) -> int | None:
    return None if place is None else place - sum(other < place for other in hidden)


def _texts(session: Session, preview: RubricPreview) -> dict[str, str]:
    """Give the words of the criteria that reasons speak of; the draft's own before those of the version in force."""
    base = session.scalar(select(RubricVersion.document).where(RubricVersion.id == preview.base_version_id))
    documents = [*([base] if base else []), preview.document]
    return {one.id.upper(): one.text for document in documents for one in load_rubric(document).criteria}
