"""Moving applications from stage to stage: one state machine, counters and a record of each move in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from screening.audit import record_many
from screening.models import Application, Decision, Stage, StageMove
from screening.queries.second_looks import in_need_of_second_look, is_waiting, waiting_for
from screening.queries.stage_rules import OPTIONAL, STANDARD, Rules, rules_by_posting, rules_of
from screening.services.reasons import REJECT_REASONS, WITHDRAWAL_REASONS
from screening.services.stage_counts import Standing, change_counts, day_of
from screening.services.stage_figures import ask_for_times

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
NOTE_LENGTH = 2000


def allowed_moves(rules: Rules, stage: Stage) -> frozenset[Stage]:
    """Give where an application may be moved from a stage: what ``ALLOWED_MOVES`` knows without what the posting leaves out."""
    return frozenset(to for to in ALLOWED_MOVES[stage] if rules[to].in_use)


def is_in_use(session: Session, *, posting_id: int, stage: Stage) -> bool:
    """Tell whether a posting uses a stage; nothing is asked for one that none leaves out."""
    return stage not in OPTIONAL or rules_of(session, posting_id=posting_id)[stage].in_use


class MoveError(Exception):
    """A move that is not possible: ``code`` is not_allowed, not_in_use, reason_missing, reason_unknown, changed, candidate_only, applied_again, second_look or waiting."""

    def __init__(self, code: str, application_id: int | None = None) -> None:
        self.code = code
        self.application_id = application_id
        super().__init__(f"application {application_id}: {code}")


@dataclass(frozen=True, slots=True)
class _Held:
    """What a move needs to know of an application whose row it holds."""

    id: int
    person_id: int
    posting_id: int
    stage: Stage
    stage_since: datetime


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
    applications = _hold_rows(session, application_ids)
    for application in applications:
        if expected is not None and application.stage is not expected.get(application.id, application.stage):
            raise MoveError("changed", application.id)
        if to not in ALLOWED_MOVES[application.stage]:
            raise MoveError("not_allowed", application.id)
    _refuse_left_out(session, applications, to)
    if to is Stage.REJECTED and not seconded:
        needing = in_need_of_second_look(session, application_ids, now=now)
        if needing:
            raise MoveError("second_look", min(needing))
    return _move(
        session,
        [(application, to, now) for application in applications],
        actor_id=actor_id,
        now=now,
        reason=reason,
        note=note,
    )


def undo_moves(session: Session, *, move_ids: Sequence[int], actor_id: int, now: datetime) -> list[StageMove]:
    """Take moves back, each by a move of its own; raise MoveError ``changed`` when an application has moved on since."""
    rows = select(StageMove.id, StageMove.application_id, StageMove.from_stage).where(StageMove.id.in_(move_ids))
    undone = {row.application_id: row for row in session.execute(rows.order_by(StageMove.id))}
    applications = _hold_rows(session, list(undone))
    newest = select(StageMove.application_id, func.max(StageMove.id)).where(StageMove.application_id.in_(undone))
    latest = dict(session.execute(newest.group_by(StageMove.application_id)).all())
    for application in applications:
        if latest[application.id] != undone[application.id].id:
            raise MoveError("changed", application.id)
    undoes = {ident: row.id for ident, row in undone.items()}
    since = select(Application.id, _since(undoes)).where(Application.id.in_(undone))
    stood = dict(session.execute(since).all())
    targets = [(one, undone[one.id].from_stage or Stage.APPLIED, stood[one.id] or now) for one in applications]
    return _move(session, targets, actor_id=actor_id, now=now, reason=None, note=None, undoes=undoes)


def hold(session: Session, application_ids: Sequence[int]) -> list[Application]:
    """Load the newest state of the applications and hold them, in the order of their ids so that nobody deadlocks."""
    rows = select(Application).where(Application.id.in_(application_ids)).order_by(Application.id)
    session.flush()
    return list(session.scalars(rows.with_for_update(), execution_options={"populate_existing": True}))


def _hold_rows(session: Session, application_ids: Collection[int]) -> list[_Held]:
    """Hold applications as ``hold`` does, and read only what a move needs to know of them."""
    rows = select(
        Application.id, Application.person_id, Application.posting_id, Application.stage, Application.stage_since
    ).where(Application.id.in_(application_ids))
    session.flush()
    held = [_Held(*row) for row in session.execute(rows.order_by(Application.id).with_for_update(of=Application))]
    for one in held:
        _show(session, one.id, one.stage, one.stage_since)
    return held


def _show(session: Session, application_id: int, stage: Stage, since: datetime) -> None:
    """Let an application that this session holds as an object show what stands in its row."""
    known = session.identity_map.get(identity_key(Application, application_id))
    if known is not None:
        set_committed_value(known, "stage", stage)
        set_committed_value(known, "stage_since", since)


def check_reason(to: Stage, reason: str | None, actor_id: int | None) -> None:
    """Raise MoveError when a rejection lacks its reason, or when staff would withdraw in a candidate's stead."""
    if to is Stage.WITHDRAWN and actor_id is not None:
        raise MoveError("candidate_only")
    if to is Stage.REJECTED and not reason:
        raise MoveError("reason_missing")
    if to is Stage.REJECTED and reason not in REJECT_REASONS:
        raise MoveError("reason_unknown")
    if to is Stage.WITHDRAWN and reason is not None and reason not in WITHDRAWAL_REASONS:
        raise MoveError("reason_unknown")


def _refuse_left_out(session: Session, applications: Sequence[_Held], to: Stage) -> None:
    """Refuse to move to a stage that a posting leaves out; one standing there may leave it."""
    if to not in OPTIONAL:
        return
    rules = rules_by_posting(session, posting_ids={one.posting_id for one in applications})
    for one in applications:
        if to not in allowed_moves(rules.get(one.posting_id, STANDARD), one.stage):
            raise MoveError("not_in_use", one.id)


def _keep_one_live(session: Session, targets: Sequence[tuple[_Held, Stage, datetime]]) -> None:
    """Refuse to bring an ended application back beside a newer one of the same person to the same posting."""
    returning = [one for one, to, _ in targets if one.stage in OVER and to not in OVER]
    if not returning:
        return
    rows = select(Application.person_id, Application.posting_id).where(
        Application.person_id.in_({one.person_id for one in returning}), Application.stage.not_in(OVER)
    )
    live = {(person_id, posting_id) for person_id, posting_id in session.execute(rows)}
    for one in returning:
        if (one.person_id, one.posting_id) in live:
            raise MoveError("applied_again", one.id)
        live.add((one.person_id, one.posting_id))


def _settle_waiting(session: Session, application_ids: Sequence[int], *, actor_id: int | None, now: datetime) -> None:
    """Refuse to move what waits for a second pair of eyes; the candidate's own withdrawal overtakes the rejection."""
    waiting = waiting_for(session, application_ids)
    if waiting and actor_id is not None:
        raise MoveError("waiting", min(waiting))
    if waiting:
        session.execute(
            update(Decision).where(Decision.application_id.in_(waiting), is_waiting()).values(undone_at=now)
        )


def _since(undone: Mapping[int, int]) -> ScalarSelect[datetime]:
    """Find since when each application had stood where the undone move, by the id of the application, took it from."""
    taken, entered = aliased(StageMove), aliased(StageMove)
    return (
        select(entered.at)
        .join(taken, taken.id.in_(undone.values()) & (taken.application_id == entered.application_id))
        .where(
            entered.application_id == Application.id,
            entered.to_stage == taken.from_stage,
            entered.undoes.is_(None),
            entered.id < taken.id,
        )
        .order_by(entered.id.desc())
        .limit(1)
        .correlate(Application)
        .scalar_subquery()
    )


def _move(
    session: Session,
    targets: Sequence[tuple[_Held, Stage, datetime]],
    *,
    actor_id: int | None,
    now: datetime,
    reason: str | None,
    note: str | None,
    undoes: Mapping[int, int] | None = None,
) -> list[StageMove]:
    """Move each to its stage, where it stands since its time, which is earlier than now when a move is taken back.

    Everything is written by sets. ``undoes`` holds the id of the undone move by application.
    """
    _settle_waiting(session, [one.id for one, *_ in targets], actor_id=actor_id, now=now)
    _keep_one_live(session, targets)
    changes: Counter[Standing] = Counter()
    by_stage: dict[Stage, list[int]] = {}
    rows = []
    for one, to, since in targets:
        changes[one.posting_id, one.stage, day_of(one.stage_since)] -= 1
        changes[one.posting_id, to, day_of(since)] += 1
        by_stage.setdefault(to, []).append(one.id)
        rows.append(
            {
                "application_id": one.id,
                "from_stage": one.stage,
                "to_stage": to,
                "actor_id": actor_id,
                "reason": reason,
                "note": note[:NOTE_LENGTH] if note else None,
                "undoes": undoes[one.id] if undoes else None,
                "at": now,
            }
        )
    if not rows:
        return []
    try:
        for to, ids in by_stage.items():
            _set_stage(session, ids, to, func.coalesce(_since(undoes), now) if undoes else now)
    except IntegrityError as error:  # they applied again in this very moment
        raise MoveError("applied_again") from error
    made = session.scalars(insert(StageMove).returning(StageMove), rows)
    moves = sorted(made, key=lambda move: move.application_id)
    change_counts(session, changes)
    ask_for_times(session, posting_ids=[one.posting_id for one, *_ in targets], now=now)
    record_many(
        session,
        act="application.move",
        actor_id=actor_id,
        subject_type="application",
        now=now,
        entries=[
            (
                move.application_id,
                {
                    "move": move.id,
                    "from_stage": move.from_stage.value if move.from_stage else None,
                    "to_stage": move.to_stage.value,
                    "reason": reason,
                },
            )
            for move in moves
        ],
    )
    return moves


def _set_stage(session: Session, ids: Sequence[int], to: Stage, since: datetime | ColumnElement[datetime]) -> None:
    """Let applications stand in a stage, in their rows and in the objects of this session."""
    changed = (
        update(Application)
        .where(Application.id.in_(ids))
        .values(stage=to, stage_since=since)
        .returning(Application.id, Application.stage_since)
        .execution_options(synchronize_session=False)
    )
    for ident, moment in session.execute(changed):
        _show(session, ident, to, moment)
