"""The counters of stages: how many stand where, and since which day, kept in the transaction of each change, and their repair.

A counter by stage is the lock over its counters by day: whoever changes a day has the stage's row first, and these are
taken in one fixed order, so that two writers never wait for each other in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, delete, func, select, update
from sqlalchemy.orm import Session

from screening.models import Application, Base, Stage, StageCount, StageDay
from screening.models.prepared import Prepared, upsert

Place = tuple[int, Stage]
"""A posting's id and a stage."""
Standing = tuple[int, Stage, date]
"""A posting's id, a stage, and the day (UTC) since which an application stands in it."""

COUNTS, DAYS = (Base.metadata.tables[kind.__tablename__] for kind in (StageCount, StageDay))
OF_POSTING: BindParameter[int] = bindparam("of_posting")
IN_STAGE = bindparam("in_stage", type_=COUNTS.c.stage.type)
ON_DAY = bindparam("on_day", type_=DAYS.c.day.type)
BY = bindparam("by", type_=COUNTS.c.count.type)
LESS = DAYS.c.count + BY
LOWER_COUNT = Prepared(
    update(COUNTS)
    .where(COUNTS.c.posting_id == OF_POSTING, COUNTS.c.stage == IN_STAGE)
    .values(count=COUNTS.c.count + BY)
)
RAISE_COUNT = Prepared(
    lambda dialect: (
        upsert(COUNTS, dialect)
        .values(posting_id=OF_POSTING, stage=IN_STAGE, count=BY)
        .on_conflict_do_update(index_elements=["posting_id", "stage"], set_={"count": COUNTS.c.count + BY})
    )
)
LOWER_DAY = Prepared(
    update(DAYS)
    .where(DAYS.c.posting_id == OF_POSTING, DAYS.c.stage == IN_STAGE, DAYS.c.day == ON_DAY)
    .values(count=case((LESS < 0, 0), else_=LESS))
)
"""A counter by day that has drifted stays at 0 instead of stopping a person's move; the repair finds it."""
RAISE_DAY = Prepared(
    lambda dialect: (
        upsert(DAYS, dialect)
        .values(posting_id=OF_POSTING, stage=IN_STAGE, day=ON_DAY, count=BY)
        .on_conflict_do_update(index_elements=["posting_id", "stage", "day"], set_={"count": DAYS.c.count + BY})
    )
)


@dataclass(frozen=True, slots=True)
class Drift:
    """A counter that told another number than the applications do; ``day`` is None for the stage's own."""

    posting_id: int
    stage: Stage
    day: date | None
    counted: int
    real: int


def day_of(since: datetime) -> date:
    """Give the day by which the counters know a moment: the one in UTC, the same for everybody."""
    return since.astimezone(UTC).date()


def change_counts(session: Session, changes: Mapping[Standing, int]) -> None:
    """Add to the counters of stages and of their days, in a few statements however many applications were moved."""
    by_place: Counter[Place] = Counter()
    for (posting_id, stage, _day), change in changes.items():
        by_place[posting_id, stage] += change
    _raise_counts(session, by_place)
    ordered = sorted(changes.items(), key=lambda item: _ordered(item[0]))
    for statement, sign in ((LOWER_DAY, -1), (RAISE_DAY, 1)):
        rows = [
            {"of_posting": posting_id, "in_stage": stage, "on_day": day, "by": change}
            for (posting_id, stage, day), change in ordered
            if change * sign > 0
        ]
        if rows:
            statement.execute(session, rows if len(rows) > 1 else rows[0])
    for thing in list(session.identity_map.values()):
        if isinstance(thing, StageCount | StageDay):
            session.expire(thing)


def hold_counts(session: Session, counted: Collection[Place]) -> None:
    """Lock counters by (posting, stage) that one transaction will change in several steps, in the same fixed order."""
    _raise_counts(session, dict.fromkeys(counted, 0))


def find_drift(session: Session, *, posting_id: int) -> list[Drift]:
    """Compare a posting's counters with its applications; reads all of them, so no page calls it."""
    real = _real_days(session, posting_id)
    stages: Counter[Stage] = Counter()
    for (stage, _), number in real.items():
        stages[stage] += number
    counts = dict(
        session.execute(select(StageCount.stage, StageCount.count).where(StageCount.posting_id == posting_id)).all()
    )
    days = {
        (stage, day): count
        for stage, day, count in session.execute(
            select(StageDay.stage, StageDay.day, StageDay.count).where(StageDay.posting_id == posting_id)
        )
    }
    by_stage = [
        Drift(posting_id, stage, None, counts.get(stage, 0), stages[stage])
        for stage in Stage
        if counts.get(stage, 0) != stages[stage]
    ]
    by_day = [
        Drift(posting_id, stage, day, days.get((stage, day), 0), real.get((stage, day), 0))
        for stage, day in sorted(real.keys() | days.keys(), key=lambda key: (key[0].value, key[1]))
        if days.get((stage, day), 0) != real.get((stage, day), 0)
    ]
    return by_stage + by_day


def repair_counts(session: Session, *, posting_id: int) -> list[Drift]:
    """Hold a posting's counters, count its applications anew, set right what is wrong; give what that was."""
    hold_counts(session, [(posting_id, stage) for stage in Stage])
    wrong = find_drift(session, posting_id=posting_id)
    dialect = session.get_bind().dialect.name
    for drift in wrong:
        values: dict[str, Any] = {"posting_id": posting_id, "stage": drift.stage, "count": drift.real}
        if drift.day is None:
            session.execute(_set_statement(dialect, StageCount), values)
        else:
            session.execute(_set_statement(dialect, StageDay), values | {"day": drift.day})
    _forget_empty(session, StageDay.posting_id == posting_id)
    for thing in list(session.identity_map.values()):
        if isinstance(thing, StageCount | StageDay):
            session.expire(thing)
    return wrong


def mend_counts(session: Session, *, posting_id: int, now: datetime) -> list[Drift]:
    """Repair a posting's counters where they are wrong and forget its days before today on which nobody stands any more.

    Nothing is locked while all is well. Give what was wrong.
    """
    if find_drift(session, posting_id=posting_id):
        return repair_counts(session, posting_id=posting_id)
    _forget_empty(session, StageDay.posting_id == posting_id, StageDay.day < day_of(now))
    return []


def _real_days(session: Session, posting_id: int) -> dict[tuple[Stage, date], int]:
    """Count a posting's applications by stage and day, in the database."""
    if session.get_bind().dialect.name == "postgresql":
        day: Any = func.date(func.timezone("UTC", Application.stage_since))
    else:
        day = func.date(Application.stage_since)  # stored as UTC
    rows = (
        select(Application.stage, day, func.count())
        .where(Application.posting_id == posting_id)
        .group_by(Application.stage, day)
    )
    return {
        (stage, date.fromisoformat(day) if isinstance(day, str) else day): count
        for stage, day, count in session.execute(rows)
    }


def _forget_empty(session: Session, *conditions: ColumnElement[bool]) -> None:
    empty = delete(StageDay).where(StageDay.count == 0, *conditions)
    session.execute(empty, execution_options={"synchronize_session": False})


def _ordered(standing: Standing) -> tuple[int, str, date]:
    return standing[0], standing[1].value, standing[2]


def _raise_counts(session: Session, changes: Mapping[Place, int]) -> None:
    """Add to counters in one fixed order; one that stays as it is gets locked all the same."""
    for (posting_id, stage), change in sorted(changes.items(), key=lambda item: (item[0][0], item[0][1].value)):
        values = {"of_posting": posting_id, "in_stage": stage, "by": change}
        (LOWER_COUNT if change < 0 else RAISE_COUNT).execute(session, values)


@cache
def _set_statement(dialect: str, kind: type[Base]) -> Any:
    table = Base.metadata.tables[kind.__tablename__]
    keys = [column.name for column in table.primary_key]
    row = upsert(table, dialect)
    return row.on_conflict_do_update(index_elements=keys, set_={"count": row.excluded.count})
