"""What is overdue and waits for one person equals a look at each application; who must act follows the rules and who is there."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from screening.models import Application, Evaluation, PostingState, Recommendation, Responsible, Role, Stage, StageRule
from screening.policy import Actor
from screening.queries.on_me import ROWS, on_me
from screening.queries.responsibles import Waiting, who_must_act
from screening.queries.scopes import actor_of
from screening.queries.stage_rules import LANES, is_overdue, rules_of
from screening.services.handing_over import hand_over
from screening.services.publishing import close_posting
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted, owe_evaluation


@pytest.fixture
def me(session):
    return make_user(session)


@pytest.fixture
def manager(session):
    return make_user(session, Role.HIRING_MANAGER, name="顾长青")


@pytest.mark.parametrize("seed", [1, 2])
def test_the_list_is_what_a_look_at_each_application_gives(session, me, manager, seed):
    dice = Random(seed)
    colleague = make_user(session, name="许知远")
    teams = [[manager], [], [manager]]
    interviewer = make_user(session, Role.INTERVIEWER)
    postings = [make_posting(session, me, colleague, *team, slug=slug) for slug, team in zip("abc", teams, strict=True)]
    postings[0].owner_id, postings[1].owner_id = me.id, colleague.id
    foreign = make_posting(session, colleague, slug="d")
    for posting in postings:
        for stage in LANES:
            if dice.random() < 0.5:
                responsible = dice.choice(list(Responsible))
                days = dice.choice([None, 0, 1, 20])
                session.add(StageRule(posting_id=posting.id, stage=stage, days=days, responsible=responsible))
    for _ in range(60):
        posting = dice.choice([*postings, foreign])
        since = NOW - timedelta(days=dice.randrange(30), hours=dice.randrange(24))
        one = make_application(session, posting, stage=dice.choice(list(Stage)), since=since)
        one.owner_id = dice.choice([None, None, me.id, colleague.id])
        if one.stage is Stage.INTERVIEW and dice.random() < 0.5:
            owe_evaluation(session, one, interviewer)
    session.flush()
    for person in (me, manager):
        actor = actor_of(session, person)
        should = set()
        for one in session.scalars(select(Application).where(Application.posting_id.in_(actor.postings))):
            posting = next(each for each in postings if each.id == one.posting_id)
            rules = rules_of(session, posting_id=posting.id)
            asked = [(one.id, one.stage, one.owner_id)]
            found = who_must_act(session, posting=posting, rules=rules, applications=asked, reader_id=0).get(one.id)
            if found is None or not is_overdue(rules[one.stage], one.stage_since, NOW):
                continue
            is_everybodys = found == Waiting(Responsible.OWNER)
            if found.kind is not Responsible.PANEL and (is_everybodys or person.id in found.people):
                should.add(one.id)
        listed = on_me(session, actor=actor, now=NOW)
        assert should
        if len(should) <= ROWS:
            assert {row.application_id for row in listed.overdue} == should
        else:
            assert {row.application_id for row in listed.overdue} < should
        assert listed.cut is (len(should) > ROWS)
        assert [row.since for row in listed.overdue] == sorted(row.since for row in listed.overdue)


def test_an_admin_gets_what_is_theirs_and_nobody_what_is_a_strangers(session, me):
    admin, interviewer = make_user(session, Role.ADMIN), make_user(session, Role.INTERVIEWER)
    posting = make_posting(session, me)
    old = make_application(session, posting, since=NOW - timedelta(days=9))
    session.flush()

    def listed(person):
        return [row.application_id for row in on_me(session, actor=actor_of(session, person), now=NOW).overdue]

    assert (listed(me), listed(admin), listed(interviewer)) == ([old.id], [], [])
    posting.owner_id = admin.id
    session.flush()
    assert (listed(me), listed(admin)) == ([], [old.id])
    posting.owner_id, old.owner_id = me.id, admin.id
    session.flush()
    assert (listed(me), listed(admin)) == ([], [old.id])
    close_posting(session, posting=posting, actor_id=admin.id, now=NOW)
    assert posting.state is PostingState.CLOSED
    assert listed(admin) == [old.id]


def test_what_somebody_had_who_has_left_is_on_the_others(session, me):
    colleague = make_user(session, name="许知远")
    posting = make_posting(session, me, colleague)
    theirs = make_application(session, posting, since=NOW - timedelta(days=9))
    other = make_application(session, posting, since=NOW - timedelta(days=8))
    posting.owner_id = theirs.owner_id = colleague.id
    session.flush()

    def listed():
        return [row.application_id for row in on_me(session, actor=actor_of(session, me), now=NOW).overdue]

    assert listed() == []
    colleague.is_active = False
    session.flush()
    assert listed() == [theirs.id, other.id]


def test_what_colleagues_handed_over_is_news_for_two_weeks_while_one_has_it(session, me):
    colleague = make_user(session, name="许知远")
    posting = make_posting(session, me, colleague)
    first, second, own, ended = (make_application(session, posting, name=name) for name in "甲乙丙丁")
    arguments = {"to_id": me.id, "actor_id": colleague.id}
    hand_over(session, applications=[first], note="看论文", now=NOW, **arguments)
    hand_over(session, applications=[second, ended], note=None, now=NOW + timedelta(days=1), **arguments)
    hand_over(session, applications=[own], to_id=me.id, actor_id=me.id, note=None, now=NOW)
    ended.stage = Stage.REJECTED
    session.flush()
    actor = actor_of(session, me)

    def given(now):
        return [(row.application_id, row.by, row.note) for row in on_me(session, actor=actor, now=now).given]

    assert given(NOW + timedelta(days=2)) == [(second.id, "许知远", None), (first.id, "许知远", "看论文")]
    owe_evaluation(session, first, me)
    assert given(NOW + timedelta(days=2))[1] == (first.id, "许知远", None)
    assert given(NOW + timedelta(days=14, hours=1)) == [(second.id, "许知远", None)]
    hand_over(session, applications=[second], to_id=None, actor_id=me.id, note=None, now=NOW + timedelta(days=3))
    assert given(NOW + timedelta(days=3)) == [(first.id, "许知远", None)]


def test_two_queries_by_indexes_whatever_the_number(session, engine, me):
    posting = make_posting(session, me)
    actor = Actor(me.id, Role.RECRUITER, frozenset({posting.id}))

    def read():
        session.commit()
        with counted(engine) as sent:
            on_me(session, actor=actor, now=NOW)
        return [one for one in sent if not one.startswith(("BEGIN", "PRAGMA"))]

    for days in range(3):
        make_application(session, posting, since=NOW - timedelta(days=5 + days))
    few = read()
    for days in range(60):
        make_application(session, posting, since=NOW - timedelta(days=5 + days), stage=LANES[days % 2])
    many = read()
    assert len(few) == len(many) == 2
    assert len(on_me(session, actor=actor, now=NOW).overdue) == ROWS


def test_the_rule_says_who_must_act_and_the_owner_does_where_nobody_of_them_is_there(session, me, manager):
    posting = make_posting(session, me)
    interviewer = make_user(session, Role.INTERVIEWER, name="何以然")
    in_panel, no_panel, debrief, offer, ended = (
        make_application(session, posting, stage=stage)
        for stage in (Stage.INTERVIEW, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER, Stage.HIRED)
    )
    interview = owe_evaluation(session, in_panel, interviewer)
    everybody = [in_panel, no_panel, debrief, offer, ended]

    def waits():
        session.flush()
        rules = rules_of(session, posting_id=posting.id)
        asked = [(one.id, one.stage, one.owner_id) for one in everybody]
        found = who_must_act(session, posting=posting, rules=rules, applications=asked, reader_id=0)
        assert ended.id not in found
        return [found[one.id] for one in everybody[:4]]

    nobody = Waiting(Responsible.OWNER)
    panel = Waiting(Responsible.PANEL, {interviewer.id: "何以然"})
    assert waits() == [panel, nobody, nobody, Waiting(Responsible.CANDIDATE)]
    posting.owner_id, no_panel.owner_id = me.id, manager.id
    manager.is_active = False
    assert waits()[1] == Waiting(Responsible.OWNER, {me.id: me.name})
    manager.is_active = True
    mine = Waiting(Responsible.OWNER, {me.id: me.name})
    assert waits() == [panel, Waiting(Responsible.OWNER, {manager.id: "顾长青"}), mine, Waiting(Responsible.CANDIDATE)]
    session.execute(
        text("INSERT INTO posting_member (posting_id, user_id) VALUES (:p, :u)"), {"p": posting.id, "u": manager.id}
    )
    session.add(
        Evaluation(
            interview_id=interview.id,
            user_id=interviewer.id,
            version=1,
            recommendation=Recommendation.YES,
            summary="x",
            submitted_at=NOW,
        )
    )
    assert waits()[0] == mine
    assert waits()[2] == Waiting(Responsible.HIRING_MANAGER, {manager.id: "顾长青"})
