"""How far an application is through its posting's plan: which rounds are done, planned or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Evaluation, Interview, Panelist, RoundKind
from screening.queries.interview_plans import RoundRow, rounds_of


class Step(StrEnum):
    """Where an application stands in one round: ``held`` is over and not all evaluations are in, or the reader may not know."""

    MISSING = "missing"
    PLANNED = "planned"
    HELD = "held"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class RoundStep:
    """One round and where the application stands in it; ``is_next`` marks the one to plan now."""

    round: RoundRow
    step: Step
    is_next: bool


def round_steps(
    session: Session,
    *,
    application: Application,
    now: datetime,
    blind: bool,
    apart_from: int | None = None,
) -> tuple[RoundStep, ...]:
    """Read the plan's rounds as this application meets them; a retired one only where it was held. Six queries at most.

    To a ``blind`` reader nothing depends on what others have submitted: a meeting is held when its time is over, a review
    of documents stays planned. ``apart_from`` is the interview that is being changed.
    """
    rounds = rounds_of(session, posting_id=application.posting_id)
    planned = session.scalars(
        select(Interview).where(
            Interview.application_id == application.id,
            Interview.cancelled_at.is_(None),
            Interview.round_id.is_not(None),
            Interview.id != (apart_from or 0),
        )
    ).all()
    owed = set() if blind else _owed(session, planned)
    made = []
    for one in rounds:
        own = [interview for interview in planned if interview.round_id == one.id]
        if own or not one.retired:
            made.append((one, _step(own, owed, now=now, blind=blind)))
    following = _following([step for _, step in made])
    return tuple(RoundStep(one, step, place == following) for place, (one, step) in enumerate(made))


def _following(steps: Sequence[Step]) -> int | None:
    """Give the place of the first missing round after the last that is not; what was passed over comes only then."""
    reached = max((place for place, step in enumerate(steps) if step is not Step.MISSING), default=-1)
    missing = [place for place, step in enumerate(steps) if step is Step.MISSING]
    return next((place for place in missing if place > reached), missing[0] if missing else None)


def _step(own: Sequence[Interview], owed: set[int], *, now: datetime, blind: bool) -> Step:
    """Give the state of the interview that is furthest: a second one in a round does not take the first one back."""
    steps = []
    for interview in own:
        is_review = interview.kind is RoundKind.RESUME_REVIEW
        if not blind and interview.id not in owed and (is_review or interview.ends_at <= now):
            steps.append(Step.DONE)
        elif interview.ends_at <= now and not (blind and is_review):
            steps.append(Step.HELD)
        else:
            steps.append(Step.PLANNED)
    return max(steps, key=list(Step).index) if steps else Step.MISSING


def _owed(session: Session, planned: Sequence[Interview]) -> set[int]:
    """Give the interviews of which somebody still owes an evaluation, or on whose panel nobody sits any more."""
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == Panelist.user_id)
        .exists()
    )
    seats = session.execute(
        select(Panelist.interview_id, Panelist.abstained_at, submitted).where(
            Panelist.interview_id.in_([interview.id for interview in planned])
        )
    ).all()
    judged = {ident for ident, _, done in seats if done}
    waiting = {ident for ident, abstained, done in seats if abstained is None and not done}
    return waiting | ({interview.id for interview in planned} - judged)
