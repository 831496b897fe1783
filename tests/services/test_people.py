"""Who may be the same person: what is comparable in a contact, when it is suspected, and decisions that can be taken back."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from screening.models import ContactKey, FormVersion, Ground, Person, SuspectedDuplicate, SuspicionState
from screening.queries.people import root_of
from screening.services.applying import Contact, submit_application
from screening.services.contact_keys import contact_keys
from screening.services.people import CROWD, PeopleError, decide, take_back_decision_on_people
from tests.factories import NOW, SAMPLE_ANSWERS, make_posting, make_user

SAME, DIFFERENT, OPEN = SuspicionState.SAME, SuspicionState.DIFFERENT, SuspicionState.OPEN


def keys(name="云小鹤", email="a@example.com", phone=None, schools=()):
    return contact_keys(name=name, email=email, phone=phone, schools=schools)


def grounds(one, other):
    return {one[digest] for digest in one.keys() & other.keys()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yun+jobs@Example.com", "yun@example.com"),
        ("yun.xiao@gmail.com", "yunxiao@googlemail.com"),
        ("ｙun@example.com", "yun@example.com "),
    ],
)
def test_addresses_that_reach_the_same_box_are_equal(one, other):
    assert grounds(keys(email=one), keys(email=other)) == {Ground.EMAIL}


def test_dots_count_where_the_host_reads_them():
    assert not grounds(keys(email="yun.xiao@example.com"), keys(email="yunxiao@example.com"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("13800000123", "+86 138 0000 0123"),
        ("138-0000-0123", "0086 13800000123"),
        ("020 7946 0000", "+44 20 7946 0000"),
        ("06 12 34 56 78", "+33 6 12 34 56 78"),
        ("１３８００００００１２３"[1:], "3800000012３"),
    ],
)
def test_numbers_are_equal_with_and_without_the_country(one, other):
    assert grounds(keys(email="", phone=one), keys(email="", phone=other)) == {Ground.PHONE}


def test_other_numbers_and_short_ones_are_not():
    assert not grounds(keys(email="", phone="13800000123"), keys(email="", phone="13800000124"))
    assert not keys(email="", phone="110")


def test_a_name_counts_with_a_school_only_and_in_any_order():
    one = keys(name="Xiaohe Yun", email="", schools=["Yunxi University"])
    other = keys(name="YUN, Xiaohe", email="", schools=["yunxi  university", "Another"])
    assert grounds(one, other) == {Ground.NAME_SCHOOL}
    assert not keys(name="Xiaohe Yun", email="")
    assert not grounds(one, keys(name="Xiaohe Yun", email="", schools=["Another"]))


@given(st.text(), st.text(), st.none() | st.text(), st.lists(st.text(), max_size=3))
def test_any_contact_has_keys_without_its_words(name, email, phone, schools):
    for digest, ground in contact_keys(name=name, email=email, phone=phone, schools=schools).items():
        assert len(digest) == 64
        assert ground is not Ground.HAND


@pytest.fixture
def posting(session):
    return make_posting(session)


@pytest.fixture
def actor_id(session):
    return make_user(session).id


@pytest.fixture
def apply(session, posting):
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()

    def send(email, *, name="云小鹤", phone="13800000123", answers=SAMPLE_ANSWERS):
        return submit_application(
            session,
            posting=posting,
            form_version=form,
            contact=Contact(name, email, phone),
            answers=answers,
            files=[],
            idempotency_key=secrets.token_hex(16),
            locale="zh",
            consent_version="1",
            now=NOW,
        )

    return send


def pairs(session):
    return session.scalars(select(SuspectedDuplicate).order_by(SuspectedDuplicate.id)).all()


def test_the_same_contact_under_another_address_is_suspected_once_and_both_applications_stay(session, apply):
    one, other = apply("yun@example.com"), apply("yun@example.org")
    (pair,) = pairs(session)
    assert (pair.first_id, pair.second_id) == (one.person_id, other.person_id)
    assert (pair.grounds, pair.state) == (["name_school", "phone"], OPEN)
    apply("he@example.org", name="何", phone="+86 13900000456", answers={})
    assert len(pairs(session)) == 1


def test_new_grounds_are_added_and_nobody_is_asked_twice(session, posting, apply, actor_id):
    one = apply("yun@example.com", answers={})
    other = apply("yun@example.org", answers={}, name="另一人")
    decide(session, one=one, other=other, state=DIFFERENT, actor_id=actor_id, now=NOW)
    third = apply("yun+2@example.com", answers={}, phone=None)
    assert [(pair.grounds, pair.state) for pair in pairs(session)] == [(["phone"], DIFFERENT), (["email"], OPEN)]
    assert pairs(session)[1].second_id == third.person_id


def test_what_a_crowd_shares_is_no_sign(session, apply):
    for number in range(CROWD + 2):
        apply(f"crowd{number}@example.com", answers={}, name=f"人{number}")
    suspected = pairs(session)
    newest = max(session.scalars(select(Person.id)))
    assert suspected
    assert all(newest not in (pair.first_id, pair.second_id) for pair in suspected)


def test_merged_people_stand_under_the_older_and_come_apart_again(session, apply, actor_id):
    one, other, third = (apply(f"yun{number}@example.com") for number in range(3))
    decide(session, one=third, other=other, state=SAME, actor_id=actor_id, now=NOW)
    decide(session, one=one, other=third, state=SAME, actor_id=actor_id, now=NOW)
    assert {root_of(session, person.person_id) for person in (one, other, third)} == {one.person_id}
    assert {one.person_id, other.person_id, third.person_id} == set(session.scalars(select(Person.id)))
    decide(session, one=one, other=other, state=DIFFERENT, actor_id=actor_id, now=NOW)
    assert root_of(session, one.person_id) == one.person_id
    assert root_of(session, third.person_id) == other.person_id


def test_a_decision_is_taken_back_exactly(session, apply, actor_id):
    one, other = apply("yun@example.com"), apply("yun@example.org")
    pair, before = decide(session, one=one, other=other, state=SAME, actor_id=actor_id, now=NOW)
    assert before is OPEN
    take_back_decision_on_people(session, pair_id=pair.id, after=SAME, before=before, actor_id=actor_id, now=NOW)
    assert (pair.state, root_of(session, other.person_id)) == (OPEN, other.person_id)
    with pytest.raises(PeopleError):
        take_back_decision_on_people(session, pair_id=pair.id, after=SAME, before=before, actor_id=actor_id, now=NOW)


def test_two_whom_nobody_suspected_are_merged_by_hand_and_the_pair_goes_with_its_undo(session, apply, actor_id):
    one = apply("yun@example.com")
    other = apply("he@example.org", name="何", phone=None, answers={})
    pair, before = decide(session, one=one, other=other, state=SAME, actor_id=actor_id, now=NOW)
    assert (pair.grounds, before) == (["hand"], None)
    with pytest.raises(PeopleError):
        decide(session, one=other, other=one, state=SAME, actor_id=actor_id, now=NOW)
    take_back_decision_on_people(session, pair_id=pair.id, after=SAME, before=None, actor_id=actor_id, now=NOW)
    assert not pairs(session)
    assert root_of(session, other.person_id) == other.person_id


def test_one_address_is_one_person_whatever_is_said(session, apply, actor_id):
    one = apply("yun@example.com")
    with pytest.raises(PeopleError):
        decide(session, one=one, other=one, state=SAME, actor_id=actor_id, now=NOW)


def test_an_earlier_merge_taken_back_later_keeps_the_later_one(session, apply, actor_id):
    one, other, third = (apply(f"yun{number}@example.com") for number in range(3))
    first, _ = decide(session, one=other, other=third, state=SAME, actor_id=actor_id, now=NOW)
    decide(session, one=one, other=other, state=SAME, actor_id=actor_id, now=NOW)
    take_back_decision_on_people(session, pair_id=first.id, after=SAME, before=OPEN, actor_id=actor_id, now=NOW)
    assert root_of(session, third.person_id) == third.person_id
    assert root_of(session, other.person_id) == one.person_id
    decide(session, one=one, other=other, state=DIFFERENT, actor_id=actor_id, now=NOW)
    assert root_of(session, third.person_id) == third.person_id


def test_keys_hold_no_words(session, apply):
    apply("yun@example.com")
    assert {key.ground for key in session.scalars(select(ContactKey))} == {
        Ground.EMAIL,
        Ground.PHONE,
        Ground.NAME_SCHOOL,
    }
