"""Drafts of applications: saved as typed, never overwritten unseen, gone when sent or left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from screening.documents.storage import StoredFile
from screening.models import ApplicationDraft, DraftFile, FormVersion, Posting
from screening.services.application_drafts import (
    KEEP_DRAFTS,
    MOST_BYTES,
    DraftChangedError,
    DraftElsewhereError,
    DraftSentError,
    DraftTooLargeError,
    attach_file,
    detach_file,
    files_of,
    find_draft,
    forget_draft,
    forget_expired_drafts,
    is_expired,
    save_draft,
)
from tests.factories import NOW, make_application, make_posting

KEY = "k" * 32
TYPED = [("name", "云小鹤"), ("q3-chosen", "北京"), ("q3-chosen", "上海"), ("q5-text", "  zwei\r\nZeilen \x00 ")]


@pytest.fixture
def posting(session: Session) -> Posting:
    made = make_posting(session)
    session.commit()
    return made


def save(session, posting, fields=TYPED, *, version=0, key=KEY, now=NOW, **more):
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    return save_draft(
        session,
        key=key,
        posting=posting,
        form_version=form,
        fields=fields,
        version=version,
        locale="zh",
        now=now,
        **more,
    )


def stored(name: str) -> StoredFile:
    return StoredFile(name * 32, f"{name}.pdf", "application/pdf", 12, "0" * 64)


def test_a_draft_comes_back_as_it_was_typed(session, posting):
    draft = save(session, posting)
    session.commit()
    session.expunge_all()
    found = find_draft(session, KEY)
    assert found is not None
    assert [tuple(pair) for pair in found.fields] == TYPED
    assert (found.version, found.posting_id, found.expires_at) == (1, posting.id, NOW + KEEP_DRAFTS)
    assert found.id == draft.id
    assert find_draft(session, "x" * 32) is None


def test_each_save_is_a_new_version_and_keeps_the_draft_longer(session, posting):
    save(session, posting)
    later = NOW + timedelta(days=20)
    draft = save(session, posting, [("name", "云")], version=1, now=later)
    assert (draft.version, draft.created_at, draft.changed_at) == (2, NOW, later)
    assert not is_expired(draft, now=NOW + KEEP_DRAFTS)
    assert is_expired(draft, now=later + KEEP_DRAFTS)
    assert len(session.scalars(select(ApplicationDraft)).all()) == 1


def test_an_older_page_overwrites_nothing_until_it_knows_the_newer_version(session, posting):
    save(session, posting, writer="one")
    save(session, posting, [("name", "newer")], version=1, writer="one")
    with pytest.raises(DraftChangedError) as refusal:
        save(session, posting, [("name", "older")], version=1, writer="two")
    assert refusal.value.draft.version == 2
    assert find_draft(session, KEY).fields == [["name", "newer"]]
    assert save(session, posting, [("name", "older")], version=2, writer="two").version == 3


def test_a_page_whose_answer_was_lost_goes_on(session, posting):
    save(session, posting, writer="one")
    assert save(session, posting, [("name", "further")], version=0, writer="one").version == 2
    with pytest.raises(DraftChangedError):
        save(session, posting, [("name", "other")], version=0, writer="")


def test_of_two_first_saves_at_once_one_is_told(engine: Engine, session, posting):
    with Session(engine, expire_on_commit=False) as other:
        save(other, posting, [("name", "first")], writer="one")
        other.commit()
    with pytest.raises(DraftChangedError):
        save(session, posting, [("name", "second")], writer="two")
    assert find_draft(session, KEY).fields == [["name", "first"]]


def test_of_many_saves_of_one_version_at_once_exactly_one_is_taken(engine: Engine, session, posting):
    save(session, posting, writer="first")
    session.commit()
    start = Barrier(6)

    def race(number: int) -> bool:
        with Session(engine, expire_on_commit=False) as own:
            start.wait(30)
            try:
                save(own, own.merge(posting, load=False), [("name", f"n{number}")], version=1, writer=f"w{number}")
                own.commit()
            except DraftChangedError:
                own.rollback()
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(race, range(6)))
    assert won.count(True) == 1
    stored = find_draft(session, KEY)
    assert (stored.version, stored.fields) == (2, [["name", f"n{won.index(True)}"]])


def test_a_key_of_another_posting_changes_nothing(session, posting):
    other = make_posting(session, slug="second")
    save(session, posting)
    with pytest.raises(DraftElsewhereError):
        save(session, other, [("name", "x")], version=1)
    assert find_draft(session, KEY).version == 1


def test_a_sent_form_has_no_draft_any_more(session, posting):
    application = make_application(session, posting)
    with pytest.raises(DraftSentError):
        save(session, posting, key=application.idempotency_key)
    assert session.scalars(select(ApplicationDraft)).all() == []


def test_more_than_a_form_can_hold_is_refused_and_the_last_save_stays(session, posting):
    save(session, posting)
    with pytest.raises(DraftTooLargeError):
        save(session, posting, [("summary", "云" * (MOST_BYTES // 3))], version=1)
    assert find_draft(session, KEY).version == 1


def test_a_file_is_kept_under_its_field_until_another_takes_its_place(session, posting):
    draft = save(session, posting)
    attach_file(session, draft=draft, field="resume", stored=stored("a"), now=NOW)
    attach_file(session, draft=draft, field="c1", stored=stored("c"), now=NOW)
    attach_file(session, draft=draft, field="resume", stored=stored("b"), now=NOW)
    assert [(file.field, file.original_name) for file in files_of(session, draft)] == [
        ("c1", "c.pdf"),
        ("resume", "b.pdf"),
    ]
    detach_file(session, draft=draft, field="resume")
    assert [file.field for file in files_of(session, draft)] == ["c1"]


def test_forgetting_takes_the_files_rows_along_and_only_of_this_draft(session, posting):
    kept = save(session, posting, key="o" * 32)
    attach_file(session, draft=kept, field="resume", stored=stored("a"), now=NOW)
    draft = save(session, posting)
    attach_file(session, draft=draft, field="resume", stored=stored("b"), now=NOW)
    forget_draft(session, KEY)
    forget_draft(session, "never there".ljust(32))
    session.commit()
    session.expunge_all()
    assert find_draft(session, KEY) is None
    assert session.scalars(select(DraftFile.original_name)).all() == ["a.pdf"]


def test_drafts_are_cleared_away_thirty_days_after_the_last_change(session, posting):
    save(session, posting)
    save(session, posting, key="o" * 32, now=NOW + timedelta(days=2))
    assert forget_expired_drafts(session, now=NOW + KEEP_DRAFTS - timedelta(seconds=1)) == 0
    assert forget_expired_drafts(session, now=NOW + KEEP_DRAFTS) == 1
    assert session.scalars(select(ApplicationDraft.key)).all() == ["o" * 32]


def test_whatever_is_typed_comes_back_the_same(session, posting):
    names, texts = st.text(st.characters(codec="utf-8"), max_size=9), st.text(st.characters(codec="utf-8"))
    draft = save(session, posting)

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(names, texts), max_size=6))
    def check(fields):
        save(session, posting, fields, version=find_draft(session, KEY).version)
        session.commit()
        assert [tuple(pair) for pair in find_draft(session, KEY).fields] == fields

    check()
    assert draft.key == KEY
