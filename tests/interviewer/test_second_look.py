"""A rejection after an interview waits for a second pair of eyes where the posting asks for one; nothing gets around it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from screening.audit import is_intact
from screening.models import Application, AuditEntry, Decision, Outcome, Posting, PostingMember, Role, Stage, User
from screening.policy import Actor
from screening.queries.home import ready_debriefs
from screening.queries.second_looks import may_look, second_looks
from screening.queries.timeline import timeline
from screening.services.deciding import DecideError, decide, take_back_decision
from screening.services.interviewing import InterviewError, schedule_interview
from screening.services.moving import MoveError, move_application, move_many
from screening.services.seconding import second, set_second_look, take_back_second
from screening.services.undoing import Act, remember, undo
from screening.services.way_back import UndoError
from tests.factories import NOW, make_application, make_user
from tests.interviewer.conftest import Panel, plan, submit

LATER = NOW + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pair:
    """The panel, whose posting asks for a second look, and the hiring manager who may look."""

    panel: Panel
    other: User

    @property
    def application(self) -> Application:
        return self.panel.application

    def actor(self, user: User) -> Actor:
        return Actor(user.id, user.role, frozenset({self.application.posting_id}))


@pytest.fixture
def pair(session: Session, panel: Panel) -> Pair:
    other = make_user(session, Role.HIRING_MANAGER, name="高明远")
    session.add(PostingMember(posting_id=panel.application.posting_id, user_id=other.id))
    session.get_one(Posting, panel.application.posting_id).second_look = True
    for user in (panel.first, panel.second):
        submit(session, panel, user, value=2, note="没有答上来。")
    session.commit()
    return Pair(panel, other)


def reject(session: Session, pair: Pair, **changes) -> Decision:
    values = {
        "application": pair.application,
        "outcome": Outcome.REJECT,
        "reason": "interview",
        "note": "实时性没有说清。",
        "actor_id": pair.panel.recruiter.id,
        "now": NOW,
    }
    return decide(session, **{**values, **changes})


def test_a_rejection_waits_and_nothing_moves(session, pair):
    decision = reject(session, pair)

    assert (decision.needs_second, decision.to_stage, pair.application.stage) == (True, "rejected", Stage.INTERVIEW)
    assert [row.application_id for row in second_looks(session, actor=pair.actor(pair.other))] == [pair.application.id]
    assert second_looks(session, actor=pair.actor(pair.panel.recruiter)) == ()
    assert second_looks(session, actor=Actor(pair.other.id, Role.HIRING_MANAGER)) == ()
    assert ready_debriefs(session, actor=pair.actor(pair.other)) == ()
    assert may_look(session, application=pair.application, actor_id=pair.panel.recruiter.id) == ("高明远",)


def test_agreeing_rejects_with_both_names_in_the_record(session, pair):
    decision = reject(session, pair)
    second(session, decision=decision, agrees=True, note="", actor_id=pair.other.id, now=LATER)

    assert pair.application.stage is Stage.REJECTED
    assert (decision.second_id, decision.second_at, decision.second_agrees) == (pair.other.id, LATER, True)
    events = timeline(session, application=pair.application, blind=False).events
    assert [(one.kind, one.by) for one in events if one.kind in {"decided", "seconded"}] == [
        ("seconded", "高明远"),
        ("decided", "梁上燕"),
    ]
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("decision."))).all()
    assert acts == ["decision.make", "decision.second"]
    assert is_intact(session)


def test_disagreeing_needs_words_and_returns_to_the_debrief(session, pair):
    decision = reject(session, pair)
    with pytest.raises(DecideError, match="note_missing"):
        second(session, decision=decision, agrees=False, note=" ", actor_id=pair.other.id, now=LATER)
    second(session, decision=decision, agrees=False, note="再谈一次。", actor_id=pair.other.id, now=LATER)

    assert pair.application.stage is Stage.DEBRIEF
    assert (decision.second_agrees, decision.second_note) == (False, "再谈一次。")
    assert reject(session, pair, now=LATER).needs_second, "whoever still wants to reject asks again"


def test_nobody_confirms_their_own_rejection(session, pair):
    decision = reject(session, pair)
    with pytest.raises(DecideError, match="same_person"):
        second(session, decision=decision, agrees=True, note="", actor_id=pair.panel.recruiter.id, now=LATER)

    assert pair.application.stage is Stage.INTERVIEW


@pytest.mark.parametrize(
    "changes",
    [
        {"second_id": 1, "second_at": NOW, "second_agrees": True},  # the same person: the recruiter is number 1
        {"second_id": 2, "second_at": None, "second_agrees": True},
        {"second_id": 2, "second_at": NOW, "second_agrees": None},
        {"second_id": 2, "second_at": NOW, "second_agrees": False, "second_note": ""},
        {"needs_second": False, "second_id": 2, "second_at": NOW, "second_agrees": True},
        {"needs_second": True, "outcome": Outcome.OFFER},
        {"note": ""},
    ],
)
def test_the_database_refuses_what_is_not_a_second_pair_of_eyes(session, pair, changes):
    assert pair.panel.recruiter.id == 1
    decision = reject(session, pair)
    for name, value in changes.items():
        setattr(decision, name, value)

    with pytest.raises(IntegrityError):
        session.flush()


def test_one_rejection_waits_at_a_time(session, pair):
    first = reject(session, pair)
    with pytest.raises(DecideError, match="waiting"):
        reject(session, pair, actor_id=pair.other.id)
    with pytest.raises(DecideError, match="waiting"):
        reject(session, pair, outcome=Outcome.OFFER, reason="panel_agrees")
    columns = ("application_id", "outcome", "reason", "note", "from_stage", "to_stage", "actor_id", "needs_second")
    session.add(Decision(**{name: getattr(first, name) for name in columns}, at=LATER))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_plain_move_gets_around_neither_the_second_look_nor_what_waits(session, pair):
    application, recruiter = pair.application, pair.panel.recruiter
    other = make_application(session, session.get_one(Posting, application.posting_id))
    with pytest.raises(MoveError) as refused:
        move_many(
            session,
            application_ids=[other.id, application.id],
            to=Stage.REJECTED,
            actor_id=recruiter.id,
            now=NOW,
            reason="interview",
        )
    assert (refused.value.code, refused.value.application_id) == ("second_look", application.id)
    reject(session, pair)
    with pytest.raises(MoveError, match="waiting"):
        move_application(session, application=application, to=Stage.DEBRIEF, actor_id=pair.other.id, now=LATER)


def test_an_interview_that_would_move_what_waits_is_refused(session, pair):
    move_application(
        session, application=pair.application, to=Stage.SCREENING, actor_id=pair.panel.recruiter.id, now=NOW
    )
    reject(session, pair)
    with pytest.raises(InterviewError, match="rejection_waits"):
        schedule_interview(
            session,
            application=pair.application,
            plan=plan(pair.panel.first, starts_at=NOW + timedelta(days=1)),
            actor_id=pair.panel.recruiter.id,
            now=LATER,
        )


def test_who_was_never_interviewed_is_rejected_by_one_person(session, pair):
    fresh = make_application(session, session.get_one(Posting, pair.application.posting_id))
    assert not reject(session, pair, application=fresh, reason="requirement").needs_second
    assert fresh.stage is Stage.REJECTED


def test_cancelling_an_interview_that_was_evaluated_does_not_undo_that_it_took_place(session, pair):
    pair.panel.interview.cancelled_at = NOW

    assert reject(session, pair).needs_second


def test_without_the_switch_one_person_rejects_and_what_waits_goes_on_waiting(session, pair):
    waiting = reject(session, pair)
    posting = session.get_one(Posting, pair.application.posting_id)
    assert set_second_look(session, posting=posting, wanted=False, actor_id=pair.panel.recruiter.id, now=NOW)
    assert not set_second_look(session, posting=posting, wanted=False, actor_id=pair.panel.recruiter.id, now=NOW)
    with pytest.raises(DecideError, match="waiting"):
        reject(session, pair)
    take_back_decision(session, decision=waiting, actor_id=pair.panel.recruiter.id, now=LATER)

    assert not reject(session, pair, now=LATER).needs_second
    assert pair.application.stage is Stage.REJECTED


def test_the_candidate_withdraws_first(session, pair):
    decision = reject(session, pair)
    move_application(session, application=pair.application, to=Stage.WITHDRAWN, actor_id=None, now=LATER)
    with pytest.raises(DecideError, match="changed"):
        second(session, decision=decision, agrees=True, note="", actor_id=pair.other.id, now=LATER)

    assert (decision.undone_at, decision.undone_by, decision.second_id) == (LATER, None, None)
    assert second_looks(session, actor=pair.actor(pair.other)) == ()


def test_both_words_can_be_taken_back(session, pair):
    other, recruiter = pair.actor(pair.other), pair.actor(pair.panel.recruiter)
    decision = reject(session, pair)
    mine = remember(session, actor_id=recruiter.id, act=Act.DECISION, now=NOW, decision=decision.id)
    second(session, decision=decision, agrees=True, note="", actor_id=other.id, now=LATER)
    theirs = remember(session, actor_id=other.id, act=Act.SECOND, now=LATER, decision=decision.id)
    with pytest.raises(UndoError, match="changed"), session.begin_nested():
        undo(session, token=mine, actor=recruiter, now=LATER)

    undo(session, token=theirs, actor=other, now=LATER)
    assert (decision.second_id, decision.second_agrees, pair.application.stage) == (None, None, Stage.INTERVIEW)
    undo(session, token=mine, actor=recruiter, now=LATER)
    assert (decision.undone_at, decision.undone_by) == (LATER, recruiter.id)
    assert second_looks(session, actor=other) == ()


def test_a_disagreement_that_is_taken_back_waits_again_unless_another_waits(session, pair):
    decision = reject(session, pair)
    second(session, decision=decision, agrees=False, note="再谈。", actor_id=pair.other.id, now=LATER)
    newer = reject(session, pair, now=LATER)
    with pytest.raises(DecideError, match="changed"):
        take_back_second(session, decision=decision, actor_id=pair.other.id, now=LATER)
    take_back_decision(session, decision=newer, actor_id=pair.panel.recruiter.id, now=LATER)
    take_back_second(session, decision=decision, actor_id=pair.other.id, now=LATER)

    assert (decision.second_id, pair.application.stage) == (None, Stage.INTERVIEW)


def race(engine: Engine, *acts) -> list[str]:
    """Do acts at the same moment, each in a session of its own; give what became of each."""
    together = Barrier(len(acts))

    def run(act) -> str:
        with Session(engine) as own:
            together.wait(10)
            for _ in range(20):
                try:
                    act(own)
                    own.commit()
                except (DecideError, MoveError) as error:
                    own.rollback()
                    return error.code
                except (IntegrityError, OperationalError):  # the audit's chain or SQLite's lock: asked for again
                    own.rollback()
                else:
                    return "done"
        return "never"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_at_once_one_wins(engine, session, pair):
    third = make_user(session, Role.ADMIN)
    ident = reject(session, pair).id
    session.commit()

    def say(user: User, *, agrees: bool):
        return lambda own: second(
            own, decision=own.get_one(Decision, ident), agrees=agrees, note="看过。", actor_id=user.id, now=LATER
        )

    said = race(engine, say(pair.other, agrees=True), say(third, agrees=False))

    session.expire_all()
    decision, application = session.get_one(Decision, ident), session.get_one(Application, pair.application.id)
    assert sorted(said) == ["changed", "done"]
    won = said.index("done") == 0
    assert (decision.second_id, decision.second_agrees) == ((pair.other.id, True) if won else (third.id, False))
    assert application.stage is (Stage.REJECTED if won else Stage.DEBRIEF)
    assert session.scalar(select(func.count()).where(AuditEntry.act == "decision.second")) == 1


def test_the_candidate_and_the_second_person_at_once(engine, session, pair):
    decision, application = reject(session, pair), pair.application
    session.commit()

    def agree(own: Session) -> None:
        mine = own.get_one(Decision, decision.id)
        second(own, decision=mine, agrees=True, note="", actor_id=pair.other.id, now=LATER)

    def leave(own: Session) -> None:
        mine = own.get_one(Application, application.id)
        move_application(own, application=mine, to=Stage.WITHDRAWN, actor_id=None, now=LATER)

    agreed, left = race(engine, agree, leave)

    session.expire_all()
    after = (application.stage, decision.second_id, decision.undone_at is None)
    assert {agreed, left} in ({"done", "changed"}, {"done", "not_allowed"})
    assert after == ((Stage.REJECTED, pair.other.id, True) if agreed == "done" else (Stage.WITHDRAWN, None, False))
