"""Columns of choices: members stand in the statement, everything else is left to the driver."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from screening.models import Application, Person, Posting, PostingState, Stage
from tests.factories import make_application, make_posting

INDEXED = (Stage.REJECTED, Stage.HIRED)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (Application.stage == Stage.HIRED, "application.stage = 'hired'"),
        (Application.stage != Stage.HIRED, "application.stage != 'hired'"),
        (Application.stage.in_(INDEXED), "application.stage IN ('hired', 'rejected')"),
        (Application.stage.not_in({*INDEXED}), "(application.stage NOT IN ('hired', 'rejected'))"),
        (Application.stage.is_(None), "application.stage IS NULL"),
    ],
)
def test_members_are_written_out(condition: Any, written: str, dialect: Any) -> None:
    compiled = condition.compile(dialect=dialect)
    assert (str(compiled), compiled.params) == (written, {})


def test_what_is_not_known_yet_is_bound() -> None:
    condition = Application.stage == bindparam("stage")
    assert condition.compile(dialect=sqlite.dialect()).params == {"stage": None}


def test_both_ways_find_the_same(session: Session) -> None:
    posting = make_posting(session)
    for stage in (Stage.APPLIED, Stage.HIRED, Stage.REJECTED):
        make_application(session, posting, stage=stage)
    session.commit()
    of = select(Application.stage).order_by(Application.id)
    assert session.scalars(of.where(Application.stage == Stage.HIRED)).all() == [Stage.HIRED]
    assert session.scalars(of.where(Application.stage == bindparam("stage")), {"stage": Stage.HIRED}).all() == [
        Stage.HIRED
    ]
    assert session.scalars(of.where(Application.stage.in_(INDEXED))).all() == [Stage.HIRED, Stage.REJECTED]
    assert session.scalars(of.where(Application.stage.not_in(INDEXED))).all() == [Stage.APPLIED]
    assert session.scalars(of.where(Application.stage.in_([]))).all() == []


def test_a_join_on_a_choice_finds_its_tables_and_each_member_has_a_statement_of_its_own(session: Session) -> None:
    open_one, closed = make_posting(session), make_posting(session, slug="closed")
    closed.state = PostingState.CLOSED
    made = [make_application(session, one) for one in (open_one, closed)]
    session.commit()
    for state, one in zip((PostingState.OPEN, PostingState.CLOSED), made, strict=True):
        joined = (Posting.id == Application.posting_id) & (Posting.state == state)
        rows = select(Application.id, Posting.slug, Person.id).join(Posting, joined)
        rows = rows.join(Person, Person.id == Application.person_id)
        assert [row[0] for row in session.execute(rows)] == [one.id]
