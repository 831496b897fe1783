"""How many applications are overdue, by the counters of their days: all that stand in a stage but those that came lately.

Nothing is read but the days within a limit, whatever the number of applications; what a row says of itself
(``stage_rules.is_overdue``) is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, func, literal, select, union_all
from sqlalchemy.orm import Session

from screening.models import Stage, StageCount, StageDay
from screening.queries.stage_rules import LANES, STANDARD, Rules, came_before, rules_by_posting

Place = tuple[int, Stage]
"""A posting's id and a stage."""
LATELY = "lately:"


def lately(posting_ids: Collection[int], rules: Mapping[int, Rules], now: datetime) -> Iterator[Select[str, int, int]]:
    """Select who came to a stage within its limit, by posting: ``LATELY`` and the stage, the posting, how many."""
    for stage in LANES:
        own: dict[int | None, list[int]] = {}
        for posting_id, its in rules.items():
            if its[stage].days != STANDARD[stage].days:
                own.setdefault(its[stage].days, []).append(posting_id)
        others = {ident for ids in own.values() for ident in ids}
        limits = {STANDARD[stage].days: [ident for ident in posting_ids if ident not in others], **own}
        for days, ids in limits.items():
            if days is not None:
                yield _since(stage, StageDay.posting_id.in_(sorted(ids)), days, now)


def overdue_in(
    counts: Mapping[Place, int], came_lately: Mapping[Place, int], rules: Mapping[int, Rules]
) -> dict[Place, int]:
    """Give by posting and stage how many are overdue, from all that stand there and those that came lately; no zeros."""
    late = {}
    for place, count in counts.items():
        posting_id, stage = place
        if rules.get(posting_id, STANDARD)[stage].days is not None:
            late[place] = count - came_lately.get(place, 0)
    return {place: count for place, count in late.items() if count > 0}


def count_overdue(session: Session, *, posting_ids: Collection[int], now: datetime) -> dict[Place, int]:
    """Count by posting and stage, in three queries."""
    rules = rules_by_posting(session, posting_ids=posting_ids)
    counts = {
        (posting_id, stage): count
        for posting_id, stage, count in session.execute(
            select(StageCount.posting_id, StageCount.stage, StageCount.count).where(
                StageCount.posting_id.in_(posting_ids), StageCount.count > 0
            )
        )
    }
    rows = session.execute(union_all(*lately(posting_ids, rules, now)))
    return overdue_in(counts, {(posting, stage_in(kind)): count for kind, posting, count in rows}, rules)


def stage_in(kind: str) -> Stage:
    """Give the stage of a row of ``lately``."""
    return Stage(kind.removeprefix(LATELY))


def _since(stage: Stage, whose: ColumnElement[bool], days: int, now: datetime) -> Select[str, int, int]:
    first = came_before(days, now).date()
    return (
        select(literal(LATELY + stage.value, String), StageDay.posting_id, func.sum(StageDay.count))
        .where(whose, StageDay.stage == stage, StageDay.day >= first)
        .group_by(StageDay.posting_id)
    )
