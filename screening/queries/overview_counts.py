"""What the overview counts by posting, and the drafts that wait: statements that are made once, for each kind of reader."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
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
from screening.policy import Actor
from screening.queries.overdue import LATELY, asked_postings, bound, lately, limits_of, overdue_in, stage_in
from screening.queries.stage_rules import rules_in

NONE: Mapping[int, int] = MappingProxyType({})
STATE = "state:"


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
        own: BindParameter[Collection[int]] = bindparam("own", expanding=True)
        seen = true() if self.everything else Posting.id.in_(own)
        if not self.mine:
            return seen
        reader: BindParameter[int] = bindparam("reader", type_=User.id.type)
        return and_(seen, or_(Posting.owner_id == reader, and_(Posting.owner_id.is_(None), Posting.id.in_(own))))


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
    session: Session, actor: Actor, sight: Sight, ids: Sequence[int], *, today: datetime, now: datetime
) -> Tally:
    """Count over the open postings and those listed, in three queries; none grows but with what came in today, or failed."""
    asked = {"reader": actor.id, "own": actor.postings}
    rules = rules_in(session.scalars(_rules(sight), asked | {"listed": ids}))
    standing = session.execute(_standing(sight), asked | {"listed": ids}).all()
    counts = {(posting, stage): count for posting, _, stage, count in standing}
    tallied: dict[str, dict[int, int]] = {}
    limits = limits_of(sorted({posting for posting, _ in counts}), rules, now)
    asked |= {"ids": [*{posting for posting, _ in counts}], "today": today, "tomorrow": today + timedelta(days=1)}
    rows = _counts(sight, tuple(limit.shape for limit in limits))
    for kind, posting, count in session.execute(rows, asked | bound(limits)):
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
        open=frozenset(posting for posting, state, _, _ in standing if state is PostingState.OPEN),
        states={state: tallied.get(STATE + state.value, NONE).get(0, 0) for state in PostingState},
        counts=counts,
        overdue=overdue,
        new=tallied.get("new", NONE),
        failures=tallied.get("failures", NONE),
        interviews=sum(tallied.get("interviews", NONE).values()),
    )


@cache
def _rules(sight: Sight) -> Select[StageRule]:
    return select(StageRule).where(StageRule.posting_id.in_(_wanted(sight)))


@cache
def _standing(sight: Sight) -> Select[int, PostingState, Stage, int]:
    return (
        select(Posting.id, Posting.state, StageCount.stage, StageCount.count)
        .join(StageCount, StageCount.posting_id == Posting.id)
        .where(Posting.id.in_(_wanted(sight)))
    )


def _wanted(sight: Sight) -> Select[int]:
    """Select the open postings that the reader sees, and those ``listed``."""
    listed: BindParameter[Sequence[int]] = bindparam("listed", expanding=True)
    return select(Posting.id).where(sight.condition(), or_(Posting.state == PostingState.OPEN, Posting.id.in_(listed)))


@lru_cache(maxsize=100)
def _counts(sight: Sight, limited: tuple[tuple[Stage, bool], ...]) -> CompoundSelect[str, int, int]:
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
    return union_all(
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
    found = session.execute(_drafts(everything=everything), {"own": posting_ids})
    return {
        posting: Draft(
            number, max(0, (findings or 0) - done), document_id, document, title, state is PostingState.DRAFT
        )
        for posting, number, findings, done, document_id, document, title, state in found
    }


@cache
def _drafts(*, everything: bool) -> Select[*tuple[Any, ...]]:
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
            func.json_array_length(RubricVersion.document["warnings"]),
            settled,
            SourceDocument.id,
            SourceDocument.name,
            Posting.title,
            Posting.state,
        )
        .join(Posting, Posting.id == RubricVersion.posting_id)
        .join(SourceDocument, SourceDocument.id == Posting.document_id)
        .where(RubricVersion.state == RubricState.DRAFT, Sight(everything, mine=False).condition())
    )
    return rows
