"""The debrief: what each reader may read, what is open, where documents and interviews part, and what it costs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.prescore import Verdict
from screening.extensions import db
from screening.models import (
    AbstainKind,
    Evaluation,
    FormVersion,
    Posting,
    PostingMember,
    Recommendation,
    Role,
    User,
)
from screening.queries.debrief import debrief
from screening.services.evaluating import Judgement, abstain, amend_evaluation, submit_evaluation
from screening.services.interviewing import schedule_interview
from screening.services.judging import change_verdict
from screening.services.open_points import open_points
from tests.factories import NOW, make_user
from tests.interviewer.conftest import Panel, judgements, plan, submit
from tests.recruiter.worlds import counted, score

ADDRESS = "/staff/applications/1/debrief"
SECRET = "只给招聘专员看 wombat-417"


def rate(session: Session, panel: Panel, user: User, **values: int | None) -> None:
    submit_evaluation(
        session,
        interview=panel.interview,
        user_id=user.id,
        judgements={ident: Judgement(value, f"{ident} 的记录") for ident, value in values.items()},
        recommendation=Recommendation.YES,
        summary="可以。",
        now=NOW,
    )


def member(session: Session, panel: Panel, role: Role, name: str) -> User:
    user = make_user(session, role, name=name)
    session.add(PostingMember(posting_id=panel.application.posting_id, user_id=user.id))
    session.flush()
    return user


def test_each_rating_opens_its_note_with_its_anchor(session, panel, caller):
    rate(session, panel, panel.first, r2=4, r4=1)
    rate(session, panel, panel.second, r2=3, r4=3)
    session.commit()

    text = caller(panel.recruiter).get(ADDRESS).get_data(as_text=True)

    for cell in ("n-1-1", "n-1-2", "n-2-1", "n-2-2"):
        assert f'popovertarget="{cell}"' in text
        assert f'popover id="{cell}"' in text
    assert text.count("r4 的记录") == 6, "in the cells, in what to talk about first, and in their own words"
    assert text.index(">R4<") < text.index(">R2<"), "the widest disagreement comes first"


def test_documents_and_interviews_that_point_apart_are_said_in_words(session, panel, caller):
    score(session, panel.application)
    rate(session, panel, panel.first, r2=1, r4=3)
    rate(session, panel, panel.second, r2=2, r4=3)
    session.commit()

    page = debrief(session, application=panel.application)
    text = caller(panel.recruiter).get(ADDRESS).get_data(as_text=True)

    assert [(one.id, row.direction.value) for one, row in page.confrontations] == [("r2", "below")]
    assert "R2：材料里有体现，面试没有证实（平均 1.5，满分 4）。" in text
    quotes = page.papers["programming_language-7"].quotes
    assert quotes
    assert all(f"“{quote.quote}”" in text for quote in quotes), "the evidence is within reach"


def test_what_nobody_has_settled_is_named_with_where_it_may_be_asked(session, panel, caller):
    score(session, panel.application)
    form = session.get_one(FormVersion, panel.application.form_version_id)
    form.questions = [{"kind": "education", "asks": [{"key": "degree-2"}, {"key": "field_of_study-6"}]}]
    rate(session, panel, panel.first, r2=3, r4=None)
    session.commit()

    page = debrief(session, application=panel.application)
    points = {point.criterion.id: point for point in open_points(page)}

    assert {"k1", "r1", "r2"}.isdisjoint(points), "the form proves a degree, and somebody gave r2 a number"
    assert [one.round for one in points["r4"].asked_in] == ["第一轮"], "asked about, and given no number"
    assert points["r3"].asked_in == ()
    change_verdict(
        session,
        application=panel.application,
        criterion_key="degree-2",
        verdict=Verdict.NOT_SHOWN,
        reason="没有写学位",
        actor_id=panel.recruiter.id,
        now=NOW,
    )
    session.commit()
    unproved = {point.criterion.id for point in open_points(debrief(session, application=panel.application))}
    assert "k1" in unproved, "the form asked and the candidate gave no answer"
    text = caller(panel.recruiter).get(ADDRESS).get_data(as_text=True)
    assert "/staff/applications/1/interviews/new" in text


def test_private_notes_are_for_recruiters_of_the_posting(session, panel, caller):
    submit(session, panel, panel.first)
    submit(session, panel, panel.second)
    session.scalars(select(Evaluation).where(Evaluation.user_id == panel.second.id)).one().private_note = SECRET
    manager = member(session, panel, Role.HIRING_MANAGER, "高明远")
    session.commit()

    assert SECRET in caller(panel.recruiter).get(ADDRESS).get_data(as_text=True)
    for reader in (panel.first, panel.second, manager):
        answer = caller(reader).get(ADDRESS)
        assert answer.status_code == 200
        assert SECRET not in answer.get_data(as_text=True)


def test_who_is_missing_and_who_stood_aside_is_said_with_the_reason(session, panel, caller):
    abstain(session, interview=panel.interview, user_id=panel.first.id, kind=AbstainKind.KNOWS, reason="邻居", now=NOW)
    session.commit()

    text = caller(panel.recruiter).get(ADDRESS).get_data(as_text=True)

    assert "与候选人私下相识，邻居" in text
    assert "<b>许愿</b> · 第一轮" in text
    assert "还缺 1 份评价：许愿" in text, "before somebody decides"


def test_every_version_stays_readable(session, panel, caller):
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

    seat = debrief(session, application=panel.application).seats[0]
    text = caller(panel.recruiter).get(ADDRESS).get_data(as_text=True)

    assert [(one.number, one.summary, one.reason) for one in seat.versions] == [
        (2, "后来的理由", "补看了代码"),
        (1, "最初的看法", None),
    ]
    assert all(words in text for words in ("最初的看法", "后来的看法", "后来的理由", "补看了代码"))


def test_the_page_costs_the_same_for_one_seat_and_for_six(session, engine, app, panel, caller):
    score(session, panel.application)
    posting = session.get_one(Posting, panel.application.posting_id)
    posting.second_look = True
    rate(session, panel, panel.first, r2=3, r4=4)
    abstain(session, interview=panel.interview, user_id=panel.second.id, kind=AbstainKind.ABSENT, now=NOW)
    session.commit()
    reader = caller(panel.recruiter)
    reader.get(ADDRESS)
    with app.app_context():
        served = db.engine

    def cost() -> tuple[int, int]:
        session.expunge_all()
        application = session.get_one(type(panel.application), panel.application.id)
        with counted(engine) as read:
            debrief(session, application=application)
        session.rollback()
        with counted(served) as asked:
            assert reader.get(ADDRESS).status_code == 200
        return len(read), len(asked)

    before = cost()
    people = [make_user(session, Role.INTERVIEWER, name=f"面试官{number}") for number in range(5)]
    application = session.get_one(type(panel.application), panel.application.id)
    more = schedule_interview(
        session,
        application=application,
        plan=plan(*people, round="第二轮", starts_at=NOW - timedelta(hours=3)),
        actor_id=panel.recruiter.id,
        now=NOW - timedelta(hours=4),
    )
    for number, user in enumerate(people):
        submit(session, Panel(panel.recruiter, user, user, application, more), user, value=1 + number % 4)
    session.commit()

    assert cost() == before
    assert before[0] <= 12
