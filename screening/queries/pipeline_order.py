"""Walking a posting's applications in an order, from a place on, forwards or backwards: O(page) work along an index.

A list of several stages is read stage by stage, each by its own stretch of the index, and merged. Those whose evaluation the reader
owes are few: they are read by their ids and stand in the order as if they had no score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    case,
    false,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Stage
from screening.queries.blindness import owed_applications
from screening.queries.columns import among
from screening.queries.pipeline_filter import Narrowed, PipelineFilter, Sort, narrow
from screening.queries.pipeline_frame import Frame
from screening.queries.rubric_in_force import rubric_in_force
from screening.queries.texts import GLANCED
from screening.queries.unindexed import unindexed

UNSCORED = -1.0
INDEX = "ix_application_posting_stage_rank"
"""The index that holds all that is ordered and filtered by (``models.application.FILTERED_BY``)."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page goes on: a row's sort value, its id, and how many rows came before the page that it leads to.

    Backwards, ``seen`` counts the rows before the present page.
    """

    value: str
    id: int
    seen: int


class Ordered(Protocol):
    """What an application is ordered by."""

    @property
    def id(self) -> int: ...  # noqa: D102 - as the column
    @property
    def rank_score(self) -> float: ...  # noqa: D102
    @property
    def submitted_at(self) -> datetime: ...  # noqa: D102
    @property
    def stage_since(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an order: between rows, behind the one with this value and id."""

    value: float | datetime | BindParameter[Any]
    id: int | BindParameter[int]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a list that one index leads to, and what it is ordered by before the id."""

    rows: Select[int, Any, Stage]
    value: ColumnElement[Any]

    def walk(self, most: int, after: Place | None, *, up: bool) -> Select[int, Any, Stage]:
        """Select so many rows from a place on, in rising or falling order."""
        return self.behind(after, up=up).order_by(*_directed(self.value, Application.id.expression, up=up)).limit(most)

    def behind(self, after: Place | None, *, up: bool) -> Select[int, Any, Stage]:
        """Select all rows from a place on."""
        ident, rows = Application.id.expression, self.rows
        if after is not None:
            bound = after.value
            value = bound if isinstance(bound, BindParameter) else literal(bound, self.value.type)
            here, there = tuple_(self.value, ident), tuple_(value, after.id)
            rows = rows.where(here > there if up else here < there)
        return rows


@dataclass(frozen=True, slots=True)
class Listing:
    """A posting's list for one reader: the filter, its conditions, whose evaluation the reader owes, and the name of the database's dialect."""

    posting_id: int | BindParameter[int]
    chosen: PipelineFilter
    narrowed: Narrowed
    blind: frozenset[int]
    dialect: str

    @property
    def is_plain(self) -> bool:
        """Whether everybody in its stages is listed, all alike."""
        return not self.blind and not self.chosen.is_narrowed

    @property
    def rises(self) -> bool:
        """Whether the order begins with the smallest value; ids break ties in the same direction."""
        return self.chosen.sort is Sort.WAITING

    def walk(
        self, stages: tuple[Stage, ...], *, most: int, after: Place | None = None, back: bool = False
    ) -> Select[int, Any, Stage]:
        """Select ``id``, ``value`` and ``stage`` of so many applications from a place on, in the order or, ``back``, against it.

        Where all that fit would be gathered or sorted first, the next ``GLANCED`` of the order are looked at one by one
        before: they are enough where many fit, and else that was soon done.
        """
        if self.blind or most >= GLANCED or not self._gathers:
            return self._walk(stages, most=most, after=after, back=back)
        near = self._near(stages, most=most, after=after, back=back).cte()
        enough = select(func.count()).select_from(near).scalar_subquery() >= most
        whole = self._walk(stages, most=most, after=after, back=back).limit(case((enough, 0), else_=most))
        joined = union_all(select(near).where(enough), select(whole.subquery())).subquery()
        rows = select(joined.c.id, joined.c.value, joined.c.stage)
        return rows.order_by(*_directed(joined.c.value, joined.c.id, up=self.rises is not back)).limit(most)

    @property
    def _gathers(self) -> bool:
        """Whether an index does not lead in the order from one that fits to the next."""
        narrowed = self.narrowed
        return narrowed.makes_set or (
            narrowed.few is None and narrowed.passes_over and self.chosen.sort is not Sort.RANK
        )

    def _near(
        self, stages: tuple[Stage, ...], *, most: int, after: Place | None, back: bool
    ) -> Select[int, Any, Stage]:
        """Select those that fit among the next ``GLANCED`` of the whole order."""
        narrowed = self.narrowed
        everybody = replace(self, chosen=PipelineFilter(stages=stages, sort=self.chosen.sort), narrowed=Narrowed())
        next_ones = everybody._walk(stages, most=GLANCED, after=after, back=back).subquery()  # noqa: SLF001 - a list like this one
        rows = select(next_ones.c.id, next_ones.c.value, next_ones.c.stage)
        rows = rows.join(Application, Application.id == next_ones.c.id)
        rows = rows.where(*narrowed.shown, *narrowed.hidden, *narrowed.by_one)
        if narrowed.before is not None:
            rows = rows.where(narrowed.of_stages(stages, unindexed(Application.stage_since.expression)))
        return rows.order_by(*_directed(next_ones.c.value, next_ones.c.id, up=self.rises is not back)).limit(most)

    def _walk(
        self, stages: tuple[Stage, ...], *, most: int, after: Place | None, back: bool
    ) -> Select[int, Any, Stage]:
        up = self.rises is not back
        parts = [*self._parts(stages)]
        if not parts:
            return _selected(self.value()).where(false())
        if len(parts) == 1:
            return parts[0].walk(most, after, up=up)
        if self._streams:
            joined = union_all(*(part.behind(after, up=up) for part in parts)).subquery()
        else:
            joined = union_all(*(select(part.walk(most, after, up=up).subquery()) for part in parts)).subquery()
        rows = select(joined.c.id, joined.c.value, joined.c.stage)
        return rows.order_by(*_directed(joined.c.value, joined.c.id, up=up)).limit(most)

    def value_of(self, application: Ordered) -> float | datetime:
        """Give by what an application stands in this order."""
        match self.chosen.sort:
            case Sort.RANK:
                return UNSCORED if application.id in self.blind else application.rank_score
            case Sort.NEWEST:
                return application.submitted_at
            case Sort.WAITING:
                return application.stage_since

    def _parts(self, stages: tuple[Stage, ...]) -> Iterator[Part]:
        for some in [(stage,) for stage in stages] if self._is_by_stage else [stages]:
            if self.narrowed.before is None or any(stage in self.narrowed.before for stage in some):
                yield self._seen(some)
        if self.blind and not self.chosen.asks_hidden:
            yield self._owed(stages)

    @property
    def _is_by_stage(self) -> bool:
        """Whether each stage has a stretch of its own: not where ids are named or looked up in a set that would be made for each."""
        if self.narrowed.few is not None or self.narrowed.makes_set:
            return False
        return self.chosen.sort is not Sort.NEWEST or self.narrowed.passes_over or self.narrowed.before is not None

    @property
    def _streams(self) -> bool:
        """Whether each part comes out of an index in the order: then they are merged row by row, and no part is read further than the page.

        PostgreSQL would read and sort them all (25 ms for 10 at a million applications): there each part has a limit.
        """
        if self.dialect != "sqlite":
            return False
        in_order = self.chosen.sort is Sort.RANK or not self._reads_all_from_one
        return in_order and self.narrowed.few is None and not self.blind

    @property
    def _reads_all_from_one(self) -> bool:
        """Whether one index gives order and conditions: else it is the one of the order, and nobody is passed over."""
        if self.narrowed.few is not None:
            return False
        return self.narrowed.passes_over or (self.chosen.sort is not Sort.WAITING and self.narrowed.before is not None)

    def _seen(self, stages: tuple[Stage, ...]) -> Part:
        value = self.value()
        rows = _selected(value).where(*self._shown(stages), *self.narrowed.hidden)
        if self.blind:
            rows = rows.where(Application.id.not_in(sorted(self.blind)))
        if self.narrowed.few is not None:
            rows = rows.where(among(Application.id, self.narrowed.few))
        return Part(rows, value)

    def _owed(self, stages: tuple[Stage, ...]) -> Part:
        value = literal(UNSCORED) if self.chosen.sort is Sort.RANK else self.value()
        ids = self.blind if self.narrowed.few is None else self.blind.intersection(self.narrowed.few)
        return Part(_selected(value).where(*self._shown(stages), Application.id.in_(sorted(ids))), value)

    def _shown(self, stages: tuple[Stage, ...]) -> Iterator[ColumnElement[bool]]:
        since = Application.stage_since.expression
        posting_id = Application.posting_id.expression
        # the named lead there by themselves: SQLite does not know how few they are
        yield (posting_id if self.narrowed.few is None else unindexed(posting_id)) == self.posting_id
        yield self.narrowed.of_stages(stages, unindexed(since) if self._reads_all_from_one else since)
        yield from self.narrowed.shown
        yield from self.narrowed.many

    def value(self) -> ColumnElement[Any]:
        """Give the column that it is ordered by."""
        if self.chosen.sort is Sort.RANK:
            return Application.rank_score.expression
        time = Application.submitted_at if self.chosen.sort is Sort.NEWEST else Application.stage_since
        return unindexed(time.expression) if self._reads_all_from_one else time.expression


def plain(sort: Sort, stages: tuple[Stage, ...], dialect: str) -> Listing:
    """Give the list of any ``posting``, a bound parameter, for statements that are made once."""
    return Listing(bindparam("posting"), PipelineFilter(stages=stages, sort=sort), Narrowed(), frozenset(), dialect)


def anywhere(order: Listing) -> Place:
    """Give a place that bound parameters name: ``value`` and ``ident``."""
    return Place(bindparam("value", type_=order.value().type), bindparam("ident"))


def listing(
    session: Session, *, posting: Posting, reader_id: int, chosen: PipelineFilter, known: Frame | None = None
) -> Listing:
    """Prepare a list for a reader; a few queries, whatever its length, and at most two where the ``known`` frame has been read."""
    dialect = session.get_bind().dialect.name
    if known is None:
        owed = owed_applications(session, user_id=reader_id, posting_id=posting.id)
        return Listing(posting.id, chosen, narrow(session, posting=posting, chosen=chosen), owed, dialect)
    rubric = rubric_in_force(session, found=known.published) if chosen.verdicts else None
    narrowed = narrow(session, posting=posting, chosen=chosen, rules=known.rules, rubric=rubric)
    return Listing(posting.id, chosen, narrowed, known.owed, dialect)


def place_of(cursor: Cursor | None, sort: Sort) -> Place | None:
    """Read where a cursor points to; None for one that somebody mistyped, which shows the first page."""
    if cursor is None:
        return None
    try:
        if sort is Sort.RANK:
            value = float(cursor.value)
            return Place(value, cursor.id) if -2 < value < 2 else None
        moment = datetime.fromisoformat(cursor.value)
    except ValueError:
        return None
    return Place(moment, cursor.id) if moment.tzinfo else None


def cursor_at(value: float | datetime, ident: int, seen: int) -> Cursor:
    """Write a cursor that ``place_of`` reads."""
    return Cursor(value.isoformat() if isinstance(value, datetime) else repr(value), ident, seen)


def _selected(value: ColumnElement[Any]) -> Select[int, Any, Stage]:
    ident: ColumnElement[int] = Application.id.label("id")
    stage: ColumnElement[Stage] = Application.stage.label("stage")
    return select(ident, value.label("value"), stage)


def _directed(value: ColumnElement[Any], ident: ColumnElement[int], *, up: bool) -> tuple[ColumnElement[Any], ...]:
    return (value.asc(), ident.asc()) if up else (value.desc(), ident.desc())
