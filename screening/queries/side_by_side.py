"""Two to four candidates of one posting side by side, criterion by criterion, what differs first.

Of an application on which the reader owes an evaluation nothing is read but its name and stage, and nothing on the page,
the order of its rows included, depends on what others said of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion, Rubric
from screening.models import (
    Application,
    Decision,
    Interview,
    Outcome,
    Panelist,
    Posting,
    Recommendation,
    RubricState,
    RubricVersion,
    Stage,
    StoredPrescore,
)
from screening.queries.blindness import is_open
from screening.queries.panels import Panels, read_panels
from screening.queries.papers import Paper, papers_of
from screening.queries.standing import Standing, State, failures, standings
from screening.queries.verdicts import changes

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
    found = {
        one.id: one
        for one in session.scalars(
            select(Application).where(Application.id.in_(application_ids), Application.posting_id == posting.id)
        )
    }
    if len(found) < len(set(application_ids)):
        return None
    owed = _owed(session, application_ids, reader_id)
    seen = [found[ident] for ident in application_ids if ident not in owed]
    versions = _versions(session, posting, seen)
    columns = {one.id: one for one in _columns(session, seen, versions)}
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
        others=_others(session, posting, application_ids),
    )


Versions = Mapping[int, tuple[RubricVersion, Rubric]]


def _owed(session: Session, application_ids: Collection[int], reader_id: int) -> dict[int, int]:
    """Find on which of them the reader owes an evaluation, and of which interview."""
    rows = session.execute(
        select(Interview.application_id, Interview.id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Interview.application_id.in_(application_ids), Panelist.user_id == reader_id, is_open())
        .order_by(Interview.starts_at.desc(), Interview.id.desc())
    )
    return dict(rows.all())


def _versions(session: Session, posting: Posting, seen: Sequence[Application]) -> Versions:
    stored = select(StoredPrescore.rubric_version_id).where(
        StoredPrescore.id.in_([one.prescore_id for one in seen if one.prescore_id])
    )
    rows = session.scalars(
        select(RubricVersion).where(
            RubricVersion.posting_id == posting.id,
            (RubricVersion.state == RubricState.PUBLISHED) | RubricVersion.id.in_(stored),
        )
    )
    return {row.id: (row, load_rubric(row.document)) for row in rows}


def _columns(session: Session, seen: Sequence[Application], versions: Versions) -> list[Column]:
    ids = [one.id for one in seen]
    prescores = select(StoredPrescore).where(
        StoredPrescore.id.in_([one.prescore_id for one in seen if one.prescore_id])
    )
    stored = {row.application_id: row for row in session.scalars(prescores)}
    changed = changes(session, ids)
    known = standings(session, applications=seen, blind=(), failed=failures(session, applications=seen))
    panels = read_panels(session, ids)
    decided = _decided(session, ids)
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


def _decided(session: Session, application_ids: Collection[int]) -> dict[int, Decided]:
    rows = session.scalars(
        select(Decision)
        .where(Decision.application_id.in_(application_ids), Decision.undone_at.is_(None))
        .order_by(Decision.id)
    )
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


def _others(session: Session, posting: Posting, application_ids: Collection[int]) -> tuple[tuple[int, str, Stage], ...]:
    """Offer the candidates in progress who wait longest, by name: an order by score would tell something."""
    waiting = [
        select(
            select(Application.id)
            .where(Application.posting_id == posting.id, Application.stage == stage)
            .order_by(Application.stage_since, Application.id)
            .limit(OFFERED)
            .subquery()
            .c.id
        )
        for stage in (Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER)
    ]
    rows = session.execute(
        select(Application.id, Application.name, Application.stage)
        .where(Application.id.in_(union_all(*waiting)), Application.id.not_in(application_ids))
        .order_by(Application.name, Application.id)
        .limit(OFFERED)
    )
    return tuple((ident, name, stage) for ident, name, stage in rows)
