"""How a posting uses the stages: which of them, under which names, how long one may stand there, and who must act.

``is_overdue`` is the one definition of overdue: an application stands in a stage for more whole days (UTC) than its limit.
What asks the database instead of a row compares with ``came_before``, which says the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Responsible, Stage, StageRule

LANES = (Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER)
"""The stages in which an application goes on."""
OPTIONAL = frozenset({Stage.SCREENING, Stage.DEBRIEF})
"""The stages that a posting may leave out: without any of the others nobody could be hired by the moves that there are."""
STANDARD_DAYS: Mapping[Stage, int] = {
    Stage.APPLIED: 3,
    Stage.SCREENING: 5,
    Stage.INTERVIEW: 10,
    Stage.DEBRIEF: 3,
    Stage.OFFER: 7,
}
"""For how many days an application may stand in a stage where its posting says nothing else."""
STANDARD_RESPONSIBLE: Mapping[Stage, Responsible] = {
    Stage.APPLIED: Responsible.OWNER,
    Stage.SCREENING: Responsible.OWNER,
    Stage.INTERVIEW: Responsible.PANEL,
    Stage.DEBRIEF: Responsible.HIRING_MANAGER,
    Stage.OFFER: Responsible.CANDIDATE,
}
"""Who must act where the posting says nothing else."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one stage of a posting: ``names`` by language where it has its own, ``days`` None for no limit.

    ``own_days`` is what the posting says itself: None for the standard, 0 for no limit.
    """

    stage: Stage
    in_use: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    days: int | None = None
    own_days: int | None = None
    responsible: Responsible = Responsible.OWNER


Rules = Mapping[Stage, Rule]
"""The rules of one posting for all stages; those that end have no limit."""


def _standard(stage: Stage) -> Rule:
    responsible = STANDARD_RESPONSIBLE.get(stage, Responsible.OWNER)
    return Rule(stage, days=STANDARD_DAYS.get(stage), responsible=responsible)


STANDARD: Rules = MappingProxyType({stage: _standard(stage) for stage in Stage})
"""What holds where a posting says nothing."""


def rules_of(session: Session, *, posting_id: int) -> Rules:
    """Read what holds on a posting, in one query."""
    return rules_by_posting(session, posting_ids=[posting_id]).get(posting_id, STANDARD)


def rules_by_posting(session: Session, *, posting_ids: Collection[int]) -> dict[int, Rules]:
    """Read the rules of those of these postings that have their own, in one query; for others ``STANDARD`` holds."""
    return rules_in(session.scalars(select(StageRule).where(StageRule.posting_id.in_(posting_ids))))


def rules_in(rows: Iterable[StageRule]) -> dict[int, Rules]:
    """Give the rules that rows of one or many postings state, by posting."""
    own: dict[int, dict[Stage, Rule]] = {}
    for row in rows:
        own.setdefault(row.posting_id, {})[row.stage] = rule_in(row)
    return {posting_id: MappingProxyType({**STANDARD, **rules}) for posting_id, rules in own.items()}


def rule_in(row: StageRule) -> Rule:
    """Give the rule that a row states."""
    names = {"zh": row.name_zh, "en": row.name_en}
    return Rule(
        stage=row.stage,
        in_use=row.in_use,
        names={language: name for language, name in names.items() if name},
        days=STANDARD_DAYS.get(row.stage) if row.days is None else row.days or None,
        own_days=row.days,
        responsible=row.responsible,
    )


def rule_beside(stage: Stage, row: StageRule | None) -> Rule:
    """Give the rule of a stage where an outer join found a row of its posting, and the standard where it found none."""
    return STANDARD[stage] if row is None else rule_in(row)


def is_overdue(rule: Rule, since: datetime, now: datetime) -> bool:
    """Tell whether somebody who has stood in the rule's stage since then stands there for longer than it allows."""
    return rule.days is not None and since < came_before(rule.days, now)


def came_before(days: int, now: datetime) -> datetime:
    """Give the moment before which one must have come to stand for more whole days (UTC) than a limit: a midnight."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)
