"""People and their duplicates: suspected when they apply, merged or kept apart by hand, and either can be taken back.

Merging moves nothing: the person with the larger number points to the other one, and all applications keep the person they
were sent by. So a merge never collides with the rule of one live application, and taking it apart loses nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, union_all, update
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, Base, ContactKey, Ground, Person, SuspectedDuplicate, SuspicionState
from screening.models.prepared import Prepared, upsert
from screening.queries.people import ROOT, group_of, root_of
from screening.services.contact_keys import contact_keys

ADD_KEYS = Prepared(insert(Base.metadata.tables[ContactKey.__tablename__]), row=True)
SUSPICIONS = Base.metadata.tables[SuspectedDuplicate.__tablename__]
ADD_SUSPICIONS = Prepared(  # the other one may be looking just now
    lambda dialect: upsert(SUSPICIONS, dialect).on_conflict_do_nothing(index_elements=["first_id", "second_id"]),
    row=True,
)
CROWD = 20
"""What so many people share (a school's own number, a made-up one) is no sign of being one."""
LOOKED_AT = 60


class PeopleError(Exception):
    """A decision that cannot be taken: ``code`` is one_already (they are one person), or changed (somebody decided meanwhile)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def note_contact(session: Session, *, application: Application, answers: Mapping[str, Any], now: datetime) -> None:
    """Keep what is comparable of a new application's contact, and suspect the people who share it.

    Two submissions in the same instant may miss each other on PostgreSQL; ``look_again`` finds them.
    """
    keys = contact_keys(
        name=application.name,
        email=application.email,
        phone=application.phone,
        schools=[
            str(entry["institution"])
            for entry in answers.get("education") or ()
            if isinstance(entry, dict) and entry.get("institution")
        ],
    )
    if not keys:
        return
    ADD_KEYS.execute(
        session,
        [{"application_id": application.id, "ground": ground, "digest": digest} for digest, ground in keys.items()],
    )
    _suspect_sharing(session, keys, application.person_id, now)


def look_again(session: Session, *, application_id: int, now: datetime) -> None:
    """Suspect whom a submission could not see because they wrote in the same instant; again changes nothing.

    The worker looks after each submission was committed, so that of two the later one is sure to meet the other.
    """
    rows = session.scalars(select(ContactKey).where(ContactKey.application_id == application_id))
    keys = {row.digest: row.ground for row in rows}
    person_id = session.scalar(select(Application.person_id).where(Application.id == application_id))
    if keys and person_id is not None:
        _suspect_sharing(session, keys, person_id, now)


def _suspect_sharing(session: Session, keys: Mapping[str, Ground], person_id: int, now: datetime) -> None:
    asked = {f"digest{number}": digest for number, digest in enumerate(keys)}
    found = _sharing(len(keys)).execute(session, asked | {"person_id": person_id}).all()
    sharing: dict[str, set[int]] = defaultdict(set)
    for digest, root in found:  # type: ignore[misc] # a row of two
        sharing[digest].add(root)
    grounds: dict[int, set[str]] = defaultdict(set)
    for digest, roots in sharing.items():
        for root in roots if len(roots) < CROWD else ():
            grounds[root].add(keys[digest].value)
    if not grounds:
        return
    _suspect(session, root_of(session, person_id), grounds, now)


@cache
def _sharing(digests: int) -> Prepared:
    """Make the statement once for each count of digests: the newest applications with each, so few that a crowd costs no more than a handful."""
    newest = [
        select(ContactKey.digest, ContactKey.application_id)
        .where(ContactKey.digest == bindparam(f"digest{number}"))
        .order_by(ContactKey.application_id.desc())
        .limit(LOOKED_AT)
        .subquery()
        for number in range(digests)
    ]
    parts = [select(part.c.digest, part.c.application_id) for part in newest]
    together = (union_all(*parts) if digests > 1 else parts[0]).subquery()
    own = select(ROOT).where(Person.id == bindparam("person_id")).scalar_subquery()
    return Prepared(
        select(together.c.digest, ROOT)
        .join(Application, Application.id == together.c.application_id)
        .join(Person, Person.id == Application.person_id)
        .where(own != ROOT)
    )


def decide(
    session: Session, *, one: Application, other: Application, state: SuspicionState, actor_id: int, now: datetime
) -> tuple[SuspectedDuplicate, SuspicionState | None]:
    """Say that the people of two applications are one, or are not; give the pair and its state before, None for a new pair.

    People who were merged are taken apart by saying that they are different. Raise PeopleError when they are one person
    by their own address, or already are what is said.
    """
    _lock(session, one.person_id, other.person_id)
    pair = merged_pair(session, one=one, other=other)
    if pair is None:
        first, second = sorted((root_of(session, one.person_id), root_of(session, other.person_id)))
        if first == second:
            raise PeopleError("one_already")
        pair = _pair(session, first, second)
    before = pair.state if pair else None
    if pair is None:
        pair = SuspectedDuplicate(first_id=first, second_id=second, grounds=[Ground.HAND.value], found_at=now)
        session.add(pair)
        session.flush()
    if before is state:
        raise PeopleError("changed")
    _turn(session, pair, state)
    pair.decided_at, pair.decided_by_id = now, actor_id
    _record(session, pair, one, actor_id, now)
    return pair, before


def take_back_decision_on_people(
    session: Session,
    *,
    pair_id: int,
    after: SuspicionState,
    before: SuspicionState | None,
    actor_id: int,
    now: datetime,
) -> None:
    """Give a pair its earlier state again; raise PeopleError when somebody has decided otherwise since."""
    pair = session.get(SuspectedDuplicate, pair_id, populate_existing=True)
    if pair is None or pair.state is not after:
        raise PeopleError("changed")
    _lock(session, pair.first_id, pair.second_id)
    _turn(session, pair, before or SuspicionState.OPEN)
    record(
        session, act="person.undo", actor_id=actor_id, subject_type="person", subject_id=pair.first_id, now=now,
        other=pair.second_id,
    )  # fmt: skip
    if before is None:
        session.delete(pair)
    else:
        pair.decided_at, pair.decided_by_id = (None, None) if before is SuspicionState.OPEN else (now, actor_id)
    session.flush()


def merged_pair(session: Session, *, one: Application, other: Application) -> SuspectedDuplicate | None:
    """Find the merge that joins the people of two applications; None when they are not merged."""
    if one.person_id == other.person_id or root_of(session, one.person_id) != root_of(session, other.person_id):
        return None
    moved = {one.person_id, other.person_id}
    pairs = session.scalars(
        select(SuspectedDuplicate)
        .where(
            SuspectedDuplicate.state == SuspicionState.SAME,
            or_(
                SuspectedDuplicate.first_id.in_(group_of(one.person_id)),
                SuspectedDuplicate.second_id.in_(group_of(one.person_id)),
            ),
        )
        .order_by(SuspectedDuplicate.id.desc())
    )
    return next((pair for pair in pairs if len(moved & set(pair.moved or ())) == 1), None)


def _turn(session: Session, pair: SuspectedDuplicate, state: SuspicionState) -> None:
    """Change what is said of a pair, with what it does to the people."""
    if pair.state is SuspicionState.SAME and pair.moved:
        gone, *under = pair.moved
        root = root_of(session, gone)
        under = list(session.scalars(select(Person.id).where(Person.id.in_(under), Person.merged_into_id == root)))
        _point(session, [gone], None)
        _point(session, under, gone)
        pair.moved = None
    if state is SuspicionState.SAME:
        keep, gone = sorted((root_of(session, pair.first_id), root_of(session, pair.second_id)))
        if keep == gone:
            raise PeopleError("one_already")
        under = list(session.scalars(select(Person.id).where(Person.merged_into_id == gone).order_by(Person.id)))
        _point(session, [gone, *under], keep)
        pair.moved = [gone, *under]
    pair.state = state
    session.flush()


def _point(session: Session, people: list[int], to: int | None) -> None:
    session.execute(
        update(Person)
        .where(Person.id.in_(people))
        .values(merged_into_id=to)
        .execution_options(synchronize_session="fetch")
    )


def _suspect(session: Session, mine: int, grounds: Mapping[int, set[str]], now: datetime) -> None:
    """Write down what a person shares with others, whose roots are given; pairs that are known learn what is new."""
    pairs = {(min(mine, other), max(mine, other)): shared for other, shared in grounds.items()}
    known = session.scalars(
        select(SuspectedDuplicate).where(
            or_(
                (SuspectedDuplicate.first_id == mine) & SuspectedDuplicate.second_id.in_(grounds),
                (SuspectedDuplicate.second_id == mine) & SuspectedDuplicate.first_id.in_(grounds),
            )
        )
    )
    for pair in known:
        shared = pairs.pop((pair.first_id, pair.second_id))
        if not shared <= set(pair.grounds):
            pair.grounds = sorted(shared | set(pair.grounds))
    if pairs:
        ADD_SUSPICIONS.execute(
            session,
            [
                {
                    "first_id": first,
                    "second_id": second,
                    "grounds": sorted(shared),
                    "state": SuspicionState.OPEN,
                    "found_at": now,
                }
                for (first, second), shared in sorted(pairs.items())
            ],
        )
    session.flush()


def _pair(session: Session, first: int, second: int) -> SuspectedDuplicate | None:
    return session.scalar(
        select(SuspectedDuplicate).where(SuspectedDuplicate.first_id == first, SuspectedDuplicate.second_id == second)
    )


def _lock(session: Session, *people: int) -> None:
    """Let one decision about these people follow the other."""
    roots = sorted({root_of(session, person) for person in people})
    session.execute(select(Person.id).where(Person.id.in_(roots)).order_by(Person.id).with_for_update()).all()


def _record(session: Session, pair: SuspectedDuplicate, one: Application, actor_id: int, now: datetime) -> None:
    record(
        session,
        act=f"person.{pair.state.value}",
        actor_id=actor_id,
        subject_type="person",
        subject_id=pair.first_id,
        now=now,
        other=pair.second_id,
        application=one.id,
    )
