"""The overview counts new and overdue applications by counters and indexes, and they are what a look at each application gives."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Role, Stage, SuspicionState
from screening.policy import Actor
from screening.queries.home import new_applications
from screening.queries.postings import LANES, PATIENCE, Overview, PostingFilter, overview
from screening.services.erasing import erase
from screening.services.moving import ALLOWED_MOVES, MoveError, move_application, undo_moves
from screening.services.people import PeopleError, decide
from screening.services.publishing import close_posting
from tests.factories import NOW, make_application, make_posting, make_user


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
        own["overdue"] += one.stage in PATIENCE and one.stage_since < NOW - PATIENCE[one.stage]
    page = read(session, actor)
    assert page.rows
    for row in page.rows:
        own = counts.get(row.id, Counter())
        assert row.counts == tuple(own[stage.value] for stage in LANES)
        assert (row.new, row.overdue) == (own["new"], own["overdue"])
    assert (page.new, page.overdue) == (sum(row.new for row in page.rows), sum(row.overdue for row in page.rows))
    assert page.to_review == sum(row.counts[0] + row.counts[1] for row in page.rows)
    assert {ident: count for ident, _, count in new_applications(session, actor=actor)} == {
        ident: own["applied"] for ident, own in counts.items() if own["applied"]
    }


def test_after_any_moves_the_overview_says_what_the_applications_say(session: Session) -> None:
    dice = Random(11)
    admin = make_user(session, Role.ADMIN)
    actor = Actor(admin.id, Role.ADMIN)
    postings = [make_posting(session, admin, slug=f"posting-{number}") for number in range(3)]
    applications = []
    for _ in range(24):
        one = make_application(session, dice.choice(postings))
        one.submitted_at = NOW - timedelta(days=dice.choice([0, 1, 20]), minutes=dice.randrange(60))
        one.stage_since = one.submitted_at
        applications.append(one)
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


def test_the_boundary_of_patience_and_of_the_day_are_exact(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    posting = make_posting(session, admin)
    moments = [NOW - PATIENCE[Stage.APPLIED], NOW - PATIENCE[Stage.APPLIED] - timedelta(seconds=1)]
    for moment in moments:
        make_application(session, posting).stage_since = moment
    early = make_application(session, posting)
    early.submitted_at = NOW.replace(hour=0) - timedelta(seconds=1)
    session.flush()
    (row,) = read(session, Actor(admin.id, Role.ADMIN)).rows
    assert (row.overdue, row.new) == (1, 2)


def test_closed_postings_are_left_out_of_the_sums_and_shown_with_their_own(session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    actor = Actor(admin.id, Role.ADMIN)
    open_one, closed = (make_posting(session, admin, slug=slug) for slug in ("one", "other"))
    for posting in (open_one, closed, closed):
        make_application(session, posting).stage_since = NOW - timedelta(days=30)
    close_posting(session, posting=closed, actor_id=admin.id, now=NOW)
    session.flush()
    page = overview(
        session,
        actor=actor,
        chosen=PostingFilter(state=session.get_one(Posting, closed.id).state),
        today=NOW.replace(hour=0),
        now=NOW,
    )
    assert [(row.id, row.new, row.overdue) for row in page.rows] == [(closed.id, 2, 2)]
    assert (page.new, page.overdue, page.to_review) == (1, 1, 1)
    mine = Actor(admin.id, Role.RECRUITER, frozenset({open_one.id}))
    assert [row.id for row in read(session, mine).rows] == [open_one.id]
