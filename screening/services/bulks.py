"""Acts on many applications at once: kept with each application's own outcome, done in parts, stopped and taken back in parts.

Up to ``AT_ONCE`` are done in the request that asks; more, letters, and rejections that call off more than ``CALLED_OFF_AT_ONCE``
interviews are done by the worker, a part a transaction, so that a death in the middle leaves nothing half done and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from screening import queue
from screening.audit import record
from screening.models import Bulk, BulkItem, BulkKind, BulkState, ItemState, Posting, Stage
from screening.models.base import JsonObject
from screening.services.bulk_acts import CALLED_OFF, Outcome, Tell, Write, carry_out, take_part_back

AT_ONCE = 1_000
MOST = 30_000
CALLED_OFF_AT_ONCE = 20
PART, LETTERS = 500, 50
"""Applications of one transaction; of one that writes letters, or whose interviews call for mails one by one."""


class BulkError(Exception):
    """A bulk act that cannot be begun or taken back: ``code`` is nobody, too_many, running, expired, used or forbidden."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def start(
    session: Session,
    *,
    posting: Posting,
    kind: BulkKind,
    arguments: JsonObject,
    seen: Mapping[int, Stage],
    actor_id: int,
    now: datetime,
    tell: Tell | None = None,
) -> Bulk:
    """Keep the act and the applications as the person saw them; do it at once where they are few, else ask the worker."""
    if not seen:
        raise BulkError("nobody")
    if len(seen) > MOST:
        raise BulkError("too_many")
    bulk = Bulk(
        posting_id=posting.id, actor_id=actor_id, kind=kind, arguments=arguments, total=len(seen), done=0, skipped=0,
        undone=0, state=BulkState.RUNNING, created_at=now,
    )  # fmt: skip
    session.add(bulk)
    session.flush()
    rows = [
        {"bulk_id": bulk.id, "application_id": ident, "seen": stage.value, "state": ItemState.WAITING}
        for ident, stage in sorted(seen.items())
    ]
    session.execute(insert(BulkItem.__table__), rows)  # type: ignore[arg-type] # a table
    record(
        session, act="bulk.start", actor_id=actor_id, subject_type="posting", subject_id=posting.id, now=now,
        bulk=bulk.id, kind=kind.value, applications=len(seen),
    )  # fmt: skip
    if is_done_at_once(bulk):
        while run_part(session, bulk_id=bulk.id, now=now, write=None, tell=tell):
            pass
    else:
        _ask(session, bulk, now)
    return bulk


def is_done_at_once(bulk: Bulk) -> bool:
    """Tell whether the request itself does it."""
    return bulk.total <= AT_ONCE and not _writes_many(bulk)


def _writes_many(bulk: Bulk) -> bool:
    return bulk.kind is BulkKind.MAIL or int(bulk.arguments.get("call_off") or 0) > CALLED_OFF_AT_ONCE


def run_part(session: Session, *, bulk_id: int, now: datetime, write: Write | None, tell: Tell | None = None) -> bool:
    """Do or take back the next part; tell whether anything is left to do. The caller commits each part."""
    bulk = session.get(Bulk, bulk_id, with_for_update=True, populate_existing=True)
    if bulk is None or bulk.state not in {BulkState.RUNNING, BulkState.UNDOING}:
        return False
    goes_back = bulk.state is BulkState.UNDOING
    at, size = ItemState.DONE if goes_back else ItemState.WAITING, LETTERS if _writes_many(bulk) else PART
    rows = select(BulkItem.application_id, BulkItem.seen, BulkItem.made).where(
        BulkItem.bulk_id == bulk.id, BulkItem.state == at
    )
    if goes_back:
        rows = rows.where(BulkItem.problem.is_(None))  # those with one were left alone
    part = session.execute(rows.order_by(BulkItem.application_id).limit(size)).all()
    if part:
        posting = session.get_one(Posting, bulk.posting_id)
        if goes_back:
            made = {row.application_id: row.made for row in part}
            _note_back(session, bulk, take_part_back(session, bulk=bulk, made=made, now=now, tell=tell))
        else:
            seen = {row.application_id: Stage(row.seen) for row in part}
            outcome = carry_out(session, bulk=bulk, posting=posting, seen=seen, now=now, write=write, tell=tell)
            _note(session, bulk, outcome)
    if len(part) == size:
        session.flush()
        return True
    bulk.state, bulk.finished_at = BulkState.UNDONE if goes_back else BulkState.DONE, now
    bulk.arguments = _without_words(bulk.arguments)
    session.flush()
    return False


def stop(session: Session, *, bulk: Bulk, now: datetime) -> bool:
    """Stop an act that runs: what is done stays and can be taken back, the rest is left as it is."""
    stopped = update(Bulk).where(Bulk.id == bulk.id, Bulk.state == BulkState.RUNNING)
    row = stopped.values(state=BulkState.STOPPED, finished_at=now).returning(Bulk.id)
    done = session.scalar(row, execution_options={"synchronize_session": False}) is not None
    session.refresh(bulk)
    if done:
        bulk.arguments = _without_words(bulk.arguments)
        _record(session, "bulk.stop", bulk, now)
    return done


def take_back(
    session: Session, *, bulk: Bulk, actor_id: int, now: datetime, until: datetime | None, tell: Tell | None = None
) -> None:
    """Begin to take an act back, all of it at once where it is small; ``until`` is the end of the time in which that is possible."""
    session.refresh(bulk, with_for_update=True)
    if bulk.actor_id != actor_id:
        raise BulkError("forbidden")
    if bulk.state in {BulkState.UNDOING, BulkState.UNDONE}:
        raise BulkError("used")
    if bulk.state is BulkState.RUNNING or until is None:
        raise BulkError("running")
    if until < now:
        raise BulkError("expired")
    bulk.state, bulk.finished_at = BulkState.UNDOING, None
    session.flush()
    _record(session, "bulk.undo", bulk, now)
    if is_done_at_once(bulk):
        while run_part(session, bulk_id=bulk.id, now=now, write=None, tell=tell):
            pass
    else:
        _ask(session, bulk, now)


def _without_words(arguments: JsonObject) -> JsonObject:
    """Forget what people wrote: it stands in the moves, hand-overs and mails, from where an erasure takes it."""
    return {name: value for name, value in arguments.items() if name not in {"note", "letters"}}


def _ask(session: Session, bulk: Bulk, now: datetime) -> None:
    way = "undo" if bulk.state is BulkState.UNDOING else "do"
    queue.enqueue(session, queue.RUN_BULK, key=f"bulk:{bulk.id}:{way}", now=now, is_awaited=True, bulk_id=bulk.id)


def _note(session: Session, bulk: Bulk, outcome: Outcome) -> None:
    bulk.done += len(outcome.made)
    bulk.skipped += len(outcome.skipped)
    if outcome.called_off:  # beside the act and not in the rows of its items: only few of them have any
        called_off = {str(one): interviews for one, interviews in outcome.called_off.items()}
        bulk.arguments = {**bulk.arguments, CALLED_OFF: {**bulk.arguments.get(CALLED_OFF, {}), **called_off}}
    _set(session, bulk, [(ident, ItemState.DONE, None, made) for ident, made in outcome.made.items()])
    _set(session, bulk, [(ident, ItemState.SKIPPED, why, None) for ident, why in outcome.skipped.items()])


def _note_back(session: Session, bulk: Bulk, outcome: Outcome) -> None:
    """Note what is as before; what was left alone stays done, with its reason."""
    bulk.undone += len(outcome.made)
    _set(session, bulk, [(ident, ItemState.UNDONE, None, made) for ident, made in outcome.made.items()])
    by_reason: dict[str, list[int]] = {}
    for ident, why in outcome.skipped.items():
        by_reason.setdefault(why, []).append(ident)
    for why, ids in by_reason.items():
        left = update(BulkItem).where(BulkItem.bulk_id == bulk.id, BulkItem.application_id.in_(ids)).values(problem=why)
        session.execute(left, execution_options={"synchronize_session": False})


def _set(session: Session, bulk: Bulk, outcomes: list[tuple[int, ItemState, str | None, int | None]]) -> None:
    if not outcomes:
        return
    rows = [
        {"bulk_id": bulk.id, "application_id": ident, "state": state, "problem": why, "made": made}
        for ident, state, why, made in outcomes
    ]
    session.execute(update(BulkItem), rows)


def _record(session: Session, act: str, bulk: Bulk, now: datetime) -> None:
    record(
        session, act=act, actor_id=bulk.actor_id, subject_type="posting", subject_id=bulk.posting_id, now=now, bulk=bulk.id
    )  # fmt: skip
