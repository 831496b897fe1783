"""What the overview counts by posting, and the drafts that wait: statements that are made once, for each kind of reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    Interview,
    Posting,
    PostingState,
    PrescoreFailure,
    Role,
    RoundKind,
    RubricState,
    RubricVersion,
    SettledFinding,
    SourceDocument,
    Stage,
    StageCount,
    StageRule,
    User,
)
from screening.models.prepared import Prepared
from screening.policy import Actor
from screening.queries.columns import among
from screening.queries.overdue import LATELY, asked_postings, bound, lately, limits_of, overdue_in, stage_in
from screening.queries.stage_rules import LANES, Rules

NONE: Mapping[int, int] = MappingProxyType({})
STATE = "state:"
LANE_BY_VALUE = {stage.value: stage for stage in LANES}
Standing = tuple[int, bool, str, int]
"""A posting, whether it takes applications, the value of a stage, and how many stand there."""


class Sight(NamedTuple):
    """Which postings are looked at: all, or the reader's ``own``; of these all, or those that are the reader's to answer for.

    A statement with its condition is asked with ``reader``, an account's number, and ``own``, numbers of postings.
    """

    everything: bool
    mine: bool = False

    @classmethod
    def of(cls, actor: Actor, *, mine: bool = False) -> Sight:
        """Give what a member of staff sees."""
        return cls(actor.role is Role.ADMIN, mine)

    def condition(self) -> ColumnElement[bool]:
        """Give the condition on ``Posting``."""
        seen = true() if self.everything else among(Posting.id, "own")
        if not self.mine:
            return seen
        reader: BindParameter[int] = bindparam("reader", type_=User.id.type)
        return and_(seen, or_(Posting.owner_id == reader, and_(Posting.owner_id.is_(None), among(Posting.id, "own"))))


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers by posting: applications by stage, overdue ones, new ones, failed runs; and how many postings have which state.

    ``open`` are the postings that take applications; ``interviews`` are today's on all postings that the reader sees.
    """

    open: frozenset[int]
    states: Mapping[PostingState, int]
    counts: Mapping[tuple[int, Stage], int]
    overdue: Mapping[int, int]
    new: Mapping[int, int]
    failures: Mapping[int, int]
    interviews: int

    def standing(self, stage: Stage) -> int:
        """Count who stands in a stage of an open posting."""
        return sum(self.counts.get((ident, stage), 0) for ident in self.open)


def read_tally(
    session: Session,
    actor: Actor,
    sight: Sight,
    *,
    rules: Mapping[int, Rules],
    standing: Iterable[Standing],
    today: datetime,
    now: datetime,
) -> Tally:
    """Count over the postings of ``standing_rows``, in one query; it does not grow but with what came in today, or failed.

    ``rules`` are those of the postings that have their own.
    """
    counts: dict[tuple[int, Stage], int] = {}
    opened = set()
    for posting, is_open, stage, count in standing:
        counts[posting, LANE_BY_VALUE[stage]] = count
        if is_open:
            opened.add(posting)
    ids = [*{posting for posting, _ in counts}]
    limits = limits_of(sorted(ids), rules, now)
    rows = _counts(sight, tuple(limit.shape for limit in limits))
    asked = {
        "reader": actor.id,
        "own": actor.postings,
        "ids": ids,
        "today": today,
        "tomorrow": today + timedelta(days=1),
    }
    tallied: dict[str, dict[int, int]] = {}
    for kind, posting, count in rows.read(session, asked | bound(limits)):
        tallied.setdefault(kind, {})[posting] = count
    came_lately = {
        (posting, stage_in(kind)): count
        for kind, by_posting in tallied.items()
        if kind.startswith(LATELY)
        for posting, count in by_posting.items()
    }
    overdue: dict[int, int] = {}
    for (posting, _stage), count in overdue_in(counts, came_lately, rules).items():
        overdue[posting] = overdue.get(posting, 0) + count
    return Tally(
        open=frozenset(opened),
        states={state: tallied.get(STATE + state.value, NONE).get(0, 0) for state in PostingState},
        counts=counts,
        overdue=overdue,
        new=tallied.get("new", NONE),
        failures=tallied.get("failures", NONE),
        interviews=sum(tallied.get("interviews", NONE).values()),
    )


def rule_rows(wanted: Select[int]) -> Select[*tuple[Any, ...]]:
    """Select the rules that these postings have of their own."""
    return select(*StageRule.__table__.columns).where(StageRule.posting_id.in_(wanted))


def standing_rows(wanted: Select[int]) -> Select[int, bool, str, int]:
    """Select how many stand in each stage that goes on, of these postings: a row of ``Standing``."""
    is_open: ColumnElement[bool] = (Posting.state == PostingState.OPEN).label("is_open")
    return (
        select(Posting.id, is_open, cast(StageCount.stage, String).label("stage"), StageCount.count)
        .join(StageCount, StageCount.posting_id == Posting.id)
        .where(Posting.id.in_(wanted), StageCount.stage.in_(LANES))
    )


@lru_cache(maxsize=100)
def _counts(sight: Sight, limited: tuple[tuple[Stage, bool], ...]) -> Prepared:
    """Select what is counted by posting, each by an index that leads to it: its name, the posting (0 for all), the number."""

    def count(kind: str, of: ColumnElement[int]) -> Select[str, int, int]:
        rows = select(literal(kind, String), Application.posting_id, of)
        return rows.group_by(Application.posting_id)

    ids = asked_postings()
    today, tomorrow = (bindparam(name, type_=Interview.starts_at.type) for name in ("today", "tomorrow"))
    mine = Application.posting_id.in_(ids)
    states = (
        select(literal(STATE + state.value, String), literal(0), func.count()).where(
            sight.condition(), Posting.state == state
        )
        for state in PostingState
    )
    return Prepared(
        union_all(
            *states,
            *lately(limited, ids),
            count("new", func.count()).where(mine, Application.submitted_at >= today),
            # applications without any prescore whose last run failed
            count("failures", func.count()).where(
                (Application.posting_id + 0).in_(
                    ids
                ),  # a sum has no index: failures lead to applications, never all of them
                Application.prescore_id.is_(None),
                Application.id.in_(select(PrescoreFailure.application_id)),
            ),
            count("interviews", func.count())
            .join(Interview, Interview.application_id == Application.id)
            .where(
                Application.posting_id.in_(select(Posting.id).where(sight.condition())),
                Interview.cancelled_at.is_(None),
                Interview.kind != RoundKind.RESUME_REVIEW,
                Interview.starts_at >= today,
                Interview.starts_at < tomorrow,
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """An unpublished rubric version: its number, what it leaves unsettled, its document; ``is_new`` when the posting was never published."""

    number: int
    unsettled: int
    document_id: int
    document: str
    title: str | None
    is_new: bool


def read_drafts(session: Session, *, everything: bool, posting_ids: Collection[int]) -> dict[int, Draft]:
    """Read the drafts of these postings, or of all, by posting, in one query."""
    return drafts_in(_drafts(everything=everything).read(session, {"own": posting_ids}))


def drafts_in(rows: Iterable[Any]) -> dict[int, Draft]:
    """Give what rows of ``draft_rows`` say, by posting."""
    return {
        posting: Draft(number, max(0, (findings or 0) - settled), document_id, document, title, bool(is_new))
        for posting, number, findings, settled, document_id, document, title, is_new in rows
    }


@cache
def _drafts(*, everything: bool) -> Prepared:
    return Prepared(draft_rows(everything=everything))


def draft_rows(*, everything: bool) -> Select[*tuple[Any, ...]]:
    """Select the drafts of all postings, or of the reader's ``own``."""
    settled = (
        select(func.count())
        .where(SettledFinding.rubric_version_id == RubricVersion.id)
        .correlate(RubricVersion)
        .scalar_subquery()
    )
    rows: Select[*tuple[Any, ...]] = (
        select(
            RubricVersion.posting_id,
            RubricVersion.number,
            func.json_array_length(RubricVersion.document["warnings"]).label("findings"),
            settled.label("settled"),
            SourceDocument.id.label("document_id"),
            SourceDocument.name.label("document"),
            Posting.title,
            (Posting.state == PostingState.DRAFT).label("is_new"),
        )
        .join(Posting, Posting.id == RubricVersion.posting_id)
        .join(SourceDocument, SourceDocument.id == Posting.document_id)
        .where(RubricVersion.state == RubricState.DRAFT, Sight(everything, mine=False).condition())
    )
    return rows
