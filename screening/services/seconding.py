"""The second pair of eyes: a rejection after an interview stands once another person with the right agrees.

A disagreement has words and brings the application back to the debrief. Whoever rejected may withdraw while it waits.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, Decision, Posting, Stage
from screening.queries.second_looks import waiting_for
from screening.queries.stage_rules import rules_of
from screening.services.deciding import NOTE_LENGTH, DecideError, carry_out, take_back_move
from screening.services.measuring import note_panels
from screening.services.moving import MoveError, allowed_moves, hold, move_application


def second(
    session: Session, *, decision: Decision, agrees: bool, note: str, actor_id: int, now: datetime
) -> Application:
    """Give the second person's word on a waiting rejection: the application is rejected, or returns to the debrief.

    Of two at once one wins. Raise DecideError: ``same_person`` for whoever rejected, ``note_missing`` for a disagreement
    without words, ``changed`` when it does not wait any more.
    """
    if actor_id == decision.actor_id:
        raise DecideError("same_person")
    if not agrees and not note.strip():
        raise DecideError("note_missing")
    application = _hold_waiting(session, decision)
    decision.second_id, decision.second_at, decision.second_agrees = actor_id, now, agrees
    decision.second_note = note.strip()[:NOTE_LENGTH]
    session.flush()
    if agrees:
        carry_out(session, application=application, decision=decision, actor_id=actor_id, now=now)
    elif Stage.DEBRIEF in allowed_moves(rules_of(session, posting_id=application.posting_id), application.stage):
        _return_to_debrief(session, application, actor_id, now)
    _note(session, "decision.second", decision, actor_id, now, agrees=agrees)
    return application


def take_back_second(session: Session, *, decision: Decision, actor_id: int, now: datetime) -> None:
    """Let a rejection wait again; raise DecideError ``changed`` when the application has moved on since, or another one waits."""
    hold(session, [decision.application_id])
    session.refresh(decision)
    made_at = decision.second_at
    if decision.second_id != actor_id or made_at is None or waiting_for(session, [decision.application_id]):
        raise DecideError("changed")
    application = session.get_one(Application, decision.application_id)
    if application.stage.value != decision.from_stage:
        take_back_move(session, decision=decision, made_at=made_at, actor_id=actor_id, now=now)
    decision.second_id = decision.second_at = decision.second_agrees = None
    decision.second_note = ""
    session.flush()
    _note(session, "decision.second_undo", decision, actor_id, now)


def set_second_look(session: Session, *, posting: Posting, wanted: bool, actor_id: int, now: datetime) -> bool:
    """Switch a posting's second pair of eyes on or off; tell whether that changed anything. What waits already goes on waiting."""
    if posting.second_look is wanted:
        return False
    posting.second_look = wanted
    record(
        session,
        act="posting.second_look",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        wanted=wanted,
    )
    return True


def _hold_waiting(session: Session, decision: Decision) -> Application:
    """Hold the application and read the decision anew: whoever comes second finds that it does not wait any more."""
    (application,) = hold(session, [decision.application_id])
    session.refresh(decision)
    waits = decision.needs_second and decision.second_id is None and decision.undone_at is None
    if not waits:
        raise DecideError("changed")
    return application


def _return_to_debrief(session: Session, application: Application, actor_id: int, now: datetime) -> None:
    try:
        move_application(session, application=application, to=Stage.DEBRIEF, actor_id=actor_id, now=now)
    except MoveError as error:
        raise DecideError("changed") from error


def _note(
    session: Session, act: str, decision: Decision, actor_id: int, now: datetime, *, agrees: bool | None = None
) -> None:
    record(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="application",
        subject_id=decision.application_id,
        now=now,
        decision=decision.id,
        agrees=agrees,
    )
    note_panels(session, application_id=decision.application_id, now=now)
