"""The demonstration: complete on both databases, consistent with itself, and harmless to what is there already."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from rubrics.catalogue import catalogue
from screening.audit import is_intact
from screening.models import (
    Application,
    ApplicationNote,
    Decision,
    Evaluation,
    Interview,
    InterviewerPool,
    InterviewRound,
    Job,
    JobState,
    Panelist,
    Posting,
    PostingState,
    PrescoreFailure,
    Rating,
    RoundKind,
    RubricState,
    RubricVersion,
    ScorecardDraft,
    StageCount,
    StageMove,
    StoredPrescore,
    User,
)
from screening.queries.blindness import owed_applications
from screening.queries.scopes import application_scope
from screening.queue import FIT_APPLICATION, PRESCORE_APPLICATION
from screening.services.accounts import authenticate
from screening.services.demonstration import DEMO_PASSWORD, list_sign_ins, load_demo
from screening.services.demonstration.pieces import PROFILES, profile, settle_choices
from screening.services.demonstration.plan import APPLICATIONS, STAGES, cast_applicants
from screening.services.demonstration.stories import tell_stories
from screening.services.demonstration.writing import choose

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
INTERVIEWERS = ("he@example.com", "xu@example.com", "zian@example.com", "wenqu@example.com")


def counts_by(session, column):
    return dict(session.execute(select(column, func.count()).group_by(column)).all())


def test_demonstration_is_whole_and_consistent(session, tmp_path):
    """One load for all: it takes seconds, and every check reads the same data."""
    assert load_demo(session, now=NOW, password=DEMO_PASSWORD, uploads=tmp_path)
    session.commit()

    assert counts_by(session, Posting.state) == {PostingState.OPEN: 20}
    seats = {(one.interview_id, one.user_id) for one in session.scalars(select(Panelist)) if one.is_settled}
    submitted = {(one.interview_id, one.user_id) for one in session.scalars(select(Evaluation))}
    assert seats == submitted
    for user_id, posting_id in product(
        session.scalars(select(User.id)).all(), session.scalars(select(Posting.id)).all()
    ):
        ids = session.scalars(select(Application.id).where(Application.posting_id == posting_id)).all()
        owed = owed_applications(session, user_id=user_id, posting_id=posting_id)
        assert owed == {ident for ident in ids if user_id in application_scope(session, ident).owing}
    versions = counts_by(session, RubricVersion.state)
    assert versions[RubricState.PUBLISHED] == 20
    assert versions[RubricState.DRAFT] == 3

    by_stage = counts_by(session, Application.stage)
    assert by_stage == STAGES
    assert sum(by_stage.values()) == APPLICATIONS
    kept = {
        (count.posting_id, count.stage): count.count for count in session.scalars(select(StageCount)) if count.count
    }
    assert kept == Counter((row.posting_id, row.stage) for row in session.scalars(select(Application)))

    assert session.scalar(select(func.count()).select_from(StoredPrescore)) == APPLICATIONS
    assert session.scalar(select(func.count()).select_from(PrescoreFailure)) == 0
    jobs = Counter(session.execute(select(Job.name, Job.state)).all())
    assert jobs == {  # every application is judged; for which other postings it fits, the worker finds out
        (PRESCORE_APPLICATION, JobState.DONE): APPLICATIONS,
        (FIT_APPLICATION, JobState.WAITING): APPLICATIONS,
    }
    flags = Counter(flag["code"] for run in session.scalars(select(StoredPrescore)) for flag in run.result["flags"])
    assert {"hidden_text", "scorer_instruction", "keyword_stuffing"} <= set(flags)
    ranks = sorted(session.scalars(select(Application.rank_score)))
    assert ranks[20] < 0.6 < 0.85 < ranks[-40]

    check_histories(session)
    check_blindness(session)
    check_plans(session)
    assert is_intact(session)
    assert all(authenticate(session, email=one.email, password=DEMO_PASSWORD) for one in list_sign_ins(session))

    names = set(session.scalars(select(Application.name)))
    assert {"𠮷野小雪", "Sean O'Neil", "<b>Li</b> 小离", "石小笑😀"} <= names

    before = counts_by(session, Application.stage), session.scalar(select(func.count()).select_from(User))
    assert not load_demo(session, now=NOW + timedelta(days=1), password="another-password-2027", uploads=tmp_path)
    assert (counts_by(session, Application.stage), session.scalar(select(func.count()).select_from(User))) == before


def check_histories(session):
    """Check that moves follow on each other in time and end where the application stands; nothing lies in the future but interviews."""
    for application in session.scalars(select(Application)):
        moves = session.scalars(
            select(StageMove).where(StageMove.application_id == application.id).order_by(StageMove.id)
        ).all()
        assert moves[0].from_stage is None
        assert [move.from_stage for move in moves[1:]] == [move.to_stage for move in moves[:-1]]
        assert moves[-1].to_stage is application.stage
        times = [move.at for move in moves]
        assert times == sorted(times)
        assert application.submitted_at == times[0]
        assert application.stage_since == times[-1] <= NOW
    starts = session.scalars(select(Interview.starts_at)).all()
    assert min(starts) < NOW < max(starts)
    assert session.scalar(select(func.count()).select_from(Decision)) > 0
    for decision in session.scalars(select(Decision)):
        assert decision.reason
        assert decision.actor_id


def check_blindness(session):
    """Check that only panel members write, after the interview, once; whoever owes an evaluation has nothing that tells of the others'."""
    interviews = {interview.id: interview for interview in session.scalars(select(Interview))}
    seats = {(seat.interview_id, seat.user_id) for seat in session.scalars(select(Panelist))}
    written = {(one.interview_id, one.user_id): one for one in session.scalars(select(Evaluation))}
    drafts = {(draft.interview_id, draft.user_id) for draft in session.scalars(select(ScorecardDraft))}
    assert set(written) <= seats
    assert drafts <= seats - set(written)
    assert drafts
    for (interview_id, _), evaluation in written.items():
        interview = interviews[interview_id]
        assert interview.starts_at + timedelta(minutes=interview.minutes) <= evaluation.submitted_at <= NOW
        ratings = session.scalars(select(Rating).where(Rating.evaluation_id == evaluation.id)).all()
        assert {rating.criterion for rating in ratings} == set(interview.focus)
        assert all(rating.note for rating in ratings if rating.value in {1, 4})
    owing = {interviews[interview_id].application_id for interview_id, _ in seats - set(written)}
    for application_id in session.scalars(select(Decision.application_id)):
        assert application_id not in owing
    for note in session.scalars(select(ApplicationNote)):
        assert note.author_id not in {user for _, user in seats}
    starts = Counter((interviews[interview_id].starts_at, user) for interview_id, user in seats)
    assert max(starts.values()) == 1


def check_plans(session):
    """Check that every posting has a plan, every interview its round, and that reviews of documents are asked for and read."""
    rounds = {one.id: one for one in session.scalars(select(InterviewRound))}
    assert len({one.posting_id for one in rounds.values()}) == 20
    assert session.scalar(select(func.count()).select_from(InterviewerPool)) == 3
    postings = dict(session.execute(select(Application.id, Application.posting_id)).all())
    for interview in session.scalars(select(Interview)):
        one = rounds[interview.round_id]
        assert (one.posting_id, one.kind) == (postings[interview.application_id], interview.kind)
    reviews = session.scalars(select(Interview.id).where(Interview.kind == RoundKind.RESUME_REVIEW)).all()
    read = set(session.scalars(select(Evaluation.interview_id).where(Evaluation.interview_id.in_(reviews))))
    assert 0 < len(read) < len(reviews)


@pytest.mark.parametrize(
    "now", [NOW, datetime(2026, 11, 28, 1, 0, tzinfo=UTC), datetime(2027, 2, 28, 23, 59, tzinfo=UTC)]
)
def test_stories_are_plausible_on_any_day(now):
    applicants = cast_applicants(catalogue())
    assert len({(one.slug, one.email) for one in applicants}) == APPLICATIONS
    stories = tell_stories(applicants, INTERVIEWERS, now)
    assert stories == tell_stories(applicants, INTERVIEWERS, now)
    for story in stories:
        times = [story.submitted_at, *(at for at, _ in story.moves)]
        assert times == sorted(times)
        assert times[-1] < now
        for interview in story.interviews:
            assert interview.planned_at < min(interview.starts_at, now)
            assert all(
                one.submitted_at is None or interview.starts_at < one.submitted_at < now for one in interview.sittings
            )


def test_written_pieces_have_both_languages_in_step():
    """A choice has as many options in Chinese as in English, so that numbers agree; nothing is left unsettled."""
    for name in PROFILES:
        trade = profile(name)
        texts = [*trade.areas, *trade.courses, *trade.interests, *trade.awards]
        for piece in (*trade.projects, *trade.work, *trade.open_source):
            texts += [piece.name, piece.position, *piece.lines]
        for text in texts:
            for pick in range(6):
                assert "{" not in settle_choices(text.zh, pick) + settle_choices(text.en, pick)
            assert bool(text.zh) == bool(text.en)


def test_choice_is_the_same_for_the_same_brief():
    applicant = cast_applicants(catalogue())[40]
    assert choose(applicant.brief, NOW.date()) == choose(applicant.brief, NOW.date())
