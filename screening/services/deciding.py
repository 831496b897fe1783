"""People decide: an outcome with a reason by a named person, and the move that follows from it in the same transaction.

Where a posting asks for a second pair of eyes, a rejection after an interview moves nothing yet: see ``seconding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, Decision, Outcome, Stage, StageMove
from screening.models.base import JsonObject
from screening.queries.scopes import application_scope
from screening.queries.second_looks import in_need_of_second_look, waiting_for
from screening.queries.stage_rules import Rules, rules_of
from screening.services.measuring import note_panels
from screening.services.moving import MoveError, allowed_moves, hold, move_application, undo_moves
from screening.services.reasons import REASONS

NOTE_LENGTH = 4000

NEXT: Mapping[Stage, Stage] = {
    Stage.APPLIED: Stage.SCREENING,
    Stage.SCREENING: Stage.INTERVIEW,
    Stage.INTERVIEW: Stage.DEBRIEF,
    Stage.DEBRIEF: Stage.INTERVIEW,  # one more round
}
"""Where ``advance`` leads from each stage; an offer and a hire are outcomes of their own."""


class DecideError(Exception):
    """A decision that cannot be stored: ``code`` is not_allowed, reason_missing, reason_unknown, note_missing, changed, waiting or same_person."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def possible_outcomes(stage: Stage, rules: Rules) -> dict[Outcome, Stage]:
    """Give what may be decided on an application at a stage by its posting's rules, and where each outcome leads."""
    onward = NEXT.get(stage)
    if onward is not None and not rules[onward].in_use:
        onward = NEXT.get(onward)  # over a stage that the posting leaves out, where a move leads so far
    targets = {
        Outcome.ADVANCE: onward,
        Outcome.OFFER: Stage.OFFER,
        Outcome.HIRE: Stage.HIRED,
        Outcome.REJECT: Stage.REJECTED,
    }
    allowed = allowed_moves(rules, stage)
    return {outcome: to for outcome, to in targets.items() if to is not None and to in allowed}


def decide(
    session: Session,
    *,
    application: Application,
    outcome: Outcome,
    reason: str,
    note: str,
    actor_id: int,
    now: datetime,
    tell_candidate: bool = False,
    afterwards: JsonObject | None = None,
) -> Decision:
    """Store a decision and move the application; how many evaluations were still owed is kept with it.

    A rejection that needs a second pair of eyes is stored as waiting and moves nothing. Raise DecideError for an outcome
    that the stage does not allow, a reason outside the list, a rejection without a note, or while another one waits.
    ``afterwards`` is kept with a rejection that waits, for what the second person's agreement then sets going.
    """
    rules = rules_of(session, posting_id=application.posting_id)
    to = possible_outcomes(application.stage, rules).get(outcome)
    if to is None:
        raise DecideError("not_allowed")
    if not reason:
        raise DecideError("reason_missing")
    if reason not in REASONS[outcome]:
        raise DecideError("reason_unknown")
    if outcome is Outcome.REJECT and not note.strip():
        raise DecideError("note_missing")
    before = application.stage
    hold(session, [application.id])
    if application.stage is not before:
        raise DecideError("changed")
    if waiting_for(session, [application.id]):
        raise DecideError("waiting")
    needs_second = outcome is Outcome.REJECT and bool(in_need_of_second_look(session, [application.id], now=now))
    decision = Decision(
        application_id=application.id,
        outcome=outcome,
        reason=reason,
        note=note.strip()[:NOTE_LENGTH],
        from_stage=before.value,
        to_stage=to.value,
        missing=len(application_scope(session, application.id).owing),
        actor_id=actor_id,
        at=now,
        tell_candidate=tell_candidate,
        afterwards=afterwards if needs_second else None,
        needs_second=needs_second,
    )
    if not needs_second:
        carry_out(session, application=application, decision=decision, actor_id=actor_id, now=now)
    session.add(decision)
    session.flush()
    record(
        session,
        act="decision.make",
        actor_id=actor_id,
        subject_type="application",
        subject_id=application.id,
        now=now,
        decision=decision.id,
        outcome=outcome.value,
        needs_second=needs_second,
    )
    note_panels(session, application_id=application.id, now=now)
    return decision


def carry_out(
    session: Session, *, application: Application, decision: Decision, actor_id: int, now: datetime
) -> StageMove:
    """Make the move that a decision leads to; raise DecideError ``changed`` where the application stands elsewhere by now."""
    try:
        return move_application(
            session,
            application=application,
            to=Stage(decision.to_stage),
            actor_id=actor_id,
            now=now,
            reason=decision.reason if decision.outcome is Outcome.REJECT else None,
            note=decision.note or None,
            seconded=decision.needs_second,
        )
    except MoveError as error:
        raise DecideError("changed") from error


def take_back_decision(session: Session, *, decision: Decision, actor_id: int, now: datetime) -> None:
    """Undo a decision and its move; raise DecideError ``changed`` when the application, or the second person, has gone on since."""
    hold(session, [decision.application_id])
    session.refresh(decision)
    if decision.undone_at is not None or decision.second_id is not None:
        raise DecideError("changed")
    if not decision.needs_second:
        take_back_move(session, decision=decision, made_at=decision.at, actor_id=actor_id, now=now)
    decision.undone_at, decision.undone_by = now, actor_id
    session.flush()
    record(
        session,
        act="decision.undo",
        actor_id=actor_id,
        subject_type="application",
        subject_id=decision.application_id,
        now=now,
        decision=decision.id,
    )
    note_panels(session, application_id=decision.application_id, now=now)


def take_back_move(session: Session, *, decision: Decision, made_at: datetime, actor_id: int, now: datetime) -> None:
    """Undo the move that a decision, or the word on it, made at ``made_at``; raise DecideError ``changed`` when another one followed."""
    latest = session.scalar(
        select(StageMove)
        .where(StageMove.application_id == decision.application_id)
        .order_by(StageMove.id.desc())
        .limit(1)
    )
    if latest is None or latest.at != made_at or latest.undoes is not None:
        raise DecideError("changed")
    try:
        undo_moves(session, move_ids=[latest.id], actor_id=actor_id, now=now)
    except MoveError as error:
        raise DecideError("changed") from error
