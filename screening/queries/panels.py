"""The panels of one application or several: who sits where, the latest word of each, and every earlier version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from rubrics.agreement import Ratings
from screening.models import AbstainKind, Evaluation, Interview, Panelist, Rating, Recommendation, RoundKind, User
from screening.queries.columns import among
from screening.queries.together import Together
from screening.queries.unindexed import unindexed


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an evaluation; ``ratings`` are (value, note) by criterion key. ``reason`` says why it was amended."""

    number: int
    recommendation: Recommendation
    summary: str
    private_note: str
    reason: str | None
    submitted_at: datetime
    ratings: dict[str, tuple[int | None, str]]


@dataclass(frozen=True, slots=True)
class Seat:
    """An interviewer in one interview; ``versions`` of the evaluation, the latest first, none while it is missing.

    ``abstain_kind`` and ``abstain_reason`` tell why somebody does not judge; a seat that abstained owes nothing.
    """

    rater: str
    user_id: int
    name: str
    interview_id: int
    round: str
    ends_at: datetime
    due_at: datetime
    abstained: bool
    abstain_kind: AbstainKind | None
    abstain_reason: str | None
    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version | None:
        """Give the version that counts."""
        return self.versions[0] if self.versions else None

    @property
    def is_missing(self) -> bool:
        """Whether an evaluation is still owed."""
        return not self.versions and not self.abstained


@dataclass(frozen=True, slots=True)
class Meeting:
    """One interview; ``focus`` are criterion ids of its rubric version."""

    id: int
    application_id: int
    rubric_version_id: int
    kind: RoundKind
    round: str
    ends_at: datetime
    due_at: datetime
    focus: Sequence[str]


@dataclass(frozen=True, slots=True)
class Panels:
    """All interviews of one application that were not cancelled, in the order of their times, with their seats; one that was evaluated cannot be cancelled."""

    interviews: tuple[Meeting, ...]
    seats: tuple[Seat, ...]

    @property
    def ratings(self) -> Ratings:
        """Give the numbers by criterion key and seat; None is "not covered"."""
        found: dict[str, dict[str, int | None]] = {}
        for seat in self.seats:
            if seat.latest:
                for key, (value, _note) in seat.latest.ratings.items():
                    found.setdefault(key, {})[seat.rater] = value
        return found


def read_panels(session: Session, application_ids: Collection[int]) -> dict[int, Panels]:
    """Read the panels by application: one query for one application or many, with one seat or a hundred."""
    lists = _lists().read(session, applications=list(application_ids))
    interviews = [Meeting(*row) for row in lists["interviews"]]
    versions = _versions(lists["evaluations"], lists["ratings"])
    seats: dict[int, list[Seat]] = {one.id: [] for one in interviews}
    by_id = {one.id: one for one in interviews}
    for row in lists["seats"]:
        own = versions.get((row.interview_id, row.user_id), ())
        seats[row.interview_id].append(_seat(row, by_id[row.interview_id], own))
    return {
        ident: _panels([one for one in interviews if one.application_id == ident], seats) for ident in application_ids
    }


@cache
def _lists() -> Together:
    here = and_(among(Interview.application_id, "applications"), Interview.cancelled_at.is_(None))
    evaluations = select(
        Evaluation.id,
        Evaluation.interview_id,
        Evaluation.user_id,
        Evaluation.version,
        Evaluation.recommendation,
        Evaluation.summary,
        Evaluation.private_note,
        Evaluation.amendment_reason,
        Evaluation.submitted_at,
    )
    seats = select(
        Panelist.interview_id,
        Panelist.user_id,
        Panelist.abstained_at,
        Panelist.abstain_kind,
        Panelist.abstain_reason,
        User.name,
    )
    ratings = select(Rating.evaluation_id, Rating.criterion_key, Rating.value, Rating.note)
    return Together(
        interviews=select(
            Interview.id,
            Interview.application_id,
            Interview.rubric_version_id,
            Interview.kind,
            Interview.round,
            Interview.ends_at,
            Interview.due_at,
            Interview.focus,
        )
        .where(here)
        .order_by(unindexed(Interview.starts_at.expression), Interview.id),
        seats=seats.join(User, User.id == Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(here)
        .order_by(User.name, Panelist.user_id),
        evaluations=evaluations.join(Interview, Interview.id == Evaluation.interview_id)
        .where(here)
        .order_by(Evaluation.version.desc(), Evaluation.id),
        ratings=ratings.join(Evaluation, Evaluation.id == Rating.evaluation_id)
        .join(Interview, Interview.id == Evaluation.interview_id)
        .where(here)
        .order_by(Rating.id),
    )


def _panels(interviews: Sequence[Meeting], seats: dict[int, list[Seat]]) -> Panels:
    return Panels(tuple(interviews), tuple(seat for one in interviews for seat in seats[one.id]))


def _seat(panelist: Any, interview: Meeting, versions: tuple[Version, ...]) -> Seat:
    return Seat(
        rater=f"{panelist.interview_id}:{panelist.user_id}",
        user_id=panelist.user_id,
        name=panelist.name,
        interview_id=interview.id,
        round=interview.round,
        ends_at=interview.ends_at,
        due_at=interview.due_at,
        abstained=panelist.abstained_at is not None,
        abstain_kind=panelist.abstain_kind,
        abstain_reason=panelist.abstain_reason,
        versions=versions,
    )


def _versions(evaluations: Sequence[Any], ratings: Sequence[Any]) -> dict[tuple[int, int], tuple[Version, ...]]:
    given: dict[int, dict[str, tuple[int | None, str]]] = {}
    for rating in ratings:
        given.setdefault(rating.evaluation_id, {})[rating.criterion_key] = (rating.value, rating.note)
    found: dict[tuple[int, int], tuple[Version, ...]] = {}
    for one in evaluations:
        version = Version(
            number=one.version,
            recommendation=one.recommendation,
            summary=one.summary,
            private_note=one.private_note,
            reason=one.amendment_reason,
            submitted_at=one.submitted_at,
            ratings=given.get(one.id, {}),
        )
        found[one.interview_id, one.user_id] = (*found.get((one.interview_id, one.user_id), ()), version)
    return found
