"""One posting's applications: the ranked table and the board, O(page) work and the same number of queries for 1 row and for 50.

A reader who owes an evaluation of an application sees no score of it, and order and filters treat it as unscored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    case,
    false,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from screening.documents.words import wanted
from screening.models import (
    Application,
    EvidenceAddition,
    Posting,
    PrescoreFailure,
    RubricState,
    RubricVersion,
    Stage,
    StageCount,
)
from screening.queries.blindness import owed_applications
from screening.queries.origins import SOURCES
from screening.queries.postings import LANES, PATIENCE
from screening.queries.standing import Standing, standings
from screening.queries.texts import matching

PAGE = 50
LANE = 20
UNSCORED = -1.0
FEW = 500
"""Applications that a text may find to be named one by one; more are read in order and looked up among all that hold it."""
REFERRAL, OTHER = "ref-", "other"


class Sort(StrEnum):
    """The orders that a page may ask for."""

    RANK = "rank"
    NEWEST = "newest"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PipelineFilter:
    """What the reader asked for: ``stages`` to show, ``gates`` pass, below, unknown or empty.

    ``text`` holds words of names, answers and résumés, the last one perhaps only begun;
    ``source`` is one that has words, ``other`` for those without, or ``ref-`` and a referral's number; empty for all.
    """

    stages: tuple[Stage, ...] = LANES
    gates: str = ""
    text: str = ""
    sort: Sort = Sort.RANK
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page goes on: the last row's sort value, its id, and how many rows came before."""

    value: str
    id: int
    seen: int


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One application as lists show it; ``place`` is its number in this order, None for one that the reader must not rank.

    ``preference`` is 1 for the candidate's first choice among ``batch_size`` postings, None for a single one.
    ``has_news``: the candidate added something that nobody has read; not told to a reader who must stay blind.
    """

    id: int
    place: int | None
    name: str
    headline: str
    stage: Stage
    stage_since: datetime
    submitted_at: datetime
    source: str
    overdue: bool
    standing: Standing
    preference: int | None = None
    batch_size: int = 1
    has_news: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of the next page when there is one."""

    rows: tuple[PipelineRow, ...]
    following: Cursor | None


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
        """Count a list by the stage counters; None where a filter by gates, text or source is not counted."""
        if chosen.gates or chosen.text or chosen.source:
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
) -> Page:
    """Read one page of the ranked table."""
    blind = owed_applications(session, user_id=reader_id, posting_id=posting.id)
    found = _found(session, posting.id, chosen, blind, after)
    seen = after.seen if after else 0
    shown = _rows(session, [application for application, _ in found[:PAGE]], blind=blind, now=now, first=seen + 1)
    following = None
    if len(found) > PAGE:
        last_application, last_value = found[PAGE - 1]
        following = Cursor(_text(last_value), last_application.id, seen + PAGE)
    return Page(tuple(shown), following)


def board(
    session: Session, *, posting: Posting, reader_id: int, chosen: PipelineFilter, now: datetime
) -> Mapping[Stage, tuple[PipelineRow, ...]]:
    """Read the first ``LANE`` applications of each stage that goes on, in the chosen order."""
    blind = owed_applications(session, user_id=reader_id, posting_id=posting.id)
    value, ascending = order(chosen.sort, blind)
    holding = _holding(session, posting.id, chosen.text)
    lanes = [
        _filtered(posting.id, replace(chosen, stages=(stage,)), blind, holding)
        .order_by(*_directions(value, ascending=ascending))
        .limit(LANE)
        for stage in LANES
    ]
    wanted_rows = _together(lanes).order_by(*_directions(value, ascending=ascending))
    found = session.scalars(wanted_rows).all()
    rows_by_id = {row.id: row for row in _rows(session, found, blind=blind, now=now, first=1)}
    return {stage: tuple(rows_by_id[one.id] for one in found if one.stage is stage) for stage in LANES}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the applications before and after one in the list that the reader came from."""

    previous: int | None
    following: int | None


def neighbours(session: Session, *, application: Application, reader_id: int, chosen: PipelineFilter) -> Neighbours:
    """Find who stands before and after an application in the chosen order, whatever filter it fits itself."""
    blind = owed_applications(session, user_id=reader_id, posting_id=application.posting_id)
    value, ascending = order(chosen.sort, blind)
    own = _value_of(application, chosen.sort, blind)
    here, there = tuple_(value, Application.id), tuple_(literal(own, value.type), application.id)
    holding = _holding(session, application.posting_id, chosen.text)
    rows = _filtered(application.posting_id, chosen, blind, holding).with_only_columns(Application.id)

    def nearest(condition: ColumnElement[bool], *, up: bool) -> ScalarSelect[int]:
        return rows.where(condition).order_by(*_directions(value, ascending=up)).limit(1).scalar_subquery()

    before, after = session.execute(select(nearest(here < there, up=False), nearest(here > there, up=True))).one()
    return Neighbours(before, after) if ascending else Neighbours(after, before)


def order(sort: Sort, blind: Collection[int]) -> tuple[ColumnElement[Any], bool]:
    """Give the column that an order goes by and whether it rises; ids break ties in the same direction."""
    match sort:
        case Sort.RANK:
            return _unless_blind(Application.rank_score, UNSCORED, blind), False
        case Sort.NEWEST:
            return Application.submitted_at.expression, False
        case Sort.WAITING:
            return Application.stage_since.expression, True


def _value_of(application: Application, sort: Sort, blind: Collection[int]) -> float | datetime:
    """Give by what an application stands in an order, as ``order`` has it."""
    match sort:
        case Sort.RANK:
            return UNSCORED if application.id in blind else application.rank_score
        case Sort.NEWEST:
            return application.submitted_at
        case Sort.WAITING:
            return application.stage_since


def _together(parts: Sequence[Select[Application]]) -> Select[Application]:
    """Read several lists, each by its own index and with its own end, in one query."""
    ids = [select(part.with_only_columns(Application.id).subquery().c.id) for part in parts]
    return select(Application).where(Application.id.in_(union_all(*ids)))


def _found(
    session: Session, posting_id: int, chosen: PipelineFilter, blind: Collection[int], after: Cursor | None
) -> list[tuple[Application, float | datetime]]:
    """Read a page and one row more, each with the value that it is sorted by.

    The longest waiting are read stage by stage and merged: those who left long ago would else be passed over one by one.
    """
    value, ascending = order(chosen.sort, blind)
    last = _bound(chosen.sort, after.value) if after is not None else None
    holding = _holding(session, posting_id, chosen.text)
    parts = []
    for stages in [(stage,) for stage in chosen.stages] if chosen.sort is Sort.WAITING else [chosen.stages]:
        rows = _filtered(posting_id, replace(chosen, stages=stages), blind, holding)
        if after is not None and last is not None:
            here, there = tuple_(value, Application.id), tuple_(last, after.id)
            rows = rows.where(here > there if ascending else here < there)
        parts.append(rows.order_by(*_directions(value, ascending=ascending)).limit(PAGE + 1))
    rows = parts[0]
    if len(parts) > 1:
        rows = _together(parts).order_by(*_directions(value, ascending=ascending)).limit(PAGE + 1)
    return [(application, _value_of(application, chosen.sort, blind)) for application in session.scalars(rows)]


def _filtered(
    posting_id: int, chosen: PipelineFilter, blind: Collection[int], holding: ColumnElement[bool] | None
) -> Select[Application]:
    rows = select(Application).where(Application.posting_id == posting_id, Application.stage.in_(chosen.stages))
    if holding is not None:
        rows = rows.where(holding)
    if chosen.gates:
        rows = rows.where(_unless_blind(Application.gates, None, blind) == chosen.gates)
    if chosen.source:
        rows = rows.where(_from(chosen.source))
    return rows


def _holding(session: Session, posting_id: int, text: str) -> ColumnElement[bool] | None:
    """Give the condition of a text: the applications' own numbers where they are few; one without a word finds nobody."""
    if not text:
        return None
    words = wanted(text)
    if not words:
        return false()
    rows = matching(session, words, posting_ids=[posting_id])
    ids = session.scalars(rows.limit(FEW + 1)).all()
    return Application.id.in_(ids if len(ids) <= FEW else rows)


def _from(source: str) -> ColumnElement[bool]:
    """Give the condition of a source; a number that is none fits nobody."""
    if source.startswith(REFERRAL):
        number = source.removeprefix(REFERRAL)
        return Application.referral_id == (int(number) if number.isdigit() else 0)
    return Application.source.not_in(SOURCES) if source == OTHER else Application.source == source


def _unless_blind(column: Any, otherwise: float | None, blind: Collection[int]) -> ColumnElement[Any]:
    """Give the column itself when nothing is owed, so that the index orders; else the value that tells nothing."""
    if not blind:
        return column.expression  # type: ignore[no-any-return] # a mapped column
    hidden = null() if otherwise is None else otherwise
    return case((Application.id.in_(sorted(blind)), hidden), else_=column)


def _directions(value: ColumnElement[Any], *, ascending: bool) -> tuple[ColumnElement[Any], ...]:
    ident = Application.id.expression
    return (value.asc(), ident.asc()) if ascending else (value.desc(), ident.desc())


def _bound(sort: Sort, text: str) -> ColumnElement[Any] | None:
    """Read a cursor's value; None for one that somebody mistyped, which shows the first page."""
    try:
        if sort is Sort.RANK:
            return literal(float(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return literal(moment, Application.submitted_at.type) if moment.tzinfo else None


def _text(value: float | datetime) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def _marks(session: Session, applications: Sequence[Application], blind: Collection[int]) -> dict[str, dict[int, int]]:
    """Read in one query who holds additions that nobody has read, whose run failed, and how many were made together with it."""
    told = [one.id for one in applications if one.id not in blind]
    unscored = [one.id for one in applications if one.id not in blind and one.standing is None]
    batched = [one.id for one in applications if one.batch is not None]
    other = aliased(Application)

    def mark(kind: str, of: ColumnElement[int], number: ColumnElement[int]) -> Select[str, int, int]:
        return select(literal(kind, String), of, number)

    rows = union_all(
        mark("news", EvidenceAddition.application_id.expression, func.count())
        .where(EvidenceAddition.application_id.in_(told), EvidenceAddition.seen_at.is_(None))
        .group_by(EvidenceAddition.application_id),
        mark("failed", PrescoreFailure.application_id.expression, func.count())
        .where(PrescoreFailure.application_id.in_(unscored))
        .group_by(PrescoreFailure.application_id),
        mark("batch", Application.id.expression, func.count())
        .join(other, other.batch == Application.batch)
        .where(Application.id.in_(batched))
        .group_by(Application.id),
    )
    marks: dict[str, dict[int, int]] = {"news": {}, "failed": {}, "batch": {}}
    for kind, ident, number in session.execute(rows):
        marks[kind][ident] = number
    return marks


def _rows(
    session: Session, applications: Sequence[Application], *, blind: Collection[int], now: datetime, first: int
) -> list[PipelineRow]:
    marks = _marks(session, applications, blind)
    known = standings(session, applications=applications, blind=blind, failed=marks["failed"])
    rows = []
    for number, application in enumerate(applications, first):
        standing = known[application.id]
        limit = PATIENCE.get(application.stage)
        rows.append(
            PipelineRow(
                id=application.id,
                place=number if standing.ranked else None,
                name=application.name,
                headline=application.headline,
                stage=application.stage,
                stage_since=application.stage_since,
                submitted_at=application.submitted_at,
                source=application.source,
                overdue=limit is not None and application.stage_since < now - limit,
                standing=standing,
                preference=application.preference,
                batch_size=marks["batch"].get(application.id, 1),
                has_news=application.id in marks["news"],
            )
        )
    return rows
