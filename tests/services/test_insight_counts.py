"""Figures of pipelines equal a naive recount of the same rows, whatever the chunks; parts go on where they stopped."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from rubrics.codec import load_flow, load_seats
from rubrics.measures.passage import ENDS, WAY, Seats, funnel
from rubrics.measures.spread import quantile
from screening.models import (
    Application,
    Evaluation,
    InsightFigure,
    Interview,
    Panelist,
    PostingState,
    Recommendation,
    Role,
    RoundKind,
    RubricVersion,
    Stage,
    StageMove,
)
from screening.models.interview import AbstainKind
from screening.services import insight_counts
from screening.services.insight_counts import FLOW, LOAD, PERIODS, Count, Tour
from screening.services.moving import ALLOWED_MOVES, move_application, undo_moves
from screening.services.reasons import REJECT_REASONS
from tests.factories import NOW, make_application, make_posting, make_user


@pytest.fixture
def recruiter(session):
    return make_user(session)


def wander(session, random, application, actor):
    """Move an application about as staff and candidates do, taking some moves back; half the moves are long ago."""
    at = NOW - timedelta(days=random.choice((5, 60, 200, 500)), hours=random.random() * 40)
    application.submitted_at = application.stage_since = at
    first = session.scalars(select(StageMove).where(StageMove.application_id == application.id)).one()
    first.at = at
    application.source = random.choice(("site", "campus", "fair"))
    application.rank_score = random.choice((-1.0, random.random()))
    session.flush()
    for _ in range(random.randrange(7)):
        at += timedelta(hours=random.randrange(1, 90), minutes=random.randrange(60))
        allowed = sorted(ALLOWED_MOVES[application.stage])
        if not allowed or at > NOW:
            break
        to = random.choice(allowed)
        move = move_application(
            session,
            application=application,
            to=to,
            actor_id=None if to is Stage.WITHDRAWN else actor.id,
            now=at,
            reason=random.choice(REJECT_REASONS) if to is Stage.REJECTED else None,
        )
        if to is not Stage.WITHDRAWN and random.random() < 0.3:
            undo_moves(session, move_ids=[move.id], actor_id=actor.id, now=at + timedelta(minutes=4))
            at += timedelta(minutes=4)


def naive(session, posting_id, days):
    """Recount a posting from its rows: furthest stages, stays by stage in hours, ends, arrivals by source."""
    since = NOW - timedelta(days=days) if days else None
    reached, stays, ends, sources = Counter(), {}, Counter(), Counter()
    for application in session.scalars(select(Application).where(Application.posting_id == posting_id)):
        moves = session.scalars(
            select(StageMove).where(StageMove.application_id == application.id).order_by(StageMove.id)
        ).all()
        undone = {move.undoes for move in moves if move.undoes}
        real = [move for move in moves if move.id not in undone and not move.undoes]
        if since is None or application.submitted_at >= since:
            reached[max((move.to_stage.value for move in real if move.to_stage.value in WAY), key=WAY.index)] += 1
            sources[application.source] += 1
        for place, move in enumerate(real[1:], 1):
            before = real[place - 1]
            if before.to_stage.value in ENDS or (since is not None and move.at < since):
                continue
            hours = math.floor((move.at - before.at).total_seconds() / 3600)
            stays.setdefault(before.to_stage.value, Counter())[hours] += 1
            if move.to_stage.value in ENDS:
                ends[f"{move.to_stage.value}|{before.to_stage.value}|{move.reason or ''}"] += 1
    return reached, stays, ends, sources


def stored(session, scope, kind, days):
    return session.get_one(InsightFigure, (scope, kind, days)).document


@pytest.mark.parametrize("seed", range(4))
def test_figures_equal_a_naive_recount(session, recruiter, seed):
    random = Random(seed)
    postings = [make_posting(session, recruiter, slug=f"p{number}") for number in range(2)]
    for posting in postings:
        for _ in range(25):
            wander(session, random, make_application(session, posting), recruiter)
    for posting in postings:
        count = Count(posting.id, NOW)
        while not count.is_done:
            insight_counts.count_chunk(session, count, most=random.choice((1, 3, 7, 50)))
        insight_counts.store_count(session, count, job_id=0)
        for days in PERIODS:
            flow = load_flow(stored(session, f"posting:{posting.id}", FLOW, days))
            reached, stays, ends, sources = naive(session, posting.id, days)
            assert (flow.reached, flow.stays, flow.ends) == (reached, stays, ends), days
            assert {name: row["applied"] for name, row in flow.sources.items()} == sources
            for stage, at_least in funnel(flow):
                assert at_least == sum(n for name, n in reached.items() if WAY.index(name) >= WAY.index(stage))
            for spread in stays.values():
                assert quantile(flow.stays[next(iter(flow.stays))], 0.5) is not None
                assert sum(spread.values()) > 0
    session.flush()
    insight_counts.store_everything(session, insight_counts.add_everything(session), now=NOW)
    whole = load_flow(stored(session, "all", FLOW, 0))
    both = [naive(session, posting.id, 0) for posting in postings]
    assert whole.reached == both[0][0] + both[1][0]
    assert whole.ends == both[0][2] + both[1][2]


def test_a_count_goes_on_from_what_was_kept(session, recruiter):
    random, posting = Random(9), make_posting(session, recruiter)
    for _ in range(12):
        wander(session, random, make_application(session, posting), recruiter)
    whole = Count(posting.id, NOW)
    insight_counts.count_chunk(session, whole, most=100)
    part = insight_counts.begin_count(session, posting_id=posting.id, job_id=5, now=NOW)
    turns = 0
    while not part.is_done:
        insight_counts.count_chunk(session, part, most=5)
        if not part.is_done:
            insight_counts.store_part(session, part, job_id=5)
            part = insight_counts.begin_count(session, posting_id=posting.id, job_id=5, now=NOW + timedelta(days=99))
            turns += 1
    assert (turns, part.now) == (2, NOW)
    assert (part.flows, part.seats) == (whole.flows, whole.seats)
    insight_counts.store_count(session, part, job_id=5)
    kinds = session.scalars(select(InsightFigure.kind).distinct()).all()
    assert sorted(kinds) == [FLOW, LOAD]


def test_sums_that_no_job_goes_on_with_are_cleared_away(session):
    for kind, age in (("part 1", 2), ("raw 2", 2), ("part 3", 0), ("raw 4", 0), (FLOW, 2)):
        at = NOW - timedelta(days=age)
        session.add(InsightFigure(scope="all", kind=kind, days=0, document={}, computed_at=at))
    session.flush()
    insight_counts.store_everything(session, [], now=NOW)
    assert sorted(session.scalars(select(InsightFigure.kind))) == [FLOW, "part 3", "raw 4"]


def hold(session, application, planner, *panel, ended=timedelta(hours=30), submitted=()):
    """Plan an interview that ended so long ago; of the panel these have submitted, so many hours after it."""
    interview = Interview(
        application_id=application.id,
        rubric_version_id=session.scalars(select(RubricVersion.id)).first(),
        round="第一轮",
        starts_at=NOW - ended - timedelta(minutes=45),
        minutes=45,
        ends_at=NOW - ended,
        due_at=NOW - ended + timedelta(days=1),
        time_zone="Asia/Shanghai",
        focus=["r2"],
        created_by=planner.id,
        created_at=NOW,
    )
    session.add(interview)
    session.flush()
    session.add_all(Panelist(interview_id=interview.id, user_id=user.id) for user in panel)
    session.flush()
    for user, hours in submitted:
        session.add(
            Evaluation(
                interview_id=interview.id,
                user_id=user.id,
                version=1,
                recommendation=Recommendation.YES,
                summary="说得清楚。",
                submitted_at=interview.ends_at + timedelta(hours=hours),
            )
        )
    session.flush()
    return interview


def load_of(session, posting, days=0):
    insight_counts.count_posting(session, posting_id=posting.id, now=NOW)
    return load_seats(stored(session, f"posting:{posting.id}", LOAD, days))


def test_load_counts_what_is_owed_and_what_was_submitted_once_nobody_owes(session, recruiter):
    posting = make_posting(session, recruiter)
    first, second = (make_user(session, Role.INTERVIEWER) for _ in range(2))
    done = make_application(session, posting)
    hold(session, done, recruiter, first, second, submitted=((first, 2), (second, 5)))
    half = make_application(session, posting)
    hold(session, half, recruiter, first, second, submitted=((first, 1),))
    ahead = make_application(session, posting)
    hold(session, ahead, recruiter, first, ended=timedelta(hours=-3))
    gone = hold(session, ahead, recruiter, first)
    gone.cancelled_at = NOW
    load = load_of(session, posting)
    # what the first submitted of the half-done panel stays silent: the second is blind to it
    assert load == {first.id: Seats(0, 1, Counter({2: 1})), second.id: Seats(1, 1, Counter({5: 1}))}


def test_load_is_silent_of_candidates_whom_a_reader_of_it_has_yet_to_judge(session, recruiter):
    posting, other = make_posting(session, recruiter), make_user(session, Role.INTERVIEWER)
    application = make_application(session, posting)
    interview = hold(session, application, recruiter, recruiter, other)
    assert load_of(session, posting) == {}
    hold(session, make_application(session, posting), recruiter, other)
    before = load_of(session, posting)
    assert before == {other.id: Seats(owed=1)}
    session.add(
        Evaluation(
            interview_id=interview.id,
            user_id=other.id,
            version=1,
            recommendation=Recommendation.NO,
            summary="还差一点。",
            submitted_at=NOW - timedelta(hours=1),
        )
    )
    session.flush()
    assert load_of(session, posting) == before


def test_reviews_and_abstentions_are_not_slow_scorecards(session, recruiter):
    posting = make_posting(session, recruiter)
    reader, away = (make_user(session, Role.INTERVIEWER) for _ in range(2))
    application = make_application(session, posting)
    review = hold(session, application, recruiter, reader, submitted=((reader, 1),))
    review.kind = RoundKind.RESUME_REVIEW
    other = hold(session, make_application(session, posting), recruiter, away)
    seat = session.get_one(Panelist, (other.id, away.id))
    seat.abstained_at, seat.abstain_kind, seat.abstain_reason = NOW, AbstainKind.OTHER, "认识候选人"
    session.flush()
    assert load_of(session, posting) == {}


def test_what_is_owed_is_owed_in_every_period(session, recruiter):
    posting, late = make_posting(session, recruiter), make_user(session, Role.INTERVIEWER)
    hold(session, make_application(session, posting), recruiter, late, ended=timedelta(days=50))
    for days in PERIODS:
        assert load_of(session, posting, days) == {late.id: Seats(owed=1)}


def test_a_night_is_asked_for_once_and_drafts_are_left_out(session, recruiter):
    posting = make_posting(session, recruiter)
    make_posting(session, recruiter, slug="draft", state=PostingState.DRAFT)
    other = make_posting(session, slug="other")
    assert insight_counts.ask_for_night(session, local=NOW.replace(hour=3), now=NOW)
    assert not insight_counts.ask_for_night(session, local=NOW.replace(hour=23), now=NOW)
    assert not insight_counts.ask_for_night(session, local=NOW.replace(hour=1) + timedelta(days=1), now=NOW)
    assert insight_counts.ask_for_night(session, local=NOW.replace(hour=2) + timedelta(days=1), now=NOW)
    assert insight_counts.postings_of(session, Tour(0)) == [posting.id, other.id]
    assert insight_counts.postings_of(session, Tour(recruiter.id)) == [posting.id]
    assert insight_counts.postings_of(session, Tour(0, other.id)) == [other.id]
    assert insight_counts.postings_of(session, Tour(0), after=posting.id) == [other.id]
