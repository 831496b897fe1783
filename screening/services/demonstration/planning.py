"""Interview plans of the demonstration: three pools, and for every posting the rounds that its interviews hang on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rubrics.model import Category, Rubric, Section
from screening.models import RoundKind, User
from screening.services.demonstration.office_hours import MINUTES
from screening.services.demonstration.pieces import table
from screening.services.demonstration.postings import Opened
from screening.services.interview_plans import RoundFields, add_round
from screening.services.pools import PoolFields, make_pool
from screening.services.round_proposals import propose_rounds

CORE = frozenset(
    {Category.PROGRAMMING_LANGUAGE, Category.KNOWLEDGE, Category.EXPERIENCE, Category.ENGINEERING, Category.TOOL}
)
SHOWN_ON_PAPER = frozenset({Category.FIELD_OF_STUDY, Category.ACADEMIC_STANDING, Category.DEGREE, Category.LOCATION})
PLANNED = timedelta(days=60)
BEFORE = (RoundKind.RESUME_REVIEW, RoundKind.PHONE)
KINDS = (RoundKind.TECHNICAL, RoundKind.PANEL)
READING = -1
"""The number of the review of documents, where a posting has one."""
RoundIds = Mapping[tuple[str, int], int]
"""The round of an interview, by the posting's slug and the interview's number."""


def plan_postings(
    session: Session, *, opened: Mapping[str, Opened], staff: Mapping[str, User], now: datetime
) -> RoundIds:
    """Make the pools and the plans; what the proposal reads and calls about comes before the rounds that are held."""
    at, actor_id, texts = now - PLANNED, staff["liang@example.com"].id, table("interviews")
    pools = [
        make_pool(
            session,
            fields=PoolFields(pool["name"], tuple(sorted(staff[email].id for email in pool["members"]))),
            actor_id=actor_id,
            now=at,
        ).id
        for pool in texts["pools"]
    ]
    held: dict[tuple[str, int], int] = {}
    for slug, one in opened.items():
        for proposed in propose_rounds(one.rubric):
            if proposed.kind in BEFORE:
                fields = RoundFields(
                    kind=proposed.kind,
                    name=texts["before"][proposed.kind.value],
                    minutes=proposed.minutes,
                    seats=1,
                    focus=proposed.focus,
                    fixed=(staff["gu@example.com"].id,) if proposed.kind is RoundKind.PHONE else (),
                    pool_id=pools[-1] if proposed.kind is RoundKind.RESUME_REVIEW else None,
                    due_hours=proposed.due_hours,
                )
                early = add_round(session, posting=one.posting, fields=fields, actor_id=actor_id, now=at)
                if proposed.kind is RoundKind.RESUME_REVIEW:
                    held[slug, READING] = early.id
        keys = {criterion.id: criterion.key for criterion in one.rubric.criteria}
        for number, name in enumerate(texts["rounds"]):
            fields = RoundFields(
                kind=KINDS[number],
                name=name,
                minutes=MINUTES,
                seats=2,
                focus=tuple(keys[ident] for ident in focus_of(one.rubric, number)),
                pool_id=pools[number],
            )
            made = add_round(session, posting=one.posting, fields=fields, actor_id=actor_id, now=at)
            held[slug, number] = made.id
    return held


def focus_of(rubric: Rubric, number: int) -> tuple[str, ...]:
    """Choose an interview's criteria: two of the core in every round, so that rounds can be compared, then different ones."""
    asked = [c for c in rubric.criteria if not c.gate and c.category not in SHOWN_ON_PAPER]
    core = [c.id for c in asked if c.section is Section.REQUIREMENT and c.category in CORE][:2]
    rest = [c.id for c in asked if c.id not in core]
    chosen = {*core, *rest[number::2][:3]}
    return tuple(c.id for c in rubric.criteria if c.id in chosen)
