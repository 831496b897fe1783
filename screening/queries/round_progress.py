"""How far an application is through its posting's plan: which rounds are done, planned or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from screening.models import Application, Evaluation, Interview, Panelist, RoundKind
from screening.queries.interview_plans import RoundRow, round_rows, rounds_from
from screening.queries.together import Together


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
    """Read the plan's rounds as this application meets them; a retired one only where it was held. One query.

    To a ``blind`` reader nothing depends on what others have submitted: a meeting is held when its time is over, a review
    of documents stays planned. ``apart_from`` is the interview that is being changed.
    """
    lists = _lists().read(session, application=application.id, posting=application.posting_id, apart=apart_from or 0)
    planned, seats = lists.pop("planned"), lists.pop("seats")
    rounds = rounds_from(**lists)
    owed = set() if blind else _owed(planned, seats)
    made = []
    for one in rounds:
        own = [interview for interview in planned if interview.round_id == one.id]
        if own or not one.retired:
            made.append((one, _step(own, owed, now=now, blind=blind)))
    following = _following([step for _, step in made])
    return tuple(RoundStep(one, step, place == following) for place, (one, step) in enumerate(made))


@cache
def _lists() -> Together:
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == Panelist.user_id)
        .correlate(Panelist)
        .exists()
    )
    planned = (
        Interview.application_id == bindparam("application"),
        Interview.cancelled_at.is_(None),
        Interview.round_id.is_not(None),
        Interview.id != bindparam("apart"),
    )
    return Together(
        **round_rows(),
        planned=select(Interview.id, Interview.round_id, Interview.kind, Interview.ends_at).where(*planned),
        seats=select(Panelist.interview_id, Panelist.abstained_at, submitted.label("done"))
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(*planned),
    )


def _following(steps: Sequence[Step]) -> int | None:
    """Give the place of the first missing round after the last that is not; what was passed over comes only then."""
    reached = max((place for place, step in enumerate(steps) if step is not Step.MISSING), default=-1)
    missing = [place for place, step in enumerate(steps) if step is Step.MISSING]
    return next((place for place in missing if place > reached), missing[0] if missing else None)


def _step(own: Sequence[Any], owed: set[int], *, now: datetime, blind: bool) -> Step:
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


def _owed(planned: Sequence[Any], seats: Sequence[Any]) -> set[int]:
    """Give the interviews of which somebody still owes an evaluation, or on whose panel nobody sits any more."""
    judged = {seat.interview_id for seat in seats if seat.done}
    waiting = {seat.interview_id for seat in seats if seat.abstained_at is None and not seat.done}
    return waiting | ({interview.id for interview in planned} - judged)
