"""How long applications stand in a stage, counted by the worker from the newest leavings, never in a page.

The definition: of each stage that a posting's applications stand in now, the ``NEWEST`` that came there last are taken. Each of
their moves that was not taken back ends a stay; a stay lasts from the move into the stage to the move out of it. A stage's
median and ninetieth percentile (nearest rank) are of its stays, the posting's median of all its stays, whatever the stage.
Applications that have never moved have not left anything and count in nothing. So a count reads at most eight times
``NEWEST`` applications, however many a posting has.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import delete, insert, select, union_all, update
from sqlalchemy.orm import Session

from screening import queue
from screening.models import Application, Posting, PostingState, Stage, StageFigure, StageMove
from screening.queries.stage_rules import LANES
from screening.services.stage_counts import mend_counts

NEWEST = 200
GATHER = timedelta(minutes=10)
"""Moves on a posting within this time are counted by one job after it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Seconds that applications of a posting stood in a stage, and in any; ``stays`` by stage, each in rising order."""

    posting_id: int
    stays: dict[Stage, list[int]]

    @property
    def median(self) -> int | None:
        """The median of all stays; None while nobody has left a stage."""
        every = [seconds for stays in self.stays.values() for seconds in stays]
        return int(median(every)) if every else None


def read_times(session: Session, *, posting_id: int) -> StageTimes:
    """Read the stays of the newest applications of each stage; two index ranges a stage, then their moves."""
    newest = [
        select(
            select(Application.id)
            .where(Application.posting_id == posting_id, Application.stage == stage)
            .order_by(Application.stage_since.desc(), Application.id.desc())
            .limit(NEWEST)
            .subquery()
            .c.id
        )
        for stage in Stage
    ]
    ids = session.scalars(union_all(*newest)).all()
    moves: dict[int, list[tuple[int, Stage, datetime, int | None]]] = {}
    for start in range(0, len(ids), NEWEST):
        rows = session.execute(
            select(StageMove.application_id, StageMove.id, StageMove.to_stage, StageMove.at, StageMove.undoes)
            .where(StageMove.application_id.in_(ids[start : start + NEWEST]))
            .order_by(StageMove.id)
        )
        for application_id, ident, to, at, undoes in rows:
            moves.setdefault(application_id, []).append((ident, to, at, undoes))
    stays: dict[Stage, list[int]] = {}
    for own in moves.values():
        for stage, seconds in _stays(own):
            stays.setdefault(stage, []).append(seconds)
    return StageTimes(posting_id, {stage: sorted(stays[stage]) for stage in LANES if stage in stays})


def store_times(session: Session, times: StageTimes, *, now: datetime) -> None:
    """Put the figures of a posting in the place of those before."""
    mine = StageFigure.posting_id == times.posting_id
    session.execute(delete(StageFigure).where(mine), execution_options={"synchronize_session": False})
    rows = [
        {
            "posting_id": times.posting_id,
            "stage": stage,
            "median_seconds": int(median(stays)),
            "p90_seconds": stays[math.ceil(len(stays) * 0.9) - 1],
            "count": len(stays),
            "computed_at": now,
        }
        for stage, stays in times.stays.items()
    ]
    if rows:
        session.execute(insert(StageFigure), rows)
    session.execute(
        update(Posting).where(Posting.id == times.posting_id).values(stage_seconds=times.median),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()


def mend_posting(session: Session, *, posting_id: int, now: datetime) -> None:
    """Set right the counters of a posting's stages, and say in the log what was wrong."""
    wrong = mend_counts(session, posting_id=posting_id, now=now)
    if wrong:
        logger.warning("counters of stages of posting %d were wrong and are mended: %s", posting_id, wrong)


def ask_for_times(session: Session, *, posting_ids: Sequence[int], now: datetime) -> None:
    """Ask for the figures of postings on which somebody was moved; once within ``GATHER``, after it has passed."""
    number = int(now.timestamp() // GATHER.total_seconds())
    due = datetime.fromtimestamp((number + 1) * GATHER.total_seconds(), UTC)
    for posting_id in sorted(set(posting_ids)):
        key = f"stages:{posting_id}:{due:%Y-%m-%dT%H:%M}"
        queue.enqueue(session, queue.COUNT_STAGES, key=key, now=due, posting_id=posting_id, mend=0)


def ask_for_all(session: Session, *, now: datetime) -> int:
    """Ask for a repair of the counters and new figures of every posting that was ever open, once a day however often it is called."""
    postings = session.scalars(select(Posting.id).where(Posting.state != PostingState.DRAFT).order_by(Posting.id)).all()
    for posting_id in postings:
        key = f"stages:{posting_id}:{now.astimezone(UTC):%Y-%m-%d}"
        queue.enqueue(session, queue.COUNT_STAGES, key=key, now=now, posting_id=posting_id, mend=1)
    return len(postings)


def _stays(moves: Sequence[tuple[int, Stage, datetime, int | None]]) -> list[tuple[Stage, int]]:
    """Give the stages that one application has left, each with its seconds; what was taken back never happened."""
    undone = {undoes for *_, undoes in moves}
    kept = [(to, at) for ident, to, at, undoes in moves if undoes is None and ident not in undone]
    return [
        (stage, max(0, int((left - since).total_seconds())))
        for (stage, since), (_, left) in pairwise(kept)
        if stage in LANES
    ]
