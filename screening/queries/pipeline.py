"""One posting's applications: the ranked table and the board, O(page) work and the same number of queries for 1 row and for 50.

A reader who owes an evaluation of an application sees no score of it, and order and filters treat it as unscored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Subquery, select, union_all
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Stage
from screening.models.prepared import Prepared
from screening.queries.columns import read_columns
from screening.queries.pipeline_filter import OTHER, PipelineFilter, Sort
from screening.queries.pipeline_frame import Frame, Head, frame
from screening.queries.pipeline_order import Cursor, Listing, Place, anywhere, cursor_at, listing, place_of, plain
from screening.queries.pipeline_rows import LISTED, Listed, PipelineRow, rows_of
from screening.queries.responsibles import Waiting
from screening.queries.stage_rules import LANES

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
KEPT = 400
"""Statements of plain lists that a process keeps at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the place of the first in the whole list, whom the overdue wait for, and the cursors of the next page and of the one before where there are such."""

    rows: list[PipelineRow]
    first: int
    waiting: Mapping[int, Waiting]
    following: Cursor | None
    preceding: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The first applications of each stage that goes on, and whom the overdue wait for."""

    lanes: Mapping[Stage, list[PipelineRow]]
    waiting: Mapping[int, Waiting]


def head(session: Session, *, posting: Posting) -> Head:
    """Read what stands above a posting's tabs."""
    return frame(session, posting=posting, reader_id=0).head


def page(
    session: Session,
    *,
    posting: Posting,
    reader_id: int,
    chosen: PipelineFilter,
    now: datetime,
    after: Cursor | None = None,
    before: Cursor | None = None,
    known: Frame | None = None,
) -> Page:
    """Read one page of the ranked table: the first, the one ``after`` a row or the one ``before`` a row.

    ``known`` is what the list stands in, where the page shows it as well.
    """
    known = known or frame(session, posting=posting, reader_id=reader_id)
    order = listing(session, posting=posting, reader_id=reader_id, chosen=chosen, known=known)
    found, seen, goes_on = _stretch(session, order, after, before)
    rows = rows_of(session, found, posting=posting, reader_id=reader_id, known=known, now=now)
    following = cursor_at(order.value_of(found[-1]), found[-1].id, seen + len(found)) if found and goes_on else None
    preceding = cursor_at(order.value_of(found[0]), found[0].id, seen) if found and seen else None
    return Page(rows.rows, seen + 1, rows.waiting, following, preceding)


def board(
    session: Session,
    *,
    posting: Posting,
    reader_id: int,
    chosen: PipelineFilter,
    now: datetime,
    known: Frame | None = None,
) -> Board:
    """Read the first ``LANE`` applications of each stage that goes on, in the chosen order."""
    known = known or frame(session, posting=posting, reader_id=reader_id)
    order = listing(session, posting=posting, reader_id=reader_id, chosen=chosen, known=known)
    if order.is_plain:
        found = _listed(_plain_board(chosen.sort, LANE).read(session, {"posting": posting.id}))
    else:
        found = _listed(read_columns(session, _lanes(order, LANE), {}))
    shown = rows_of(session, found, posting=posting, reader_id=reader_id, known=known, now=now)
    return Board({stage: [row for row in shown.rows if row.stage is stage] for stage in LANES}, shown.waiting)


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


def _stretch(
    session: Session, order: Listing, after: Cursor | None, before: Cursor | None
) -> tuple[list[Listed], int, bool]:
    """Read a page's applications; tell how many stand before them and whether others follow."""
    start = place_of(before, order.chosen.sort)
    if before is not None and start is not None:
        found = _read(session, order, after=start, back=True)[:PAGE][::-1]
        if len(found) == PAGE and before.seen >= PAGE:
            return found, before.seen - PAGE, True
        after = None  # the beginning of the list is nearer than a page
    start = place_of(after, order.chosen.sort)
    found = _read(session, order, after=start)
    seen = after.seen if after is not None and start is not None else 0
    return found[:PAGE], seen, len(found) > PAGE


def _read(session: Session, order: Listing, *, after: Place | None, back: bool = False) -> list[Listed]:
    """Read a page and one row more, in the order or, ``back``, against it."""
    if not order.is_plain:
        walked = order.walk(order.chosen.stages, most=PAGE + 1, after=after, back=back)
        return _listed(read_columns(session, _rows(order, walked.subquery(), back=back), {}))
    rows = _plain_page(order.chosen.sort, order.chosen.stages, PAGE + 1, starts=after is not None, back=back)
    start = {} if after is None else {"value": after.value, "ident": after.id}
    return _listed(rows.read(session, {"posting": order.posting_id, **start}))


@lru_cache(maxsize=KEPT)
def _plain_page(sort: Sort, stages: tuple[Stage, ...], most: int, *, starts: bool, back: bool) -> Prepared:
    """Make a statement once that most pages ask: to make it takes longer than the database needs to answer it."""

    def make(dialect: str) -> Select[*tuple[Any, ...]]:
        order = plain(sort, stages, dialect)
        walked = order.walk(stages, most=most, after=anywhere(order) if starts else None, back=back)
        return _rows(order, walked.subquery(), back=back)

    return Prepared(make)


@lru_cache(maxsize=KEPT)
def _plain_board(sort: Sort, most: int) -> Prepared:
    return Prepared(lambda dialect: _lanes(plain(sort, LANES, dialect), most))


def _lanes(order: Listing, most: int) -> Select[*tuple[Any, ...]]:
    lanes = union_all(*(select(order.walk((stage,), most=most).subquery()) for stage in LANES))
    return _rows(order, lanes.subquery())


def _rows(order: Listing, walked: Subquery, *, back: bool = False) -> Select[*tuple[Any, ...]]:
    """Select what was walked, in the same order."""
    value, ident = (walked.c.value, walked.c.id)
    directed = (value.asc(), ident.asc()) if order.rises is not back else (value.desc(), ident.desc())
    rows: Select[*tuple[Any, ...]] = select(*LISTED).join(walked, walked.c.id == Application.id).order_by(*directed)
    return rows


def _listed(rows: Iterable[Iterable[Any]]) -> list[Listed]:
    return [*map(Listed._make, rows)]
