"""A panel's evaluations side by side, the widest disagreement first, with the prescore beside them; only for readers who owe nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.agreement import DebriefComparison, DebriefRow, compare
from rubrics.calibration import Confrontation, confront
from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion
from rubrics.prescore import Verdict
from screening.models import (
    Application,
    Decision,
    Evaluation,
    Interview,
    Outcome,
    Panelist,
    Posting,
    Rating,
    Recommendation,
    RubricVersion,
    StoredPrescore,
    User,
)
from screening.queries.scorecard import EvaluationVersion, evaluation_versions
from screening.queries.verdicts import changes, standing_score, standing_verdicts

WIDE = 2
"""Ratings this far apart are worth talking about first."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One column: an interviewer in one interview. ``recommendation`` is None while the evaluation is missing; ``earlier`` holds amended versions, the latest first."""

    rater: str
    name: str
    round: str
    recommendation: Recommendation | None
    summary: str
    abstained: bool
    abstain_reason: str | None
    version: int
    amendment_reason: str | None
    earlier: tuple[EvaluationVersion, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One rating with its note; ``value`` is None for "not covered", ``given`` False where the seat has no word on it."""

    seat: Seat
    given: bool
    value: int | None
    note: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One criterion over all seats."""

    criterion: Criterion | None
    key: str
    cells: tuple[Cell, ...]
    mean: float | None
    spread: int
    verdict: Verdict | None

    @property
    def is_split(self) -> bool:
        """Whether the panel is far apart here."""
        return self.spread >= WIDE


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """An earlier decision."""

    outcome: Outcome
    reason: str
    note: str
    by: str
    at: datetime
    missing: int
    undone: bool


@dataclass(frozen=True, slots=True)
class Debrief:
    """The page: ``point`` is the prescore's share of the requirements, None without one; ``waiting`` names who has not submitted."""

    posting_id: int
    posting_title: str | None
    language: str
    seats: tuple[Seat, ...]
    rows: tuple[MatrixRow, ...]
    comparison: DebriefComparison
    point: float | None
    confrontations: tuple[tuple[Criterion | None, Confrontation], ...]
    waiting: tuple[tuple[str, str], ...]
    decisions: tuple[DecisionRow, ...]


def debrief(session: Session, *, application: Application) -> Debrief:
    """Read the panel's latest evaluations of every interview that was not cancelled."""
    posting = session.get_one(Posting, application.posting_id)
    interviews = session.scalars(
        select(Interview)
        .where(Interview.application_id == application.id, Interview.cancelled_at.is_(None))
        .order_by(Interview.starts_at, Interview.id)
    ).all()
    seats, ratings = _seats(session, interviews)
    numbers = {key: {rater: cell[0] for rater, cell in given.items()} for key, given in ratings.items()}
    comparison = compare(numbers)
    criteria = _criteria(session, application, interviews)
    verdicts, point = _verdicts(session, application)
    return Debrief(
        posting_id=posting.id,
        posting_title=posting.title,
        language=posting.language,
        seats=seats,
        rows=tuple(_row(row, seats, ratings[row.criterion], criteria, verdicts) for row in comparison.rows),
        comparison=comparison,
        point=point,
        confrontations=tuple(
            (criteria.get(row.criterion), row)
            for row in confront(verdicts, {row.criterion: numbers[row.criterion] for row in comparison.rows})
        ),
        waiting=tuple((seat.name, seat.round) for seat in seats if seat.recommendation is None and not seat.abstained),
        decisions=_decisions(session, application),
    )


Given = dict[str, dict[str, tuple[int | None, str]]]


def _seats(session: Session, interviews: Sequence[Interview]) -> tuple[tuple[Seat, ...], Given]:
    rounds = {interview.id: interview.round for interview in interviews}
    order = {interview.id: place for place, interview in enumerate(interviews)}
    seated = session.execute(
        select(Panelist, User.name).join(User, User.id == Panelist.user_id).where(Panelist.interview_id.in_(rounds))
    ).all()
    latest: dict[tuple[int, int], Evaluation] = {}
    versions = evaluation_versions(session, interview_ids=list(rounds))
    for evaluation in session.scalars(
        select(Evaluation).where(Evaluation.interview_id.in_(rounds)).order_by(Evaluation.version)
    ):
        latest[evaluation.interview_id, evaluation.user_id] = evaluation
    seats = []
    for panelist, name in sorted(seated, key=lambda row: (order[row[0].interview_id], row[1], row[0].user_id)):
        mine = latest.get((panelist.interview_id, panelist.user_id))
        seats.append(
            Seat(
                rater=f"{panelist.interview_id}:{panelist.user_id}",
                name=name,
                round=rounds[panelist.interview_id],
                recommendation=mine.recommendation if mine else None,
                summary=mine.summary if mine else "",
                abstained=panelist.abstained_at is not None,
                abstain_reason=panelist.abstain_reason,
                version=mine.version if mine else 0,
                amendment_reason=mine.amendment_reason if mine else None,
                earlier=versions.get((panelist.interview_id, panelist.user_id), ())[1:],
            )
        )
    raters = {evaluation.id: f"{interview}:{user}" for (interview, user), evaluation in latest.items()}
    given: Given = {}
    for rating in session.scalars(select(Rating).where(Rating.evaluation_id.in_(raters)).order_by(Rating.id)):
        given.setdefault(rating.criterion_key, {})[raters[rating.evaluation_id]] = (rating.value, rating.note)
    return tuple(seats), given


def _criteria(session: Session, application: Application, interviews: Sequence[Interview]) -> dict[str, Criterion]:
    """Find the criteria by key: in the rubric versions that the interviews were planned with, the newest winning."""
    ids = {interview.rubric_version_id for interview in interviews}
    versions = session.scalars(
        select(RubricVersion)
        .where(RubricVersion.id.in_(ids), RubricVersion.posting_id == application.posting_id)
        .order_by(RubricVersion.number)
    )
    return {criterion.key: criterion for version in versions for criterion in load_rubric(version.document).criteria}


def _verdicts(session: Session, application: Application) -> tuple[dict[str, Verdict], float | None]:
    stored = session.get(StoredPrescore, application.prescore_id) if application.prescore_id else None
    if stored is None:
        return {}, None
    rubric = load_rubric(session.get_one(RubricVersion, stored.rubric_version_id).document)
    prescore = load_prescore(stored.result)
    changed = changes(session, [application.id])[application.id]
    by_id = standing_verdicts(rubric, prescore, changed)
    score = standing_score(rubric, prescore, changed)
    verdicts = {criterion.key: by_id[criterion.id] for criterion in rubric.criteria if criterion.id in by_id}
    return verdicts, score.requirement.point if score.requirement else None


def _row(
    row: DebriefRow,
    seats: Sequence[Seat],
    given: dict[str, tuple[int | None, str]],
    criteria: dict[str, Criterion],
    verdicts: dict[str, Verdict],
) -> MatrixRow:
    cells = tuple(Cell(seat, seat.rater in given, *given.get(seat.rater, (None, ""))) for seat in seats)
    return MatrixRow(
        criterion=criteria.get(row.criterion),
        key=row.criterion,
        cells=cells,
        mean=row.mean,
        spread=row.spread,
        verdict=verdicts.get(row.criterion),
    )


def _decisions(session: Session, application: Application) -> tuple[DecisionRow, ...]:
    rows = session.execute(
        select(Decision, User.name)
        .join(User, User.id == Decision.actor_id)
        .where(Decision.application_id == application.id)
        .order_by(Decision.id.desc())
    )
    return tuple(
        DecisionRow(
            decision.outcome,
            decision.reason,
            decision.note,
            name,
            decision.at,
            decision.missing,
            decision.undone_at is not None,
        )
        for decision, name in rows
    )
