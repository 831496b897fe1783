"""What rejections call off: interviews of their applications that have not begun, and their way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from screening.models import Interview
from screening.queries.coming_interviews import hold_coming
from screening.services.interviewing import InterviewError, cancel_interview, restore_interview


def call_off_coming(
    session: Session, *, application_ids: Collection[int], actor_id: int, now: datetime
) -> dict[int, list[int]]:
    """Cancel the interviews to come, in the transaction of the rejection; give their ids by application, so that people can be told.

    One on whose panel the actor sits stays, since calling it off would end their own blindness. Whoever has none to come
    costs nothing beside the one query for all.
    """
    cancelled: dict[int, list[int]] = {}
    for application_id, ident in hold_coming(session, application_ids=application_ids, now=now):
        try:
            cancel_interview(session, interview=session.get_one(Interview, ident), actor_id=actor_id, now=now)
        except InterviewError:
            continue
        cancelled.setdefault(application_id, []).append(ident)
    return cancelled


def restore_called_off(
    session: Session, *, interview_ids: Iterable[int], actor_id: int, now: datetime
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
