"""One human being over several addresses: whose applications belong together, and who may be the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from screening.models import Application, Person, Posting, Role, Stage, StageRule, SuspectedDuplicate, SuspicionState
from screening.policy import Actor
from screening.queries.batches import BatchRow
from screening.queries.columns import among
from screening.queries.stage_rules import Rule, rule_beside
from screening.queries.together import Together

ROWS = 20
RELATED = 60
"""Applications of one person that a page looks at."""
ROOT = func.coalesce(Person.merged_into_id, Person.id)
"""The person who stands for all that were merged."""
_RULED = and_(StageRule.posting_id == Application.posting_id, StageRule.stage == Application.stage)
"""What a posting says of the stage in which its application stands."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An application of somebody: the contact as typed, and where it stands, by its posting's rule. ``is_merged`` when it came under another address."""

    application_id: int
    person_id: int
    name: str
    email: str
    phone: str | None
    headline: str
    posting_id: int
    title: str | None
    first_line: int
    last_line: int
    language: str
    stage: Stage
    rule: Rule
    stage_since: datetime
    submitted_at: datetime
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """Somebody who may be the same person: their newest application that the reader may see, and what is shared."""

    row: PersonRow
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two people who may be one, each with the newest application that the reader may see."""

    id: int
    first: PersonRow
    second: PersonRow
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """What stands beside an application about its person: other applications, and who may be the same.

    ``again`` are those of the same address to the same posting, ``batch`` those that the same form made.
    """

    others: tuple[PersonRow, ...]
    suspects: tuple[SuspectRow, ...]
    again: tuple[PersonRow, ...] = ()
    batch: tuple[BatchRow, ...] = ()


def root_of(session: Session, person_id: int) -> int:
    """Give the person who stands for this one."""
    return session.scalars(select(ROOT).where(Person.id == person_id)).one()


def group_of(person_id: int | BindParameter[Any]) -> CompoundSelect[int]:
    """Select the numbers of all people who were merged with this one, and its own; each half by its own index."""
    me = aliased(Person)
    root = select(func.coalesce(me.merged_into_id, me.id)).where(me.id == person_id).scalar_subquery()
    return union_all(select(Person.id).where(Person.id == root), select(Person.id).where(Person.merged_into_id == root))


def people_of(session: Session, *, application: Application, actor: Actor) -> People:
    """Read the person's other applications and suspected duplicates, on postings that the reader has rights on. One query."""
    return people_from(
        application, **_people(everything=actor.role is Role.ADMIN).read(session, **asked(application, actor))
    )


def asked(application: Application, actor: Actor) -> dict[str, Any]:
    """Give the bound values of ``related_rows`` and ``suspect_rows``."""
    own = {} if actor.role is Role.ADMIN else {"postings": sorted(actor.postings)}
    return {
        "application": application.id,
        "person": application.person_id,
        "posting": application.posting_id,
        "batch": application.batch,
        **own,
    }


def people_from(application: Application, *, related: Sequence[Any], suspects: Sequence[Any]) -> People:
    """Sort what ``related_rows`` and ``suspect_rows`` give: an application made by the same form is told as one of the batch, too."""
    if application.erased_at is not None:
        return People((), (), (), _batch(application, related))
    again = [row for row in related if _is_again(application, row)]
    others = [row for row in related if row.is_visible and not _is_again(application, row)]
    shared: dict[int, SuspectRow] = {}
    for row in suspects:
        known = shared.get(row.person_id)
        grounds = {*row.grounds, *(known.grounds if known else ())}
        shared[row.person_id] = SuspectRow(_person_row(row), tuple(sorted(grounds)))
    return People(
        others=tuple(_person_row(row, is_merged=row.person_id != application.person_id) for row in others[:ROWS]),
        suspects=tuple(shared.values()),
        again=tuple(_person_row(row) for row in again),
        batch=_batch(application, related),
    )


def _is_again(application: Application, row: Any) -> bool:
    return bool(row.person_id == application.person_id and row.posting_id == application.posting_id)


def _batch(application: Application, related: Sequence[Any]) -> tuple[BatchRow, ...]:
    """Give the applications that one form made together with this one, without it, the first choice first."""
    made = [row for row in related if application.batch is not None and row.batch == application.batch]
    rows = (
        BatchRow(
            row.application_id,
            row.posting_id,
            row.title,
            row.first_line,
            row.last_line,
            row.language,
            row.preference or 1,
            _rule(row),
        )
        for row in made
    )
    return tuple(sorted(rows, key=lambda row: (row.preference, row.application_id)))


@cache
def related_rows(*, everything: bool) -> Select[*tuple[Any, ...]]:
    """Select the bound ``person``'s other applications, the newest first, at most ``RELATED``: on the bound ``postings`` (all for ``everything``), to the same posting, and of the same form."""
    same = and_(Application.person_id == bindparam("person"), Application.posting_id == bindparam("posting"))
    made_together = and_(
        Application.person_id == bindparam("person"), Application.batch == bindparam("batch", type_=String)
    )
    visible = _is_visible(everything=everything)
    return (
        select(
            *_fields(),
            Application.batch,
            Application.preference,
            and_(visible, Application.erased_at.is_(None)).label("is_visible"),
        )
        .join(Posting, Posting.id == Application.posting_id)
        .outerjoin(StageRule, _RULED)
        .where(
            Application.person_id.in_(group_of(bindparam("person"))),
            Application.id != bindparam("application"),
            or_(same, made_together, and_(visible, Application.erased_at.is_(None))),
        )
        .order_by(case((made_together, 0), (same, 1), else_=2), Application.id.desc())
        .limit(RELATED)
    )


@cache
def suspect_rows(*, everything: bool) -> Select[*tuple[Any, ...]]:
    """Select who may be the bound ``person``: of each suspected pair the other one's newest application that the reader may see."""
    group = group_of(bindparam("person"))
    pair, one = SuspectedDuplicate, aliased(Application)
    other = case((pair.first_id.in_(group), pair.second_id), else_=pair.first_id)
    newest = (
        select(func.max(one.id))
        .where(one.person_id == other, one.erased_at.is_(None), _is_visible(one, everything=everything))
        .correlate(pair)
        .scalar_subquery()
    )
    return (
        select(*_fields(), pair.grounds)
        .select_from(pair)
        .join(Application, Application.id == newest)
        .join(Posting, Posting.id == Application.posting_id)
        .outerjoin(StageRule, _RULED)
        .where(
            pair.state == SuspicionState.OPEN,
            or_(pair.first_id.in_(group), pair.second_id.in_(group)),
            Application.person_id.not_in(group),
        )
        .order_by(pair.id)
        .limit(ROWS)
    )


@cache
def _people(*, everything: bool) -> Together:
    return Together(related=related_rows(everything=everything), suspects=suspect_rows(everything=everything))


def _is_visible(application: Any = Application, *, everything: bool) -> ColumnElement[bool]:
    postings: ColumnElement[bool] = among(application.posting_id, "postings")
    return true() if everything else postings


def _fields() -> tuple[Any, ...]:
    return (
        Application.id.label("application_id"),
        Application.person_id,
        Application.name,
        Application.email,
        Application.phone,
        Application.headline,
        Application.posting_id,
        Posting.title,
        Posting.first_line,
        Posting.last_line,
        Posting.language,
        Application.stage,
        StageRule.in_use,
        StageRule.name_zh,
        StageRule.name_en,
        StageRule.days,
        StageRule.responsible,
        Application.stage_since,
        Application.submitted_at,
    )


def _rule(row: Any) -> Rule:
    return rule_beside(row.stage, None if row.in_use is None else row)


def _person_row(row: Any, *, is_merged: bool = False) -> PersonRow:
    return PersonRow(
        application_id=row.application_id,
        person_id=row.person_id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        headline=row.headline,
        posting_id=row.posting_id,
        title=row.title,
        first_line=row.first_line,
        last_line=row.last_line,
        language=row.language,
        stage=row.stage,
        rule=_rule(row),
        stage_since=row.stage_since,
        submitted_at=row.submitted_at,
        is_merged=is_merged,
    )


def suspected_pairs(session: Session, *, actor: Actor, after: int = 0) -> tuple[tuple[PairRow, ...], int | None]:
    """List the pairs that nobody has decided on and of which the reader may see both, the oldest first.

    ``after`` is the number of the last pair of the page before; the second value is the next page's, None on the last.
    """
    one, other = aliased(Person), aliased(Person)
    pairs = session.scalars(
        select(SuspectedDuplicate)
        .join(one, one.id == SuspectedDuplicate.first_id)
        .join(other, other.id == SuspectedDuplicate.second_id)
        .where(
            SuspectedDuplicate.state == SuspicionState.OPEN,
            SuspectedDuplicate.id > after,
            func.coalesce(one.merged_into_id, one.id) != func.coalesce(other.merged_into_id, other.id),
            _has_visible(SuspectedDuplicate.first_id, actor),
            _has_visible(SuspectedDuplicate.second_id, actor),
        )
        .order_by(SuspectedDuplicate.id)
        .limit(ROWS + 1)
    ).all()
    shown = pairs[:ROWS]
    newest = _newest(session, {ident for pair in shown for ident in (pair.first_id, pair.second_id)}, actor)
    rows = tuple(
        PairRow(pair.id, newest[pair.first_id], newest[pair.second_id], tuple(pair.grounds))
        for pair in shown
        if pair.first_id in newest and pair.second_id in newest
    )
    return rows, shown[-1].id if len(pairs) > ROWS else None


def _newest(session: Session, people: Iterable[int], actor: Actor) -> dict[int, PersonRow]:
    """Read each person's newest visible application, however many applications they have. One query."""
    newest = (
        select(func.max(Application.id))
        .where(Application.person_id.in_(set(people)), *_visible(actor))
        .group_by(Application.person_id)
    )
    rows = select(*_fields()).join(Posting, Posting.id == Application.posting_id).outerjoin(StageRule, _RULED)
    rows = rows.where(Application.id.in_(newest))
    return {row.person_id: _person_row(row) for row in session.execute(rows)}


def _visible(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Application.erased_at.is_(None),
        true() if actor.role is Role.ADMIN else Application.posting_id.in_(actor.postings),
    )


def _has_visible(person_id: InstrumentedAttribute[int], actor: Actor) -> ColumnElement[bool]:
    return select(Application.id).where(Application.person_id == person_id, *_visible(actor)).exists()
