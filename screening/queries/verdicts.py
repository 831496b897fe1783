"""The machine's verdicts with those that people changed laid over them, and the score of both together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from rubrics.model import Rubric
from rubrics.prescore import Prescore, Score, Verdict
from rubrics.scoring import score_verdicts
from screening.models import ChangedVerdict, User


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that a person set on one criterion of one application, and why."""

    id: int
    verdict: Verdict
    reason: str
    actor_id: int
    at: datetime
    by: str


def changed_rows() -> Select[*tuple[Any, ...]]:
    """Select every change with its author's name, in the order in which they were made."""
    return (
        select(
            ChangedVerdict.id,
            ChangedVerdict.application_id,
            ChangedVerdict.criterion_key,
            ChangedVerdict.verdict,
            ChangedVerdict.reason,
            ChangedVerdict.actor_id,
            ChangedVerdict.at,
            User.name.label("by"),
        )
        .join(User, User.id == ChangedVerdict.actor_id)
        .order_by(ChangedVerdict.id)
    )


def latest_changes(rows: Iterable[Any]) -> dict[str, Change]:
    """Give the changes of one application that still count, by criterion key, of its ``changed_rows``."""
    latest: dict[str, Change] = {}
    for row in rows:
        if row.verdict is None:
            latest.pop(row.criterion_key, None)
        else:
            latest[row.criterion_key] = Change(row.id, Verdict(row.verdict), row.reason, row.actor_id, row.at, row.by)
    return latest


def changes(session: Session, application_ids: Sequence[int]) -> dict[int, dict[str, Change]]:
    """Read the changes that still count, by application and criterion key; one query for any number of applications."""
    made: dict[int, list[Any]] = {ident: [] for ident in application_ids}
    for row in session.execute(changed_rows().where(ChangedVerdict.application_id.in_(application_ids))):
        made[row.application_id].append(row)
    return {ident: latest_changes(rows) for ident, rows in made.items()}


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
