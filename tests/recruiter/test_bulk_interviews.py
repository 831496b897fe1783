"""Rejections of many call their coming interviews off as one alone does, and their way back plans them again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from screening import audit
from screening.extensions import db
from screening.models import (
    Application,
    Bulk,
    BulkKind,
    BulkState,
    Evaluation,
    Interview,
    Job,
    Mail,
    MailState,
    Panelist,
    Person,
    Recommendation,
    Role,
    Stage,
    UndoStep,
)
from screening.policy import Actor
from screening.queries.bulks import recent_bulks
from screening.services import bulk_acts, bulks
from screening.services.bulks import run_part, start
from screening.services.calling_off import call_off_coming, restore_called_off
from screening.services.interviewing import cancel_interview, restore_interview
from screening.services.moving import MoveError, move_application, undo_moves
from screening.services.stage_counts import find_drift, repair_counts
from screening.services.undoing import Act, remember, undo, undo_bulk
from screening.web.interview_news import tell_of
from tests.factories import NOW, make_application, make_user, move_interview
from tests.recruiter.interviewed import plan_interview
from tests.recruiter.test_bulks import form_of, page_of, ticked  # noqa: F401 - page_of is a fixture
from tests.recruiter.worlds import counted

SOON = NOW + timedelta(days=1)
REJECTED = {"to": "rejected", "reason": "filled", "call_off": 1, "base": "https://jobs.example.com/"}


@pytest.fixture
def member(session):
    return make_user(session, Role.INTERVIEWER)


class Told:
    """Stands for the mails: what was told of, and how it stood then."""

    def __init__(self):
        self.of = []

    def __call__(self, session, bulk, interview_id, now):
        interview = session.get_one(Interview, interview_id)
        stage = session.get_one(Application, interview.application_id).stage
        assert (now, (stage is Stage.REJECTED) == (interview.cancelled_at is not None)) == (NOW, True)
        self.of.append(interview_id)

    def taken(self):
        told, self.of = self.of, []
        return told


@pytest.fixture
def told():
    return Told()


def with_interview(session, posting, recruiter, *panel, at=SOON):
    """Make an application that has an interview."""
    application = make_application(session, posting, stage=Stage.SCREENING)
    interview = plan_interview(session, application, recruiter, *panel)
    move_interview(interview, at)
    session.flush()
    return application, interview


def reject(session, posting, recruiter, applications, tell, **changes):
    return start(
        session, posting=posting, kind=BulkKind.MOVE, arguments={**REJECTED, **changes},
        seen={one.id: one.stage for one in applications}, actor_id=recruiter.id, now=NOW, tell=tell,
    )  # fmt: skip


def take_back(session, posting, recruiter, bulk, tell):
    actor = Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id}))
    undo_bulk(session, bulk=bulk, actor=actor, now=NOW, tell=tell)


def are_off(session, interviews):
    session.expire_all()
    return [session.get_one(Interview, one.id).cancelled_at is not None for one in interviews]


def odd_ones(session, posting, recruiter, member):
    """Make applications whose interviews are to come, twice to come, begun, evaluated, called off, one's own, or moved while one owes another."""
    made = [with_interview(session, posting, recruiter, member) for _ in range(7)]
    _, (second, _), (_, begun), (_, judged), (_, off), (_, own), (blind, moved) = made
    twice = plan_interview(session, second, recruiter, member)
    move_interview(twice, SOON + timedelta(days=1))
    move_interview(begun, NOW - timedelta(hours=1))
    session.add(
        Evaluation(
            interview_id=judged.id, user_id=member.id, recommendation=Recommendation.YES, summary="可以。",
            submitted_at=NOW,
        )
    )  # fmt: skip
    cancel_interview(session, interview=off, actor_id=recruiter.id, now=NOW - timedelta(hours=2))
    session.add(Panelist(interview_id=own.id, user_id=recruiter.id))
    owed = plan_interview(session, blind, recruiter, member, recruiter)
    moved.sequence = 1
    session.flush()
    return [one for one, _ in made], [*(one for _, one in made), twice, owed]


def test_many_call_off_what_each_alone_would_call_off_and_the_way_back_is_the_same(
    session, posting, recruiter, member, told
):
    alone, interviews_alone = odd_ones(session, posting, recruiter, member)
    together, interviews_together = odd_ones(session, posting, recruiter, member)
    moves, called_off = [], []
    for one in alone:
        moves.append(
            move_application(
                session, application=one, to=Stage.REJECTED, actor_id=recruiter.id, now=NOW, reason="filled"
            ).id
        )
        called_off += call_off_coming(session, application_ids=[one.id], actor_id=recruiter.id, now=NOW).get(one.id, [])
    bulk = reject(session, posting, recruiter, together, told)
    assert (bulk.done, bulk.state) == (len(together), BulkState.DONE)
    shift = interviews_together[0].id - interviews_alone[0].id
    assert told.of == sorted(one + shift for one in called_off)
    before = are_off(session, interviews_alone)
    assert (
        are_off(session, interviews_together) == before == [True, True, *[False] * 2, True, *[False] * 2, True, False]
    )
    undo_moves(session, move_ids=moves, actor_id=recruiter.id, now=NOW)
    restore_called_off(session, interview_ids=called_off, actor_id=recruiter.id, now=NOW)
    told.of.clear()
    take_back(session, posting, recruiter, bulk, told)
    assert (bulk.undone, bulk.state) == (len(together), BulkState.UNDONE)
    assert told.of == sorted(one + shift for one in called_off)
    after = are_off(session, interviews_alone)
    assert are_off(session, interviews_together) == after == [place == 4 for place in range(9)]
    assert [one.sequence for one in interviews_together] == [one.sequence for one in interviews_alone]
    assert audit.is_intact(session)
    assert not find_drift(session, posting_id=posting.id)


@pytest.mark.parametrize("changes", [{"call_off": 0}, {"to": "debrief", "reason": ""}])
def test_interviews_stay_where_nobody_asked_or_nothing_ends(session, posting, recruiter, member, changes):
    application, interview = with_interview(session, posting, recruiter, member)
    tell = None if "to" in changes else Told()
    arguments = {**changes, "call_off": 0}
    assert reject(session, posting, recruiter, [application], tell, **arguments).done == 1
    assert are_off(session, [interview]) == [False]


def test_whom_the_act_leaves_alone_keeps_the_interview(session, posting, recruiter, member, told, monkeypatch):
    made = [with_interview(session, posting, recruiter, member) for _ in range(3)]
    applications, interviews = ([pair[place] for pair in made] for place in (0, 1))
    real = bulk_acts.move_many

    def striking(session, *, application_ids, **more):
        if applications[1].id in application_ids:
            raise MoveError("waiting", applications[1].id)
        return real(session, application_ids=application_ids, **more)

    monkeypatch.setattr(bulk_acts, "move_many", striking)
    bulk = reject(session, posting, recruiter, applications, told)
    assert (bulk.done, bulk.skipped) == (2, 1)
    assert are_off(session, interviews) == [True, False, True]
    assert told.taken() == [interviews[0].id, interviews[2].id]
    take_back(session, posting, recruiter, bulk, told)
    assert are_off(session, interviews) == [False] * 3
    assert told.taken() == [interviews[0].id, interviews[2].id]


def test_a_part_moves_and_calls_off_or_does_neither(session, posting, recruiter, member, told, monkeypatch):
    monkeypatch.setattr(bulks, "AT_ONCE", 0)
    monkeypatch.setattr(bulks, "PART", 1)
    made = [with_interview(session, posting, recruiter, member) for _ in range(2)]
    applications, interviews = ([pair[place] for pair in made] for place in (0, 1))
    bulk = reject(session, posting, recruiter, applications, None)
    assert run_part(session, bulk_id=bulk.id, now=NOW, write=None, tell=told)
    session.commit()

    def failing(session, bulk, interview_id, now):
        told(session, bulk, interview_id, now)
        raise OSError

    for tell, error in ((failing, OSError), (None, ValueError)):
        with pytest.raises(error):
            run_part(session, bulk_id=bulk.id, now=NOW, write=None, tell=tell)
        session.rollback()
        assert are_off(session, interviews) == [True, False]
        assert [one.stage for one in applications] == [Stage.REJECTED, Stage.INTERVIEW]
    session.refresh(bulk)
    assert bulk.arguments["interviews"] == {str(applications[0].id): [interviews[0].id]}
    while run_part(session, bulk_id=bulk.id, now=NOW, write=None, tell=told):
        pass
    assert are_off(session, interviews) == [True, True]
    take_back(session, posting, recruiter, bulk, None)
    while run_part(session, bulk_id=bulk.id, now=NOW, write=None, tell=told):
        pass
    assert are_off(session, interviews) == [False, False]


def test_the_way_back_leaves_the_interviews_of_whom_it_leaves_alone_and_what_others_restored(
    session, posting, recruiter, member, told
):
    made = [with_interview(session, posting, recruiter, member) for _ in range(3)]
    (_, first), (later, second), (_, third) = made
    bulk = reject(session, posting, recruiter, [one for one, _ in made], told)
    told.of.clear()
    session.refresh(later)
    move_application(session, application=later, to=Stage.DEBRIEF, actor_id=recruiter.id, now=NOW)
    restore_interview(session, interview=third, actor_id=recruiter.id, now=NOW)
    token = remember(session, actor_id=recruiter.id, act=Act.BULK, now=NOW, bulk=bulk.id)
    actor = Actor(recruiter.id, Role.RECRUITER, frozenset({posting.id}))
    undo(session, token=token, actor=actor, now=NOW, tell=told)
    assert are_off(session, [first, second, third]) == [False, True, False]
    assert told.of == [first.id]


def test_a_thousand_without_interviews_cost_two_statements_more_with_the_tick(session, engine, posting, recruiter):
    model = make_application(session, posting)
    columns = {column.key: getattr(model, column.key) for column in Application.__table__.columns}
    people = [Person(email_normalised=f"p{number}@example.com", created_at=NOW) for number in range(999)]
    session.add_all(people)
    session.flush()
    session.execute(
        Application.__table__.insert(),
        [
            {**columns, "id": model.id + place, "idempotency_key": f"k{place}", "person_id": person.id}
            for place, person in enumerate(people, 1)
        ],
    )
    repair_counts(session, posting_id=posting.id)
    session.commit()
    numbers = {}
    for call_off in (0, 1, 0):  # the first one alone finds rows that it has to make
        seen = dict.fromkeys(range(model.id, model.id + 1_000), Stage.APPLIED)
        arguments = {**REJECTED, "call_off": call_off}
        with counted(engine) as there:
            bulk = start(
                session, posting=posting, kind=BulkKind.MOVE, arguments=arguments, seen=seen, actor_id=recruiter.id,
                now=NOW,
            )  # fmt: skip
        with counted(engine) as back:
            take_back(session, posting, recruiter, bulk, None)
        assert (bulk.done, bulk.undone) == (1_000, 1_000)
        session.commit()
        numbers[call_off] = (len(there), len(back))
    assert numbers[1][0] - numbers[0][0] == 2, "one for each part of five hundred"
    assert numbers[1][1] == numbers[0][1]


def test_the_worker_calls_off_what_is_too_much_for_a_request_and_today_tells_of_it(
    session, posting, recruiter, member, told
):
    few, many = (with_interview(session, posting, recruiter, member) for _ in range(2))
    at_once = reject(session, posting, recruiter, [few[0]], told, call_off=bulks.CALLED_OFF_AT_ONCE)
    later = reject(session, posting, recruiter, [many[0]], None, call_off=bulks.CALLED_OFF_AT_ONCE + 1)
    assert (at_once.state, later.state) == (BulkState.DONE, BulkState.RUNNING)
    job = session.scalars(select(Job).where(Job.name == "run_bulk")).one()
    assert job.arguments == {"bulk_id": later.id}
    known = {"larger_than": bulks.AT_ONCE, "calling_off_more_than": bulks.CALLED_OFF_AT_ONCE}
    assert [row.id for row in recent_bulks(session, actor_id=recruiter.id, now=NOW, **known)] == [later.id]
    while run_part(session, bulk_id=later.id, now=NOW, write=None, tell=told):
        pass
    assert are_off(session, [few[1], many[1]]) == [True, True]


@pytest.fixture
def invited(app, session, posting, recruiter, member):
    """Give applications with an interview to which panel and candidate have been invited."""
    at = datetime.now(UTC) + timedelta(days=9)
    made = [with_interview(session, posting, recruiter, member, at=at) for _ in range(2)]
    session.commit()
    with app.test_request_context(base_url="http://localhost/"):
        for _, interview in made:
            tell_of(interview.id, tell_candidate=True)
        db.session.commit()
    session.execute(update(Mail).values(state=MailState.SENT))
    session.commit()
    return [one for one, _ in made], [one for _, one in made]


ASKED = (("kind", "move"), ("to", "rejected"), ("reason", "filled"))
TICK = 'name="call_off" value="1" checked'


def mails_by_template(session):
    session.expire_all()
    found = {}
    for mail in session.scalars(select(Mail).order_by(Mail.id)):
        found.setdefault(mail.template, []).append(mail)
    return found


def test_the_page_says_how_many_it_calls_off_and_does_it_with_its_mails(
    client, session, posting, recruiter, invited, page_of  # noqa: F811
):  # fmt: skip
    applications, interviews = invited
    bare = make_application(session, posting, stage=Stage.INTERVIEW)
    page = page_of(*ticked([*applications, bare]), *ASKED, ("step", "preview")).get_data(as_text=True)
    assert "Call off 2 interviews to come" in page
    assert TICK in page
    assert "you sit on" not in page
    assert page_of(*form_of(page), *ASKED[1:], ("call_off", "1"), ("step", "do")).status_code == 303
    assert are_off(session, interviews) == [True, True]
    mails = mails_by_template(session)
    assert [mail.state for mail in mails["candidate_ended_off"]] == [MailState.WAITING] * 2
    assert len(mails["panel_off"]) == 2
    assert all("METHOD:CANCEL" in mail.calendar for mail in (*mails["panel_off"], *mails["candidate_ended_off"]))
    assert "http://localhost/status/" in mails["candidate_ended_off"][0].text
    token = session.scalars(select(UndoStep.token)).one()
    session.commit()
    assert client.post(f"/staff/undo/{token}").status_code == 303
    assert are_off(session, interviews) == [False, False]
    mails = mails_by_template(session)
    assert [mail.state for mail in mails["candidate_ended_off"]] == [MailState.RECALLED] * 2
    assert [mail.state for mail in mails["panel_off"]] == [MailState.RECALLED] * 2


def test_interviews_of_many_stay_where_the_tick_is_taken_out(
    session, posting, recruiter, invited, page_of  # noqa: F811
):  # fmt: skip
    applications, interviews = invited
    shown = page_of(*ticked(applications), *ASKED, ("step", "preview")).get_data(as_text=True)
    again = page_of(*form_of(shown), *ASKED[1:], ("note", "名额满了"), ("step", "preview")).get_data(as_text=True)
    assert "Call off 2 interviews to come" in again
    assert TICK not in again
    assert page_of(*form_of(again), *ASKED[1:], ("note", "名额满了"), ("step", "do")).status_code == 303
    assert [one.stage for one in applications if session.refresh(one) is None] == [Stage.REJECTED] * 2
    assert are_off(session, interviews) == [False, False]


def test_ones_own_interview_is_named_and_stays(client, session, posting, recruiter, invited, page_of):  # noqa: F811
    applications, interviews = invited
    session.add(Panelist(interview_id=interviews[0].id, user_id=recruiter.id))
    page = page_of(*ticked(applications), *ASKED, ("step", "preview")).get_data(as_text=True)
    assert "Call off 1 interview to come" in page
    assert "1 interview to come stays: you sit on its panel." in page
    client.set_cookie("locale", "zh")
    chinese = page_of(*form_of(page), *ASKED[1:], ("step", "preview")).get_data(as_text=True)
    assert "取消 1 场尚未开始的面试" in chinese
    assert "还有 1 场面试会保留：你是面试官" in chinese
    assert page_of(*form_of(page), *ASKED[1:], ("call_off", "1"), ("step", "do")).status_code == 303
    assert are_off(session, interviews) == [False, True]


def test_the_page_of_progress_plans_them_again(client, session, posting, recruiter, invited, page_of):  # noqa: F811
    applications, interviews = invited
    page = page_of(*ticked(applications), *ASKED, ("step", "preview")).get_data(as_text=True)
    page_of(*form_of(page), *ASKED[1:], ("call_off", "1"), ("step", "do"))
    bulk = session.scalars(select(Bulk)).one()
    session.commit()
    assert client.post(f"/staff/bulk/{bulk.id}", data={"act": "undo"}).status_code == 303
    assert are_off(session, interviews) == [False, False]
    assert {mail.state for mail in mails_by_template(session)["panel_off"]} == {MailState.RECALLED}


@pytest.mark.parametrize("ticked_out", [False, True])
def test_a_rejection_in_place_calls_off_what_is_to_come_unless_the_tick_is_taken_out(
    client, session, posting, invited, page_of, ticked_out  # noqa: F811
):  # fmt: skip
    applications, interviews = invited
    page_of(*ticked(applications), *ASKED, ("step", "preview"))  # signs in
    address = f"/staff/postings/{posting.id}"
    for view in ("", "?view=board"):
        assert TICK in client.get(address + view).get_data(as_text=True)
    body = [("ids", str(one.id)) for one in applications] + [("to", "rejected"), ("reason", "filled")]
    said = client.post(f"{address}/move", data=MultiDict(body if ticked_out else [*body, ("call_off", "1")]))
    assert said.status_code == 303
    assert are_off(session, interviews) == [not ticked_out] * 2
    page = client.get(address).get_data(as_text=True)
    assert ("2 interviews to come are called off." in page) == (not ticked_out)
    assert len(mails_by_template(session).get("candidate_ended_off", [])) == (0 if ticked_out else 2)
    token = session.scalars(select(UndoStep.token)).one()
    session.commit()
    assert client.post(f"/staff/undo/{token}").status_code == 303
    assert are_off(session, interviews) == [False, False]
    assert [one.stage for one in applications if session.refresh(one) is None] == [Stage.INTERVIEW] * 2
