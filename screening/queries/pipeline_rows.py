"""One application as the table and the board show it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from screening.models import Application, ApplicationTag, EvidenceAddition, Posting, PrescoreFailure, Stage, Tag
from screening.queries.responsibles import Turns, Waiting, people_rows
from screening.queries.stage_rules import Rules, came_before
from screening.queries.standing import Judged, Standing, standings
from screening.queries.tags import TagRow


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One application as lists show it; ``place`` is its number in this order, None for one that the reader must not rank: the same row may have another in another list.

    ``preference`` is 1 for the candidate's first choice among ``batch_size`` postings, None for a single one.
    ``has_news``: the candidate added something that nobody has read; not told to a reader who must stay blind, nor are ``tags``. ``waiting`` is whom an overdue one waits for.
    """

    id: int
    place: int | None = field(compare=False)
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
    tags: tuple[TagRow, ...] = ()
    waiting: Waiting | None = field(default=None, compare=False)


class Listed(Judged, Protocol):
    """What a row is made of: an application, or of one the columns of ``LISTED``."""

    name: str
    headline: str
    stage: Stage
    stage_since: datetime
    submitted_at: datetime
    source: str
    preference: int | None
    batch: str | None
    owner_id: int | None
    rank_score: float


LISTED = (
    Application.id,
    Application.name,
    Application.headline,
    Application.stage,
    Application.stage_since,
    Application.submitted_at,
    Application.source,
    Application.preference,
    Application.batch,
    Application.owner_id,
    Application.rank_score,
    cast(Application.standing, Text).label("standing"),  # most have been read before (queries.standing)
    Application.prescore_refused,
)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What rows bear beside their own columns, by application; ``failed`` and ``batch`` are numbers."""

    news: set[int]
    failed: dict[int, int]
    batch: dict[int, int]
    tags: dict[int, list[TagRow]]
    waiting: dict[int, Waiting]


def _marks(session: Session, applications: Sequence[Listed], blind: Collection[int], turns: Turns) -> _Marks:
    """Read in one query who holds additions that nobody has read, whose run failed, how many were made together with it, the tags, and whose turn it is."""
    asked = {
        "told": [one.id for one in applications if one.id not in blind],
        "unscored": [one.id for one in applications if one.id not in blind and one.standing is None],
        "batched": [one.id for one in applications if one.batch is not None],
        **turns.asked(),
    }
    marks = _Marks(set(), {}, {}, {}, {})
    people = []
    for kind, ident, number, word in session.execute(_mark_rows(), asked):
        match kind:
            case "news":
                marks.news.add(ident)
            case "tag":
                marks.tags.setdefault(ident, []).append(TagRow(number, word))
            case "failed":
                marks.failed[ident] = number
            case "batch":
                marks.batch[ident] = number
            case _:
                people.append((kind, ident, number, word))
    marks.waiting.update(turns.told(people))
    return marks


@cache
def _mark_rows() -> CompoundSelect[str, int, int, str]:
    """Make the statement once: to make it takes as long as to draw the rows."""
    told: BindParameter[Sequence[int]] = bindparam("told", expanding=True)
    unscored: BindParameter[Sequence[int]] = bindparam("unscored", expanding=True)
    batched: BindParameter[Sequence[int]] = bindparam("batched", expanding=True)
    other = aliased(Application)

    def mark(
        kind: str, of: ColumnElement[int], number: ColumnElement[int], word: ColumnElement[str] | None = None
    ) -> Select[str, int, int, str]:
        return select(literal(kind, String), of, number, literal("", String) if word is None else word)

    return union_all(
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
        mark("tag", ApplicationTag.application_id.expression, Tag.id.expression, Tag.name.expression)
        .join(Tag, Tag.id == ApplicationTag.tag_id)
        .where(ApplicationTag.application_id.in_(told)),
        *people_rows(),
    )


def rows_of(
    session: Session,
    applications: Sequence[Listed],
    *,
    posting: Posting,
    rules: Rules,
    reader_id: int,
    blind: Collection[int],
    now: datetime,
    first: int,
) -> list[PipelineRow]:
    """Give the rows of these applications of a posting in two queries, numbered from ``first``."""
    limits = {stage: came_before(rule.days, now) for stage, rule in rules.items() if rule.days is not None}
    late = [one for one in applications if one.stage in limits and one.stage_since < limits[one.stage]]
    overdue = {one.id for one in late}
    marks = _marks(
        session,
        applications,
        blind,
        Turns(posting, rules, [(one.id, one.stage, one.owner_id) for one in late], reader_id),
    )
    known = standings(session, applications=applications, blind=blind, failed=marks.failed)
    return [
        PipelineRow(
            id=one.id,
            place=number if known[one.id].ranked else None,
            name=one.name,
            headline=one.headline,
            stage=one.stage,
            stage_since=one.stage_since,
            submitted_at=one.submitted_at,
            source=one.source,
            overdue=one.id in overdue,
            standing=known[one.id],
            preference=one.preference,
            batch_size=marks.batch.get(one.id, 1),
            has_news=one.id in marks.news,
            tags=tuple(sorted(marks.tags.get(one.id, ()), key=lambda tag: (tag.name, tag.id))),
            waiting=marks.waiting.get(one.id),
        )
        for number, one in enumerate(applications, first)
    ]
