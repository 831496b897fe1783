"""Moving applications from stage to stage: one state machine, counters and a record of each move in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, Insert, Update, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, Base, Decision, Stage, StageCount, StageMove
from screening.queries.second_looks import in_need_of_second_look, is_waiting, waiting_for

ACTIVE = (Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER)
ENDED = frozenset({Stage.HIRED, Stage.REJECTED, Stage.WITHDRAWN})
OVER = frozenset({Stage.REJECTED, Stage.WITHDRAWN})
"""After these the same person may apply to the same posting again; the database keeps every other application of theirs to it single."""
ALLOWED_MOVES: Mapping[Stage, frozenset[Stage]] = {
    Stage.APPLIED: frozenset({Stage.SCREENING, Stage.INTERVIEW, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.SCREENING: frozenset({Stage.APPLIED, Stage.INTERVIEW, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.INTERVIEW: frozenset({Stage.SCREENING, Stage.DEBRIEF, Stage.OFFER, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.DEBRIEF: frozenset({Stage.INTERVIEW, Stage.OFFER, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.OFFER: frozenset({Stage.DEBRIEF, Stage.HIRED, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.HIRED: frozenset({Stage.OFFER}),
    Stage.REJECTED: frozenset({Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF}),
    Stage.WITHDRAWN: frozenset(),
}
REJECT_REASONS = (
    "requirement",
    "knock_out",
    "interview",
    "others_stronger",
    "availability",
    "filled",
    "duplicate",
    "other",
)
"""Why a person rejects: the closed list that pages offer."""
NOTE_LENGTH = 2000


class MoveError(Exception):
    """A move that is not possible: ``code`` is not_allowed, reason_missing, reason_unknown, changed, candidate_only, applied_again, second_look or waiting."""

    def __init__(self, code: str, application_id: int | None = None) -> None:
        self.code = code
        self.application_id = application_id
        super().__init__(f"application {application_id}: {code}")


def move_application(
    session: Session,
    *,
    application: Application,
    to: Stage,
    actor_id: int | None,
    now: datetime,
    reason: str | None = None,
    note: str | None = None,
    seconded: bool = False,
) -> StageMove:
    """Move one application; raise MoveError when the state machine does not allow it.

    Rejecting needs a reason of ``REJECT_REASONS``, and a second person (``seconded``) where the posting asks for one.
    Only the candidate (``actor_id`` None) can withdraw.
    """
    moves = move_many(
        session,
        application_ids=[application.id],
        to=to,
        actor_id=actor_id,
        now=now,
        reason=reason,
        note=note,
        expected={application.id: application.stage},
        seconded=seconded,
    )
    return moves[0]


def move_many(
    session: Session,
    *,
    application_ids: Sequence[int],
    to: Stage,
    actor_id: int | None,
    now: datetime,
    reason: str | None = None,
    note: str | None = None,
    expected: Mapping[int, Stage] | None = None,
    seconded: bool = False,
) -> list[StageMove]:
    """Move several applications or none: one that cannot be moved fails them all with MoveError.

    ``expected`` holds the stages that the person saw; another stage by now is the error ``changed``. ``second_look``: one
    person alone cannot reject this one; ``waiting``: a rejection of it waits for a second pair of eyes.
    """
    check_reason(to, reason, actor_id)
    applications = hold(session, application_ids)
    for application in applications:
        if expected is not None and application.stage is not expected.get(application.id, application.stage):
            raise MoveError("changed", application.id)
        if to not in ALLOWED_MOVES[application.stage]:
            raise MoveError("not_allowed", application.id)
    if to is Stage.REJECTED and not seconded:
        needing = in_need_of_second_look(session, application_ids, now=now)
        if needing:
            raise MoveError("second_look", min(needing))
    return _move(
        session,
        [(application, to) for application in applications],
        actor_id=actor_id,
        now=now,
        reason=reason,
        note=note,
    )


def undo_moves(session: Session, *, move_ids: Sequence[int], actor_id: int, now: datetime) -> list[StageMove]:
    """Take moves back, each by a move of its own; raise MoveError ``changed`` when an application has moved on since."""
    undone = {
        move.application_id: move
        for move in session.scalars(select(StageMove).where(StageMove.id.in_(move_ids)).order_by(StageMove.id))
    }
    applications = hold(session, list(undone))
    for application in applications:
        latest = session.scalar(
            select(StageMove.id)
            .where(StageMove.application_id == application.id)
            .order_by(StageMove.id.desc())
            .limit(1)
        )
        if latest != undone[application.id].id:
            raise MoveError("changed", application.id)
    targets = [(application, undone[application.id].from_stage or Stage.APPLIED) for application in applications]
    moves = _move(session, targets, actor_id=actor_id, now=now, reason=None, note=None)
    for application, move in zip(applications, moves, strict=True):
        move.undoes = undone[application.id].id
        application.stage_since = _since(session, undone[application.id]) or application.stage_since
    session.flush()
    return moves


def hold(session: Session, application_ids: Sequence[int]) -> list[Application]:
    """Load the newest state of the applications and hold them, in the order of their ids so that nobody deadlocks."""
    rows = select(Application).where(Application.id.in_(application_ids)).order_by(Application.id)
    session.flush()
    return list(session.scalars(rows.with_for_update(), execution_options={"populate_existing": True}))


def change_counts(session: Session, changes: Mapping[tuple[int, Stage], int]) -> None:
    """Add to the stage counters by (posting, stage), in one fixed order, so that two writers never wait for each other in a circle."""
    lower, raised = _count_statements(session.get_bind().dialect.name)
    for (posting_id, stage), change in sorted(changes.items(), key=lambda item: (item[0][0], item[0][1].value)):
        if change:
            values = {"of_posting": posting_id, "in_stage": stage, "by": change}
            session.execute(lower if change < 0 else raised, values)
    for thing in list(session.identity_map.values()):
        if isinstance(thing, StageCount):
            session.expire(thing)


def hold_counts(session: Session, counted: Collection[tuple[int, Stage]]) -> None:
    """Lock counters by (posting, stage) that one transaction will change in several steps, in the same fixed order."""
    _lower, raised = _count_statements(session.get_bind().dialect.name)
    for posting_id, stage in sorted(counted, key=lambda item: (item[0], item[1].value)):
        session.execute(raised, {"of_posting": posting_id, "in_stage": stage, "by": 0})


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


def check_reason(to: Stage, reason: str | None, actor_id: int | None) -> None:
    """Raise MoveError when a rejection lacks its reason, or when staff would withdraw in a candidate's stead."""
    if to is Stage.WITHDRAWN and actor_id is not None:
        raise MoveError("candidate_only")
    if to is Stage.REJECTED and not reason:
        raise MoveError("reason_missing")
    if to is Stage.REJECTED and reason not in REJECT_REASONS:
        raise MoveError("reason_unknown")


def _keep_one_live(session: Session, application: Application, to: Stage) -> None:
    """Refuse to bring an ended application back beside a newer one of the same person to the same posting."""
    if application.stage not in OVER or to in OVER:
        return
    other = select(Application.id).where(
        Application.person_id == application.person_id,
        Application.posting_id == application.posting_id,
        Application.stage.not_in(OVER),
    )
    if session.scalar(other.limit(1)) is not None:
        raise MoveError("applied_again", application.id)


def _settle_waiting(session: Session, application_ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Refuse to move what waits for a second pair of eyes; the candidate's own withdrawal overtakes the rejection."""
    waiting = waiting_for(session, application_ids)
    if waiting and actor_id is not None:
        raise MoveError("waiting", min(waiting))
    if waiting:
        session.execute(
            update(Decision).where(Decision.application_id.in_(waiting), is_waiting()).values(undone_at=now)
        )


def _since(session: Session, undone: StageMove) -> datetime | None:
    """Find since when the application had stood where the undone move took it from."""
    return session.scalar(
        select(StageMove.at)
        .where(
            StageMove.application_id == undone.application_id,
            StageMove.to_stage == undone.from_stage,
            StageMove.undoes.is_(None),
            StageMove.id < undone.id,
        )
        .order_by(StageMove.id.desc())
        .limit(1)
    )


def _move(
    session: Session,
    targets: Sequence[tuple[Application, Stage]],
    *,
    actor_id: int | None,
    now: datetime,
    reason: str | None,
    note: str | None,
) -> list[StageMove]:
    _settle_waiting(session, [application.id for application, _ in targets], actor_id=actor_id, now=now)
    changes: Counter[tuple[int, Stage]] = Counter()
    moves = []
    for application, to in targets:
        _keep_one_live(session, application, to)
        changes[application.posting_id, application.stage] -= 1
        changes[application.posting_id, to] += 1
        move = StageMove(
            application_id=application.id,
            from_stage=application.stage,
            to_stage=to,
            actor_id=actor_id,
            reason=reason,
            note=note[:NOTE_LENGTH] if note else None,
            at=now,
        )
        moves.append(move)
        application.stage = to
        application.stage_since = now
    session.add_all(moves)
    try:
        session.flush()
    except IntegrityError as error:  # they applied again in this very moment
        raise MoveError("applied_again") from error
    change_counts(session, changes)
    for move in moves:
        record(
            session,
            act="application.move",
            actor_id=actor_id,
            subject_type="application",
            subject_id=move.application_id,
            now=now,
            move=move.id,
            from_stage=move.from_stage.value if move.from_stage else None,
            to_stage=move.to_stage.value,
            reason=reason,
        )
    return moves
