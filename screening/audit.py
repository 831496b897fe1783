"""The audit log: who did what to which thing, chained by digests so that a removed entry shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from screening.models import AuditEntry, Base
from screening.models.prepared import Prepared

FIRST = "0" * 64
CHAIN_LOCK = 0x5C2EE7  # any number that no other advisory lock of this database uses
ENTRIES = Base.metadata.tables[AuditEntry.__tablename__]
LOCK = select(func.pg_advisory_xact_lock(CHAIN_LOCK))
LAST = Prepared(select(ENTRIES.c.digest).order_by(ENTRIES.c.id.desc()).limit(1))
APPEND = Prepared(insert(ENTRIES), row=True)
Facts = Mapping[str, int | str | bool | None]


def record(
    session: Session,
    *,
    act: str,
    actor_id: int | None,
    subject_type: str,
    subject_id: int | None,
    now: datetime,
    **facts: int | str | bool | None,
) -> None:
    """Append one entry in the caller's transaction. ``facts`` are references and closed choices, never personal data.

    Two writers at once cannot both chain to the same entry: ``previous_digest`` is unique. On PostgreSQL an advisory
    lock makes the second writer wait instead of failing; on SQLite there is one writer at a time.
    """
    row = _chained(_last(session), act, actor_id, subject_type, subject_id, now.astimezone(UTC), facts)
    APPEND.execute(session, row)


def record_many(
    session: Session,
    *,
    act: str,
    actor_id: int | None,
    subject_type: str,
    now: datetime,
    entries: Sequence[tuple[int | None, Facts]],
) -> None:
    """Append one entry for each subject and its facts, chained in the order given, as ``record`` would one after the other."""
    if not entries:
        return
    previous, moment, rows = _last(session), now.astimezone(UTC), []
    for subject_id, facts in entries:
        rows.append(_chained(previous, act, actor_id, subject_type, subject_id, moment, facts))
        previous = rows[-1]["digest"]
    APPEND.execute(session, rows)  # one after the other: their numbers rise as the chain goes


def _last(session: Session) -> str:
    """Hold the end of the chain and give its digest."""
    session.flush()  # what the entry tells of is written before others wait for the chain
    if session.get_bind().dialect.name == "postgresql":
        session.execute(LOCK)
    last: str | None = LAST.scalar(session, {})
    return last if last is not None else FIRST


def _chained(
    previous: str,
    act: str,
    actor_id: int | None,
    subject_type: str,
    subject_id: int | None,
    now: datetime,
    facts: Facts,
) -> dict[str, Any]:
    body: list[object] = [now.isoformat(), actor_id, act, subject_type, subject_id, facts, previous]
    return {
        "at": now,
        "actor_id": actor_id,
        "act": act,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "facts": facts,
        "previous_digest": previous,
        "digest": _digest(body),
    }


def is_intact(session: Session) -> bool:
    """Tell whether every entry still chains to the one before it."""
    previous = FIRST
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)):
        body: list[object] = [
            entry.at.isoformat(),
            entry.actor_id,
            entry.act,
            entry.subject_type,
            entry.subject_id,
            entry.facts,
            previous,
        ]
        if entry.previous_digest != previous or entry.digest != _digest(body):
            return False
        previous = entry.digest
    return True


def _digest(body: list[object]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
