"""Two to four candidates of one posting side by side, criterion by criterion, what differs first.

Of an application on which the reader owes an evaluation nothing is read but its name and stage, and nothing on the page,
the order of its rows included, depends on what others said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion, Rubric
from screening.models import (
    Application,
    ChangedVerdict,
    Decision,
    Interview,
    Outcome,
    Panelist,
    Posting,
    PrescoreFailure,
    Recommendation,
    RubricState,
    RubricVersion,
    Stage,
    StoredPrescore,
)
from screening.queries.blindness import is_open
from screening.queries.columns import among
from screening.queries.panels import Panels, read_panels
from screening.queries.papers import Paper, papers_of
from screening.queries.standing import Standing, State, standings
from screening.queries.together import Together
from screening.queries.unindexed import unindexed
from screening.queries.verdicts import changed_rows, latest_changes

MOST = 4
"""So many candidates fit beside each other."""
APART = 0.5
"""Means this far apart are worth looking at."""
OFFERED = 200
"""So many candidates are offered to be added."""


@dataclass(frozen=True, slots=True)
class Said:
    """What interviews say of one criterion: the mean of ``count`` ratings, and highest less lowest."""

    mean: float
    count: int
    spread: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One candidate on one criterion; both are None where nothing speaks to it, or the reader is blind."""

    paper: Paper | None
    said: Said | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The latest decision that was not taken back; ``waits`` for a second pair of eyes, ``stands`` unless one disagreed."""

    outcome: Outcome
    waits: bool
    stands: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Column:
    """One candidate; where the reader is blind everything after ``owed`` is empty. ``owed`` is the interview whose scorecard they owe."""

    id: int
    name: str
    stage: Stage
    owed: int | None
    standing: Standing
    overall: Said | None = None
    evaluations: int = 0
    missing: int = 0
    recommendations: tuple[Recommendation, ...] = ()
    decided: Decided | None = None
    marks: Mapping[str, Mark] | None = None

    @property
    def is_blind(self) -> bool:
        """Whether the reader owes an evaluation of this candidate."""
        return self.standing.state is State.BLIND


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion over all candidates; ``differs`` speaks of those that the reader may see."""

    criterion: Criterion
    marks: tuple[Mark | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The page: ``lines`` by section, what differs first; ``others`` may be added: id, name, stage."""

    version: int | None
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    others: tuple[tuple[int, str, Stage], ...]


def side_by_side(
    session: Session, *, posting: Posting, application_ids: Sequence[int], reader_id: int
) -> SideBySide | None:
    """Read the candidates in the order given; None when one is not of this posting. The same queries for one and for four."""
    rows = session.execute(_candidates(), {"ids": list(application_ids), "posting": posting.id, "reader": reader_id})
    owed: dict[int, int] = {}
    found: dict[int, Application] = {}
    for application, interview_id in rows:
        found[application.id] = application
        if interview_id is not None:
            owed[application.id] = interview_id
    if len(found) < len(set(application_ids)):
        return None
    seen = [found[ident] for ident in application_ids if ident not in owed]
    versions, stored = _versions(session, posting, seen)
    lists = _lists().read(session, posting=posting.id, ids=list(application_ids), seen=[one.id for one in seen])
    columns = {one.id: one for one in _columns(session, seen, versions, stored, lists)}
    ordered = tuple(
        columns.get(ident)
        or Column(ident, found[ident].name, found[ident].stage, owed.get(ident), Standing(State.BLIND))
        for ident in application_ids
    )
    force = next(
        ((row.number, rubric) for row, rubric in versions.values() if row.state is RubricState.PUBLISHED), None
    )
    return SideBySide(
        version=force[0] if force else None,
        columns=ordered,
        lines=_lines(force[1], ordered) if force else (),
        others=tuple((row.id, row.name, row.stage) for row in lists["others"]),
    )


Versions = Mapping[int, tuple[RubricVersion, Rubric]]
Stored = Mapping[int, StoredPrescore]
"""Prescores by application."""


@cache
def _candidates() -> Select[*tuple[Any, ...]]:
    """Select the bound ``ids`` of the ``posting``, each with the earliest interview of which the ``reader`` owes an evaluation."""
    owed = (
        select(Interview.id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Interview.application_id == Application.id, Panelist.user_id == bindparam("reader"), is_open())
        .order_by(Interview.starts_at, Interview.id)
        .limit(1)
        .correlate(Application)
        .scalar_subquery()
    )
    posting_id = unindexed(Application.posting_id.expression)
    return select(Application, owed).where(among(Application.id, "ids"), posting_id == bindparam("posting"))


def _versions(session: Session, posting: Posting, seen: Sequence[Application]) -> tuple[Versions, Stored]:
    """Read the version in force and those that these were judged by, and the results."""
    runs = [one.prescore_id for one in seen if one.prescore_id]
    rows = session.execute(
        select(RubricVersion, StoredPrescore)
        .outerjoin(StoredPrescore, (StoredPrescore.rubric_version_id == RubricVersion.id) & StoredPrescore.id.in_(runs))
        .where(
            RubricVersion.posting_id == posting.id,
            (RubricVersion.state == RubricState.PUBLISHED) | StoredPrescore.id.is_not(None),
        )
    ).all()
    versions = {row.id: row for row, _ in rows}
    return (
        {ident: (row, load_rubric(row.document)) for ident, row in versions.items()},
        {result.application_id: result for _, result in rows if result is not None},
    )


@cache
def _lists() -> Together:
    """Make the statement: what people changed, whose run failed and what was decided of the bound ``seen``, and who may be added to ``ids``."""
    waiting = [
        select(
            select(Application.id)
            .where(Application.posting_id == bindparam("posting"), Application.stage == stage)
            .order_by(Application.stage_since, Application.id)
            .limit(OFFERED)
            .subquery()
            .c.id
        )
        for stage in (Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER)
    ]
    return Together(
        changes=changed_rows().where(among(ChangedVerdict.application_id, "seen")),
        failed=select(PrescoreFailure.application_id).where(among(PrescoreFailure.application_id, "seen")).distinct(),
        decided=select(
            Decision.application_id,
            Decision.outcome,
            Decision.needs_second,
            Decision.second_id,
            Decision.second_agrees,
            Decision.at,
        )
        .where(among(Decision.application_id, "seen"), Decision.undone_at.is_(None))
        .order_by(Decision.id),
        # by name, those who wait longest: an order by score would tell something
        others=select(Application.id, Application.name, Application.stage)
        .where(Application.id.in_(union_all(*waiting)), ~among(Application.id, "ids"))
        .order_by(Application.name, Application.id)
        .limit(OFFERED),
    )


def _columns(
    session: Session,
    seen: Sequence[Application],
    versions: Versions,
    stored: Stored,
    lists: Mapping[str, Sequence[Any]],
) -> list[Column]:
    ids = [one.id for one in seen]
    failed = {row.application_id for row in lists["failed"]}
    known = standings(session, applications=seen, blind=(), failed=failed)
    panels = read_panels(session, ids)
    decided = _decided(lists["decided"])
    changed = {ident: latest_changes(row for row in lists["changes"] if row.application_id == ident) for ident in ids}
    columns = []
    for one in seen:
        row = stored.get(one.id)
        papers: dict[str, Paper] = {}
        if row is not None:
            papers = papers_of(versions[row.rubric_version_id][1], load_prescore(row.result), changed[one.id])
        columns.append(_column(one, known[one.id], papers, panels[one.id], decided.get(one.id)))
    return columns


def _column(
    one: Application, standing: Standing, papers: Mapping[str, Paper], panels: Panels, decided: Decided | None
) -> Column:
    ratings = panels.ratings
    said = {key: _said(given.values()) for key, given in ratings.items()}
    return Column(
        id=one.id,
        name=one.name,
        stage=one.stage,
        owed=None,
        standing=standing,
        overall=_said(value for given in ratings.values() for value in given.values()),
        evaluations=sum(seat.latest is not None for seat in panels.seats),
        missing=sum(seat.is_missing for seat in panels.seats),
        recommendations=tuple(seat.latest.recommendation for seat in panels.seats if seat.latest),
        decided=decided,
        marks={key: Mark(papers.get(key), said.get(key)) for key in {*papers, *said}},
    )


def _said(values: Iterable[int | None]) -> Said | None:
    numbers = [value for value in values if value is not None]
    if not numbers:
        return None
    return Said(sum(numbers) / len(numbers), len(numbers), max(numbers) - min(numbers))


def _decided(rows: Sequence[Any]) -> dict[int, Decided]:
    return {
        row.application_id: Decided(
            row.outcome, row.needs_second and row.second_id is None, row.second_agrees is not False, row.at
        )
        for row in rows
    }


def _lines(rubric: Rubric, columns: Sequence[Column]) -> tuple[Line, ...]:
    lines = []
    for criterion in rubric.criteria:
        marks = tuple(None if one.marks is None else one.marks.get(criterion.key, Mark(None, None)) for one in columns)
        lines.append(Line(criterion, marks, _differs([mark for mark in marks if mark is not None])))
    return tuple(sorted(lines, key=lambda line: not line.differs))


def _differs(marks: Sequence[Mark]) -> bool:
    verdicts = {mark.paper.verdict if mark.paper else None for mark in marks}
    means = [mark.said.mean for mark in marks if mark.said]
    return len(verdicts) > 1 or (len(means) > 1 and max(means) - min(means) >= APART)
