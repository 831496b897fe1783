"""What pages show of acts on many: who would be skipped, whom one should look at first, how far an act is, what it did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from rubrics.prescore import Verdict
from screening.models import (
    Application,
    Bulk,
    BulkItem,
    BulkKind,
    BulkState,
    Posting,
    Stage,
    StageRule,
    Tag,
)
from screening.queries.stage_rules import Rule, rule_beside
from screening.queries.standing import LETTERS

NAMED = 10
"""People named in a group; the others are counted."""
RECENT = timedelta(hours=24)
SHOWN, LOOKED_AT = 5, 50


@dataclass(frozen=True, slots=True)
class Group:
    """People with one reason: how many, and the first by name and id."""

    code: str
    number: int
    named: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Unsure:
    """Those of whom least is known: without any verdict, or with one that shows nothing."""

    number: int
    named: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class BulkRow:
    """An act on many: how far it is; ``to`` is the rule of the stage to which it moves."""

    id: int
    posting_id: int
    posting_title: str | None
    kind: BulkKind
    arguments: Mapping[str, object]
    to: Rule | None
    state: BulkState
    total: int
    done: int
    skipped: int
    undone: int
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_running(self) -> bool:
        """Tell whether the worker is at it."""
        return self.state in {BulkState.RUNNING, BulkState.UNDOING}

    @property
    def reached(self) -> int:
        """How many it has come past, on its way or on its way back."""
        return self.undone if self.state in {BulkState.UNDOING, BulkState.UNDONE} else self.done + self.skipped

    @property
    def whole(self) -> int:
        """How many there are to come past."""
        return self.done if self.state in {BulkState.UNDOING, BulkState.UNDONE} else self.total


def groups_of(session: Session, problems: Mapping[int, str]) -> tuple[Group, ...]:
    """Put people together by what is said of them, the largest group first, with the first names of each. One query."""
    by_code: dict[str, list[int]] = {}
    for ident, code in sorted(problems.items()):
        by_code.setdefault(code, []).append(ident)
    first = [ident for ids in by_code.values() for ident in ids[:NAMED]]
    names = names_of(session, first)
    groups = [
        Group(code, len(ids), tuple((ident, names[ident]) for ident in ids[:NAMED] if ident in names))
        for code, ids in by_code.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.number, group.code)))


def names_of(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Read the names of applications."""
    if not ids:
        return {}
    return dict(session.execute(select(Application.id, Application.name).where(Application.id.in_(ids))).all())


def unsure_ones(session: Session, ids: Collection[int], *, blind: Collection[int]) -> Unsure:
    """Find of whom least is known among those to be rejected; nothing is told of those that the reader must not see. Two queries."""
    told = [ident for ident in ids if ident not in blind]
    shows_nothing = func.lower(Application.verdicts).contains(LETTERS[Verdict.NOT_SHOWN], autoescape=True)
    fits = Application.id.in_(told), or_(Application.verdicts.is_(None), shows_nothing)
    number = session.scalar(select(func.count()).where(*fits)) or 0
    rows = select(Application.id, Application.name).where(*fits)
    rows = rows.order_by(Application.verdicts.is_not(None), Application.rank_score, Application.id).limit(NAMED)
    return Unsure(number, tuple((ident, name) for ident, name in session.execute(rows)))


def locales_of(session: Session, ids: Collection[int]) -> dict[str, int]:
    """Count applications by the language in which their candidates read."""
    rows = select(Application.locale, func.count()).where(Application.id.in_(ids)).group_by(Application.locale)
    return dict(session.execute(rows.order_by(func.count().desc())).all())


def first_of(session: Session, ids: Collection[int], *, locale: str) -> Application | None:
    """Give one of them who reads a language, as an example."""
    rows = select(Application).where(Application.id.in_(ids), Application.locale == locale)
    return session.scalars(rows.order_by(Application.id).limit(1)).first()


def stages_of(session: Session, *, posting_id: int, ids: Collection[int]) -> dict[int, str]:
    """Read which of these applications are the posting's; others are not in the answer."""
    rows = select(Application.id, Application.stage).where(
        Application.id.in_(ids), Application.posting_id == posting_id
    )
    return {ident: stage.value for ident, stage in session.execute(rows)}


def came_after(session: Session, *, ids: Collection[int], moment: datetime) -> frozenset[int]:
    """Tell which applications were submitted after a moment."""
    rows = select(Application.id).where(Application.id.in_(ids), Application.submitted_at > moment)
    return frozenset(session.scalars(rows))


def tag_by_key(session: Session, key: str) -> tuple[int, str] | None:
    """Find a tag by its key."""
    row = session.execute(select(Tag.id, Tag.name).where(Tag.key == key)).first()
    return (row[0], row[1]) if row else None


def bulk_row(session: Session, *, bulk: Bulk) -> BulkRow:
    """Read an act with its posting's title and name of the stage. One query."""
    return _row(*session.execute(_acts().where(Bulk.id == bulk.id)).one())


def recent_bulks(
    session: Session, *, actor_id: int, now: datetime, larger_than: int, calling_off_more_than: int
) -> tuple[BulkRow, ...]:
    """Read a person's large acts that go on or ended lately, and those that write letters or call many interviews off, the newest first."""
    newest = select(Bulk.id).where(Bulk.actor_id == actor_id).order_by(Bulk.id.desc()).limit(LOOKED_AT)
    rows = (
        _acts()
        .where(
            Bulk.id.in_(select(newest.subquery().c.id)),
            or_(
                Bulk.total > larger_than,
                Bulk.kind == BulkKind.MAIL,
                Bulk.arguments["call_off"].as_integer() > calling_off_more_than,
            ),
            or_(Bulk.finished_at.is_(None), Bulk.finished_at > now - RECENT),
        )
        .order_by(Bulk.id.desc())
        .limit(SHOWN)
    )
    return tuple(_row(*row) for row in session.execute(rows))


def left_alone(session: Session, *, bulk_id: int) -> tuple[Group, ...]:
    """Read what an act, or its way back, left alone: by reason, with the first names. Two queries."""
    counts = select(BulkItem.problem, func.count()).where(BulkItem.bulk_id == bulk_id, BulkItem.problem.is_not(None))
    numbers = dict(session.execute(counts.group_by(BulkItem.problem)).all())
    if not numbers:
        return ()
    place = func.row_number().over(partition_by=BulkItem.problem, order_by=BulkItem.application_id).label("place")
    ranked = (
        select(BulkItem.application_id, BulkItem.problem, place)
        .where(BulkItem.bulk_id == bulk_id, BulkItem.problem.is_not(None))
        .subquery()
    )
    rows = (
        select(ranked.c.problem, Application.id, Application.name)
        .join(Application, Application.id == ranked.c.application_id)
        .where(ranked.c.place <= NAMED)
        .order_by(Application.id)
    )
    named: dict[str, list[tuple[int, str]]] = {}
    for code, ident, name in session.execute(rows):
        named.setdefault(code, []).append((ident, name))
    groups = [Group(code, number, tuple(named.get(code, ()))) for code, number in numbers.items() if code is not None]
    return tuple(sorted(groups, key=lambda group: (-group.number, group.code)))


def _acts() -> Select[Bulk, str | None, StageRule | None]:
    """Select acts, each with what its posting says of the stage to which it moves."""
    said = and_(StageRule.posting_id == Bulk.posting_id, StageRule.stage == Bulk.arguments["to"].as_string())
    rows = select(Bulk, Posting.title, StageRule).join(Posting, Posting.id == Bulk.posting_id)
    return rows.outerjoin(StageRule, said)


def _row(bulk: Bulk, title: str | None, said: StageRule | None) -> BulkRow:
    to = bulk.arguments.get("to")
    return BulkRow(
        id=bulk.id, posting_id=bulk.posting_id, posting_title=title, kind=bulk.kind, arguments=bulk.arguments,
        to=rule_beside(Stage(str(to)), said) if to else None, state=bulk.state, total=bulk.total, done=bulk.done,
        skipped=bulk.skipped, undone=bulk.undone, created_at=bulk.created_at, finished_at=bulk.finished_at,
    )  # fmt: skip
