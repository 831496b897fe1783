"""Planning, drafts, submission, amendment, abstention: what is stored and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.models import (
    AbstainKind,
    Evaluation,
    Interview,
    Panelist,
    Rating,
    Recommendation,
    Role,
    ScorecardDraft,
    Stage,
    StageCount,
    StageMove,
)
from screening.queries.interviews import coverage
from screening.queries.scopes import application_scope
from screening.services.evaluating import (
    DraftConflictError,
    Judgement,
    abstain,
    amend_evaluation,
    save_draft,
    submit_evaluation,
)
from screening.services.interviewing import (
    InterviewError,
    cancel_interview,
    reschedule_interview,
    restore_interview,
    schedule_interview,
)
from tests.factories import NOW, make_user, move_interview
from tests.interviewer.conftest import judgements, plan, submit
from tests.real.processes import wait_for


def test_planning_moves_an_application_to_the_interview_stage(session, panel):
    counts = {count.stage: count.count for count in session.scalars(select(StageCount))}
    last = session.scalars(select(StageMove).order_by(StageMove.id.desc())).first()

    assert panel.application.stage is Stage.INTERVIEW
    assert (last.from_stage, last.to_stage, last.actor_id) == (Stage.SCREENING, Stage.INTERVIEW, panel.recruiter.id)
    assert (counts[Stage.SCREENING], counts[Stage.INTERVIEW]) == (0, 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"round": "  "}, "round_missing"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"time_zone": "Mars/Olympus"}, "zone_unknown"),
        ({"panel": ()}, "panel_empty"),
        ({"panel": (99999,)}, "panel_unknown"),
        ({"focus": ()}, "focus_empty"),
        ({"focus": ("r99",)}, "focus_unknown"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(session, panel, changes, code):
    with pytest.raises(InterviewError) as error:
        schedule_interview(
            session,
            application=panel.application,
            plan=plan(panel.first, **changes),
            actor_id=panel.recruiter.id,
            now=NOW,
        )

    assert error.value.code == code


def test_coverage_counts_interviews_that_take_place(session, panel):
    before = {row.criterion.id: row.covered for row in coverage(session, application=panel.application)}
    cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
    after = {row.criterion.id: row.covered for row in coverage(session, application=panel.application)}

    assert before == {"k1": 0, "k2": 0, "k3": 0, "r1": 0, "r2": 1, "r3": 0, "r4": 1, "b1": 0, "b2": 0}
    assert set(after.values()) == {0}
    assert [row.criterion.id for row in coverage(session, application=panel.application) if row.is_suggested] == ["r4"]


def test_rescheduling_changes_plan_and_panel(session, panel):
    third = make_user(session, Role.INTERVIEWER, name="梁子安")
    reschedule_interview(
        session,
        interview=panel.interview,
        plan=plan(panel.first, third, round="第二轮", minutes=60),
        actor_id=panel.recruiter.id,
        now=NOW,
    )

    seats = session.scalars(select(Panelist.user_id).where(Panelist.interview_id == panel.interview.id)).all()
    assert sorted(seats) == sorted([panel.first.id, third.id])
    assert (panel.interview.round, panel.interview.minutes) == ("第二轮", 60)


def test_who_has_submitted_stays_on_the_panel(session, panel):
    submit(session, panel, panel.second)

    with pytest.raises(InterviewError) as error:
        reschedule_interview(
            session, interview=panel.interview, plan=plan(panel.first), actor_id=panel.recruiter.id, now=NOW
        )

    assert error.value.code == "panel_submitted"


def test_nobody_ends_their_own_blindness_by_leaving_or_cancelling(session, panel):
    reschedule = {"interview": panel.interview, "plan": plan(panel.second), "now": NOW}
    with pytest.raises(InterviewError, match="own_seat"):
        reschedule_interview(session, actor_id=panel.first.id, **reschedule)
    with pytest.raises(InterviewError, match="own_seat"):
        cancel_interview(session, interview=panel.interview, actor_id=panel.first.id, now=NOW)
    assert panel.first.id in application_scope(session, panel.application.id).owing

    abstain(
        session,
        interview=panel.interview,
        user_id=panel.first.id,
        kind=AbstainKind.WORKED_TOGETHER,
        reason="共事过",
        now=NOW,
    )
    with pytest.raises(InterviewError, match="panel_submitted"):
        reschedule_interview(session, actor_id=panel.recruiter.id, **reschedule)
    cancel_interview(session, interview=panel.interview, actor_id=panel.first.id, now=NOW)


def test_cancelling_can_be_taken_back(session, panel):
    cancel_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)
    with pytest.raises(InterviewError, match="cancelled"):
        submit(session, panel, panel.first)

    restore_interview(session, interview=panel.interview, actor_id=panel.recruiter.id, now=NOW)

    assert submit(session, panel, panel.first).version == 1


def test_drafts_detect_two_tabs(session, panel):
    save = {"interview": panel.interview, "user_id": panel.first.id, "now": NOW}
    first = save_draft(session, content={"summary": "一"}, revision=0, **save)
    second = save_draft(session, content={"summary": "二"}, revision=first, **save)

    with pytest.raises(DraftConflictError) as error:
        save_draft(session, content={"summary": "三"}, revision=first, **save)

    assert (first, second) == (1, 2)
    assert (error.value.content, error.value.revision) == ({"summary": "二"}, 2)


def test_submission_locks_and_forgets_the_draft(session, panel):
    save_draft(session, interview=panel.interview, user_id=panel.first.id, content={}, revision=0, now=NOW)
    evaluation = submit(session, panel, panel.first, value=4, note="很好。")

    ratings = session.scalars(
        select(Rating).where(Rating.evaluation_id == evaluation.id).order_by(Rating.criterion)
    ).all()
    assert [(rating.criterion, rating.value, rating.note) for rating in ratings] == [
        ("r2", 4, "很好。"),
        ("r4", 4, "很好。"),
    ]
    assert session.scalars(select(ScorecardDraft)).all() == []
    for act in (
        lambda: submit(session, panel, panel.first),
        lambda: save_draft(session, interview=panel.interview, user_id=panel.first.id, content={}, revision=1, now=NOW),
        lambda: abstain(
            session,
            interview=panel.interview,
            user_id=panel.first.id,
            kind=AbstainKind.WORKED_TOGETHER,
            reason="共事过",
            now=NOW,
        ),
    ):
        with pytest.raises(InterviewError) as error:
            act()
        assert error.value.code == "submitted"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "rating_missing"),
        ({"r2": Judgement(3)}, "rating_missing"),
        ({"r2": Judgement(999), "r4": Judgement(3)}, "rating_unknown"),
        ({"r2": Judgement(3), "r4": Judgement(3), "k1": Judgement(3)}, "rating_unknown"),
        ({"r2": Judgement(1), "r4": Judgement(3)}, "note_missing"),
        ({"r2": Judgement(3), "r4": Judgement(4, "  ")}, "note_missing"),
    ],
)
def test_an_incomplete_or_foreign_rating_is_refused(session, panel, given, code):
    with pytest.raises(InterviewError) as error:
        submit_evaluation(
            session,
            interview=panel.interview,
            user_id=panel.first.id,
            judgements=given,
            recommendation=Recommendation.YES,
            summary="理由",
            now=NOW,
        )

    assert error.value.code == code


def test_not_covered_is_not_a_number(session, panel):
    evaluation = submit_evaluation(
        session,
        interview=panel.interview,
        user_id=panel.first.id,
        judgements={"r2": Judgement(None), "r4": Judgement(2)},
        recommendation=Recommendation.NO,
        summary="没有问到编程。",
        now=NOW,
    )

    values = session.scalars(
        select(Rating.value).where(Rating.evaluation_id == evaluation.id).order_by(Rating.criterion)
    )
    assert list(values) == [None, 2]


def test_nobody_submits_before_the_interview_or_without_a_seat(session, panel):
    move_interview(panel.interview, NOW + timedelta(minutes=1))
    with pytest.raises(InterviewError, match="too_early"):
        submit(session, panel, panel.first)
    with pytest.raises(InterviewError, match="not_on_panel"):
        submit(session, panel, panel.recruiter)


def test_an_amendment_is_a_new_version_with_a_reason(session, panel):
    submit(session, panel, panel.first, value=2)
    change = {
        "interview": panel.interview,
        "user_id": panel.first.id,
        "judgements": judgements(3),
        "recommendation": Recommendation.YES,
        "summary": "重新考虑后。",
        "seen": 1,
        "now": NOW,
    }
    with pytest.raises(InterviewError, match="reason_missing"):
        amend_evaluation(session, reason=" ", **change)
    amend_evaluation(session, reason="补看了代码", **change)
    with pytest.raises(InterviewError, match="changed"):
        amend_evaluation(session, reason="补看了代码", **change)

    kept = session.scalars(select(Evaluation).order_by(Evaluation.version)).all()
    assert [(one.version, one.recommendation, one.amendment_reason) for one in kept] == [
        (1, Recommendation.NO, None),
        (2, Recommendation.YES, "补看了代码"),
    ]


def test_the_database_refuses_a_rating_of_999(session, panel):
    evaluation = submit(session, panel, panel.first)
    session.add(Rating(evaluation_id=evaluation.id, criterion="x", criterion_key="x", value=999))

    with pytest.raises(IntegrityError, match="value_range"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_plan_is_changed_while_somebody_amends_and_neither_waits_for_ever(session, engine, panel):
    submit(session, panel, panel.first)
    session.commit()

    def amend() -> int:
        with Session(engine) as own:
            made = amend_evaluation(
                own,
                interview=own.get_one(Interview, panel.interview.id),
                user_id=panel.first.id,
                judgements=judgements(2),
                recommendation=Recommendation.NO,
                summary="看了录像，改了。",
                reason="看了录像",
                seen=1,
                now=NOW,
            )
            version = made.version
            own.commit()
            return version

    with ThreadPoolExecutor(1) as pool:
        session.refresh(panel.interview, with_for_update=True)  # as whoever changes the plan begins
        amended = pool.submit(amend)
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        wait_for(lambda: session.scalar(waiting), seconds=20, say=lambda: "nobody waits for the plan")
        reschedule_interview(
            session,
            interview=panel.interview,
            plan=plan(panel.first, panel.second, starts_at=NOW - timedelta(minutes=30)),
            actor_id=panel.recruiter.id,
            now=NOW,
        )
        session.commit()
        assert amended.result(20) == 2
