"""Storing a submission: what was read before the write may be old by then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from screening.extensions import reading_first
from screening.models import Application, FormVersion, Person, Posting, PostingState
from screening.services.applying import Contact, PostingClosedError, find_submission, submit_application
from tests.factories import NOW, make_posting

KEY = "a-form-key-of-sixteen-or-more"


def submit(session: Session, posting: Posting, *, key: str = KEY, email: str = "x@example.com") -> Application:
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    return submit_application(
        session,
        posting=posting,
        form_version=form,
        contact=Contact("云小鹤", email),
        answers={"basics": {"name": "云小鹤"}},
        files=[],
        idempotency_key=key,
        locale="zh",
        consent_version="1",
        now=NOW,
    )


@pytest.mark.parametrize("change", ["state", "closes_at"])
def test_posting_that_closed_after_it_was_read_takes_no_application(
    engine: Engine, session: Session, change: str
) -> None:
    slug = make_posting(session).slug
    session.commit()
    with Session(engine, expire_on_commit=False) as reader:
        with reading_first(reader):
            seen = reader.scalars(select(Posting).where(Posting.slug == slug)).one()
        other = session.scalars(select(Posting)).one()
        if change == "state":
            other.state = PostingState.CLOSED
        else:
            other.closes_at = NOW - timedelta(seconds=1)
        session.commit()
        with pytest.raises(PostingClosedError):
            submit(reader, seen)


def test_person_who_is_known_is_found_and_one_who_is_not_is_made(session: Session) -> None:
    first, second = make_posting(session), make_posting(session, slug="second")
    made = submit(session, first, email=" Xiaohe@Example.com ")
    again = submit(session, second, key=f"{KEY}2", email="xiaohe@example.com")
    assert made.person_id == again.person_id
    assert submit(session, first, key=f"{KEY}3", email="y@example.com").person_id != made.person_id
    assert session.scalar(select(func.count()).select_from(Person)) == 2


def test_submission_is_found_by_its_key_alone(session: Session) -> None:
    made = submit(session, make_posting(session))
    assert find_submission(session, KEY) is made
    assert find_submission(session, f"{KEY}:") is None
