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

from sqlalchemy import BindParameter, ColumnElement, Insert, Update, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from screening.models import Application, Base, Stage, StageCount, StageDay

Place = tuple[int, Stage]
"""A posting's id and a stage."""
Standing = tuple[int, Stage, date]
"""A posting's id, a stage, and the day (UTC) since which an application stands in it."""


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
    lower, raised = _day_statements(session.get_bind().dialect.name)
    for statement, sign in ((lower, -1), (raised, 1)):
        rows = [
            {"of_posting": posting_id, "in_stage": stage, "on_day": day, "by": change}
            for (posting_id, stage, day), change in ordered
            if change * sign > 0
        ]
        if rows:
            session.execute(statement, rows if len(rows) > 1 else rows[0])
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
    lower, raised = _count_statements(session.get_bind().dialect.name)
    for (posting_id, stage), change in sorted(changes.items(), key=lambda item: (item[0][0], item[0][1].value)):
        values = {"of_posting": posting_id, "in_stage": stage, "by": change}
        session.execute(lower if change < 0 else raised, values)


@cache
def _count_statements(dialect: str) -> tuple[Update, Insert]:
    """Make once what every submission and move executes: the counter that goes down, and the one that goes up or begins."""
    table = Base.metadata.tables[StageCount.__tablename__]
    of_posting: BindParameter[int] = bindparam("of_posting")
    in_stage = bindparam("in_stage", type_=table.c.stage.type)
    by: BindParameter[int] = bindparam("by")
    row = update(table).where(table.c.posting_id == of_posting, table.c.stage == in_stage)
    lower = row.values(count=table.c.count + by)
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    raised = insert(table).values(posting_id=of_posting, stage=in_stage, count=by)
    raised = raised.on_conflict_do_update(index_elements=["posting_id", "stage"], set_={"count": table.c.count + by})
    return lower, raised


@cache
def _day_statements(dialect: str) -> tuple[Update, Insert]:
    """Make the same once for days. One that has drifted stays at 0 instead of stopping a person's move; the repair finds it."""
    table = Base.metadata.tables[StageDay.__tablename__]
    of_posting: BindParameter[int] = bindparam("of_posting")
    in_stage = bindparam("in_stage", type_=table.c.stage.type)
    on_day = bindparam("on_day", type_=table.c.day.type)
    by = bindparam("by", type_=table.c.count.type)
    less = table.c.count + by
    row = update(table).where(table.c.posting_id == of_posting, table.c.stage == in_stage, table.c.day == on_day)
    lower = row.values(count=case((less < 0, 0), else_=less))
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    raised = insert(table).values(posting_id=of_posting, stage=in_stage, day=on_day, count=by)
    keys = ["posting_id", "stage", "day"]
    return lower, raised.on_conflict_do_update(index_elements=keys, set_={"count": table.c.count + by})


@cache
def _set_statement(dialect: str, kind: type[Base]) -> Insert:
    table = Base.metadata.tables[kind.__tablename__]
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    keys = [column.name for column in table.primary_key]
    row = insert(table)
    return row.on_conflict_do_update(index_elements=keys, set_={"count": row.excluded.count})
