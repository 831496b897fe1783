"""The counters of stages and of their days: equal to a recount whatever people do, and mended where they are not."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from screening.models import Application, Role, Stage, StageCount, StageDay, StageMove
from screening.services.applying import withdraw_application
from screening.services.erasing import erase
from screening.services.moving import ALLOWED_MOVES, ENDED, MoveError, move_many, undo_moves
from screening.services.stage_counts import find_drift, mend_counts, repair_counts
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted

STEPS = 40


def recount(session):
    """Count in Python what the counters should say: by posting and stage, and by day as well."""
    session.expire_all()
    days = Counter(
        (one.posting_id, one.stage, one.stage_since.astimezone(UTC).date())
        for one in session.scalars(select(Application))
    )
    stages = Counter()
    for (posting, stage, _), number in days.items():
        stages[posting, stage] += number
    return dict(stages), dict(days)


def told(session):
    session.expire_all()
    stages = {(one.posting_id, one.stage): one.count for one in session.scalars(select(StageCount)) if one.count}
    days = {(one.posting_id, one.stage, one.day): one.count for one in session.scalars(select(StageDay)) if one.count}
    return stages, days


class Walk:
    """People who do at random what changes stages, on two postings, over many days."""

    def __init__(self, session, seed):
        self.session, self.random, self.now = session, Random(seed), NOW
        self.recruiter = make_user(session)
        self.admin = make_user(session, Role.ADMIN)
        self.postings = [make_posting(session, self.recruiter, slug=slug) for slug in ("a", "b")]
        self.done = Counter()

    def step(self):
        self.now += timedelta(hours=self.random.choice([1, 5, 30, 100]))
        act = self.random.choices(
            [self.submit, self.move, self.take_back, self.withdraw, self.erase], weights=[5, 8, 4, 1, 1]
        )[0]
        if act():
            self.done[act.__name__] += 1

    def submit(self):
        for _ in range(self.random.randrange(1, 4)):
            since = self.now - timedelta(days=self.random.randrange(4))
            make_application(self.session, self.random.choice(self.postings), since=since)
        return True

    def move(self):
        start = self.random.choice([stage for stage in Stage if ALLOWED_MOVES[stage]])
        standing = self.session.scalars(select(Application.id).where(Application.stage == start)).all()
        to = self.random.choice(sorted(ALLOWED_MOVES[start] - {Stage.WITHDRAWN}))
        chosen = [one for one in standing if self.random.random() < 0.6]
        if not chosen:
            return False
        try:
            move_many(
                self.session,
                application_ids=chosen,
                to=to,
                actor_id=self.recruiter.id,
                now=self.now,
                reason="filled",
            )
        except MoveError:
            return False
        return True

    def take_back(self):
        at = self.session.scalar(select(StageMove.at).order_by(StageMove.id.desc()).limit(1))
        moves = self.session.scalars(
            select(StageMove.id).where(
                StageMove.at == at, StageMove.from_stage.is_not(None), StageMove.undoes.is_(None)
            )
        ).all()
        if not moves:
            return False
        try:
            undo_moves(self.session, move_ids=moves, actor_id=self.recruiter.id, now=self.now)
        except MoveError:
            return False
        return True

    def withdraw(self):
        going_on = self.session.scalars(select(Application).where(Application.stage.not_in(ENDED))).first()
        if going_on is None:
            return False
        withdraw_application(self.session, application=going_on, now=self.now)
        return True

    def erase(self):
        found = self.session.scalars(select(Application).where(Application.erased_at.is_(None))).first()
        if found is None:
            return False
        erase(self.session, applications=[found], company="山风", actor_id=self.admin.id, now=self.now)
        return True


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counters_equal_a_recount_under_random_moves_undos_and_erasures(session, seed):
    walk = Walk(session, seed)
    walk.submit()
    for _ in range(STEPS):
        walk.step()
        assert told(session) == recount(session)
        assert [find_drift(session, posting_id=posting.id) for posting in walk.postings] == [[], []]
    assert set(walk.done) == {"submit", "move", "take_back", "withdraw", "erase"}
    assert len(recount(session)[1]) >= 5


def test_move_taken_back_stands_again_since_its_own_day(session):
    recruiter = make_user(session)
    posting = make_posting(session, recruiter)
    since = NOW - timedelta(days=9)
    application = make_application(session, posting, since=since)
    moves = move_many(session, application_ids=[application.id], to=Stage.SCREENING, actor_id=recruiter.id, now=NOW)
    undo_moves(session, move_ids=[moves[0].id], actor_id=recruiter.id, now=NOW + timedelta(minutes=1))
    assert application.stage_since == since
    assert told(session)[1] == {(posting.id, Stage.APPLIED, since.date()): 1}


def test_a_day_is_the_same_for_everybody_whatever_zone_the_time_came_in(session):
    posting = make_posting(session, make_user(session))
    late = (NOW.replace(hour=23, minute=30)).astimezone(UTC)
    make_application(session, posting, since=late.astimezone())
    assert told(session) == recount(session)
    assert list(told(session)[1]) == [(posting.id, Stage.APPLIED, late.date())]


def test_counters_that_drifted_are_told_and_mended(session):
    recruiter = make_user(session)
    posting, other = (make_posting(session, recruiter, slug=slug) for slug in ("a", "b"))
    for days in (0, 2, 2):
        make_application(session, posting, since=NOW - timedelta(days=days))
        make_application(session, other, since=NOW - timedelta(days=days))
    right = told(session)
    mine = StageDay.posting_id == posting.id
    session.execute(update(StageDay).where(mine, StageDay.day < NOW.date()).values(count=7))
    session.execute(update(StageCount).where(StageCount.posting_id == posting.id).values(count=1))
    session.add(StageDay(posting_id=posting.id, stage=Stage.OFFER, day=NOW.date(), count=4))
    session.commit()
    wrong = mend_counts(session, posting_id=posting.id, now=NOW)
    assert [(one.stage, one.day, one.counted, one.real) for one in wrong] == [
        (Stage.APPLIED, None, 1, 3),
        (Stage.APPLIED, NOW.date() - timedelta(days=2), 7, 2),
        (Stage.OFFER, NOW.date(), 4, 0),
    ]
    session.commit()
    assert told(session) == right == recount(session)
    assert mend_counts(session, posting_id=posting.id, now=NOW) == []
    assert repair_counts(session, posting_id=other.id) == []


def test_days_on_which_nobody_stands_any_more_are_forgotten_by_the_mending_but_not_todays(session):
    recruiter = make_user(session)
    posting = make_posting(session, recruiter)
    old = make_application(session, posting, since=NOW - timedelta(days=3))
    new = make_application(session, posting)
    move_many(session, application_ids=[old.id, new.id], to=Stage.SCREENING, actor_id=recruiter.id, now=NOW)
    assert session.scalar(select(StageDay.count).where(StageDay.day < NOW.date())) == 0
    assert mend_counts(session, posting_id=posting.id, now=NOW) == []
    days = session.execute(select(StageDay.stage, StageDay.day, StageDay.count).order_by(StageDay.stage)).all()
    assert [tuple(row) for row in days] == [
        (Stage.APPLIED, NOW.date(), 0),
        (Stage.SCREENING, NOW.date(), 2),
    ]


def test_day_that_drifted_below_does_not_stop_a_move(session):
    recruiter = make_user(session)
    posting = make_posting(session, recruiter)
    application = make_application(session, posting)
    session.execute(update(StageDay).values(count=0))
    session.commit()
    move_many(session, application_ids=[application.id], to=Stage.SCREENING, actor_id=recruiter.id, now=NOW)
    session.commit()
    assert told(session) == recount(session)


def test_bulk_move_changes_the_counters_in_as_many_statements_for_three_as_for_sixty(session, engine):
    recruiter = make_user(session)
    posting = make_posting(session, recruiter)

    def statements(number):
        made = [make_application(session, posting, since=NOW - timedelta(days=day % 30)).id for day in range(number)]
        session.commit()
        with counted(engine) as sent:
            move_many(session, application_ids=made, to=Stage.SCREENING, actor_id=recruiter.id, now=NOW)
        session.commit()
        return [one for one in sent if "stage_count" in one or "stage_day" in one]

    assert len(statements(3)) == len(statements(60)) == 4
    assert told(session) == recount(session)


def test_counters_stay_exact_when_eight_people_move_on_two_postings_at_once(engine, session):
    recruiter = make_user(session)
    postings = [make_posting(session, recruiter, slug=slug) for slug in ("a", "b")]
    made = [
        make_application(session, postings[place % 2], since=NOW - timedelta(days=place % 5)).id for place in range(16)
    ]
    user = recruiter.id
    session.commit()

    def shuffle(start):
        done = 0
        for place, stage in enumerate([Stage.SCREENING, Stage.INTERVIEW, Stage.SCREENING, Stage.APPLIED]):
            with Session(engine) as own:
                chosen = [made[(start + place + step) % 16] for step in (0, 3, 7)]
                try:
                    moves = move_many(own, application_ids=chosen, to=stage, actor_id=user, now=NOW)
                    own.commit()
                    if start % 2:
                        undo_moves(own, move_ids=[move.id for move in moves], actor_id=user, now=NOW)
                        own.commit()
                    done += 1
                except MoveError:
                    own.rollback()
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(shuffle, range(8))) > 0
    assert told(session) == recount(session)
