"""One posting's applications: the ranked table and the board, O(page) work and the same number of queries for 1 row and for 50.

A reader who owes an evaluation of an application sees no score of it, and order and filters treat it as unscored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Subquery, select, union_all
from sqlalchemy.orm import Session

from screening.models import Application, Posting, RubricState, RubricVersion, Stage, StageCount
from screening.queries.pipeline_filter import OTHER, PipelineFilter, Sort
from screening.queries.pipeline_order import Cursor, Listing, Place, cursor_at, listing, place_of
from screening.queries.pipeline_rows import PipelineRow, rows_of
from screening.queries.stage_rules import LANES, STANDARD, Rules

__all__ = [
    "LANE",
    "OTHER",
    "PAGE",
    "Cursor",
    "Head",
    "Neighbours",
    "Page",
    "PipelineFilter",
    "PipelineRow",
    "Sort",
    "board",
    "fitting_ids",
    "head",
    "neighbours",
    "page",
]

PAGE = 50
LANE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursors of the next page and of the one before where there are such."""

    rows: tuple[PipelineRow, ...]
    following: Cursor | None
    preceding: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The posting above its tabs: the version in force, the draft's number, applications by stage."""

    version: int | None
    draft: int | None
    counts: Mapping[Stage, int] = field(default_factory=dict)

    @property
    def active(self) -> int:
        """How many applications stand in a stage that goes on."""
        return sum(self.counts.get(stage, 0) for stage in LANES)

    def total(self, chosen: PipelineFilter) -> int | None:
        """Count a list by the stage counters; None where a filter leaves out applications of its stages."""
        if chosen.is_narrowed:
            return None
        return sum(self.counts.get(stage, 0) for stage in chosen.stages)


def head(session: Session, *, posting: Posting) -> Head:
    """Read what stands above a posting's tabs."""
    versions = session.execute(
        select(RubricVersion.state, RubricVersion.number).where(
            RubricVersion.posting_id == posting.id, RubricVersion.state.in_((RubricState.PUBLISHED, RubricState.DRAFT))
        )
    )
    numbers = dict(versions.all())
    counts = session.execute(select(StageCount.stage, StageCount.count).where(StageCount.posting_id == posting.id))
    return Head(
        version=numbers.get(RubricState.PUBLISHED),
        draft=numbers.get(RubricState.DRAFT),
        counts=dict(counts.all()),
    )


def page(
    session: Session,
    *,
    posting: Posting,
    reader_id: int,
    chosen: PipelineFilter,
    now: datetime,
    after: Cursor | None = None,
    before: Cursor | None = None,
    rules: Rules = STANDARD,
) -> Page:
    """Read one page of the ranked table: the first, the one ``after`` a row or the one ``before`` a row.

    ``rules`` are the posting's own for its stages.
    """
    order = listing(session, posting=posting, reader_id=reader_id, chosen=chosen, rules=rules)
    start = place_of(before, chosen.sort)
    if before is not None and start is not None:
        found = _read(session, order, after=start, back=True)[:PAGE][::-1]
        if len(found) == PAGE and before.seen >= PAGE:
            return _page(session, order, found, seen=before.seen - PAGE, now=now, rules=rules, goes_on=True)
        after = None  # the beginning of the list is nearer than a page
    start = place_of(after, chosen.sort)
    found = _read(session, order, after=start)
    seen = after.seen if after is not None and start is not None else 0
    return _page(session, order, found[:PAGE], seen=seen, now=now, rules=rules, goes_on=len(found) > PAGE)


def board(
    session: Session,
    *,
    posting: Posting,
    reader_id: int,
    chosen: PipelineFilter,
    now: datetime,
    rules: Rules = STANDARD,
) -> Mapping[Stage, tuple[PipelineRow, ...]]:
    """Read the first ``LANE`` applications of each stage that goes on, in the chosen order."""
    order = listing(session, posting=posting, reader_id=reader_id, chosen=chosen, rules=rules)
    lanes = union_all(*(select(order.walk((stage,), most=LANE).subquery()) for stage in LANES))
    found = _loaded(session, order, lanes.subquery())
    shown = rows_of(session, found, blind=order.blind, now=now, first=1, rules=rules)
    return {stage: tuple(row for row in shown if row.stage is stage) for stage in LANES}


def fitting_ids(
    session: Session, *, posting: Posting, reader_id: int, chosen: PipelineFilter, limit: int
) -> list[tuple[int, Stage]]:
    """Read the ids and stages of at most ``limit`` applications that fit a filter, in the list's order."""
    order = listing(session, posting=posting, reader_id=reader_id, chosen=chosen)
    return [(ident, stage) for ident, _, stage in session.execute(order.walk(chosen.stages, most=limit))]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the applications before and after one in the list that the reader came from."""

    previous: int | None
    following: int | None


def neighbours(session: Session, *, application: Application, reader_id: int, chosen: PipelineFilter) -> Neighbours:
    """Find who stands before and after an application in the chosen order, whatever filter it fits itself."""
    posting = session.get_one(Posting, application.posting_id)
    order = listing(session, posting=posting, reader_id=reader_id, chosen=chosen)
    here = Place(order.value_of(application), application.id)
    near = [order.walk(chosen.stages, most=1, after=here, back=back).subquery() for back in (True, False)]
    previous, following = session.execute(select(*(select(one.c.id).scalar_subquery() for one in near))).one()
    return Neighbours(previous, following)


def _page(
    session: Session,
    order: Listing,
    found: Sequence[Application],
    *,
    seen: int,
    now: datetime,
    rules: Rules,
    goes_on: bool,
) -> Page:
    rows = rows_of(session, found, blind=order.blind, now=now, first=seen + 1, rules=rules)
    following = cursor_at(order.value_of(found[-1]), found[-1].id, seen + len(found)) if found and goes_on else None
    preceding = cursor_at(order.value_of(found[0]), found[0].id, seen) if found and seen else None
    return Page(tuple(rows), following, preceding)


def _read(session: Session, order: Listing, *, after: Place | None, back: bool = False) -> list[Application]:
    """Read a page and one row more, in the order or, ``back``, against it."""
    walked = order.walk(order.chosen.stages, most=PAGE + 1, after=after, back=back)
    return _loaded(session, order, walked.subquery(), back=back)


def _loaded(session: Session, order: Listing, walked: Subquery, *, back: bool = False) -> list[Application]:
    """Load what was walked, in the same order."""
    value, ident = (walked.c.value, walked.c.id)
    directed = (value.asc(), ident.asc()) if order.rises is not back else (value.desc(), ident.desc())
    rows = select(Application).join(walked, walked.c.id == Application.id).order_by(*directed)
    return list(session.scalars(rows))
