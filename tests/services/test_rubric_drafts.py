"""Revisions of a rubric's draft: undo over several saves, going back, findings answered anew, anchors shared over drafts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from rubrics.codec import dump_rubric, load_rubric
from rubrics.findings import Finding, FindingCode
from rubrics.model import Section
from rubrics.text import Lines
from screening.models import PostingState, RubricRevision, RubricState
from screening.policy import Actor, Role
from screening.queries.shared_criteria import drafts_with_key
from screening.services.drafting import (
    RevisionError,
    reopen_finding,
    restore_revision,
    save_rubric,
    settle_finding,
    settled_rows,
    version_in,
)
from screening.services.rubric_anchors import save_and_share
from screening.services.rubric_edits import criterion_of, reword, set_anchors, weigh
from screening.services.undoing import Act, remember, undo
from tests.factories import make_posting, make_user

FOUR = ("没有", "一些", "够用", "很好")


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    posting = make_posting(session, recruiter, state=PostingState.DRAFT)
    draft = version_in(session, posting, RubricState.DRAFT)
    doubts = tuple(
        Finding(code, Lines(7, 7), "doubt", "存疑", criteria=("r2",))
        for code in (FindingCode.BONUS_IN_REQUIREMENTS, FindingCode.UNPARSED_LINE)
    )
    draft.document = dump_rubric(replace(load_rubric(draft.document), warnings=doubts))
    session.flush()
    return posting


def draft_of(session, posting):
    return version_in(session, posting, RubricState.DRAFT)


def rubric_of(session, posting):
    return load_rubric(draft_of(session, posting).document)


def answers(session, posting):
    return {row.finding: row.answer for row in settled_rows(session, draft_of(session, posting))}


def test_undo_of_an_act_of_two_saves_takes_both_back_and_keeps_older_answers(session, posting, recruiter, now):
    who = {"actor_id": recruiter.id, "now": now}
    settle_finding(session, posting=posting, finding=1, answer="noted", revision=1, **who)
    before = rubric_of(session, posting)
    save_rubric(session, posting=posting, rubric=reword(before, "r1", "别的字"), revision=2, change="settle", **who)
    draft = settle_finding(session, posting=posting, finding=0, answer="bonus", revision=3, **who)
    assert criterion_of(rubric_of(session, posting), "b3").section is Section.BONUS
    token = remember(session, act=Act.RUBRIC, version=draft.id, revision=draft.revision, steps=2, **who)
    undo(session, token=token, actor=Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id})), now=now)
    assert rubric_of(session, posting) == before
    assert answers(session, posting) == {1: "noted"}


def test_a_draft_goes_back_to_any_of_its_revisions_and_forward_again(session, posting, recruiter, now):
    who = {"actor_id": recruiter.id, "now": now}
    first = rubric_of(session, posting)
    save_rubric(session, posting=posting, rubric=weigh(first, "r1", 3), revision=1, change="save", **who)
    settle_finding(session, posting=posting, finding=0, answer="keep", revision=2, **who)
    third = rubric_of(session, posting)
    draft = restore_revision(session, posting=posting, to=1, revision=3, **who)
    assert (rubric_of(session, posting), answers(session, posting), draft.revision) == (first, {}, 4)
    restore_revision(session, posting=posting, to=3, revision=4, **who)
    assert (rubric_of(session, posting), answers(session, posting)) == (third, {0: "keep"})
    changes = session.scalars(select(RubricRevision.change).order_by(RubricRevision.revision)).all()
    assert changes == ["save", "settle:0:keep", "restore:1", "restore:3"]
    for to, revision in ((1, 3), (99, 5)):
        with pytest.raises(RevisionError):
            restore_revision(session, posting=posting, to=to, revision=revision, **who)


def test_an_answered_finding_is_opened_again(session, posting, recruiter, now):
    who = {"actor_id": recruiter.id, "now": now}
    settle_finding(session, posting=posting, finding=1, answer="noted", revision=1, **who)
    reopen_finding(session, posting=posting, finding=1, revision=2, **who)
    assert answers(session, posting) == {}
    restore_revision(session, posting=posting, to=2, revision=3, **who)
    assert answers(session, posting) == {1: "noted"}


def test_anchors_are_shared_by_key_within_one_s_rights_and_taken_back_together(session, posting, recruiter, now):
    mine = make_posting(session, recruiter, slug="mine", state=PostingState.DRAFT)
    foreign = make_posting(session, slug="foreign", state=PostingState.DRAFT)
    make_posting(session, recruiter, slug="frozen")
    key = criterion_of(rubric_of(session, posting), "r2").key
    assert [row.posting_id for row in drafts_with_key(session, key=key, but=posting.id)] == [mine.id, foreign.id]

    def share(revision, anchors):
        return save_and_share(
            session,
            posting=posting,
            rubric=set_anchors(rubric_of(session, posting), "r2", anchors),
            criterion="r2",
            within={posting.id, mine.id},
            revision=revision,
            change="edit:r2",
            actor_id=recruiter.id,
            now=now,
        )

    draft, shared = share(1, FOUR)
    assert [one.posting_id for one in shared] == [mine.id]
    assert criterion_of(rubric_of(session, mine), "r2").anchors.texts == FOUR
    assert criterion_of(rubric_of(session, foreign), "r2").anchors is None
    assert share(2, FOUR)[1] == ()
    pairs = [number for one in shared for number in (one.version_id, one.revision)]
    token = remember(
        session,
        actor_id=recruiter.id,
        act=Act.RUBRIC,
        now=now,
        version=draft.id,
        revision=draft.revision,
        steps=1,
        shared=pairs,
    )
    actor = Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id, mine.id}))
    undo(session, token=token, actor=actor, now=now)
    assert criterion_of(rubric_of(session, posting), "r2").anchors is None
    assert criterion_of(rubric_of(session, mine), "r2").anchors is None
    with pytest.raises(RevisionError):
        share(1, FOUR)
