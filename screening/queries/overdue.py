"""How many applications are overdue, by the counters of their days: all that stand in a stage but those that came lately.

Nothing is read but the days within a limit, whatever the number of applications; what a row says of itself
(``stage_rules.is_overdue``) is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from screening.models import Posting, Stage, StageCount, StageDay
from screening.queries.columns import among
from screening.queries.stage_rules import LANES, STANDARD, Rules, came_before, rules_by_posting

Place = tuple[int, Stage]
"""A posting's id and a stage."""
LATELY = "lately:"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a stage: the postings that it holds for, all that are asked about when None, and the first day whose arrivals are within it."""

    stage: Stage
    posting_ids: tuple[int, ...] | None
    first: date

    @property
    def shape(self) -> tuple[Stage, bool]:
        """What a statement has to be made for: the stage, and whether the limit holds for some postings only."""
        return self.stage, self.posting_ids is not None


def limits_of(posting_ids: Collection[int], rules: Mapping[int, Rules], now: datetime) -> tuple[Limit, ...]:
    """Give the limits of these postings by stage: the standard one, and those of postings that have their own."""
    found = []
    for stage in LANES:
        own: dict[int | None, list[int]] = {}
        for posting_id, its in rules.items():
            if its[stage].days != STANDARD[stage].days:
                own.setdefault(its[stage].days, []).append(posting_id)
        others = {ident for ids in own.values() for ident in ids}
        standard = tuple(sorted(ident for ident in posting_ids if ident not in others)) if others else None
        every = {STANDARD[stage].days: standard, **{days: tuple(sorted(ids)) for days, ids in own.items()}}
        for days, ids in every.items():
            if days is not None:
                found.append(Limit(stage, ids, came_before(days, now).date()))
    return tuple(found)


def lately(shapes: Iterable[tuple[Stage, bool]], asked: Select[int]) -> Iterator[Select[str, int, int]]:
    """Select who came to a stage within a limit, by posting: ``LATELY`` and the stage, the posting, how many.

    ``shapes`` are those of the limits whose values (``bound``) the statement is asked with, ``asked`` the numbers of all postings.
    """
    for place, (stage, is_for_some) in enumerate(shapes):
        yield (
            select(literal(LATELY + stage.value, String), StageDay.posting_id, func.sum(StageDay.count))
            .where(
                among(StageDay.posting_id, f"of_{place}") if is_for_some else StageDay.posting_id.in_(asked),
                StageDay.stage == stage,
                StageDay.day >= bindparam(f"since_{place}"),
            )
            .group_by(StageDay.posting_id)
        )


def bound(limits: Sequence[Limit]) -> dict[str, Any]:
    """Give the values that a statement with ``lately`` is asked with."""
    values: dict[str, Any] = {}
    for place, limit in enumerate(limits):
        values[f"since_{place}"] = limit.first
        if limit.posting_ids is not None:
            values[f"of_{place}"] = limit.posting_ids
    return values


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
    limits = limits_of(posting_ids, rules, now)
    if not limits:
        return {}
    rows = session.execute(_late_rows(tuple(limit.shape for limit in limits)), bound(limits) | {"ids": posting_ids})
    return overdue_in(counts, {(posting, stage_in(kind)): count for kind, posting, count in rows}, rules)


def stage_in(kind: str) -> Stage:
    """Give the stage of a row of ``lately``."""
    return Stage(kind.removeprefix(LATELY))


@lru_cache(maxsize=100)
def _late_rows(shapes: tuple[tuple[Stage, bool], ...]) -> CompoundSelect[str, int, int]:
    return union_all(*lately(shapes, asked_postings()))


def asked_postings() -> Select[int]:
    """Select the postings ``ids`` that a statement is asked about: their list is given once, wherever it is needed."""
    return select(select(Posting.id).where(among(Posting.id, "ids")).cte("asked").c.id)
