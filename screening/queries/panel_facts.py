"""What the measures need of applications whose panels are complete, and which applications those are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Exists, and_, func, or_, select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.measures import Case, Scorecard
from rubrics.prescore import Verdict
from screening.models import (
    Application,
    Decision,
    Evaluation,
    Interview,
    Outcome,
    Rating,
    Recommendation,
    RoundKind,
    RubricVersion,
    StoredPrescore,
)
from screening.queries.blindness import is_owed

STEPS = {
    Recommendation.STRONG_NO: 1,
    Recommendation.NO: 2,
    Recommendation.YES: 3,
    Recommendation.STRONG_YES: 4,
}


@dataclass(frozen=True, slots=True)
class DatedCase:
    """One candidate's facts and the start of the last interview that was evaluated."""

    last_at: datetime
    case: Case


def is_complete() -> ColumnElement[bool]:
    """Give the condition that nobody owes an evaluation of an application of the outer query, and somebody has evaluated a conversation.

    Where an evaluation is owed, its author is blind to the others': not even a sum may move with them (decision 028).
    """
    return and_(Application.erased_at.is_(None), _evaluated(is_conversation()), ~is_owed())


def is_judged() -> ColumnElement[bool]:
    """Give the condition that nobody owes an evaluation of an application of the outer query, and somebody has evaluated an interview of any kind."""
    return and_(_evaluated(Interview.cancelled_at.is_(None)), ~is_owed())


def _evaluated(counts: ColumnElement[bool]) -> Exists:
    return (
        select(Evaluation.id)
        .join(Interview, Interview.id == Evaluation.interview_id)
        .where(Interview.application_id == Application.id, counts)
        .correlate(Application)
        .exists()
    )


def is_conversation() -> ColumnElement[bool]:
    """Give the condition that an interview of the outer query took place between people; a review of documents meets nobody."""
    return and_(Interview.cancelled_at.is_(None), Interview.kind != RoundKind.RESUME_REVIEW)


def read_cases(session: Session, application_ids: Sequence[int]) -> dict[int, DatedCase]:
    """Read the facts of these applications; those whose panels are not complete are left out. The same number of queries for any number."""
    rows = session.execute(
        select(Application.id, Application.prescore_id).where(Application.id.in_(application_ids), is_complete())
    )
    complete = dict(rows.all())
    heard = _heard(session, complete)
    papers = _papers(session, [run for run in complete.values() if run is not None])
    outcomes = _outcomes(session, complete)
    found = {}
    for ident, scorecards in heard.items():
        run = complete[ident]
        verdicts, point = papers.get(run, ({}, None)) if run is not None else ({}, None)
        case = Case(tuple(one.card for one in scorecards), verdicts, point, outcomes.get(ident))
        found[ident] = DatedCase(max(one.starts_at for one in scorecards), case)
    return found


class _Heard(NamedTuple):
    starts_at: datetime
    card: Scorecard


class _Latest(NamedTuple):
    evaluation_id: int
    recommendation: Recommendation
    letters: int


def _heard(session: Session, application_ids: Iterable[int]) -> dict[int, list[_Heard]]:
    """Read each person's latest evaluation of each conversation, in the order of the conversations; promptness is the first version's."""
    rows = session.execute(
        select(
            Interview.application_id,
            Interview.id,
            Interview.starts_at,
            Interview.ends_at,
            Interview.due_at,
            Evaluation.id,
            Evaluation.user_id,
            Evaluation.recommendation,
            func.length(Evaluation.summary),
            Evaluation.submitted_at,
        )
        .join(Evaluation, Evaluation.interview_id == Interview.id)
        .where(Interview.application_id.in_(list(application_ids)), is_conversation())
        .order_by(Interview.starts_at, Interview.id, Evaluation.user_id, Evaluation.version)
    ).all()
    first: dict[tuple[int, int], tuple[int, datetime, float, bool]] = {}
    latest: dict[tuple[int, int], _Latest] = {}
    for application, interview, starts, ends, due, evaluation, user, recommendation, letters, submitted in rows:
        seat = interview, user
        if seat not in first:
            hours = max(0.0, (submitted - ends).total_seconds() / 3600)
            first[seat] = application, starts, round(hours, 2), submitted <= due
        latest[seat] = _Latest(evaluation, recommendation, letters)
    ratings = _ratings(session, [one.evaluation_id for one in latest.values()])
    found: dict[int, list[_Heard]] = {}
    for (interview, user), (application, starts, hours, on_time) in first.items():
        last = latest[interview, user]
        given = ratings.get(last.evaluation_id, [])
        card = Scorecard(
            interview=interview,
            rater=user,
            recommendation=STEPS[last.recommendation],
            hours=hours,
            on_time=on_time,
            letters=last.letters + sum(letters for _, _, letters in given),
            ratings={key: value for key, value, _ in given},
        )
        found.setdefault(application, []).append(_Heard(starts, card))
    return found


def _ratings(session: Session, evaluation_ids: Sequence[int]) -> dict[int, list[tuple[str, int | None, int]]]:
    rows = session.execute(
        select(Rating.evaluation_id, Rating.criterion_key, Rating.value, func.length(Rating.note))
        .where(Rating.evaluation_id.in_(evaluation_ids))
        .order_by(Rating.id)
    )
    found: dict[int, list[tuple[str, int | None, int]]] = {}
    for evaluation, key, value, letters in rows:
        found.setdefault(evaluation, []).append((key, value, letters))
    return found


def _papers(session: Session, run_ids: Sequence[int]) -> dict[int, tuple[Mapping[str, Verdict], float | None]]:
    """Read the machine's own verdicts by criterion key, and its point: what people changed afterwards is not its doing."""
    runs = session.execute(
        select(StoredPrescore.id, StoredPrescore.rubric_version_id, StoredPrescore.result).where(
            StoredPrescore.id.in_(run_ids)
        )
    ).all()
    versions = session.execute(
        select(RubricVersion.id, RubricVersion.document).where(
            RubricVersion.id.in_({version for _, version, _ in runs})
        )
    )
    keys = {
        ident: {criterion.id: criterion.key for criterion in load_rubric(document).criteria}
        for ident, document in versions
    }
    found: dict[int, tuple[Mapping[str, Verdict], float | None]] = {}
    for ident, version, result in runs:
        prescore = load_prescore(result)
        verdicts = {
            keys[version][one.criterion]: one.verdict for one in prescore.results if one.criterion in keys[version]
        }
        requirement = prescore.score.requirement
        found[ident] = verdicts, requirement.point if requirement else None
    return found


def _outcomes(session: Session, application_ids: Iterable[int]) -> dict[int, bool]:
    """Read whether the latest decision that stands let the candidate go on; one that waits for a second person does not stand."""
    rows = session.execute(
        select(Decision.application_id, Decision.outcome)
        .where(
            Decision.application_id.in_(list(application_ids)),
            Decision.undone_at.is_(None),
            or_(~Decision.needs_second, Decision.second_agrees.is_(True)),
        )
        .order_by(Decision.id)
    )
    return {application: outcome is not Outcome.REJECT for application, outcome in rows}
