"""What the worker has counted of pipelines, for one posting or for all that one reads: a fixed number of ready-made rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import load_flow, load_impact, load_seats
from rubrics.measures.impact import LEAST, Impact
from rubrics.measures.passage import Flow, Seats, add_flows, add_seats, funnel
from rubrics.measures.spread import Spread, quantile
from screening.models import InsightFigure, Job, JobState, Role, Stage, StageCount, User
from screening.policy import Actor
from screening.queries.measured_scopes import EVERYTHING, scope_of
from screening.queries.stage_rules import LANES

FLOW, LOAD, IMPACT = "flow", "load", "impact"


@dataclass(frozen=True, slots=True)
class Reached:
    """How many applications have ever reached a stage, and how many of 100 of those in the stage before."""

    stage: Stage
    n: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long completed stays in a stage lasted, in hours."""

    stage: Stage
    n: int
    median: int
    late: int


@dataclass(frozen=True, slots=True)
class Source:
    """What came from a source; ``point`` is the median prescore out of 100. Shares and points are None below the least number."""

    name: str
    applied: int
    interview: int
    offer: int
    hired: int
    point: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How many applications ended for a reason ("" for none given), and in which stages they stood."""

    reason: str
    n: int
    stages: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One interviewer's scorecards; ``hours`` is the median time from the interview to the submission."""

    name: str
    owed: int
    submitted: int
    hours: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a count is that somebody has asked for."""

    done: int
    of: int
    is_over: bool
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What has been counted; ``counted_at`` is None before the first count. ``snapshot`` are the counters of the stages as they are now."""

    snapshot: Mapping[Stage, int]
    flow: Flow = field(default_factory=Flow)
    seats: Mapping[int, Seats] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    counted_at: datetime | None = None
    impact: tuple[Impact, ...] = ()
    impact_at: datetime | None = None

    @property
    def applied(self) -> int:
        """Applications that came in the period."""
        return self.flow.reached.total()

    def funnel(self) -> list[Reached]:
        """Give the stages of the way with who has reached them."""
        told = funnel(self.flow)
        before = [None, *(n for _, n in told)]
        return [
            Reached(Stage(stage), n, n / last if last else None) for (stage, n), last in zip(told, before, strict=False)
        ]

    def stays(self) -> list[Stay]:
        """Give the stages in which stays were completed, in their order."""
        found = []
        for stage in LANES:
            spread = self.flow.stays.get(stage.value, Counter())
            median, late = quantile(spread, 0.5), quantile(spread, 0.9)
            if median is not None and late is not None:
                found.append(Stay(stage, spread.total(), median, late))
        return found

    def sources(self) -> list[Source]:
        """Give where applications came from, the commonest first."""
        found = []
        for name, row in self.flow.sources.items():
            points: Spread = self.flow.points.get(name, Counter())
            enough = row["applied"] >= LEAST
            point = quantile(points, 0.5) if points.total() >= LEAST else None
            share = row["interview"] / row["applied"] if enough else None
            found.append(Source(name, row["applied"], row["interview"], row["offer"], row["hired"], point, share))
        return sorted(found, key=lambda one: (-one.applied, one.name))

    def endings(self, end: Stage) -> list[Ending]:
        """Give why applications were rejected, or withdrawn, the commonest reason first."""
        reasons: dict[str, Counter[Stage]] = {}
        for key, n in self.flow.ends.items():
            to, stage, reason = key.split("|", 2)
            if to == end:
                reasons.setdefault(reason, Counter())[Stage(stage)] += n
        found = [Ending(reason, stages.total(), stages) for reason, stages in reasons.items()]
        return sorted(found, key=lambda one: (-one.n, one.reason))

    def load(self) -> list[LoadRow]:
        """Give the interviewers, who owes most first."""
        rows = [
            LoadRow(self.names.get(user, ""), one.owed, one.submitted, quantile(one.delays, 0.5))
            for user, one in self.seats.items()
        ]
        return sorted(rows, key=lambda row: (-row.owed, -row.submitted, row.name))


def pipeline(
    session: Session,
    *,
    actor: Actor,
    posting_id: int | None,
    days: int,
    with_raters: bool,
    with_impact: bool,
) -> Pipeline:
    """Read the figures of a posting, or of all that this person reads, over the last ``days`` (0: all time).

    Two queries, one more for names and one for the common table of several postings. Sums over one's own postings are added
    here from theirs; only tables of voluntary answers are not, since they hold no counts that could be added.
    """
    scopes = _scopes(actor, posting_id)
    kinds = [FLOW, *([LOAD] if with_raters else [])]
    wanted = (InsightFigure.days == days) & InsightFigure.kind.in_(kinds)
    if with_impact:
        wanted |= (InsightFigure.days == 0) & (InsightFigure.kind == IMPACT)
    rows = session.scalars(select(InsightFigure).where(InsightFigure.scope.in_(scopes), wanted)).all()
    counted = [row for row in rows if row.kind == FLOW]
    seats = add_seats(load_seats(row.document) for row in rows if row.kind == LOAD)
    table = _impact(session, [row for row in rows if row.kind == IMPACT])
    return Pipeline(
        snapshot=_snapshot(session, actor, posting_id),
        flow=add_flows(load_flow(row.document) for row in counted),
        seats=seats,
        names=_names(session, seats),
        counted_at=min((row.computed_at for row in counted), default=None),
        impact=tuple(load_impact(one) for one in table.document["tables"]) if table else (),
        impact_at=table.computed_at if table else None,
    )


def progress(session: Session, *, key: str) -> Progress | None:
    """Tell how far the count of a job is; None when nobody has asked for it."""
    row = session.execute(select(Job.state, Job.arguments).where(Job.key == key)).first()
    if row is None:
        return None
    is_over = row.state is not JobState.WAITING
    return Progress(row.arguments["done"], row.arguments["of"], is_over, has_failed=row.state is JobState.FAILED)


def _scopes(actor: Actor, posting_id: int | None) -> list[str]:
    if posting_id is not None:
        return [scope_of([posting_id])]
    if actor.role is Role.ADMIN:
        return [EVERYTHING]
    return [scope_of([one]) for one in sorted(actor.postings)]


def _impact(session: Session, rows: Sequence[InsightFigure]) -> InsightFigure | None:
    """Give the table itself, or that of all these postings together."""
    if len(rows) < 2:
        return rows[0] if rows else None
    together = scope_of(int(row.scope.partition(":")[2]) for row in rows)
    return session.get(InsightFigure, (together, IMPACT, 0))


def _snapshot(session: Session, actor: Actor, posting_id: int | None) -> dict[Stage, int]:
    asked = select(StageCount.stage, func.sum(StageCount.count)).group_by(StageCount.stage)
    if posting_id is not None:
        asked = asked.where(StageCount.posting_id == posting_id)
    elif actor.role is not Role.ADMIN:
        asked = asked.where(StageCount.posting_id.in_(actor.postings))
    return {stage: int(n) for stage, n in session.execute(asked)}


def _names(session: Session, seats: Mapping[int, Seats]) -> dict[int, str]:
    if not seats:
        return {}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(seats))).all())
