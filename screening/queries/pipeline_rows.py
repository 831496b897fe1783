"""One application as the table and the board show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from screening.models import Application, ApplicationTag, EvidenceAddition, Posting, PrescoreFailure, Stage, Tag
from screening.models.prepared import Prepared
from screening.queries.columns import among
from screening.queries.pipeline_frame import Frame
from screening.queries.responsibles import Turns, Waiting, people_rows
from screening.queries.stage_rules import came_before
from screening.queries.standing import Standing, standings
from screening.queries.tags import TagRow


class Listed(NamedTuple):
    """What a list reads of an application: the columns of ``LISTED``. ``standing`` is the text of what ``queries.standing.outline`` gave."""

    id: int
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
    standing: str | None
    prescore_refused: bool


class PipelineRow(NamedTuple):
    """One application as lists show it, the same in whichever list it stands: a tuple, because a page makes fifty and looks each up.

    ``batch_size`` is among how many postings the candidate gave this one its ``preference``.
    ``has_news``: the candidate added something that nobody has read; not told to a reader who must stay blind, nor are ``tags``.
    """

    listed: Listed
    standing: Standing
    overdue: bool = False
    batch_size: int = 1
    has_news: bool = False
    tags: tuple[TagRow, ...] = ()

    @property
    def id(self) -> int:
        """The application's number."""
        return self.listed.id

    @property
    def name(self) -> str:
        """The candidate's."""
        return self.listed.name

    @property
    def headline(self) -> str:
        """What the candidate says of themselves in a line."""
        return self.listed.headline

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return self.listed.stage

    @property
    def stage_since(self) -> datetime:
        """Since when."""
        return self.listed.stage_since

    @property
    def preference(self) -> int | None:
        """1 for the candidate's first choice among ``batch_size`` postings, None for a single one."""
        return self.listed.preference


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a list in its order, and by application whom the overdue ones wait for."""

    rows: list[PipelineRow]
    waiting: Mapping[int, Waiting]


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
    for kind, ident, number, word in _mark_rows().read(session, asked):
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
def _mark_rows() -> Prepared:
    """Make the statement once: to make it takes as long as to draw the rows."""
    other = aliased(Application)

    def mark(
        kind: str, of: ColumnElement[int], number: ColumnElement[int], word: ColumnElement[str] | None = None
    ) -> Select[str, int, int, str]:
        return select(literal(kind, String), of, number, literal("", String) if word is None else word)

    return Prepared(
        union_all(
            mark("news", EvidenceAddition.application_id.expression, func.count())
            .where(among(EvidenceAddition.application_id, "told"), EvidenceAddition.seen_at.is_(None))
            .group_by(EvidenceAddition.application_id),
            mark("failed", PrescoreFailure.application_id.expression, func.count())
            .where(among(PrescoreFailure.application_id, "unscored"))
            .group_by(PrescoreFailure.application_id),
            mark("batch", Application.id.expression, func.count())
            .join(other, other.batch == Application.batch)
            .where(among(Application.id, "batched"))
            .group_by(Application.id),
            mark("tag", ApplicationTag.application_id.expression, Tag.id.expression, Tag.name.expression)
            .join(Tag, Tag.id == ApplicationTag.tag_id)
            .where(among(ApplicationTag.application_id, "told")),
            *people_rows(),
        )
    )


def rows_of(
    session: Session,
    applications: Sequence[Listed],
    *,
    posting: Posting,
    reader_id: int,
    known: Frame,
    now: datetime,
) -> Rows:
    """Give the rows of these applications of a posting in one query, and one more for a rubric that this process has not met yet.

    ``known`` is what the list stands in for this reader.
    """
    rules, blind = known.rules, known.owed
    limits = {stage: came_before(rule.days, now) for stage, rule in rules.items() if rule.days is not None}
    late = [one for one in applications if one.stage in limits and one.stage_since < limits[one.stage]]
    overdue = {one.id for one in late}
    marks = _marks(
        session,
        applications,
        blind,
        Turns(posting, rules, [(one.id, one.stage, one.owner_id) for one in late], reader_id),
    )
    standing = standings(session, applications=applications, blind=blind, failed=marks.failed)
    rows = [
        PipelineRow(
            one if one.id not in blind else one._replace(standing=None, rank_score=0.0),
            standing[one.id],
            one.id in overdue,
            marks.batch.get(one.id, 1),
            one.id in marks.news,
            tuple(sorted(marks.tags[one.id], key=lambda tag: (tag.name, tag.id))) if one.id in marks.tags else (),
        )
        for one in applications
    ]
    return Rows(rows, marks.waiting)
