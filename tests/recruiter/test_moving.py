"""Stage moves: the state machine, the counters, and the way back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening import audit
from screening.models import Application, Outcome, Role, Stage, StageCount, StageMove, StageRule
from screening.policy import Actor
from screening.queries.stage_rules import OPTIONAL, STANDARD, STANDARD_DAYS, rules_of
from screening.services.deciding import DecideError, decide, possible_outcomes
from screening.services.moving import ALLOWED_MOVES, MoveError, allowed_moves, move_application, move_many, undo_moves
from screening.services.undoing import Act, remember, undo
from screening.services.way_back import UndoError
from tests.factories import NOW, make_application, make_posting, make_user


def counts(session):
    rows = session.execute(select(StageCount.stage, StageCount.count).where(StageCount.count > 0))
    return dict(rows.all())


def real_counts(session):
    rows = session.execute(select(Application.stage, func.count()).group_by(Application.stage))
    return dict(rows.all())


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


def test_move_keeps_who_when_from_and_to_and_the_counters(session, posting, recruiter, now):
    application = make_application(session, posting)
    make_application(session, posting)
    move = move_application(session, application=application, to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    assert (move.from_stage, move.to_stage, move.actor_id, move.at) == (
        Stage.APPLIED,
        Stage.SCREENING,
        recruiter.id,
        now,
    )
    assert (application.stage, application.stage_since) == (Stage.SCREENING, now)
    assert counts(session) == {Stage.APPLIED: 1, Stage.SCREENING: 1} == real_counts(session)
    assert audit.is_intact(session)


@pytest.mark.parametrize(
    ("start", "to"),
    [
        (Stage.APPLIED, Stage.OFFER),
        (Stage.APPLIED, Stage.HIRED),
        (Stage.SCREENING, Stage.DEBRIEF),
        (Stage.WITHDRAWN, Stage.SCREENING),
        (Stage.HIRED, Stage.REJECTED),
    ],
)
def test_move_that_the_state_machine_does_not_know_is_refused(session, posting, recruiter, now, start, to):
    application = make_application(session, posting, stage=start)
    with pytest.raises(MoveError) as refused:
        move_application(session, application=application, to=to, actor_id=recruiter.id, now=now, reason="requirement")
    assert refused.value.code == "not_allowed"
    assert application.stage is start


def test_every_stage_has_its_moves_and_none_leads_to_itself():
    assert set(ALLOWED_MOVES) == set(Stage)
    assert all(stage not in targets for stage, targets in ALLOWED_MOVES.items())


@pytest.mark.parametrize(("reason", "code"), [(None, "reason_missing"), ("bad", "reason_unknown")])
def test_rejecting_wants_a_reason_of_the_list(session, posting, recruiter, now, reason, code):
    application = make_application(session, posting)
    with pytest.raises(MoveError) as refused:
        move_application(
            session, application=application, to=Stage.REJECTED, actor_id=recruiter.id, now=now, reason=reason
        )
    assert refused.value.code == code


def test_staff_cannot_withdraw_for_a_candidate(session, posting, recruiter, now):
    application = make_application(session, posting)
    with pytest.raises(MoveError):
        move_application(session, application=application, to=Stage.WITHDRAWN, actor_id=recruiter.id, now=now)
    move_application(session, application=application, to=Stage.WITHDRAWN, actor_id=None, now=now)
    assert counts(session) == {Stage.WITHDRAWN: 1}


def test_move_many_moves_all_or_none(session, posting, recruiter, now):
    first, second = (make_application(session, posting) for _ in range(2))
    gone = make_application(session, posting, stage=Stage.WITHDRAWN)
    with pytest.raises(MoveError) as refused:
        move_many(
            session,
            application_ids=[first.id, second.id, gone.id],
            to=Stage.SCREENING,
            actor_id=recruiter.id,
            now=now,
        )
    assert refused.value.application_id == gone.id
    assert {first.stage, second.stage} == {Stage.APPLIED}
    move_many(session, application_ids=[first.id, second.id], to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    assert counts(session) == {Stage.SCREENING: 2, Stage.WITHDRAWN: 1} == real_counts(session)


def test_move_from_a_stage_that_nobody_saw_is_refused(session, posting, recruiter, now):
    application = make_application(session, posting)
    with pytest.raises(MoveError) as refused:
        move_many(
            session,
            application_ids=[application.id],
            to=Stage.INTERVIEW,
            actor_id=recruiter.id,
            now=now,
            expected={application.id: Stage.SCREENING},
        )
    assert refused.value.code == "changed"


def test_undo_of_a_bulk_move_puts_everybody_back(session, posting, recruiter, now):
    applications = [make_application(session, posting) for _ in range(3)]
    moves = move_many(
        session,
        application_ids=[one.id for one in applications],
        to=Stage.REJECTED,
        actor_id=recruiter.id,
        now=now,
        reason="filled",
    )
    token = remember(session, actor_id=recruiter.id, act=Act.MOVE, now=now, moves=[move.id for move in moves])
    actor = Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id}))
    undo(session, token=token, actor=actor, now=now + timedelta(minutes=9))
    assert counts(session) == {Stage.APPLIED: 3} == real_counts(session)
    assert {one.stage_since for one in applications} == {NOW}
    undone = session.scalars(select(StageMove.undoes).where(StageMove.undoes.is_not(None)).order_by(StageMove.id))
    assert list(undone) == [move.id for move in moves]
    assert audit.is_intact(session)


def test_undo_is_for_ten_minutes_once_and_for_the_same_person(session, posting, recruiter, now):
    application = make_application(session, posting)
    move = move_application(session, application=application, to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    token = remember(session, actor_id=recruiter.id, act=Act.MOVE, now=now, moves=[move.id])
    mine = Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id}))
    other = make_user(session)
    for actor, at, code in [
        (Actor(other.id, Role.ADMIN), now, "unknown"),
        (mine, now + timedelta(minutes=11), "expired"),
        (Actor(recruiter.id, Role.RECRUITER), now, "forbidden"),
    ]:
        with pytest.raises(UndoError) as refused, session.begin_nested():
            undo(session, token=token, actor=actor, now=at)
        assert refused.value.code == code
    undo(session, token=token, actor=mine, now=now)
    with pytest.raises(UndoError) as refused:
        undo(session, token=token, actor=mine, now=now)
    assert refused.value.code == "used"


def test_undo_after_a_later_move_changes_nothing(session, posting, recruiter, now):
    application = make_application(session, posting)
    first = move_application(session, application=application, to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    move_application(session, application=application, to=Stage.INTERVIEW, actor_id=recruiter.id, now=now)
    with pytest.raises(MoveError):
        undo_moves(session, move_ids=[first.id], actor_id=recruiter.id, now=now)
    assert application.stage is Stage.INTERVIEW


def test_counters_stay_exact_when_eight_people_move_at_once(engine, session, posting, recruiter, now):
    applications = [make_application(session, posting).id for _ in range(16)]
    user, where = recruiter.id, posting.id
    session.commit()

    def shuffle(start: int) -> int:
        done = 0
        for place, stage in enumerate([Stage.SCREENING, Stage.INTERVIEW, Stage.SCREENING, Stage.APPLIED]):
            with Session(engine) as own:
                chosen = [applications[(start + place + step) % 16] for step in (0, 3, 7)]
                try:
                    move_many(own, application_ids=chosen, to=stage, actor_id=user, now=now)
                    own.commit()
                    done += 1
                except MoveError:
                    own.rollback()
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(shuffle, range(8))) > 0
    session.expire_all()
    rows = session.execute(
        select(StageCount.stage, StageCount.count).where(StageCount.posting_id == where, StageCount.count > 0)
    )
    assert dict(rows.all()) == real_counts(session)
    assert audit.is_intact(session)


def test_undo_of_a_decision_takes_its_move_back(session, posting, recruiter, now):
    application = make_application(session, posting, stage=Stage.DEBRIEF)
    decision = decide(
        session,
        application=application,
        outcome=Outcome.OFFER,
        reason="panel_agrees",
        note="x" * 3000,
        actor_id=recruiter.id,
        now=now,
    )
    token = remember(session, actor_id=recruiter.id, act=Act.DECISION, now=now, decision=decision.id)
    undo(session, token=token, actor=Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id})), now=now)
    assert (application.stage, decision.undone_at) == (Stage.DEBRIEF, now)
    assert counts(session) == {Stage.DEBRIEF: 1}


def test_stages_that_a_posting_leaves_out_are_not_entered_but_left(session, posting, recruiter, now):
    inside, new = make_application(session, posting, stage=Stage.DEBRIEF), make_application(session, posting)
    for stage in (Stage.SCREENING, Stage.DEBRIEF):
        session.add(StageRule(posting_id=posting.id, stage=stage, in_use=False))
    session.flush()
    rules = rules_of(session, posting_id=posting.id)
    assert allowed_moves(rules, Stage.APPLIED) == {Stage.INTERVIEW, Stage.REJECTED, Stage.WITHDRAWN}
    assert allowed_moves(rules, Stage.DEBRIEF) == ALLOWED_MOVES[Stage.DEBRIEF]
    with pytest.raises(MoveError) as refused:
        move_application(session, application=new, to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    assert (refused.value.code, refused.value.application_id) == ("not_in_use", new.id)
    moves = [move_application(session, application=inside, to=Stage.OFFER, actor_id=recruiter.id, now=now)]
    undo_moves(session, move_ids=[moves[0].id], actor_id=recruiter.id, now=now)
    assert inside.stage is Stage.DEBRIEF  # where it stood before


@pytest.mark.parametrize("left_out", [set(), {Stage.SCREENING}, {Stage.DEBRIEF}, {Stage.SCREENING, Stage.DEBRIEF}])
def test_whatever_a_posting_leaves_out_a_new_application_can_still_be_hired(left_out):
    rules = {stage: replace(rule, in_use=stage not in left_out) for stage, rule in STANDARD.items()}
    reached, edge = {Stage.APPLIED}, {Stage.APPLIED}
    while edge:
        edge = {to for stage in edge for to in allowed_moves(rules, stage)} - reached
        reached |= edge
    assert reached == set(Stage) - left_out


def test_no_stage_but_those_may_be_left_out(session):
    for stage in set(STANDARD_DAYS) - OPTIONAL - {Stage.APPLIED}:
        rules = {each: replace(rule, in_use=each is not stage) for each, rule in STANDARD.items()}
        reached, edge = {Stage.APPLIED}, {Stage.APPLIED}
        while edge:
            edge = {to for one in edge for to in allowed_moves(rules, one) if to is not Stage.REJECTED} - reached
            reached |= edge
        assert Stage.HIRED not in reached


def test_a_decision_advances_over_a_stage_that_is_left_out(session, posting, recruiter, now):
    session.add(StageRule(posting_id=posting.id, stage=Stage.SCREENING, in_use=False))
    session.add(StageRule(posting_id=posting.id, stage=Stage.DEBRIEF, in_use=False))
    application = make_application(session, posting)
    arguments = {"reason": "strong_evidence", "note": "", "actor_id": recruiter.id, "now": now}
    decide(session, application=application, outcome=Outcome.ADVANCE, **arguments)
    assert application.stage is Stage.INTERVIEW
    rules = rules_of(session, posting_id=posting.id)
    assert possible_outcomes(Stage.INTERVIEW, rules) == {Outcome.OFFER: Stage.OFFER, Outcome.REJECT: Stage.REJECTED}
    with pytest.raises(DecideError, match="not_allowed"):
        decide(session, application=application, outcome=Outcome.ADVANCE, **arguments)
