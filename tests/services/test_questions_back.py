"""Taking the publishing of a posting's own questions back: the form before asks again, and nobody's answers lose their form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.models import FormVersion, QuestionSet, Role, RubricState
from screening.policy import Actor
from screening.queries.careers import form_in_force
from screening.services.custom_questions import custom_questions
from screening.services.question_sets import publish_questions, save_questions, set_in
from screening.services.undoing import Act, remember, undo
from screening.services.way_back import WINDOW, UndoError
from tests.candidate.asking import own_questions
from tests.factories import NOW, make_application, make_posting, make_user

DRAFT, PUBLISHED = RubricState.DRAFT, RubricState.PUBLISHED


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


@pytest.fixture
def actor(recruiter, posting):
    return Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id}))


@pytest.fixture
def put(session, posting, actor):
    """Publish the first so many questions; give the token of the way back."""

    def publish(count):
        asked = list(own_questions(posting).values())[:count]
        draft = save_questions(session, posting=posting, questions=asked, revision=0, actor_id=actor.id, now=NOW)
        made = publish_questions(session, posting=posting, revision=draft.revision, actor_id=actor.id, now=NOW)
        return remember(session, actor_id=actor.id, act=Act.QUESTIONS_PUBLISHED, now=NOW, set=made.id)

    return publish


def asked(session, posting, state=None):
    """Count the own questions of the form, or of a set."""
    if state is None:
        form = form_in_force(session, posting_id=posting.id)
        return sum(one["kind"] == "custom" for one in form.questions)
    found = set_in(session, posting_id=posting.id, state=state)
    return len(custom_questions(found.questions)) if found else None


@pytest.mark.parametrize("before", [0, 1])
def test_the_form_before_asks_again_and_the_questions_are_a_draft(session, posting, actor, put, before):
    if before:
        put(before)
    token = put(3)
    newest = form_in_force(session, posting_id=posting.id).id
    assert asked(session, posting) == 3
    undo(session, token=token, actor=actor, now=NOW + WINDOW)
    assert (asked(session, posting), asked(session, posting, PUBLISHED)) == (before, before)
    assert asked(session, posting, DRAFT) == 3
    assert len(session.get_one(FormVersion, newest).questions) > 3
    draft = set_in(session, posting_id=posting.id, state=DRAFT)
    publish_questions(session, posting=posting, revision=draft.revision, actor_id=actor.id, now=NOW)
    assert asked(session, posting) == 3


def test_it_stays_once_somebody_has_applied_with_it(session, posting, actor, put):
    put(1)
    make_application(session, posting)
    token = put(3)
    newest = make_application(session, posting, email="yun@example.org")
    assert newest.form_version_id == form_in_force(session, posting_id=posting.id).id
    with pytest.raises(UndoError, match="applied"):
        undo(session, token=token, actor=actor, now=NOW)
    assert asked(session, posting) == 3


def test_an_application_with_the_form_before_is_no_hindrance(session, posting, actor, put):
    put(1)
    make_application(session, posting)
    undo(session, token=put(3), actor=actor, now=NOW)
    assert asked(session, posting) == 1


@pytest.mark.parametrize("code", ["expired", "changed", "forbidden", "used"])
def test_why_it_cannot_be_taken_back(session, posting, actor, put, code):
    token = put(1)
    if code == "changed":
        put(2)
    if code == "used":
        undo(session, token=token, actor=actor, now=NOW)
    who = Actor(actor.id, Role.RECRUITER) if code == "forbidden" else actor
    sets = select(QuestionSet.number, QuestionSet.state).order_by(QuestionSet.id)
    stored = session.execute(sets).all()
    late = WINDOW + timedelta(seconds=1) if code == "expired" else timedelta(0)
    with pytest.raises(UndoError) as caught:
        undo(session, token=token, actor=who, now=NOW + late)
    assert caught.value.code == code
    assert session.execute(sets).all() == stored
