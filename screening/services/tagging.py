"""Tags: words that staff stick on applications, by sets, with a way back. They never touch a score, an order or a decision."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from screening.audit import record, record_many
from screening.models import Application, ApplicationTag, Tag

NAME_LENGTH = 40
KEY_LENGTH = 80
MOST_TAGS = 20
"""Tags on one application."""
MOST_MOVED = 10_000
"""Applications whose tag one act of the tags page may change: each is kept for the way back."""

Stuck = tuple[int, int, int, str]
"""A tag that was on an application: the ids of application, posting and who had put it there, and the time."""


class TagError(Exception):
    """What cannot be done with a tag: ``code`` is name_missing, too_long, too_many, taken, much_used or changed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def tidy_name(text: str) -> str:
    """Give a name as it is stored: without control characters, blanks single; raise TagError for none or a long one."""
    plain = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    name = " ".join("".join(sign for sign in plain if unicodedata.category(sign) not in {"Cf", "Cs"}).split())
    if not name or not key_of(name):
        raise TagError("name_missing")
    if len(name) > NAME_LENGTH or len(key_of(name)) > KEY_LENGTH:
        raise TagError("too_long")
    return name


def key_of(name: str) -> str:
    """Give by what a tag is one: wide and narrow, capital and small letters are the same."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def find_or_make(session: Session, *, name: str) -> Tag:
    """Give the tag of a name, made where it is new; two who make it at once get the same."""
    name = tidy_name(name)
    upsert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = upsert(Tag).values(name=name, key=key_of(name))
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))
    return session.scalars(select(Tag).where(Tag.key == key_of(name))).one()


def full_ones(session: Session, *, application_ids: Collection[int], tag_id: int | None) -> frozenset[int]:
    """Tell which applications take no other tag; one that bears this tag already takes it."""
    rows = (
        select(ApplicationTag.application_id)
        .where(ApplicationTag.application_id.in_(application_ids))
        .group_by(ApplicationTag.application_id)
        .having(func.count() >= MOST_TAGS)
    )
    full = frozenset(session.scalars(rows))
    if not full or tag_id is None:
        return full
    bearing = select(ApplicationTag.application_id).where(
        ApplicationTag.application_id.in_(full), ApplicationTag.tag_id == tag_id
    )
    return full - frozenset(session.scalars(bearing))


def add_tag(session: Session, *, application_ids: Sequence[int], tag: Tag, actor_id: int, now: datetime) -> list[int]:
    """Stick a tag on applications; give the ids of those that did not bear it. ``too_many`` where one takes no other."""
    if full_ones(session, application_ids=application_ids, tag_id=tag.id):
        raise TagError("too_many")
    chosen = select(
        Application.id,
        literal(tag.id),
        Application.posting_id,
        literal(actor_id),
        literal(now, ApplicationTag.added_at.type),
    ).where(Application.id.in_(application_ids), Application.erased_at.is_(None))
    upsert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    columns = ["application_id", "tag_id", "posting_id", "added_by", "added_at"]
    row = upsert(ApplicationTag).from_select(columns, chosen)
    made = session.scalars(row.on_conflict_do_nothing().returning(ApplicationTag.application_id)).all()
    _note(session, "application.tag", made, tag.id, actor_id, now)
    return sorted(made)


def remove_tag(
    session: Session, *, application_ids: Collection[int], tag_id: int, actor_id: int, now: datetime
) -> list[Stuck]:
    """Take a tag off applications; give what was there, for the way back."""
    gone = _take(session, ApplicationTag.application_id.in_(application_ids) & (ApplicationTag.tag_id == tag_id))
    _note(session, "application.untag", [row[0] for row in gone], tag_id, actor_id, now)
    return gone


def put_back(session: Session, *, tag_id: int, stuck: Sequence[Stuck], actor_id: int, now: datetime) -> list[int]:
    """Stick a tag on again as it was, where the application is still there and does not bear it; give the ids."""
    if session.get(Tag, tag_id) is None:
        raise TagError("changed")
    kept = _insert_stuck(session, tag_id, stuck)
    _note(session, "application.tag", kept, tag_id, actor_id, now)
    return kept


def rename_tag(session: Session, *, tag: Tag, name: str, actor_id: int, now: datetime) -> None:
    """Give a tag another name everywhere; ``taken`` where another tag has it: these two can be merged."""
    name = tidy_name(name)
    other = session.scalar(select(Tag.id).where(Tag.key == key_of(name), Tag.id != tag.id))
    if other is not None:
        raise TagError("taken")
    tag.name, tag.key = name, key_of(name)
    session.flush()
    record(session, act="tag.rename", actor_id=actor_id, subject_type="tag", subject_id=tag.id, now=now)


def delete_tag(
    session: Session, *, tag: Tag, into: Tag | None, actor_id: int, now: datetime
) -> tuple[list[Stuck], list[int]]:
    """Delete a tag, or merge it ``into`` another: who bore it then bears that one.

    Give what was there, and the ids of applications that bear the other one only since. ``much_used`` above
    ``MOST_MOVED`` applications: nothing could be brought back.
    """
    session.refresh(tag, with_for_update=True)
    if count_use(session, tag_id=tag.id, most=MOST_MOVED + 1) > MOST_MOVED:
        raise TagError("much_used")
    ident = tag.id
    gone = _take(session, ApplicationTag.tag_id == ident)
    moved = _insert_stuck(session, into.id, gone) if into is not None else []
    session.delete(tag)
    session.flush()
    record(
        session,
        act="tag.merge" if into is not None else "tag.delete",
        actor_id=actor_id,
        subject_type="tag",
        subject_id=ident,
        now=now,
        into=into.id if into is not None else None,
        applications=len(gone),
    )
    return gone, moved


def restore_tag(
    session: Session,
    *,
    tag_id: int,
    name: str,
    stuck: Sequence[Stuck],
    into_id: int | None,
    moved: Sequence[int],
    actor_id: int,
    now: datetime,
) -> None:
    """Bring a deleted or merged tag back; ``changed`` where its name or number has been taken since."""
    taken = select(Tag.id).where((Tag.id == tag_id) | (Tag.key == key_of(name)))
    if session.scalar(taken.limit(1)) is not None:
        raise TagError("changed")
    session.execute(insert(Tag).values(id=tag_id, name=name, key=key_of(name)))
    if into_id is not None:
        _take(session, ApplicationTag.application_id.in_(moved) & (ApplicationTag.tag_id == into_id))
    _insert_stuck(session, tag_id, stuck)
    record(session, act="tag.undo", actor_id=actor_id, subject_type="tag", subject_id=tag_id, now=now)


def count_use(session: Session, *, tag_id: int, most: int) -> int:
    """Count the applications that bear a tag, up to ``most``."""
    rows = select(ApplicationTag.application_id).where(ApplicationTag.tag_id == tag_id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def tags_of(session: Session, *, application_ids: Collection[int]) -> frozenset[int]:
    """Read the ids of the tags that any of these applications bears."""
    rows = select(ApplicationTag.tag_id).where(ApplicationTag.application_id.in_(application_ids)).distinct()
    return frozenset(session.scalars(rows))


def forget_unused(session: Session, *, tag_ids: Collection[int]) -> None:
    """Delete those of the tags that nobody bears any more: after an erasure a word may have been about that person alone."""
    bearing = select(ApplicationTag.tag_id).where(ApplicationTag.tag_id == Tag.id).correlate(Tag).exists()
    session.execute(delete(Tag).where(Tag.id.in_(tag_ids), ~bearing), execution_options={"synchronize_session": False})


def _take(session: Session, which: ColumnElement[bool]) -> list[Stuck]:
    rows = session.execute(
        delete(ApplicationTag)
        .where(which)
        .returning(
            ApplicationTag.application_id, ApplicationTag.posting_id, ApplicationTag.added_by, ApplicationTag.added_at
        ),
        execution_options={"synchronize_session": False},
    )
    return sorted((ident, posting, by, at.astimezone(UTC).isoformat()) for ident, posting, by, at in rows)


def _insert_stuck(session: Session, tag_id: int, stuck: Sequence[Stuck]) -> list[int]:
    """Write tags as they were, where the application is still there; give the ids of those that did not bear it."""
    wanted = [ident for ident, *_ in stuck]
    there = frozenset(
        session.scalars(select(Application.id).where(Application.id.in_(wanted), Application.erased_at.is_(None)))
    )
    there -= frozenset(
        session.scalars(
            select(ApplicationTag.application_id).where(
                ApplicationTag.application_id.in_(wanted), ApplicationTag.tag_id == tag_id
            )
        )
    )
    kept = [row for row in stuck if row[0] in there]
    rows = [
        {
            "application_id": ident,
            "tag_id": tag_id,
            "posting_id": posting,
            "added_by": by,
            "added_at": datetime.fromisoformat(at),
        }
        for ident, posting, by, at in kept
    ]
    if rows:
        session.execute(insert(ApplicationTag), rows)
    return [row[0] for row in kept]


def _note(session: Session, act: str, ids: Sequence[int], tag_id: int, actor_id: int, now: datetime) -> None:
    record_many(
        session,
        act=act,
        actor_id=actor_id,
        subject_type="application",
        now=now,
        entries=[(ident, {"tag": tag_id}) for ident in sorted(ids)],
    )
