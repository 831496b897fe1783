"""The machine's verdicts with those that people changed laid over them, and the score of both together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.model import Rubric
from rubrics.prescore import Prescore, Score, Verdict
from rubrics.scoring import score_verdicts
from screening.models import ChangedVerdict


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that a person set on one criterion of one application, and why."""

    id: int
    verdict: Verdict
    reason: str
    actor_id: int
    at: datetime


def changes(session: Session, application_ids: Sequence[int]) -> dict[int, dict[str, Change]]:
    """Read the changes that still count, by application and criterion key; one query for any number of applications."""
    rows = select(ChangedVerdict).where(ChangedVerdict.application_id.in_(application_ids)).order_by(ChangedVerdict.id)
    latest: dict[int, dict[str, Change]] = {ident: {} for ident in application_ids}
    for row in session.scalars(rows):
        if row.verdict is None:
            latest[row.application_id].pop(row.criterion_key, None)
        else:
            latest[row.application_id][row.criterion_key] = Change(
                row.id, Verdict(row.verdict), row.reason, row.actor_id, row.at
            )
    return latest


def standing_verdicts(rubric: Rubric, prescore: Prescore, changed: Mapping[str, Change]) -> dict[str, Verdict]:
    """Give the verdict that counts for each criterion id."""
    verdicts = {result.criterion: result.verdict for result in prescore.results}
    for criterion in rubric.criteria:
        if criterion.key in changed:
            verdicts[criterion.id] = changed[criterion.key].verdict
    return verdicts


def standing_score(rubric: Rubric, prescore: Prescore, changed: Mapping[str, Change]) -> Score:
    """Give the score that counts: the stored one, or, where people changed verdicts, the same arithmetic over theirs."""
    if not any(criterion.key in changed for criterion in rubric.criteria):
        return prescore.score
    return score_verdicts(rubric, standing_verdicts(rubric, prescore, changed))
