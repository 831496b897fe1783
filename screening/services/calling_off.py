"""What a rejection calls off: interviews of the application that have not begun, and their way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import Interview
from screening.queries.coming_interviews import coming_interviews
from screening.services.interviewing import InterviewError, cancel_interview, restore_interview


def call_off_coming(session: Session, *, application_id: int, actor_id: int, now: datetime) -> tuple[int, ...]:
    """Cancel the interviews to come, in the transaction of the rejection; give their ids, so that people can be told.

    One on whose panel the actor sits stays, since calling it off would end their own blindness.
    """
    cancelled = []
    for row in coming_interviews(session, application_id=application_id, reader_id=actor_id, now=now):
        try:
            cancel_interview(session, interview=session.get_one(Interview, row.id), actor_id=actor_id, now=now)
        except InterviewError:
            continue
        cancelled.append(row.id)
    return tuple(cancelled)


def restore_called_off(
    session: Session, *, interview_ids: Sequence[int], actor_id: int, now: datetime
) -> tuple[int, ...]:
    """Plan them again as they were; what somebody else has restored since stays as it is."""
    restored = []
    for ident in interview_ids:
        try:
            restore_interview(session, interview=session.get_one(Interview, ident), actor_id=actor_id, now=now)
        except InterviewError:
            continue
        restored.append(ident)
    return tuple(restored)
