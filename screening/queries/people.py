"""One human being over several addresses: whose applications belong together, and who may be the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from screening.models import Application, Person, Posting, Role, Stage, SuspectedDuplicate, SuspicionState
from screening.policy import Actor

ROWS = 20
ROOT = func.coalesce(Person.merged_into_id, Person.id)
"""The person who stands for all that were merged."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An application of somebody: the contact as typed, and where it stands. ``is_merged`` when it came under another address."""

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
    """What stands beside an application about its person: other applications, and who may be the same."""

    others: tuple[PersonRow, ...]
    suspects: tuple[SuspectRow, ...]


def root_of(session: Session, person_id: int) -> int:
    """Give the person who stands for this one."""
    return session.scalars(select(ROOT).where(Person.id == person_id)).one()


def group_of(person_id: int) -> Select[int]:
    """Select the numbers of all people who were merged with this one, and its own."""
    me = aliased(Person)
    root = select(func.coalesce(me.merged_into_id, me.id)).where(me.id == person_id).scalar_subquery()
    return select(Person.id).where(or_(Person.id == root, Person.merged_into_id == root))


def people_of(session: Session, *, application: Application, actor: Actor) -> People:
    """Read the person's other applications and suspected duplicates, on postings that the reader has rights on.

    Earlier and later ones of the same address to the same posting are left out: the page tells them by itself.
    """
    if application.erased_at is not None:
        return People((), ())
    others = _rows(
        session,
        _applications(actor).where(
            Application.person_id.in_(group_of(application.person_id)),
            or_(Application.person_id != application.person_id, Application.posting_id != application.posting_id),
        ),
        application.person_id,
    )
    group = group_of(application.person_id)
    pairs = session.scalars(
        select(SuspectedDuplicate)
        .where(
            SuspectedDuplicate.state == SuspicionState.OPEN,
            or_(SuspectedDuplicate.first_id.in_(group), SuspectedDuplicate.second_id.in_(group)),
        )
        .order_by(SuspectedDuplicate.id)
        .limit(ROWS)
    ).all()
    if not pairs:
        return People(others, ())
    own = set(session.scalars(group))
    suspects: dict[int, SuspectRow] = {}
    newest = _newest(session, {ident for pair in pairs for ident in (pair.first_id, pair.second_id)} - own, actor)
    for pair in pairs:
        row = newest.get(pair.second_id if pair.first_id in own else pair.first_id)
        if row is not None and row.person_id not in own:
            known = suspects.get(row.person_id)
            shared = {*pair.grounds, *(known.grounds if known else ())}
            suspects[row.person_id] = SuspectRow(row, tuple(sorted(shared)))
    return People(others, tuple(suspects.values()))


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
    """Read each person's newest visible application; two queries at most, however many applications they have."""
    newest = (
        select(func.max(Application.id))
        .where(Application.person_id.in_(set(people)), *_visible(actor))
        .group_by(Application.person_id)
    )
    rows = _rows(session, _applications(actor).where(Application.id.in_(newest)), None, limit=None)
    return {row.person_id: row for row in rows}


def _applications(actor: Actor) -> Select[Application, Posting]:
    return (
        select(Application, Posting).join(Posting, Posting.id == Application.posting_id).where(*_visible(actor))
    ).order_by(Application.id.desc())


def _rows(
    session: Session, found: Select[Application, Posting], person_id: int | None, limit: int | None = ROWS
) -> tuple[PersonRow, ...]:
    return tuple(
        PersonRow(
            application_id=one.id,
            person_id=one.person_id,
            name=one.name,
            email=one.email,
            phone=one.phone,
            headline=one.headline,
            posting_id=posting.id,
            title=posting.title,
            first_line=posting.first_line,
            last_line=posting.last_line,
            language=posting.language,
            stage=one.stage,
            stage_since=one.stage_since,
            submitted_at=one.submitted_at,
            is_merged=person_id is not None and one.person_id != person_id,
        )
        for one, posting in session.execute(found.limit(limit))
    )


def _visible(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        Application.erased_at.is_(None),
        true() if actor.role is Role.ADMIN else Application.posting_id.in_(actor.postings),
    )


def _has_visible(person_id: InstrumentedAttribute[int], actor: Actor) -> ColumnElement[bool]:
    return select(Application.id).where(Application.person_id == person_id, *_visible(actor)).exists()
