"""Which applications count in the measurement of interviews, and asking for new figures when that changes.

Only complete panels count (decision 028). An evaluation, an abstention, a plan or a decision calls ``note_panels`` in its
own transaction: it marks one row and asks for one job a posting and minute, whatever the posting's size.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Insert, Select, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from screening import queue
from screening.models import Application, Interview, MeasuredApplication, Measurement
from screening.queries.measured_scopes import SETTLE, SEVERAL, measured_postings, scope_of, sets_of_readers
from screening.queries.panel_facts import is_complete, is_judged

GATHER = timedelta(minutes=1)
"""What happens on a posting within this time is counted by one job after it."""
GATHER_SETS = timedelta(minutes=10)


def note_panels(session: Session, *, application_id: int, now: datetime) -> None:
    """Note that an application's panels, evaluations or decisions have changed; nothing happens while its panels are incomplete.

    Being silent then is part of blindness: whatever others submit before somebody's own evaluation leaves no trace in any
    figure, nor in the time at which it was counted.
    """
    posting_id, complete, counted, judged, noted = session.execute(_state(), {"application": application_id}).one()
    if judged != noted:
        _note_judged(session, Application.id == application_id, judged=judged)
    if complete:
        session.execute(
            _count_in(session.get_bind().dialect.name), {"application_id": application_id, "posting_id": posting_id}
        )
    elif not counted or not _take_out(session, [application_id], now):
        return
    _ask_for_posting(session, posting_id, now)


def note_erased(session: Session, *, posting_ids: Iterable[int], now: datetime) -> None:
    """Ask for figures without applications of these postings that were erased, facts and all."""
    for posting_id in sorted(set(posting_ids)):
        if session.scalar(select(exists().where(Measurement.posting_id == posting_id))):
            _ask_for_posting(session, posting_id, now)


def repair(session: Session, *, posting_id: int, now: datetime) -> None:
    """Find anew which of a posting's applications count, and have all their facts read again.

    Set-based, whatever was missed before: new prescores of candidates who were interviewed long ago are taken up here.
    """
    mine = (MeasuredApplication.posting_id == posting_id) & MeasuredApplication.left_at.is_(None)
    complete = select(Application.id).where(Application.posting_id == posting_id, is_complete())
    counted = select(MeasuredApplication.application_id).where(mine)
    _forget_left(session, posting_id)
    own = Application.posting_id == posting_id
    _note_judged(session, own & ~Application.is_judged & is_judged(), judged=True)
    _note_judged(session, own & Application.is_judged & ~is_judged(), judged=False)
    raised = {"facts": None, "changes": MeasuredApplication.changes + 1}
    for statement in (
        update(MeasuredApplication)
        .where(mine, MeasuredApplication.application_id.not_in(complete))
        .values(left_at=now, **raised),
        update(MeasuredApplication).where(mine).values(**raised),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    count_in = _count_in(session.get_bind().dialect.name)
    missing = session.scalars(complete.where(Application.id.not_in(counted)).order_by(Application.id)).all()
    if missing:
        session.execute(count_in, [{"application_id": ident, "posting_id": posting_id} for ident in missing])


def ask_for_all(session: Session, *, now: datetime) -> int:
    """Ask for a repair of every posting that has interviews, once a day however often it is called; give how many have some.

    Periods slide with the days, so that figures change although nothing has happened. Sets that nobody reads any more go.
    """
    read = [*sets_of_readers(session), *session.scalars(select(Measurement.scope).where(Measurement.posting_id > 0))]
    session.execute(delete(Measurement).where(Measurement.scope.not_in(read)))
    with_interviews = select(Application.posting_id).join(Interview, Interview.application_id == Application.id)
    postings = session.scalars(with_interviews.distinct().order_by(Application.posting_id)).all()
    for posting_id in postings:
        queue.enqueue(
            session,
            queue.MEASURE_POSTING,
            key=f"measure:{posting_id}:{now.astimezone(UTC):%Y-%m-%d}",
            now=now,
            posting_id=posting_id,
            anew=1,
        )
    return len(postings)


def ask_for_sets(session: Session, *, posting_id: int, now: datetime) -> None:
    """Ask for the sums of every set of postings that somebody reads together and that holds this one; soon where there are none yet."""
    for scope, reader in sorted(sets_of_readers(session, posting_id=posting_id).items()):
        known = session.scalar(select(exists().where(Measurement.scope == scope)))
        due, mark = _gathered(now, GATHER_SETS) if known else (now, f"{now:%Y-%m-%dT%H:%M}")
        queue.enqueue(session, queue.MEASURE_SET, key=f"measure:{scope}:{mark}", now=due, reader_id=reader)


def ask_for_reader(session: Session, *, user_id: int, now: datetime) -> None:
    """Ask for the sums of what somebody reads together, now that their rights have changed."""
    postings = measured_postings(session, reader_id=user_id)
    if len(postings) >= SEVERAL:
        key = f"measure:{scope_of(postings)}:{now:%Y-%m-%dT%H:%M}"
        queue.enqueue(session, queue.MEASURE_SET, key=key, now=now, reader_id=user_id)


def _ask_for_posting(session: Session, posting_id: int, now: datetime) -> None:
    due, mark = _gathered(now, GATHER)
    queue.enqueue(
        session, queue.MEASURE_POSTING, key=f"measure:{posting_id}:{mark}", now=due, posting_id=posting_id, anew=0
    )


def _note_judged(session: Session, which: ColumnElement[bool], *, judged: bool) -> None:
    changed = update(Application).where(which).values(is_judged=judged)
    session.execute(changed, execution_options={"synchronize_session": False})


def _gathered(now: datetime, step: timedelta) -> tuple[datetime, str]:
    """Give the time at which everything of the present span has been committed, and the span's name."""
    number = int(now.timestamp() // step.total_seconds())
    end = datetime.fromtimestamp((number + 1) * step.total_seconds(), UTC)
    return end + SETTLE, f"{end:%Y-%m-%dT%H:%M}"


def _take_out(session: Session, application_ids: list[int], now: datetime) -> bool:
    taken = (
        update(MeasuredApplication)
        .where(MeasuredApplication.application_id.in_(application_ids), MeasuredApplication.left_at.is_(None))
        .values(left_at=now, facts=None, changes=MeasuredApplication.changes + 1)
        .returning(MeasuredApplication.application_id)
    )
    return session.scalars(taken, execution_options={"synchronize_session": False}).first() is not None


def _forget_left(session: Session, posting_id: int) -> None:
    """Delete the marks of applications that no stored figure holds any more."""
    oldest = session.scalar(select(func.min(Measurement.computed_at)))
    gone = delete(MeasuredApplication).where(
        MeasuredApplication.posting_id == posting_id, MeasuredApplication.left_at.is_not(None)
    )
    if oldest is not None:
        gone = gone.where(MeasuredApplication.left_at < oldest - SETTLE)
    session.execute(gone, execution_options={"synchronize_session": False})


@cache
def _state() -> Select[int, bool, bool, bool, bool]:
    """Make the statement once, since every evaluation asks it: which posting's, whether its panels are complete, whether it is counted; whether it is judged and noted as such."""
    counted = exists().where(
        MeasuredApplication.application_id == Application.id, MeasuredApplication.left_at.is_(None)
    )
    state = select(Application.posting_id, is_complete(), counted, is_judged(), Application.is_judged)
    return state.where(Application.id == bindparam("application"))


@cache
def _count_in(dialect: str) -> Insert:
    """Make the statement once: an application counts, or counts again, and its facts are to be read."""
    upsert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    table = MeasuredApplication.metadata.tables[MeasuredApplication.__tablename__]
    return (
        upsert(table)
        .values(changes=1)
        .on_conflict_do_update(
            index_elements=["application_id"], set_={"changes": table.c.changes + 1, "facts": None, "left_at": None}
        )
    )
