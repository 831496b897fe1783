"""The way back from planning: an interview that was just planned is called off, one that was changed gets its old plan again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Interview, Panelist, RoundKind, Stage, StageMove
from screening.services.interviewing import InterviewError, Plan, cancel_interview, reschedule_interview
from screening.services.moving import undo_moves


def write_plan(session: Session, *, interview: Interview) -> str:
    """Note an interview's plan as it stands, to be given to ``take_change_back``."""
    seats = select(Panelist.user_id).where(Panelist.interview_id == interview.id).order_by(Panelist.user_id)
    since = interview.starts_at if interview.kind is RoundKind.RESUME_REVIEW else interview.ends_at
    return json.dumps(
        {
            "round": interview.round,
            "starts_at": interview.starts_at.isoformat(),
            "minutes": interview.minutes,
            "time_zone": interview.time_zone,
            "place": interview.place,
            "panel": list(session.scalars(seats)),
            "focus": interview.focus,
            "due_hours": (interview.due_at - since) // timedelta(hours=1),
            "round_id": interview.round_id,
        }
    )


def take_change_back(
    session: Session, *, interview: Interview, before: str, seen: int, actor_id: int, now: datetime
) -> None:
    """Give an interview the plan that ``before`` notes; raise InterviewError ``changed`` when its sequence is not ``seen`` any more."""
    noted = json.loads(before)
    plan = Plan(
        round=noted["round"],
        starts_at=datetime.fromisoformat(noted["starts_at"]),
        minutes=noted["minutes"],
        time_zone=noted["time_zone"],
        place=noted["place"],
        panel=tuple(noted["panel"]),
        focus=tuple(noted["focus"]),
        due_hours=noted["due_hours"],
        round_id=noted["round_id"],
    )
    reschedule_interview(session, interview=interview, plan=plan, actor_id=actor_id, now=now, seen=seen)


def move_of(session: Session, *, interview: Interview) -> int:
    """Give the move that planning this interview made; 0 where the application stood there already."""
    made = select(StageMove.id).where(
        StageMove.application_id == interview.application_id,
        StageMove.to_stage.in_((Stage.SCREENING, Stage.INTERVIEW)),
        StageMove.at == interview.created_at,
        StageMove.actor_id == interview.created_by,
    )
    return session.scalar(made.order_by(StageMove.id.desc()).limit(1)) or 0


def take_interview_back(
    session: Session, *, interview: Interview, move_id: int | None, actor_id: int, now: datetime
) -> None:
    """Call off an interview that was just planned, and take back the move that planning made, if it made one.

    Raise InterviewError ``changed`` when its plan was changed since, MoveError when the application has moved on.
    """
    session.refresh(interview, with_for_update=True)
    if interview.sequence:
        raise InterviewError("changed")
    cancel_interview(session, interview=interview, actor_id=actor_id, now=now)
    if move_id is not None:
        undo_moves(session, move_ids=[move_id], actor_id=actor_id, now=now)
