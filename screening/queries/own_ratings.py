"""How somebody rates: their own evaluations of the past weeks, and how far they stand from their panels.

Blindness holds here too: an application on which the reader still owes an evaluation is left out altogether, so that
no figure moves with what others said about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.agreement import severity_of
from screening.models import Application, Evaluation, Interview, Rating
from screening.queries.blindness import is_owed

MINIMUM_SHARED = 10
"""Fewer criteria rated together with others say nothing about somebody's severity."""


@dataclass(frozen=True, slots=True)
class OwnRatings:
    """``counts`` are the ratings 1 to 4 that were given; ``deviation`` is None below ``MINIMUM_SHARED`` shared criteria.

    On time is an evaluation that was submitted before its scorecard was due.
    """

    evaluations: int
    on_time: int
    counts: tuple[int, int, int, int]
    shared: int
    deviation: float | None


def own_ratings(session: Session, *, user_id: int, since: datetime) -> OwnRatings | None:
    """Sum up what somebody submitted from ``since`` on, amended versions by their latest; None when there is nothing."""
    submitted = session.execute(
        select(Interview.id, Interview.due_at, Evaluation.submitted_at)
        .join(Evaluation, Evaluation.interview_id == Interview.id)
        .join(Application, Application.id == Interview.application_id)
        .where(
            Evaluation.user_id == user_id,
            Evaluation.version == 1,
            Evaluation.submitted_at >= since,
            Interview.cancelled_at.is_(None),
            ~is_owed(user_id=user_id),
        )
        .order_by(Interview.id)
    ).all()
    if not submitted:
        return None
    ratings = _ratings(session, [row.id for row in submitted])
    own = [given[str(user_id)] for given in ratings.values() if given.get(str(user_id)) is not None]
    severity = severity_of(str(user_id), ratings)
    return OwnRatings(
        evaluations=len(submitted),
        on_time=sum(at <= due for _, due, at in submitted),
        counts=(own.count(1), own.count(2), own.count(3), own.count(4)),
        shared=severity.shared,
        deviation=severity.deviation if severity.shared >= MINIMUM_SHARED else None,
    )


def _ratings(session: Session, interviews: list[int]) -> dict[str, dict[str, int | None]]:
    """Read the latest ratings of whole panels by interview and criterion: only who heard the same conversation is compared."""
    rows = session.execute(
        select(Evaluation.interview_id, Evaluation.user_id, Rating.criterion_key, Rating.value)
        .join(Rating, Rating.evaluation_id == Evaluation.id)
        .where(Evaluation.interview_id.in_(interviews))
        .order_by(Evaluation.version, Rating.id)
    )
    found: dict[str, dict[str, int | None]] = {}
    for interview, user, key, value in rows:
        found.setdefault(f"{interview}:{key}", {})[str(user)] = value
    return found
