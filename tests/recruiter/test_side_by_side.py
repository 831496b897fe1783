"""Candidates side by side: what differs first, in the order given, and nothing of whom the reader is blind on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from screening.models import Application, Interview, Outcome, Posting, Role, Stage, User
from screening.queries.side_by_side import side_by_side
from screening.services.deciding import decide
from screening.services.interviewing import schedule_interview
from tests.architecture.doors import sign_in
from tests.factories import NOW, make_application, make_posting, make_user
from tests.interviewer.conftest import Panel, plan, submit
from tests.recruiter.worlds import counted, score

SECRET = "泄露就会看到 wombat-417"


@pytest.fixture
def recruiter(session: Session) -> User:
    return make_user(session, name="梁上燕")


@pytest.fixture
def posting(session: Session, recruiter: User) -> Posting:
    return make_posting(session, recruiter)


@pytest.fixture
def interviewer(session: Session) -> User:
    return make_user(session, Role.INTERVIEWER, name="何以然")


def interviewed(session: Session, posting: Posting, recruiter: User, interviewer: User, name: str, value: int):
    """Make a scored application that the interviewer has rated on r2 and r4."""
    application = make_application(session, posting, name=name, stage=Stage.SCREENING)
    score(session, application)
    interview = meet(session, application, recruiter, interviewer)
    submit(session, Panel(recruiter, interviewer, interviewer, application, interview), interviewer, value=value)
    return application


def meet(session: Session, application: Application, recruiter: User, *panel: User) -> Interview:
    return schedule_interview(
        session,
        application=application,
        plan=plan(*panel, starts_at=NOW - timedelta(hours=application.id)),
        actor_id=recruiter.id,
        now=NOW - timedelta(days=1),
    )


def test_what_differs_comes_first_and_the_order_of_candidates_is_the_readers(session, posting, recruiter, interviewer):
    good = interviewed(session, posting, recruiter, interviewer, "云小鹤", 4)
    poor = interviewed(session, posting, recruiter, interviewer, "江小鲤", 2)
    page = side_by_side(session, posting=posting, application_ids=[poor.id, good.id], reader_id=recruiter.id)

    assert [one.name for one in page.columns] == ["江小鲤", "云小鹤"]
    assert [(line.criterion.id, line.differs) for line in page.lines[:2]] == [("r2", True), ("r4", True)]
    assert not any(line.differs for line in page.lines[2:])
    said = [one.marks["programming_language-7"].said for one in page.columns]
    assert [(one.mean, one.count, one.spread) for one in said] == [(2.0, 1, 0), (4.0, 1, 0)]
    assert [len(one.recommendations) for one in page.columns] == [1, 1]


def test_nothing_depends_on_evaluations_of_whom_the_reader_is_blind_on(session, app, posting, recruiter, interviewer):
    known = interviewed(session, posting, recruiter, interviewer, "云小鹤", 4)
    hidden = make_application(session, posting, name="江小鲤", stage=Stage.SCREENING)
    score(session, hidden)
    second = make_user(session, Role.INTERVIEWER, name="许愿")
    owed = meet(session, hidden, recruiter, recruiter, second)
    session.commit()
    address = f"/staff/postings/{posting.id}/compare?ids={hidden.id}&ids={known.id}"
    reader = sign_in(app, recruiter)
    before = reader.get(address).get_data(as_text=True)
    submit(session, Panel(recruiter, second, second, hidden, owed), second, value=1, note=SECRET)
    session.commit()
    after = reader.get(address).get_data(as_text=True)

    assert before.count("提交评价后可见") > 1
    assert strip(before) == strip(after)
    submit(session, Panel(recruiter, recruiter, recruiter, hidden, owed), recruiter, value=3)
    session.commit()
    shown = reader.get(address).get_data(as_text=True)
    assert "2 人打分" in shown
    assert "2 人打分" not in after


def strip(text: str) -> str:
    """Leave out the token of the forms, which is new in each answer."""
    return "\n".join(line.split("csrf")[0] for line in text.splitlines())


def test_a_decision_that_waits_is_said(session, posting, recruiter, interviewer):
    posting.second_look = True
    one = interviewed(session, posting, recruiter, interviewer, "云小鹤", 2)
    decide(
        session,
        application=one,
        outcome=Outcome.REJECT,
        reason="interview",
        note="差一档",
        actor_id=recruiter.id,
        now=NOW,
    )
    page = side_by_side(session, posting=posting, application_ids=[one.id], reader_id=recruiter.id)

    assert (page.columns[0].decided.outcome, page.columns[0].decided.waits) == (Outcome.REJECT, True)


def test_the_address_is_shared_and_holds_only_candidates_of_the_posting(session, app, posting, recruiter, interviewer):
    ids = [interviewed(session, posting, recruiter, interviewer, f"候选人{number}", 3).id for number in range(5)]
    foreign = make_application(session, make_posting(session, slug="other"))
    session.commit()
    client, base = sign_in(app, recruiter), f"/staff/postings/{posting.id}/compare"

    chosen = client.post(base, data={"ids": [str(one) for one in ids]})
    assert chosen.location.endswith(f"{base}?" + "&".join(f"ids={one}" for one in ids[:4]))
    assert client.post(base, data={}).location.endswith(f"/staff/postings/{posting.id}")
    five = client.get(base, query_string={"ids": ids}).get_data(as_text=True)
    assert "最多并排四位，这里是前四位。" in five
    assert client.get(base, query_string={"ids": [ids[0], foreign.id]}).status_code == 404
    assert client.get(base, query_string={"ids": [ids[0], 999999]}).status_code == 404
    for odd in ("", "x", "²", "99999999999999999999", "-1", "0x1"):
        assert client.get(base, query_string={"ids": [ids[0], odd]}).status_code == 200
    hidden = client.get(base, query_string={"ids": ids[:2], "names": "hidden"}).get_data(as_text=True)
    assert "候选人 A" in hidden
    assert "候选人0" not in hidden.split('<select class="select" id="one"')[0]
    only = client.get(base, query_string={"ids": ids[:2], "only": "differences"}).get_data(as_text=True)
    assert 'class="cid">R2' not in only, "nothing differs"
    assert sign_in(app, interviewer).get(base, query_string={"ids": ids[:2]}).status_code in {403, 404}


def test_the_comparison_costs_the_same_for_one_and_for_four(session, engine, posting, recruiter, interviewer):
    ids = [interviewed(session, posting, recruiter, interviewer, f"候选人{number}", 3).id for number in range(4)]
    session.commit()

    def cost(count: int) -> int:
        session.expunge_all()
        mine = session.get_one(Posting, posting.id)
        with counted(engine) as statements:
            assert side_by_side(session, posting=mine, application_ids=ids[:count], reader_id=recruiter.id)
        return len(statements)

    assert cost(1) == cost(4) <= 14
