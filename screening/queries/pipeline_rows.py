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

from screening.models import Application, ApplicationTag, EvidenceAddition, PrescoreFailure, Stage, Tag
from screening.queries.stage_rules import STANDARD, Rules, came_before
from screening.queries.standing import Judged, Standing, standings
from screening.queries.tags import TagRow


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """One application as lists show it; ``place`` is its number in this order, None for one that the reader must not rank: the same row may have another in another list.

    ``preference`` is 1 for the candidate's first choice among ``batch_size`` postings, None for a single one.
    ``has_news``: the candidate added something that nobody has read; not told to a reader who must stay blind, nor are ``tags``.
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
    owner_id: int | None = None


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


def _marks(session: Session, applications: Sequence[Listed], blind: Collection[int]) -> _Marks:
    """Read in one query who holds additions that nobody has read, whose run failed, how many were made together with it, and the tags."""
    asked = {
        "told": [one.id for one in applications if one.id not in blind],
        "unscored": [one.id for one in applications if one.id not in blind and one.standing is None],
        "batched": [one.id for one in applications if one.batch is not None],
    }
    marks = _Marks(set(), {}, {}, {})
    for kind, ident, number, word in session.execute(_mark_rows(), asked):
        match kind:
            case "news":
                marks.news.add(ident)
            case "tag":
                marks.tags.setdefault(ident, []).append(TagRow(number, word))
            case _:
                (marks.failed if kind == "failed" else marks.batch)[ident] = number
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
    )


def rows_of(
    session: Session,
    applications: Sequence[Listed],
    *,
    blind: Collection[int],
    now: datetime,
    first: int,
    rules: Rules = STANDARD,
) -> list[PipelineRow]:
    """Give the rows of these applications in two queries, numbered from ``first``."""
    marks = _marks(session, applications, blind)
    known = standings(session, applications=applications, blind=blind, failed=marks.failed)
    limits = {stage: came_before(rule.days, now) for stage, rule in rules.items() if rule.days is not None}
    rows = []
    for number, application in enumerate(applications, first):
        standing = known[application.id]
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
                overdue=application.stage in limits and application.stage_since < limits[application.stage],
                standing=standing,
                preference=application.preference,
                batch_size=marks.batch.get(application.id, 1),
                has_news=application.id in marks.news,
                tags=tuple(sorted(marks.tags.get(application.id, ()), key=lambda tag: (tag.name, tag.id))),
                owner_id=application.owner_id,
            )
        )
    return rows
