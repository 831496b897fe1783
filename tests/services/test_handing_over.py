"""Handing applications over: who may get them, one owner, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening import audit
from screening.models import Application, HandOver, Role, Stage
from screening.policy import Actor
from screening.services.handing_over import HandOverError, hand_over, take_back
from screening.services.undoing import Act, remember, undo
from screening.services.way_back import UndoError
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def colleague(session):
    return make_user(session, Role.HIRING_MANAGER, name="何以然")


@pytest.fixture
def posting(session, recruiter, colleague):
    return make_posting(session, recruiter, colleague)


def test_an_application_goes_to_a_colleague_with_a_word_and_back_to_the_postings_owner(
    session, posting, recruiter, colleague
):
    application = make_application(session, posting)
    (first,) = hand_over(
        session, applications=[application], to_id=colleague.id, actor_id=recruiter.id, note="  懂这个方向 ", now=NOW
    )
    assert (first.from_id, first.to_id, first.actor_id, first.note, first.at) == (
        None,
        colleague.id,
        recruiter.id,
        "懂这个方向",
        NOW,
    )
    assert application.owner_id == colleague.id
    again = {"applications": [application], "to_id": colleague.id, "actor_id": recruiter.id, "note": None, "now": NOW}
    assert hand_over(session, **again) == []
    (second,) = hand_over(session, **(again | {"to_id": None}))
    assert (second.from_id, second.to_id, second.note) == (colleague.id, None, None)
    session.expire_all()
    assert session.get_one(Application, application.id).owner_id is None
    assert audit.is_intact(session)


def test_only_who_recruits_for_the_posting_gets_one(session, posting, recruiter):
    application = make_application(session, posting)
    stranger, interviewer = make_user(session), make_user(session, Role.INTERVIEWER)
    admin = make_user(session, Role.ADMIN)
    gone = make_user(session)
    other = make_posting(session, gone, interviewer, slug="other")
    gone.is_active = False
    theirs = make_application(session, other)
    for one, to in ((application, stranger), (theirs, interviewer), (theirs, gone)):
        with pytest.raises(HandOverError, match="no_right"):
            hand_over(session, applications=[one], to_id=to.id, actor_id=recruiter.id, note=None, now=NOW)
    with pytest.raises(HandOverError, match="no_right"):
        hand_over(session, applications=[application], to_id=999, actor_id=recruiter.id, note=None, now=NOW)
    assert hand_over(session, applications=[theirs], to_id=admin.id, actor_id=recruiter.id, note=None, now=NOW)
    assert session.scalars(select(HandOver.application_id)).all() == [theirs.id]


def test_one_that_has_ended_fails_them_all(session, posting, recruiter, colleague):
    live, ended = make_application(session, posting), make_application(session, posting, stage=Stage.REJECTED)
    with pytest.raises(HandOverError) as refused:
        hand_over(session, applications=[live, ended], to_id=colleague.id, actor_id=recruiter.id, note=None, now=NOW)
    assert (refused.value.code, refused.value.application_id) == ("ended", ended.id)
    assert live.owner_id is None
    assert session.scalars(select(HandOver)).all() == []


def test_undo_gives_each_back_to_who_had_it_unless_it_has_gone_on(session, posting, recruiter, colleague):
    own, free = make_application(session, posting), make_application(session, posting)
    own.owner_id = recruiter.id
    session.flush()
    done = hand_over(session, applications=[own, free], to_id=colleague.id, actor_id=recruiter.id, note=None, now=NOW)
    token = remember(session, actor_id=recruiter.id, act=Act.HAND_OVER, now=NOW, hand_overs=[one.id for one in done])
    actor = Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id}))
    undo(session, token=token, actor=actor, now=NOW + timedelta(minutes=9))
    assert (own.owner_id, free.owner_id) == (recruiter.id, None)
    assert len(session.scalars(select(HandOver)).all()) == 4

    (one,) = hand_over(session, applications=[own], to_id=colleague.id, actor_id=recruiter.id, note=None, now=NOW)
    hand_over(session, applications=[own], to_id=None, actor_id=colleague.id, note=None, now=NOW)
    with pytest.raises(HandOverError, match="changed"):
        take_back(session, hand_over_ids=[one.id], actor_id=recruiter.id, now=NOW)
    token = remember(session, actor_id=recruiter.id, act=Act.HAND_OVER, now=NOW, hand_overs=[one.id])
    with pytest.raises(UndoError, match="forbidden"):
        undo(session, token=token, actor=Actor(recruiter.id, Role.RECRUITER), now=NOW)


def test_a_hundred_take_as_many_statements_as_three(session, engine, posting, recruiter, colleague):
    def statements(number):
        made = [make_application(session, posting) for _ in range(number)]
        session.commit()
        with counted(engine) as sent:
            hand_over(session, applications=made, to_id=colleague.id, actor_id=recruiter.id, note="x", now=NOW)
        session.commit()
        return sum(not one.startswith(("BEGIN", "PRAGMA")) for one in sent)

    assert statements(3) == statements(100) < 12
