"""A posting's plan of interviews: adding, changing, ordering, retiring and restoring its rounds, each with a way back.

Every act starts with ``open_plan``, which locks the posting and gives the plan as it stands; its digest is what a page was
made from and what an undo step looks for, so that nobody overwrites what a colleague has done meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from screening.audit import record
from screening.models import (
    Interview,
    InterviewerPool,
    InterviewRound,
    Posting,
    RoundInterviewer,
    RoundKind,
    RubricState,
    RubricVersion,
    User,
)
from screening.services.drafting import RevisionError, lock_posting

MOST_ROUNDS = 20
MOST_SEATS = 12
MOST_HOURS = 720
Snapshot = list[dict[str, Any]]
"""A plan as JSON: every round with its id, by id."""


class PlanError(Exception):
    """A round that cannot be stored: ``code`` is name_missing, minutes, seats, due_hours, panel_unknown, seats_few, pool_unknown, focus_unknown, too_many, unknown or order."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class RoundFields:
    """What a person says about a round; ``focus`` holds criterion keys, ``fixed`` ids of staff."""

    kind: RoundKind
    name: str
    minutes: int
    seats: int
    focus: tuple[str, ...]
    fixed: tuple[int, ...] = ()
    pool_id: int | None = None
    due_hours: int = 24


def open_plan(session: Session, *, posting: Posting, seen: str | None = None) -> Snapshot:
    """Lock the posting's plan and give it as it stands; with ``seen``, RevisionError when that is not its digest any more."""
    lock_posting(session, posting)
    before = snapshot(session, posting_id=posting.id)
    if seen is not None and digest_of(before) != seen:
        raise RevisionError
    return before


def snapshot(session: Session, *, posting_id: int) -> Snapshot:
    """Give the whole plan as JSON; two queries."""
    session.flush()
    rounds = session.scalars(
        select(InterviewRound)
        .where(InterviewRound.posting_id == posting_id)
        .order_by(InterviewRound.id)
        .execution_options(populate_existing=True)
    ).all()
    fixed = session.execute(
        select(RoundInterviewer.round_id, RoundInterviewer.user_id)
        .where(RoundInterviewer.round_id.in_([one.id for one in rounds]))
        .order_by(RoundInterviewer.round_id, RoundInterviewer.user_id)
    ).all()
    return [
        {
            "id": one.id,
            "position": one.position,
            "kind": one.kind.value,
            "name": one.name,
            "minutes": one.minutes,
            "seats": one.seats,
            "focus": list(one.focus),
            "fixed": [user for round_id, user in fixed if round_id == one.id],
            "pool": one.pool_id,
            "due_hours": one.due_hours,
            "retired_at": one.retired_at.isoformat() if one.retired_at else None,
        }
        for one in rounds
    ]


def digest_of(plan: Snapshot) -> str:
    """Give a short name of a plan's content."""
    return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:16]


def add_round(
    session: Session, *, posting: Posting, fields: RoundFields, actor_id: int, now: datetime
) -> InterviewRound:
    """Add a round at the end of the plan."""
    count, last = session.execute(
        select(func.count(), func.max(InterviewRound.position)).where(InterviewRound.posting_id == posting.id)
    ).one()
    if count >= MOST_ROUNDS:
        raise PlanError("too_many")
    _check(session, posting, fields, kept=())
    made = InterviewRound(
        posting_id=posting.id,
        position=(last or 0) + 1,
        kind=fields.kind,
        name=fields.name.strip(),
        minutes=fields.minutes,
        seats=fields.seats,
        focus=list(fields.focus),
        pool_id=fields.pool_id,
        due_hours=fields.due_hours,
    )
    session.add(made)
    session.flush()
    _seat(session, made.id, fields.fixed)
    _record(session, "plan.add", made, actor_id, now)
    return made


def change_round(
    session: Session, *, posting: Posting, round_id: int, fields: RoundFields, actor_id: int, now: datetime
) -> None:
    """Say something else about a round; keys that it asked about before may stay although the rubric has them no more."""
    one = round_in(session, posting=posting, round_id=round_id)
    _check(session, posting, fields, kept=tuple(one.focus))
    one.kind, one.name, one.minutes, one.seats = fields.kind, fields.name.strip(), fields.minutes, fields.seats
    one.focus, one.pool_id, one.due_hours = list(fields.focus), fields.pool_id, fields.due_hours
    _seat(session, one.id, fields.fixed)
    _record(session, "plan.change", one, actor_id, now)


def move_round(session: Session, *, posting: Posting, round_id: int, by: int, actor_id: int, now: datetime) -> None:
    """Move a round up (−1) or down (1) among those in use; at the end it stays."""
    order = [one.id for one in _in_use(session, posting)]
    if round_id not in order:
        raise PlanError("unknown")
    place = order.index(round_id)
    to = min(max(place + by, 0), len(order) - 1)
    order.insert(to, order.pop(place))
    order_rounds(session, posting=posting, order=order, actor_id=actor_id, now=now)


def order_rounds(session: Session, *, posting: Posting, order: Sequence[int], actor_id: int, now: datetime) -> None:
    """Bring the rounds in use into this order of ids; PlanError when it does not name each of them once."""
    rounds = {one.id: one for one in _in_use(session, posting)}
    if sorted(order) != sorted(rounds):
        raise PlanError("order")
    for place, (ident, position) in enumerate(zip(order, sorted(one.position for one in rounds.values()), strict=True)):
        rounds[ident].position = position
        if place == 0:
            _record(session, "plan.order", rounds[ident], actor_id, now)
    session.flush()


def retire_round(session: Session, *, posting: Posting, round_id: int, actor_id: int, now: datetime) -> None:
    """Offer a round no more; its interviews keep it."""
    one = round_in(session, posting=posting, round_id=round_id)
    one.retired_at = one.retired_at or now
    _record(session, "plan.retire", one, actor_id, now)


def restore_round(session: Session, *, posting: Posting, round_id: int, actor_id: int, now: datetime) -> None:
    """Offer a retired round again, at the place that it had."""
    one = round_in(session, posting=posting, round_id=round_id)
    one.retired_at = None
    _record(session, "plan.restore", one, actor_id, now)


def ask_in_round(
    session: Session, *, posting: Posting, round_id: int, key: str, actor_id: int, now: datetime
) -> InterviewRound:
    """Let a round ask about one more criterion."""
    one = round_in(session, posting=posting, round_id=round_id)
    if one.retired_at is not None:
        raise PlanError("unknown")
    if key not in _known_keys(session, posting):
        raise PlanError("focus_unknown")
    if key not in one.focus:
        one.focus = [*one.focus, key]
    _record(session, "plan.change", one, actor_id, now)
    return one


def restore_plan(
    session: Session, *, posting: Posting, before: Snapshot, after: str, actor_id: int, now: datetime
) -> None:
    """Bring the plan back to ``before``; RevisionError when it is not what ``after`` names any more, or an interview hangs on what would go."""
    open_plan(session, posting=posting, seen=after)
    kept = {row["id"]: row for row in before}
    for one in session.scalars(select(InterviewRound).where(InterviewRound.posting_id == posting.id)).all():
        row = kept.get(one.id)
        if row is None:
            if session.scalar(select(Interview.id).where(Interview.round_id == one.id).limit(1)) is not None:
                raise RevisionError
            session.delete(one)
            continue
        one.position, one.kind, one.name = row["position"], RoundKind(row["kind"]), row["name"]
        one.minutes, one.seats, one.focus = row["minutes"], row["seats"], list(row["focus"])
        one.pool_id, one.due_hours = row["pool"], row["due_hours"]
        one.retired_at = datetime.fromisoformat(row["retired_at"]) if row["retired_at"] else None
        if one.pool_id is not None and session.get(InterviewerPool, one.pool_id) is None:
            raise RevisionError
        _seat(session, one.id, tuple(row["fixed"]))
    session.flush()
    record(session, act="plan.undo", actor_id=actor_id, subject_type="posting", subject_id=posting.id, now=now)


def round_in(session: Session, *, posting: Posting, round_id: int) -> InterviewRound:
    """Read a round of this posting; PlanError unknown for another's."""
    one = session.get(InterviewRound, round_id, populate_existing=True)
    if one is None or one.posting_id != posting.id:
        raise PlanError("unknown")
    return one


def _in_use(session: Session, posting: Posting) -> Sequence[InterviewRound]:
    return session.scalars(
        select(InterviewRound)
        .where(InterviewRound.posting_id == posting.id, InterviewRound.retired_at.is_(None))
        .order_by(InterviewRound.position, InterviewRound.id)
    ).all()


def _known_keys(session: Session, posting: Posting) -> set[str]:
    """Give the keys of the rubric in force and of its draft."""
    documents = session.scalars(
        select(RubricVersion.document).where(
            RubricVersion.posting_id == posting.id, RubricVersion.state.in_((RubricState.PUBLISHED, RubricState.DRAFT))
        )
    )
    return {criterion.key for document in documents for criterion in load_rubric(document).criteria}


def _check(session: Session, posting: Posting, fields: RoundFields, *, kept: tuple[str, ...]) -> None:
    staff = set(session.scalars(select(User.id).where(User.id.in_(fields.fixed), User.is_active)))
    checks = (
        (not fields.name.strip(), "name_missing"),
        (not 0 < fields.minutes <= 480, "minutes"),
        (not 0 < fields.seats <= MOST_SEATS, "seats"),
        (not 0 < fields.due_hours <= MOST_HOURS, "due_hours"),
        (not set(fields.fixed) <= staff, "panel_unknown"),
        (len(set(fields.fixed)) > fields.seats, "seats_few"),
        (fields.pool_id is not None and session.get(InterviewerPool, fields.pool_id) is None, "pool_unknown"),
        (not set(fields.focus) <= _known_keys(session, posting) | set(kept), "focus_unknown"),
    )
    for wrong, code in checks:
        if wrong:
            raise PlanError(code)


def _seat(session: Session, round_id: int, fixed: Sequence[int]) -> None:
    session.execute(
        delete(RoundInterviewer).where(RoundInterviewer.round_id == round_id),
        execution_options={"synchronize_session": "fetch"},
    )
    session.add_all(RoundInterviewer(round_id=round_id, user_id=user) for user in dict.fromkeys(fixed))
    session.flush()


def _record(session: Session, act: str, one: InterviewRound, actor_id: int, now: datetime) -> None:
    session.flush()
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="posting",
        subject_id=one.posting_id,
        now=now,
        round=one.id,
    )
