"""People decide: an outcome with a reason by a named person, and the move that follows from it in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, Decision, Outcome, Stage, StageMove
from screening.queries.scopes import application_scope
from screening.services.moving import ALLOWED_MOVES, REJECT_REASONS, MoveError, move_application, undo_moves

NOTE_LENGTH = 4000
PROCEED_REASONS = ("panel_agrees", "strong_evidence", "one_more_round", "open_question", "other")
"""Why a person lets an application go on: the closed list that pages offer."""

NEXT: Mapping[Stage, Stage] = {
    Stage.APPLIED: Stage.SCREENING,
    Stage.SCREENING: Stage.INTERVIEW,
    Stage.INTERVIEW: Stage.DEBRIEF,
    Stage.DEBRIEF: Stage.INTERVIEW,  # one more round
}
"""Where ``advance`` leads from each stage; an offer and a hire are outcomes of their own."""


class DecideError(Exception):
    """A decision that cannot be stored: ``code`` is not_allowed, reason_missing, reason_unknown, note_missing or changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def possible_outcomes(stage: Stage) -> dict[Outcome, Stage]:
    """Give what may be decided on an application at a stage, and where each outcome leads."""
    targets = {
        Outcome.ADVANCE: NEXT.get(stage),
        Outcome.OFFER: Stage.OFFER,
        Outcome.HIRE: Stage.HIRED,
        Outcome.REJECT: Stage.REJECTED,
    }
    return {outcome: to for outcome, to in targets.items() if to is not None and to in ALLOWED_MOVES[stage]}


def decide(
    session: Session,
    *,
    application: Application,
    outcome: Outcome,
    reason: str,
    note: str,
    actor_id: int,
    now: datetime,
) -> Decision:
    """Store a decision and move the application; how many evaluations were still owed is kept with it.

    Raise DecideError for an outcome that the stage does not allow, a reason outside the list, a rejection without a note.
    """
    to = possible_outcomes(application.stage).get(outcome)
    if to is None:
        raise DecideError("not_allowed")
    if not reason:
        raise DecideError("reason_missing")
    if reason not in reasons_for(outcome):
        raise DecideError("reason_unknown")
    if outcome is Outcome.REJECT and not note.strip():
        raise DecideError("note_missing")
    missing = len(application_scope(session, application.id).owing)
    before = application.stage
    try:
        move_application(
            session,
            application=application,
            to=to,
            actor_id=actor_id,
            now=now,
            reason=reason if outcome is Outcome.REJECT else None,
            note=note.strip() or None,
        )
    except MoveError as error:
        raise DecideError("changed") from error
    decision = Decision(
        application_id=application.id,
        outcome=outcome,
        reason=reason,
        note=note.strip()[:NOTE_LENGTH],
        from_stage=before.value,
        to_stage=to.value,
        missing=missing,
        actor_id=actor_id,
        at=now,
    )
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
    )
    return decision


def take_back_decision(session: Session, *, decision: Decision, actor_id: int, now: datetime) -> None:
    """Undo a decision and its move; raise DecideError ``changed`` when the application has moved on since."""
    if decision.undone_at is not None:
        raise DecideError("changed")
    latest = session.scalar(
        select(StageMove)
        .where(StageMove.application_id == decision.application_id)
        .order_by(StageMove.id.desc())
        .limit(1)
    )
    if latest is None or latest.at != decision.at or latest.to_stage != decision.to_stage:
        raise DecideError("changed")
    try:
        undo_moves(session, move_ids=[latest.id], actor_id=actor_id, now=now)
    except MoveError as error:
        raise DecideError("changed") from error
    decision.undone_at = now
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


def reasons_for(outcome: Outcome) -> tuple[str, ...]:
    """Give the closed list of reasons for an outcome."""
    return REJECT_REASONS if outcome is Outcome.REJECT else PROCEED_REASONS
