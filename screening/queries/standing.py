"""How applications stand with the machine: scored, waiting, failed, read by a person, or not to be seen yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Rubric, Section
from rubrics.prescore import Gates, Interval, Verdict
from screening.models import Application, PrescoreFailure, RubricVersion, StoredPrescore
from screening.queries.verdicts import Change, changes, standing_score, standing_verdicts


class State(StrEnum):
    """What a page says where the prescore would stand."""

    SCORED = "scored"
    WAITING = "waiting"
    FAILED = "failed"
    REFUSED = "refused"  # the candidate asked that a person reads it
    BLIND = "blind"  # the reader owes an evaluation


@dataclass(frozen=True, slots=True)
class Dot:
    """One criterion's verdict in a row of many; ``changed`` by a person."""

    code: str
    text: str
    verdict: Verdict
    section: Section
    gate: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One application's result as lists show it; everything but ``state`` is empty unless it is scored."""

    state: State
    requirement: Interval | None = None
    bonus: Interval | None = None
    gates: Gates | None = None
    dots: tuple[Dot, ...] = ()
    flags: int = 0

    @property
    def ranked(self) -> bool:
        """Whether a place in the ranking means something."""
        return self.state is State.SCORED


def standings(
    session: Session, *, applications: Sequence[Application], blind: Collection[int]
) -> Mapping[int, Standing]:
    """Read how these applications stand; four queries for any number of them."""
    seen = [one for one in applications if one.id not in blind]
    stored = {
        row.id: row
        for row in session.scalars(
            select(StoredPrescore).where(StoredPrescore.id.in_([one.prescore_id for one in seen if one.prescore_id]))
        )
    }
    versions = {row.rubric_version_id for row in stored.values()}
    rubrics = {
        ident: load_rubric(document)
        for ident, document in session.execute(
            select(RubricVersion.id, RubricVersion.document).where(RubricVersion.id.in_(versions))
        )
    }
    changed = changes(session, [one.id for one in seen])
    failed = frozenset(
        session.scalars(
            select(PrescoreFailure.application_id).where(
                PrescoreFailure.application_id.in_([one.id for one in seen if one.prescore_id is None])
            )
        )
    )
    result = {one.id: Standing(State.BLIND) for one in applications if one.id in blind}
    for one in seen:
        row = stored.get(one.prescore_id) if one.prescore_id else None
        if row is not None:
            result[one.id] = scored(row, rubrics[row.rubric_version_id], changed[one.id])
        else:
            result[one.id] = Standing(unscored_state(one, failed=one.id in failed))
    return result


def unscored_state(application: Application, *, failed: bool) -> State:
    """Say why an application has no prescore."""
    if application.prescore_refused:
        return State.REFUSED
    return State.FAILED if failed else State.WAITING


def scored(row: StoredPrescore, rubric: Rubric, changed: Mapping[str, Change]) -> Standing:
    """Give what a stored prescore and the changes that people made say together."""
    prescore = load_prescore(row.result)
    score = standing_score(rubric, prescore, changed)
    verdicts = standing_verdicts(rubric, prescore, changed)
    dots = tuple(
        Dot(
            code=criterion.id.upper(),
            text=criterion.text,
            verdict=verdicts[criterion.id],
            section=criterion.section,
            gate=criterion.gate,
            changed=criterion.key in changed,
        )
        for criterion in rubric.criteria
        if criterion.id in verdicts
    )
    return Standing(State.SCORED, score.requirement, score.bonus, score.gates, dots, len(prescore.flags))
