"""The panels of one application or several: who sits where, the latest word of each, and every earlier version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.agreement import Ratings
from screening.models import AbstainKind, Evaluation, Interview, Panelist, Rating, Recommendation, User


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
class Panels:
    """All interviews of one application that were not cancelled, in the order of their times, with their seats; one that was evaluated cannot be cancelled."""

    interviews: tuple[Interview, ...]
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
    """Read the panels by application: four queries for one application or many, with one seat or a hundred."""
    interviews = session.scalars(
        select(Interview)
        .where(Interview.application_id.in_(application_ids), Interview.cancelled_at.is_(None))
        .order_by(Interview.starts_at, Interview.id)
    ).all()
    ids = [interview.id for interview in interviews]
    seated = session.execute(
        select(Panelist, User.name)
        .join(User, User.id == Panelist.user_id)
        .where(Panelist.interview_id.in_(ids))
        .order_by(User.name, Panelist.user_id)
    ).all()
    versions = _versions(session, ids)
    seats: dict[int, list[Seat]] = {ident: [] for ident in ids}
    by_id = {interview.id: interview for interview in interviews}
    for panelist, name in seated:
        own = versions.get((panelist.interview_id, panelist.user_id), ())
        seats[panelist.interview_id].append(_seat(panelist, name, by_id[panelist.interview_id], own))
    return {
        ident: _panels([one for one in interviews if one.application_id == ident], seats) for ident in application_ids
    }


def _panels(interviews: Sequence[Interview], seats: dict[int, list[Seat]]) -> Panels:
    return Panels(tuple(interviews), tuple(seat for one in interviews for seat in seats[one.id]))


def _seat(panelist: Panelist, name: str, interview: Interview, versions: tuple[Version, ...]) -> Seat:
    return Seat(
        rater=f"{panelist.interview_id}:{panelist.user_id}",
        user_id=panelist.user_id,
        name=name,
        interview_id=interview.id,
        round=interview.round,
        ends_at=interview.ends_at,
        due_at=interview.due_at,
        abstained=panelist.abstained_at is not None,
        abstain_kind=panelist.abstain_kind,
        abstain_reason=panelist.abstain_reason,
        versions=versions,
    )


def _versions(session: Session, interview_ids: Sequence[int]) -> dict[tuple[int, int], tuple[Version, ...]]:
    evaluations = session.scalars(
        select(Evaluation)
        .where(Evaluation.interview_id.in_(interview_ids))
        .order_by(Evaluation.version.desc(), Evaluation.id)
    ).all()
    given: dict[int, dict[str, tuple[int | None, str]]] = {}
    rows = select(Rating).where(Rating.evaluation_id.in_([one.id for one in evaluations])).order_by(Rating.id)
    for rating in session.scalars(rows):
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
