"""Moving many at once: the same as one by one, in a number of statements that does not grow with theirs."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from screening import audit
from screening.models import Application, AuditEntry, Decision, Outcome, Person, Stage, StageMove, UndoStep
from screening.services.moving import ALLOWED_MOVES, MoveError, move_application, move_many, undo_moves
from screening.services.stage_counts import find_drift, repair_counts
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted, owe_evaluation, own_engine, sign_in

PEOPLE, MOST = 12, 6


class Twins:
    """Two postings with the same applications in the same places, so that the same can be done in two ways."""

    def __init__(self, session, seed):
        self.session, self.random = session, Random(seed)
        self.recruiter = make_user(session)
        self.postings = [make_posting(session, self.recruiter, slug=slug) for slug in ("many", "single")]
        self.ids = ([], [])
        for posting in self.postings:
            posting.second_look = bool(seed % 2)
        for _ in range(PEOPLE):
            self.add_person()

    def add_person(self):
        """Make one of the usual, one who applied twice, one whose rejection waits, or one who was interviewed."""
        kind = self.random.choice(["plain", "plain", "plain", "again", "both_over", "waiting", "interviewed"])
        stage = self.random.choice(list(Stage))
        for posting, ids in zip(self.postings, self.ids, strict=True):
            if kind in {"again", "both_over"}:
                first = make_application(self.session, posting, stage=Stage.REJECTED)
                second = make_application(self.session, posting, stage=Stage.REJECTED)
                second.person_id = first.person_id
                ids += [first.id, second.id]
                if kind == "again":
                    newer = make_application(self.session, posting, stage=Stage.SCREENING)
                    self.session.flush()
                    newer.person_id = first.person_id
                continue
            one = make_application(self.session, posting, stage=stage)
            ids.append(one.id)
            if kind == "waiting":
                self.session.add(
                    Decision(
                        application_id=one.id,
                        outcome=Outcome.REJECT,
                        reason="requirement",
                        note="还差一点",
                        from_stage=stage.value,
                        to_stage="rejected",
                        actor_id=self.recruiter.id,
                        at=NOW,
                        needs_second=True,
                    )
                )
            if kind == "interviewed":
                interview = owe_evaluation(self.session, one, self.recruiter)
                interview.starts_at = NOW - timedelta(days=1)
        self.session.flush()

    def choose(self):
        """Choose some, so that now and then all of them can go."""
        places = self.random.sample(range(len(self.ids[0])), self.random.randint(1, MOST))
        to = self.random.choice(list(Stage))
        if self.random.random() < 0.8:
            rows = self.session.scalars(select(Application).where(Application.id.in_(self.ids[1]))).all()
            stages = {one.id: one.stage for one in rows}
            places = [place for place in places if to in ALLOWED_MOVES[stages[self.ids[1][place]]]]
        return sorted(places), to

    def state(self, which):
        """Tell all that a move leaves behind, in places instead of ids."""
        ids = self.ids[which]
        self.session.expire_all()
        at = {ident: place for place, ident in enumerate(ids)}
        rows = self.session.scalars(select(Application).where(Application.id.in_(ids)).order_by(Application.id))
        moves = self.session.scalars(select(StageMove).where(StageMove.application_id.in_(ids)).order_by(StageMove.id))
        entries = self.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "application.move", AuditEntry.subject_id.in_(ids))
        )
        waiting = self.session.execute(
            select(Decision.application_id, Decision.undone_at).where(Decision.application_id.in_(ids))
        )
        return {
            "rows": [(one.stage, one.stage_since) for one in rows],
            "moves": sorted(
                (at[one.application_id], str(one.from_stage), str(one.to_stage), str(one.reason), one.note or "",
                 one.actor_id or 0, one.at, one.undoes is not None)
                for one in moves
            ),
            "audit": sorted(
                (at[one.subject_id], one.at, str(sorted((k, str(v)) for k, v in one.facts.items() if k != "move")))
                for one in entries
            ),
            "waiting": sorted((at[ident], str(undone)) for ident, undone in waiting),
        }  # fmt: skip


def attempt(session, act):
    """Do it inside a savepoint; give the error's code and application, or None."""
    try:
        with session.begin_nested():
            act()
    except MoveError as error:
        return error
    return None


@pytest.mark.parametrize("seed", range(10))
def test_many_at_once_do_what_one_by_one_does(session, seed):
    twins = Twins(session, seed)
    done, failed, now = [], 0, NOW
    for _ in range(25):
        places, to = twins.choose()
        if not places:
            continue
        now += timedelta(hours=7)
        many, single = ([ids[place] for place in places] for ids in twins.ids)
        actor_id = None if to is Stage.WITHDRAWN and twins.random.random() < 0.7 else twins.recruiter.id
        words = {"reason": "filled", "note": "名额满了" * 2} if to is Stage.REJECTED else {}
        seen = {ident: session.get_one(Application, ident).stage for ident in many}
        moves = []

        def at_once(many=many, to=to, actor_id=actor_id, now=now, words=words, seen=seen, moves=moves):
            moves += move_many(session, application_ids=many, to=to, actor_id=actor_id, now=now, expected=seen, **words)

        def each(single=single, to=to, actor_id=actor_id, now=now, words=words):
            for ident in single:
                one = session.get_one(Application, ident)
                move_application(session, application=one, to=to, actor_id=actor_id, now=now, **words)

        error, other = attempt(session, at_once), attempt(session, each)
        assert (error is None) == (other is None), (error, other)
        assert twins.state(0) == twins.state(1)
        failed += error is not None
        if moves and twins.random.random() < 0.4:
            now += timedelta(minutes=5)
            undo_moves(session, move_ids=[move.id for move in moves], actor_id=twins.recruiter.id, now=now)
            latest = [
                session.scalars(
                    select(StageMove.id).where(StageMove.application_id == ident).order_by(StageMove.id.desc()).limit(1)
                ).one()
                for ident in single
            ]
            for ident in latest:
                undo_moves(session, move_ids=[ident], actor_id=twins.recruiter.id, now=now)
            assert twins.state(0) == twins.state(1)
        done += moves
    assert done, "nothing was ever moved"
    assert failed, "nothing was ever refused"
    assert all(not find_drift(session, posting_id=posting.id) for posting in twins.postings)
    assert audit.is_intact(session)


@pytest.mark.parametrize("code", ["not_allowed", "second_look", "waiting", "applied_again"])
def test_one_that_cannot_go_is_named_and_keeps_all_the_others(session, posting, recruiter, now, code):
    applications = [make_application(session, posting, stage=Stage.REJECTED) for _ in range(3)]
    odd, to = applications[1], Stage.SCREENING
    if code == "not_allowed":
        to = Stage.OFFER
        for one in applications:
            move_application(session, application=one, to=Stage.INTERVIEW, actor_id=recruiter.id, now=now)
        move_application(session, application=odd, to=Stage.SCREENING, actor_id=recruiter.id, now=now)
    elif code == "second_look":
        to, posting.second_look = Stage.REJECTED, True
        move_many(
            session,
            application_ids=[one.id for one in applications],
            to=Stage.INTERVIEW,
            actor_id=recruiter.id,
            now=now,
        )
        owe_evaluation(session, odd, recruiter).starts_at = now - timedelta(hours=2)
    elif code == "waiting":
        session.add(
            Decision(
                application_id=odd.id, outcome=Outcome.REJECT, reason="requirement", note="-", from_stage="debrief",
                to_stage="rejected", actor_id=recruiter.id, at=now, needs_second=True,
            )
        )  # fmt: skip
    else:
        newer = make_application(session, posting)
        newer.person_id = odd.person_id
    before = {one.id: one.stage for one in applications}
    with pytest.raises(MoveError) as refused:
        move_many(
            session, application_ids=list(before), to=to, actor_id=recruiter.id, now=now, reason="filled"
        )  # fmt: skip
    assert (refused.value.code, refused.value.application_id) == (code, odd.id)
    assert {one.id: one.stage for one in applications} == before


def test_two_ended_applications_of_one_person_do_not_come_back_together(session, posting, recruiter, now):
    first, second = (make_application(session, posting, stage=Stage.REJECTED) for _ in range(2))
    second.person_id = first.person_id
    session.flush()
    with pytest.raises(MoveError) as refused:
        move_many(
            session, application_ids=[first.id, second.id], to=Stage.SCREENING, actor_id=recruiter.id, now=now
        )  # fmt: skip
    assert (refused.value.code, refused.value.application_id) == ("applied_again", second.id)


def test_objects_of_the_session_show_the_move(session, posting, recruiter, now):
    applications = [make_application(session, posting) for _ in range(3)]
    moves = move_many(
        session, application_ids=[one.id for one in applications], to=Stage.SCREENING, actor_id=recruiter.id, now=now
    )
    assert [move.application_id for move in moves] == [one.id for one in applications]
    assert {(one.stage, one.stage_since) for one in applications} == {(Stage.SCREENING, now)}
    assert not session.dirty
    undo_moves(session, move_ids=[move.id for move in moves], actor_id=recruiter.id, now=now)
    assert {(one.stage, one.stage_since) for one in applications} == {(Stage.APPLIED, NOW)}


def test_a_thousand_take_as_many_statements_as_twenty_and_so_does_the_way_back(
    app, session, client, posting, recruiter
):
    engine = own_engine(app)
    people = [Person(email_normalised=f"{number}@example.com", created_at=NOW) for number in range(1_020)]
    session.add_all(people)
    model = make_application(session, posting)
    session.flush()
    rows = [
        Application(
            person_id=person.id, posting_id=posting.id, form_version_id=model.form_version_id, locale="zh",
            idempotency_key=f"many-{person.id}", name="云小鹤", email=person.email_normalised, consent_version="1",
            stage_since=NOW, submitted_at=NOW,
        )
        for person in people
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    session.add_all(StageMove(application_id=one.id, from_stage=None, to_stage=Stage.APPLIED, at=NOW) for one in rows)
    ids, where = [one.id for one in rows], posting.id
    session.flush()
    repair_counts(session, posting_id=posting.id)
    session.commit()
    sign_in(client, recruiter)
    numbers = {}
    for chosen in (ids[:20], ids[20:]):
        with counted(engine) as statements:
            client.post(
                f"/staff/postings/{where}/move",
                data={
                    "ids": chosen,
                    "seen": [f"{ident}:applied" for ident in chosen],
                    "to": "rejected",
                    "reason": "filled",
                },
            )
        session.expire_all()
        stages = {session.get_one(Application, ident).stage for ident in chosen}
        token = session.scalar(select(UndoStep.token).where(UndoStep.used_at.is_(None)))
        session.commit()
        with counted(engine) as backwards:
            client.post(f"/staff/undo/{token}")
        session.expire_all()
        back = {session.get_one(Application, ident).stage for ident in chosen}
        session.commit()
        assert (stages, back) == ({Stage.REJECTED}, {Stage.APPLIED})
        numbers[len(chosen)] = (len(statements), len(backwards))
    assert numbers[20] == numbers[1_000]
    assert max(numbers[1_000]) <= 30
    assert not find_drift(session, posting_id=where)
