"""Prepared statements write and read what SQLAlchemy's own execution writes and reads, on both databases."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, inspect, select, update
from sqlalchemy.orm import Session

from screening.models import (
    Answer,
    Application,
    Base,
    BookingOffer,
    Bulk,
    BulkKind,
    BulkState,
    Job,
    JobState,
    Person,
    Posting,
    ResumeFile,
    Stage,
    StageDay,
    User,
)
from screening.models.prepared import Prepared, upsert
from screening.queries.columns import among, read_entity
from tests.architecture.doors import make_world
from tests.factories import make_application, make_posting

JOBS, PEOPLE, ANSWERS, DAYS = (Base.metadata.tables[kind.__tablename__] for kind in (Job, Person, Answer, StageDay))
AT = datetime(2026, 11, 30, 8, 15, 59, 123456, UTC)


def job(key: str, **values: Any) -> dict[str, Any]:
    return {"name": "x", "key": key, "arguments": {"a": 1, "名": ["<", None]}, "due_at": AT, "created_at": AT, **values}


def test_a_row_is_written_by_its_types_with_the_defaults_that_are_not_given(session: Session) -> None:
    add = Prepared(insert(JOBS).returning(JOBS.c.id), row=True)
    one, other = add.scalar(session, job("1")), add.scalar(session, job("2", state=JobState.DONE, last_error="o'N"))
    session.execute(insert(JOBS), [job("3"), job("4", state=JobState.DONE, last_error="o'N")][:1])
    stored = {row.key: row for row in session.scalars(select(Job))}
    assert (stored["1"].id, stored["2"].id) == (one, other)
    for name in ("name", "arguments", "state", "attempts", "due_at", "created_at", "finished_at", "last_error"):
        assert getattr(stored["1"], name) == getattr(stored["3"], name), name
    assert (stored["2"].state, stored["2"].last_error, stored["1"].due_at) == (JobState.DONE, "o'N", AT)


@pytest.mark.parametrize("value", [None, "", 0, False, [], {"a": None}, "名😀"])
def test_json_is_written_as_sqlalchemy_writes_it(session: Session, value: Any) -> None:
    posting = make_posting(session)
    ids = [make_application(session, posting).id for _ in range(3)]
    Prepared(insert(ANSWERS), row=True).execute(
        session, [{"application_id": ident, "field": "odd", "value": value} for ident in ids[:2]]
    )
    session.execute(insert(ANSWERS), {"application_id": ids[2], "field": "odd", "value": value})
    found = session.execute(select(ANSWERS.c.value, ANSWERS.c.value.is_(None)).where(ANSWERS.c.field == "odd"))
    assert len({repr(tuple(row)) for row in found}) == 1


def test_what_is_there_stays_and_constants_of_a_statement_hold(session: Session) -> None:
    add = Prepared(
        lambda dialect: (
            upsert(PEOPLE, dialect).on_conflict_do_nothing(index_elements=["email_normalised"]).returning(PEOPLE.c.id)
        ),
        row=True,
    )
    first = add.scalar(session, {"email_normalised": "a@example.com", "created_at": AT})
    assert isinstance(first, int)
    assert add.scalar(session, {"created_at": AT, "email_normalised": "a@example.com"}) is None
    newest = Prepared(select(PEOPLE.c.id).where(PEOPLE.c.email_normalised != "nobody").order_by(PEOPLE.c.id).limit(1))
    assert [newest.scalar(session, {}), newest.scalar(session, {})] == [first, first]


def test_a_value_that_is_missing_is_not_taken_for_none(session: Session) -> None:
    known = Prepared(select(PEOPLE.c.id).where(PEOPLE.c.email_normalised == bindparam("address")))
    with pytest.raises(KeyError, match="address"):
        known.scalar(session, {"adress": "a@example.com"})


def test_changes_and_names_that_stand_twice(session: Session) -> None:
    posting = make_posting(session)
    row = {"posting_id": posting.id, "stage": Stage.APPLIED, "day": date(2026, 11, 30), "count": 2}
    Prepared(insert(DAYS), row=True).execute(session, row)
    by = bindparam("by", type_=DAYS.c.count.type)
    more = Prepared(
        update(DAYS)
        .where(DAYS.c.posting_id == bindparam("of"), DAYS.c.stage == bindparam("at", type_=DAYS.c.stage.type))
        .values(count=DAYS.c.count + by + by)
    )
    more.execute(session, {"of": posting.id, "at": Stage.APPLIED, "by": 3})
    assert session.scalar(select(StageDay.count)) == 8


def test_what_has_to_be_worked_out_is_refused(session: Session) -> None:
    table = Base.metadata.tables[Application.__tablename__]
    worked_out = [
        column.name for column in table.columns if column.default is not None and not column.default.is_scalar
    ]
    assert worked_out == [], "no column of today's; the check below is for one to come"
    posting = make_posting(session)
    with pytest.raises(Exception, match=r"NOT NULL|null value"):
        Prepared(insert(table), row=True).execute(session, {"posting_id": posting.id})
    session.rollback()


def test_rows_are_read_as_sqlalchemy_reads_them(session: Session) -> None:
    posting = make_posting(session)
    first = make_application(session, posting, name="云小鹤")
    make_application(session, posting, name="o'N")
    columns = select(*Base.metadata.tables[Application.__tablename__].c).order_by(Application.id)
    kept = Prepared(
        columns.where(Application.id >= bindparam("least"), Application.stage.in_((Stage.APPLIED, Stage.OFFER)))
    )
    for _ in range(2):
        assert kept.read(session, {"least": 0}) == [tuple(row) for row in session.execute(columns)]
    assert kept.read(session, {"least": first.id + 2}) == []


def test_what_waits_in_the_session_is_read(session: Session) -> None:
    session.add(Person(email_normalised="waits@example.com", created_at=AT))
    assert Prepared(select(PEOPLE.c.email_normalised, PEOPLE.c.created_at)).read(session, {}) == [
        ("waits@example.com", AT)
    ]


@pytest.mark.parametrize("asked", [[], {2}, (1, 3), frozenset({1, 2, 3, 999})])
def test_any_number_of_numbers_is_one_parameter(session: Session, asked: Collection[int]) -> None:
    session.add_all(Person(id=ident, email_normalised=f"{ident}@example.com", created_at=AT) for ident in (1, 2, 3))
    ids = select(PEOPLE.c.id).order_by(PEOPLE.c.id)
    inside, outside = Prepared(ids.where(among(PEOPLE.c.id, "ids"))), Prepared(ids.where(~among(PEOPLE.c.id, "ids")))
    assert [ident for (ident,) in inside.read(session, {"ids": asked})] == [one for one in (1, 2, 3) if one in asked]
    assert [ident for (ident,) in outside.read(session, {"ids": asked})] == [
        one for one in (1, 2, 3) if one not in asked
    ]
    assert session.scalars(ids.where(among(PEOPLE.c.id, "ids")), {"ids": asked}).all() == [
        one for one in (1, 2, 3) if one in asked
    ]


@pytest.mark.parametrize("kind", [Posting, User, Bulk, ResumeFile, BookingOffer])
def test_an_object_is_read_by_its_number_as_get_reads_it(session: Session, kind: type[Base]) -> None:
    values = make_world(session).values
    bulk = Bulk(posting_id=values["posting_id"], actor_id=values["user_id"], kind=BulkKind.TAG, arguments={"tag": 1}, total=1,
                done=0, skipped=0, undone=0, state=BulkState.DONE, created_at=AT)  # fmt: skip
    session.add(bulk)
    session.commit()
    ident = session.scalars(select(inspect(kind).primary_key[0]).order_by(inspect(kind).primary_key[0])).first()
    assert ident is not None
    session.expunge_all()
    found = read_entity(session, kind, ident)
    assert found is not None
    assert read_entity(session, kind, ident) is found is session.get(kind, ident)
    assert read_entity(session, kind, 10**6) is None
    read = {column.key: getattr(found, column.key) for column in inspect(kind).column_attrs}
    assert not session.dirty
    session.expunge_all()
    got = session.get_one(kind, ident)
    assert read == {column.key: getattr(got, column.key) for column in inspect(kind).column_attrs}


def test_an_object_that_was_read_by_its_number_is_written_when_it_changes(session: Session) -> None:
    posting = make_posting(session)
    session.commit()
    session.expunge_all()
    found = read_entity(session, Posting, posting.id)
    assert found is not None
    found.title = "换了名字"
    session.commit()
    assert session.scalar(select(Posting.title).where(Posting.id == posting.id)) == "换了名字"
