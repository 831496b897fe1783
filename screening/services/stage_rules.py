"""A posting's stages: which are used, under which names, for how long, who must act, and who owns the posting; with a way back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Posting, Responsible, Stage, StageRule
from screening.queries.stage_rules import LANES, OPTIONAL, STANDARD_RESPONSIBLE, Rule
from screening.services.drafting import RevisionError, lock_posting
from screening.services.handing_over import postings_open_to

MOST_DAYS = 365
NAME_LENGTH = 40
Snapshot = dict[str, Any]
"""A posting's owner and its own rules as JSON, by stage."""


class StageRuleError(Exception):
    """Stages that cannot be stored: ``code`` is needed (a stage without which nobody could be hired), days, name, same_name, unknown or owner."""

    def __init__(self, code: str, stage: Stage | None = None) -> None:
        self.code = code
        self.stage = stage
        super().__init__(f"{stage}: {code}")


def save_stages(
    session: Session,
    *,
    posting: Posting,
    rules: Sequence[Rule],
    owner_id: int | None,
    actor_id: int,
    now: datetime,
    seen: str | None = None,
) -> tuple[Snapshot, Snapshot] | None:
    """Store how a posting uses its stages; give what stood there and what stands now, None when that is the same.

    A rule that says nothing but the standard is not stored. Of a rule only what the posting says itself counts
    (``own_days``). Raise RevisionError when ``seen`` is not the digest of what stands, StageRuleError for what cannot be.
    """
    lock_posting(session, posting)
    before = snapshot(session, posting=posting)
    if seen is not None and digest_of(before) != seen:
        raise RevisionError
    _check(rules)
    if owner_id is not None and owner_id != posting.owner_id and not postings_open_to(session, owner_id, {posting.id}):
        raise StageRuleError("owner")
    _store(session, posting, [_row(posting.id, rule) for rule in rules if not _is_standard(rule)], owner_id)
    after = snapshot(session, posting=posting)
    if after == before:
        return None
    _record(session, posting, before, after, actor_id, now)
    return before, after


def restore_stages(
    session: Session, *, posting: Posting, before: Snapshot, after: Snapshot, actor_id: int, now: datetime
) -> None:
    """Let the stages be as they were before a change; raise RevisionError when somebody has changed them since."""
    lock_posting(session, posting)
    if snapshot(session, posting=posting) != after:
        raise RevisionError
    rows = [
        StageRule(
            posting_id=posting.id,
            stage=Stage(stage),
            in_use=in_use,
            name_zh=name_zh,
            name_en=name_en,
            days=days,
            responsible=Responsible(responsible),
        )
        for stage, (in_use, name_zh, name_en, days, responsible) in before["stages"].items()
    ]
    _store(session, posting, rows, before["owner"])
    _record(session, posting, after, before, actor_id, now)


def snapshot(session: Session, *, posting: Posting) -> Snapshot:
    """Give a posting's owner and its own rules as JSON."""
    rows = session.scalars(
        select(StageRule).where(StageRule.posting_id == posting.id), execution_options={"populate_existing": True}
    )
    stages = {row.stage.value: [row.in_use, row.name_zh, row.name_en, row.days, row.responsible.value] for row in rows}
    return {"owner": posting.owner_id, "stages": dict(sorted(stages.items()))}


def digest_of(stages: Snapshot) -> str:
    """Give what tells one state of the stages from another."""
    return hashlib.sha256(json.dumps(stages, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _check(rules: Sequence[Rule]) -> None:
    if {rule.stage for rule in rules} != set(LANES) or len(rules) != len(LANES):
        raise StageRuleError("unknown")
    for rule in rules:
        if not rule.in_use and rule.stage not in OPTIONAL:
            raise StageRuleError("needed", rule.stage)
        if rule.own_days is not None and not 0 <= rule.own_days <= MOST_DAYS:
            raise StageRuleError("days", rule.stage)
        for name in rule.names.values():
            if not name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
                raise StageRuleError("name", rule.stage)
    for language in ("zh", "en"):
        given: set[str] = set()
        for rule in rules:
            name = rule.names.get(language, "").casefold()
            if name and name in given:
                raise StageRuleError("same_name", rule.stage)
            given.add(name)


def _is_standard(rule: Rule) -> bool:
    is_usual = rule.responsible is STANDARD_RESPONSIBLE[rule.stage]
    return rule.in_use and not rule.names and rule.own_days is None and is_usual


def _row(posting_id: int, rule: Rule) -> StageRule:
    return StageRule(
        posting_id=posting_id,
        stage=rule.stage,
        in_use=rule.in_use,
        name_zh=rule.names.get("zh"),
        name_en=rule.names.get("en"),
        days=rule.own_days,
        responsible=rule.responsible,
    )


def _store(session: Session, posting: Posting, rows: Sequence[StageRule], owner_id: int | None) -> None:
    mine = delete(StageRule).where(StageRule.posting_id == posting.id)
    session.execute(mine, execution_options={"synchronize_session": "fetch"})
    session.add_all(rows)
    posting.owner_id = owner_id
    session.flush()


def _record(
    session: Session, posting: Posting, before: Snapshot, after: Snapshot, actor_id: int, now: datetime
) -> None:
    """Keep each stage that has changed, and a new owner, as the history tells them: what it was and what it is."""
    for stage in LANES:
        old, new = (one["stages"].get(stage.value) for one in (before, after))
        if old != new:
            facts = {"stage": stage.value, "before": json.dumps(old), "after": json.dumps(new)}
            _note(session, "posting.stage", posting, actor_id, now, **facts)
    if before["owner"] != after["owner"]:
        _note(session, "posting.owner", posting, actor_id, now, before=before["owner"], after=after["owner"])


def _note(
    session: Session, act: str, posting: Posting, actor_id: int, now: datetime, **facts: int | str | bool | None
) -> None:
    record(session, act=act, actor_id=actor_id, subject_type="posting", subject_id=posting.id, now=now, **facts)
