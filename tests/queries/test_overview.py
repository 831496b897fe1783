"""The overview counts new and overdue applications by counters and indexes, and they are what a look at each application gives."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Role, Stage, StageRule, SuspicionState
from screening.policy import Actor
from screening.queries.on_me import on_me
from screening.queries.overdue import count_overdue
from screening.queries.overview_counts import read_drafts
from screening.queries.postings import Overview, PostingFilter, overview
from screening.queries.stage_rules import LANES, STANDARD, STANDARD_DAYS, is_overdue, rules_of
from screening.services.erasing import erase
from screening.services.moving import ALLOWED_MOVES, MoveError, move_application, undo_moves
from screening.services.people import PeopleError, decide
from screening.services.publishing import close_posting, import_postings
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import TWO_POSTINGS


def read(session: Session, actor: Actor) -> Overview:
    today = NOW.replace(hour=0)
    return overview(session, actor=actor, chosen=PostingFilter(), today=today, now=NOW)


def check(session: Session, actor: Actor) -> None:
    """Compare the page with all applications, one by one."""
    session.flush()
    session.expire_all()
    counts: dict[int, Counter[str]] = {}
    for one in session.scalars(select(Application)):
        own = counts.setdefault(one.posting_id, Counter())
        own[one.stage.value] += 1
        own["new"] += one.submitted_at >= NOW.replace(hour=0)
        own["overdue"] += is_overdue(rules_of(session, posting_id=one.posting_id)[one.stage], one.stage_since, NOW)
    page = read(session, actor)
    assert page.rows
    for row in page.rows:
        own = counts.get(row.id, Counter())
        assert row.counts == tuple(own[stage.value] for stage in LANES)
        assert (row.new, row.overdue) == (own["new"], own["overdue"])
    assert (page.new, page.overdue) == (sum(row.new for row in page.rows), sum(row.overdue for row in page.rows))
    assert page.to_review == sum(row.counts[0] + row.counts[1] for row in page.rows)
    assert {ident: count for ident, _, count in on_me(session, actor=actor, now=NOW).new} == {
        ident: own["applied"] for ident, own in counts.items() if own["applied"]
    }


def test_after_any_moves_the_overview_says_what_the_applications_say(session: Session) -> None:
    dice = Random(11)
    admin = make_user(session, Role.ADMIN)
    actor = Actor(admin.id, Role.ADMIN)
    postings = [make_posting(session, admin, slug=f"posting-{number}") for number in range(3)]
    applications = []
    for _ in range(24):
        since = NOW - timedelta(days=dice.choice([0, 1, 20]), minutes=dice.randrange(60))
        applications.append(make_application(session, dice.choice(postings), since=since))
    check(session, actor)
    done: list[int] = []
    for turn in range(60):
        one = dice.choice([each for each in applications if each.erased_at is None])
        moment = NOW - timedelta(days=dice.randrange(15), seconds=dice.randrange(-2, 3))
        act = dice.random()
        try:
            if act < 0.25 and done:
                undo_moves(session, move_ids=[done.pop()], actor_id=admin.id, now=moment)
            elif act < 0.3:
                erase(session, applications=[one], company="c", actor_id=admin.id, now=moment)
            elif act < 0.4:
                other = dice.choice(applications)
                state = dice.choice([SuspicionState.SAME, SuspicionState.DIFFERENT])
                decide(session, one=one, other=other, state=state, actor_id=admin.id, now=moment)
            elif ALLOWED_MOVES[one.stage]:
                to = dice.choice(sorted(ALLOWED_MOVES[one.stage]))
                by = None if to is Stage.WITHDRAWN else admin.id
                reason = "requirement" if to is Stage.REJECTED else None
                move = move_application(session, application=one, to=to, actor_id=by, now=moment, reason=reason)
                done.append(move.id)
        except (MoveError, PeopleError):
            continue
        if turn % 6 == 0:
            check(session, actor)
    check(session, actor)
    assert {one.stage for one in applications} >= {Stage.APPLIED, Stage.REJECTED, Stage.WITHDRAWN}


def test_the_boundary_of_the_limit_and_of_the_day_are_exact(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    posting = make_posting(session, admin)
    first_day = NOW.replace(hour=0, minute=0) - timedelta(days=STANDARD_DAYS[Stage.APPLIED])
    in_time, late = (
        make_application(session, posting, since=since) for since in (first_day, first_day - timedelta(seconds=1))
    )
    early = make_application(session, posting)
    early.submitted_at = NOW.replace(hour=0) - timedelta(seconds=1)
    make_application(session, posting)
    session.flush()
    rule = STANDARD[Stage.APPLIED]
    assert [is_overdue(rule, one.stage_since, NOW) for one in (in_time, late)] == [False, True]
    (row,) = read(session, Actor(admin.id, Role.ADMIN)).rows
    assert (row.overdue, row.new) == (1, 1)


def test_a_postings_own_limits_count_and_none_is_no_limit(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    actor = Actor(admin.id, Role.ADMIN)
    strict, patient, endless, standard = (make_posting(session, admin, slug=slug) for slug in "abcd")
    for posting, days in ((strict, 1), (patient, 30), (endless, 0), (standard, None)):
        session.add(StageRule(posting_id=posting.id, stage=Stage.APPLIED, days=days))
        for age in (0, 2, 10, 40):
            make_application(session, posting, since=NOW - timedelta(days=age))
        make_application(session, posting, stage=Stage.OFFER, since=NOW - timedelta(days=8))
    check(session, actor)
    assert {row.id: row.overdue for row in read(session, actor).rows} == {
        strict.id: 4,
        patient.id: 2,
        endless.id: 1,
        standard.id: 3,
    }
    ids = [posting.id for posting in (strict, patient, endless, standard)]
    assert count_overdue(session, posting_ids=ids, now=NOW) == {
        (strict.id, Stage.APPLIED): 3,
        (patient.id, Stage.APPLIED): 1,
        (standard.id, Stage.APPLIED): 2,
        **{(ident, Stage.OFFER): 1 for ident in ids},
    }


def test_mine_are_those_one_owns_and_those_without_an_owner_that_one_may_work_on(session: Session) -> None:
    me, other = make_user(session), make_user(session, name="何以然")
    own, ownerless, others = (make_posting(session, me, other, slug=slug) for slug in "abc")
    own.owner_id, others.owner_id = me.id, other.id
    foreign = make_posting(session, other, slug="d")
    session.flush()
    actor = Actor(me.id, Role.RECRUITER, frozenset({own.id, ownerless.id, others.id}))
    mine = overview(session, actor=actor, chosen=PostingFilter(mine=True), today=NOW, now=NOW)
    assert [row.id for row in mine.rows] == [own.id, ownerless.id]
    assert {state.value: count for state, count in mine.states.items()} == {"draft": 0, "open": 2, "closed": 0}
    everything = overview(session, actor=actor, chosen=PostingFilter(), today=NOW, now=NOW)
    assert [(row.id, row.owner) for row in everything.rows] == [
        (own.id, me.name),
        (ownerless.id, min(me.name, other.name)),
        (others.id, other.name),
    ]
    admin = make_user(session, Role.ADMIN)
    assert (
        overview(session, actor=Actor(admin.id, Role.ADMIN), chosen=PostingFilter(mine=True), today=NOW, now=NOW).rows
        == ()
    )
    assert foreign.id not in {row.id for row in everything.rows}


def test_documents_are_told_whose_drafts_wait_and_not_to_who_publishes_none(session: Session) -> None:
    me = make_user(session)
    text = TWO_POSTINGS
    document = import_postings(session, name="秋季实习.txt", text=text, actor_id=me.id, now=NOW)
    mine = frozenset(session.scalars(select(Posting.id).where(Posting.document_id == document.id)))
    (waiting,) = read(session, Actor(me.id, Role.RECRUITER, mine)).documents
    assert (waiting.id, waiting.name, waiting.drafts) == (document.id, "秋季实习.txt", 2)
    drafts = read_drafts(session, everything=False, posting_ids=mine)
    assert waiting.unsettled == sum(1 for draft in drafts.values() if draft.unsettled) > 0
    assert read(session, Actor(me.id, Role.HIRING_MANAGER, mine)).documents == ()
    assert read(session, Actor(me.id, Role.RECRUITER)).documents == ()
    make_posting(session, me)
    assert [one.id for one in read(session, Actor(make_user(session, Role.ADMIN).id, Role.ADMIN)).documents] == [
        document.id
    ]


def test_closed_postings_are_left_out_of_the_sums_and_shown_with_their_own(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    actor = Actor(admin.id, Role.ADMIN)
    open_one, closed = (make_posting(session, admin, slug=slug) for slug in ("one", "other"))
    for posting in (open_one, closed, closed):
        make_application(session, posting, since=NOW - timedelta(days=30))
    close_posting(session, posting=closed, actor_id=admin.id, now=NOW)
    session.flush()
    page = overview(
        session,
        actor=actor,
        chosen=PostingFilter(state=session.get_one(Posting, closed.id).state),
        today=NOW.replace(hour=0),
        now=NOW,
    )
    assert [(row.id, row.new, row.overdue) for row in page.rows] == [(closed.id, 0, 2)]
    assert (page.new, page.overdue, page.to_review) == (0, 1, 1)
    mine = Actor(admin.id, Role.RECRUITER, frozenset({open_one.id}))
    assert [row.id for row in read(session, mine).rows] == [open_one.id]
