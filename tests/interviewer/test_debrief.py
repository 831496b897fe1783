"""The debrief: disagreements first, who is missing, every version, and a guard against reading agreement into little."""

from __future__ import annotations

from sqlalchemy import select

from screening.models import AbstainKind, PostingState, Recommendation, Role, RubricVersion, Stage
from screening.policy import Actor
from screening.queries.debrief import debrief
from screening.queries.home import open_findings, ready_debriefs
from screening.queries.on_me import on_me
from screening.services.evaluating import Judgement, abstain, amend_evaluation, submit_evaluation
from screening.services.moving import move_application
from tests.factories import NOW, make_posting
from tests.interviewer.conftest import Panel, judgements, submit


def rate(session, panel: Panel, user, **values: int) -> None:
    submit_evaluation(
        session,
        interview=panel.interview,
        user_id=user.id,
        judgements={ident: Judgement(value, "看到的事。") for ident, value in values.items()},
        recommendation=Recommendation.YES,
        summary="可以。",
        now=NOW,
    )


def recruiter(panel: Panel) -> Actor:
    return Actor(panel.recruiter.id, Role.RECRUITER, frozenset({panel.application.posting_id}))


def test_the_widest_disagreement_comes_first(session, panel):
    rate(session, panel, panel.first, r2=3, r4=4)
    rate(session, panel, panel.second, r2=3, r4=1)

    page = debrief(session, application=panel.application)

    assert [(row.criterion.id, row.spread, row.mean, row.is_split) for row in page.rows] == [
        ("r4", 3, 2.5, True),
        ("r2", 0, 3.0, False),
    ]
    assert page.waiting == ()


def test_two_criteria_say_nothing_about_agreement(session, panel, caller):
    rate(session, panel, panel.first, r2=3, r4=4)
    rate(session, panel, panel.second, r2=3, r4=1)
    session.commit()

    page = debrief(session, application=panel.application)
    text = caller(panel.recruiter).get(f"/staff/applications/{panel.application.id}/debrief").get_data(as_text=True)

    assert (page.comparison.alpha, page.comparison.interval, page.comparison.shared_criteria) == (None, None, 2)
    assert "α" not in text


def test_a_missing_evaluation_is_named(session, panel):
    submit(session, panel, panel.first)

    page = debrief(session, application=panel.application)

    assert [(seat.name, seat.round) for seat in page.waiting] == [(panel.second.name, "第一轮")]


def test_an_amended_evaluation_keeps_its_first_words_for_the_recruiter(session, panel, caller):
    submit(session, panel, panel.first, value=3, note="最初的看法")
    amend_evaluation(
        session,
        interview=panel.interview,
        user_id=panel.first.id,
        judgements=judgements(2, "后来的看法"),
        recommendation=Recommendation.NO,
        summary="后来的理由",
        reason="补看了代码",
        seen=1,
        now=NOW,
    )
    session.commit()

    text = caller(panel.recruiter).get(f"/staff/applications/{panel.application.id}/debrief").get_data(as_text=True)

    for words in ("最初的看法", "后来的看法", "后来的理由", "补看了代码"):
        assert words in text


def test_only_recruiters_read_why_somebody_abstained(session, panel, caller):
    submit(session, panel, panel.first)
    abstain(
        session,
        interview=panel.interview,
        user_id=panel.second.id,
        kind=AbstainKind.WORKED_TOGETHER,
        reason="同一个实验室",
        now=NOW,
    )
    session.commit()
    address = f"/staff/applications/{panel.application.id}/debrief"

    assert "同一个实验室" in caller(panel.recruiter).get(address).get_data(as_text=True)
    assert "同一个实验室" not in caller(panel.first).get(address).get_data(as_text=True)


def test_an_application_is_ready_when_its_panel_owes_nothing(session, panel):
    assert ready_debriefs(session, actor=recruiter(panel)) == ()
    submit(session, panel, panel.first)
    assert ready_debriefs(session, actor=recruiter(panel)) == ()
    submit(session, panel, panel.second)

    ready = ready_debriefs(session, actor=recruiter(panel))

    assert [ident for ident, _, _ in ready] == [panel.application.id]
    assert ready_debriefs(session, actor=Actor(panel.recruiter.id, Role.RECRUITER)) == ()


def test_a_debrief_is_not_offered_to_who_still_owes(session, panel):
    move_application(session, application=panel.application, to=Stage.DEBRIEF, actor_id=panel.recruiter.id, now=NOW)
    postings = frozenset({panel.application.posting_id})

    assert len(ready_debriefs(session, actor=recruiter(panel))) == 1
    assert ready_debriefs(session, actor=Actor(panel.first.id, Role.RECRUITER, postings)) == ()


def test_new_applications_and_findings_are_counted_by_posting(session, panel):
    move_application(session, application=panel.application, to=Stage.SCREENING, actor_id=panel.recruiter.id, now=NOW)
    assert on_me(session, actor=recruiter(panel), now=NOW).new == ()
    move_application(session, application=panel.application, to=Stage.APPLIED, actor_id=panel.recruiter.id, now=NOW)

    assert [(ident, count) for ident, _, count in on_me(session, actor=recruiter(panel), now=NOW).new] == [
        (panel.application.posting_id, 1)
    ]


def test_unsettled_findings_of_a_draft_wait_for_who_may_edit_it(session, panel):
    posting = make_posting(session, panel.recruiter, slug="draft", state=PostingState.DRAFT)
    draft = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == posting.id)).one()
    draft.document = {**draft.document, "warnings": [{"code": "missing_title"}, {"code": "unparsed_line"}]}
    session.flush()
    postings = frozenset({posting.id, panel.application.posting_id})

    assert open_findings(session, actor=Actor(panel.recruiter.id, Role.RECRUITER, postings)) == (
        (posting.id, posting.title, 2),
    )
    assert open_findings(session, actor=Actor(panel.recruiter.id, Role.HIRING_MANAGER, postings)) == ()
    assert open_findings(session, actor=recruiter(panel)) == ()
