"""Applications to several postings are stored together or not at all; the order of preference touches nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.documents.storage import StoredFile
from screening.models import (
    Application,
    FormVersion,
    Job,
    Posting,
    PostingState,
    Referral,
    ResumeFile,
    Stage,
    StageCount,
)
from screening.queue import PRESCORE_APPLICATION
from screening.services.applying import Contact
from screening.services.batches import BatchRefusedError, Choice, Origin, submit_batch
from tests.factories import NOW, make_application, make_posting, make_user

KEY = "a-form-key-of-sixteen-or-more"
FILE = StoredFile("ab/cd", "cv.txt", "text/plain", 3, "0" * 64)


def choice(session: Session, posting: Posting, *files: StoredFile) -> Choice:
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    return Choice(posting, form, {"basics": {"name": "云小鹤"}}, files)


def submit(session: Session, *choices: Choice, email: str = "x@example.com", **more: Any) -> list[Application]:
    return submit_batch(
        session,
        choices=choices,
        contact=Contact("云小鹤", email),
        key=KEY,
        locale="zh",
        consent_version="1",
        now=NOW,
        **more,
    )


@pytest.fixture
def postings(session: Session) -> list[Posting]:
    return [make_posting(session, slug=slug) for slug in ("first", "second", "third")]


def test_batch_makes_one_application_for_each_posting_that_share_the_file(session, postings):
    made = submit(session, *(choice(session, posting, FILE) for posting in postings))
    assert [(one.posting_id, one.preference, one.batch) for one in made] == [
        (posting.id, place, KEY) for place, posting in enumerate(postings, 1)
    ]
    assert [one.idempotency_key for one in made] == [KEY, f"{KEY}:second", f"{KEY}:third"]
    assert len({one.person_id for one in made}) == 1
    assert session.scalars(select(ResumeFile.storage_key)).all() == ["ab/cd"] * 3
    asked = session.scalars(select(Job.arguments).where(Job.name == PRESCORE_APPLICATION)).all()
    assert sorted(arguments["application_id"] for arguments in asked) == [one.id for one in made]


def test_same_batch_again_gives_the_same_applications(session, postings):
    choices = [choice(session, posting) for posting in postings]
    assert submit(session, *choices) == submit(session, *choices)


def test_single_posting_has_no_batch(session, postings):
    (only,) = submit(session, choice(session, postings[0]))
    assert (only.batch, only.preference, only.idempotency_key) == (None, None, KEY)


def test_batch_names_all_that_stands_against_it_and_stores_nothing(session, postings):
    submit(session, choice(session, postings[2]))
    postings[0].state = PostingState.CLOSED
    session.commit()
    with pytest.raises(BatchRefusedError) as refused:
        submit_batch(
            session,
            choices=[choice(session, posting) for posting in postings],
            contact=Contact("云小鹤", "x@example.com"),
            key="another-key-of-sixteen",
            locale="zh",
            consent_version="1",
            now=NOW,
        )
    assert (refused.value.closed, refused.value.applied) == (("first",), ("third",))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Application)) == 1


def test_longest_key_and_slug_fit(session):
    slug = "s" * 80
    postings = [make_posting(session, slug="first"), make_posting(session, slug=slug)]
    made = submit_batch(
        session,
        choices=[choice(session, posting) for posting in postings],
        contact=Contact("云小鹤", "x@example.com"),
        key="k" * 64,
        locale="zh",
        consent_version="1",
        now=NOW,
    )
    session.commit()
    assert made[1].idempotency_key == f"{'k' * 64}:{slug}"


def test_referral_counts_for_its_own_posting_only(session, postings):
    staff = make_user(session)
    referral = Referral(posting_id=postings[1].id, code="abc", referrer="梁上燕", made_by_id=staff.id, made_at=NOW)
    session.add(referral)
    session.flush()
    origin = Origin("referral", referral, "a friend")
    made = submit(session, *(choice(session, posting) for posting in postings), origin=origin)
    assert [one.referral_id for one in made] == [None, referral.id, None]
    assert {(one.source, one.heard) for one in made} == {("referral", "a friend")}


def test_application_of_somebody_else_stands_against_nothing(session, postings):
    make_application(session, postings[0], email="other@example.com")
    assert len(submit(session, *(choice(session, posting) for posting in postings))) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_batches_in_opposite_orders_and_single_ones_never_wait_in_a_circle(engine, session, postings):
    for posting in postings:
        session.add(StageCount(posting_id=posting.id, stage=Stage.APPLIED, count=0))
    session.commit()
    start = Barrier(6)

    def send(number: int) -> int:
        with Session(engine) as own:
            mine = [own.get_one(Posting, posting.id) for posting in postings]
            mine = [mine, mine[::-1], mine[1:2]][number % 3]
            choices = [choice(own, posting) for posting in mine]
            start.wait()
            made = submit_batch(
                own,
                choices=choices,
                contact=Contact("云小鹤", f"{number}@example.com"),
                key=f"form-key-of-sixteen-{number}",
                locale="zh",
                consent_version="1",
                now=NOW,
            )
            own.commit()
            return len(made)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(send, range(6))) == 2 * (3 + 3 + 1)
    session.expire_all()
    counts = session.execute(select(StageCount.posting_id, StageCount.count).order_by(StageCount.posting_id)).all()
    assert [count for _posting, count in counts] == [4, 6, 4]
