"""The page of an interview plan: rounds are added, changed, ordered, retired and taken back; gaps are said and closed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.models import AuditEntry, Interview, InterviewRound, PostingState, Role, RoundInterviewer, RoundKind
from screening.services.drafting import save_rubric
from screening.services.interview_plans import RoundFields, add_round
from screening.services.pools import PoolFields, make_pool
from screening.services.publishing import publish_rubric
from screening.services.rubric_edits import remove
from tests.factories import NOW, make_application, make_posting, make_rubric, make_user
from tests.recruiter.worlds import counted, owe_evaluation, sign_in

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIELDS = {"kind": "technical", "name": "Coding", "minutes": "60", "seats": "2", "due_hours": "24", "pool": "0"}


def hidden(page):
    return dict(re.findall(r'name="(csrf_token|seen)" value="([^"]*)"', page))


@pytest.fixture
def plan(posting):
    return f"/staff/postings/{posting.id}/interview-plan"


@pytest.fixture
def press(client, browse, plan):
    """Press a button of the plan; give the page that answers or follows."""

    def post(act, *, expect=303, **fields):
        data = {"act": act, **hidden(browse(plan)), **fields}
        answer = client.post(plan, data=data)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return browse(plan) if expect == 303 else answer.get_data(as_text=True)

    return post


@pytest.fixture
def write(client, browse, plan):
    """Write a round through its form."""

    def post(address="new", *, expect=303, **fields):
        data = {**FIELDS, **hidden(browse(f"{plan}/rounds/{address}")), **fields}
        answer = client.post(f"{plan}/rounds/{address}", data=data)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    return post


@pytest.fixture
def take_back(session, client, browse, plan):
    """Press the undo button of the toast on a page, or of the one that waits."""

    def post(page=None):
        page = page or browse(plan)
        session.commit()
        client.post(re.search(r'action="(/staff/undo/[^"]+)"', page)[1], data=hidden(page))
        return browse(plan)

    return post


def rounds(session, posting):
    session.expire_all()
    return session.scalars(
        select(InterviewRound)
        .where(InterviewRound.posting_id == posting.id)
        .order_by(InterviewRound.position, InterviewRound.id)
    ).all()


def names(session, posting):
    return [one.name for one in rounds(session, posting) if one.retired_at is None]


def test_the_proposal_is_stored_when_it_is_taken_over_and_not_before(session, browse, plan, posting, press, take_back):
    page = browse(plan)
    assert "There is no plan yet." in page
    assert "Only a conversation shows these." in page
    assert rounds(session, posting) == []
    page = press("adopt")
    assert names(session, posting) == ["Résumé review", "Phone call", "Technical interview", "Panel interview"]
    assert "no gap" in page
    assert [(one.kind, one.focus) for one in rounds(session, posting)][2] == (
        RoundKind.TECHNICAL,
        ["programming_language-7", "tool-8"],
    )
    assert "There is no plan yet." in take_back(page)
    assert rounds(session, posting) == []


def test_a_round_is_written_changed_and_taken_back(session, browse, posting, write, take_back, recruiter, plan):
    other = make_user(session, Role.INTERVIEWER, name="何以然")
    pool = make_pool(session, fields=PoolFields("Algorithms", (other.id,)), actor_id=recruiter.id, now=NOW)
    session.commit()
    write(focus=["tool-8", "trait-10"], fixed=[str(recruiter.id)], pool=str(pool.id))
    (one,) = rounds(session, posting)
    assert (one.name, one.minutes, one.seats, one.focus, one.pool_id) == (
        "Coding",
        60,
        2,
        ["tool-8", "trait-10"],
        pool.id,
    )
    assert session.scalars(select(RoundInterviewer.user_id)).all() == [recruiter.id]
    assert "pool Algorithms (1)" in browse(plan)
    write(str(one.id), name="Pair coding", seats="3", due_hours="48", focus=["tool-8"], pool=str(pool.id))
    (one,) = rounds(session, posting)
    assert (one.name, one.seats, one.due_hours, one.focus) == ("Pair coding", 3, 48, ["tool-8"])
    page = take_back()
    (one,) = rounds(session, posting)
    assert (one.name, one.seats, one.due_hours, one.focus) == ("Coding", 2, 24, ["tool-8", "trait-10"])
    assert session.scalars(select(RoundInterviewer.user_id)).all() == [recruiter.id]
    assert "Coding" in page
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("plan.%")).order_by(AuditEntry.id)).all()
    assert acts == ["plan.add", "plan.change", "plan.undo"]


@SQLITE
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "Name the round, such as First interview."),
        ({"minutes": "3"}, "Between 5 and 480 minutes."),
        ({"seats": "13"}, "Between 1 and 12 people."),
        ({"due_hours": "0"}, "Between 1 and 720 hours."),
        ({"kind": "duel"}, "Not a valid choice."),
        ({"focus": ["no-such-key"]}, "not a valid choice"),
        ({"pool": "77"}, "Not a valid choice."),
        ({"fixed": ["77"]}, "not a valid choice"),
    ],
)
def test_a_round_that_is_wrong_is_shown_again_with_what_was_typed(session, posting, write, fields, told):
    page = write(expect=422, **{"name": "Systems", **fields})
    assert told in page
    assert "name" in fields or 'value="Systems"' in page
    assert rounds(session, posting) == []


@SQLITE
def test_more_people_than_seats_are_refused(session, posting, write, recruiter):
    other = make_user(session, Role.INTERVIEWER, name="许愿")
    session.commit()
    page = write(expect=422, seats="1", fixed=[str(recruiter.id), str(other.id)])
    assert "These are more people than the round has seats." in page


def test_rounds_move_by_buttons_and_by_dragging(session, posting, press, take_back):
    press("adopt")
    ids = [one.id for one in rounds(session, posting)]
    press(f"up:{ids[3]}")
    press(f"down:{ids[0]}")
    assert [one.id for one in rounds(session, posting)] == [ids[1], ids[0], ids[3], ids[2]]
    page = press(f"order:{ids[2]}:{ids[3]}:{ids[0]}:{ids[1]}")
    assert [one.id for one in rounds(session, posting)] == [ids[2], ids[3], ids[0], ids[1]]
    take_back(page)
    assert [one.id for one in rounds(session, posting)] == [ids[1], ids[0], ids[3], ids[2]]
    for wrong in ("order:1", f"order:{ids[0]}:{ids[0]}:{ids[1]}:{ids[2]}", "order:x"):
        press(wrong, expect=422)


def test_a_retired_round_keeps_its_interviews_and_comes_back(session, posting, press, recruiter):
    press("adopt")
    call = rounds(session, posting)[1]
    interview = owe_evaluation(session, make_application(session, posting), recruiter)
    interview.round_id = call.id
    session.commit()
    page = press(f"retire:{call.id}")
    assert "Phone call" not in names(session, posting)
    assert "1 retired round" in page
    assert session.get(Interview, interview.id).round_id == call.id
    press(f"restore:{call.id}")
    assert names(session, posting)[1] == "Phone call"


def test_a_criterion_that_nobody_settles_is_put_into_a_round_in_one_press(session, posting, write, press, take_back):
    write(focus=["tool-8"])
    (one,) = rounds(session, posting)
    page = press(f"ask:{one.id}:trait-10")
    assert "“Coding” asks about it now." in page
    assert rounds(session, posting)[0].focus == ["tool-8", "trait-10"]
    assert "1 criterion is settled by nobody" in page
    take_back(page)
    assert rounds(session, posting)[0].focus == ["tool-8"]
    press(f"ask:{one.id}:no-such-key", expect=422)
    press("ask:77:trait-10", expect=422)


def test_what_the_rubric_has_no_more_is_said_and_not_lost(session, browse, plan, posting, write, recruiter):
    write(focus=["tool-8", "trait-10"])
    (one,) = rounds(session, posting)
    less = remove(make_rubric(), "r4")
    save_rubric(session, posting=posting, rubric=less, revision=0, change="remove:r4", actor_id=recruiter.id, now=NOW)
    publish_rubric(session, posting=posting, actor_id=recruiter.id, now=NOW)
    page = browse(plan)
    assert "no longer in the rubric" in page
    assert "思路清楚，愿意协作。" in page
    page = browse(f"{plan}/rounds/{one.id}")
    assert "no longer in the rubric" in page
    write(str(one.id), name="Tools", focus=["tool-8", "trait-10"])
    assert rounds(session, posting)[0].focus == ["tool-8", "trait-10"]
    write(str(one.id), focus=["tool-8"])
    assert rounds(session, posting)[0].focus == ["tool-8"]
    write(str(one.id), focus=["tool-8", "trait-10"], expect=422)


def test_nobody_overwrites_what_a_colleague_has_changed(
    session, client, browse, plan, posting, write, press, recruiter
):
    write()
    (one,) = rounds(session, posting)
    old = hidden(browse(plan))
    fields = RoundFields(kind=RoundKind.PANEL, name="Values", minutes=45, seats=2, focus=())
    add_round(session, posting=posting, fields=fields, actor_id=recruiter.id, now=NOW)
    session.commit()
    page = press(f"retire:{one.id}", expect=409, seen=old["seen"])
    assert "Somebody changed this plan" in page
    page = write(str(one.id), expect=409, name="Mine", seen=old["seen"])
    assert 'value="Mine"' in page
    assert names(session, posting) == ["Coding", "Values"]


def test_an_undo_over_newer_work_takes_nothing_back(session, client, browse, plan, posting, write, recruiter):
    write()
    page = browse(plan)
    fields = RoundFields(kind=RoundKind.PANEL, name="Values", minutes=45, seats=2, focus=())
    add_round(session, posting=posting, fields=fields, actor_id=recruiter.id, now=NOW)
    session.commit()
    client.post(re.search(r'action="(/staff/undo/[^"]+)"', page)[1], data=hidden(page))
    assert "Somebody has gone on from here since" in browse(plan)
    assert names(session, posting) == ["Coding", "Values"]


def test_a_round_with_interviews_is_not_undone_away(session, client, browse, plan, posting, write, recruiter):
    write()
    page = browse(plan)
    (one,) = rounds(session, posting)
    owe_evaluation(session, make_application(session, posting), recruiter).round_id = one.id
    session.commit()
    client.post(re.search(r'action="(/staff/undo/[^"]+)"', page)[1], data=hidden(page))
    assert names(session, posting) == ["Coding"]


@SQLITE
def test_a_round_of_another_posting_is_not_touched(session, client, browse, plan, press, recruiter):
    other = make_posting(session, recruiter, slug="other")
    fields = RoundFields(kind=RoundKind.PANEL, name="Values", minutes=45, seats=2, focus=())
    foreign = add_round(session, posting=other, fields=fields, actor_id=recruiter.id, now=NOW).id
    session.commit()
    browse(f"{plan}/rounds/{foreign}", expect=404)
    for act in (f"retire:{foreign}", f"up:{foreign}", f"ask:{foreign}:tool-8"):
        press(act, expect=422)
    assert client.post(f"{plan}/rounds/{foreign}", data={**FIELDS, **hidden(browse(plan))}).status_code == 409


@SQLITE
def test_a_hiring_manager_reads_the_plan_and_changes_nothing(session, client, posting, plan, recruiter):
    manager = make_user(session, Role.HIRING_MANAGER)
    own = make_posting(session, manager, slug="theirs")
    fields = RoundFields(kind=RoundKind.PANEL, name="Values", minutes=45, seats=2, focus=())
    add_round(session, posting=own, fields=fields, actor_id=recruiter.id, now=NOW)
    session.commit()
    sign_in(client, manager)
    client.set_cookie("locale", "en")
    page = client.get(f"/staff/postings/{own.id}/interview-plan").get_data(as_text=True)
    assert "Values" in page
    assert 'name="act"' not in page
    assert client.post(f"/staff/postings/{own.id}/interview-plan", data=hidden(page)).status_code == 403
    assert client.get(plan).status_code == 404


@SQLITE
def test_the_page_takes_as_many_queries_for_one_round_as_for_ten(session, engine, browse, plan, posting, recruiter):
    people = [make_user(session, Role.INTERVIEWER, name=f"何{n}") for n in range(3)]
    pool = make_pool(session, fields=PoolFields("All", tuple(one.id for one in people)), actor_id=recruiter.id, now=NOW)

    def add(number):
        fields = RoundFields(
            kind=RoundKind.PANEL,
            name=f"Round {number}",
            minutes=45,
            seats=3,
            focus=("tool-8",),
            fixed=(people[0].id,),
            pool_id=pool.id,
        )
        add_round(session, posting=posting, fields=fields, actor_id=recruiter.id, now=NOW + timedelta(minutes=number))

    add(1)
    browse(plan)
    with counted(engine) as few:
        browse(plan)
    for number in range(2, 11):
        add(number)
    session.commit()
    with counted(engine) as many:
        assert "Round 10" in browse(plan)
    assert len(few) == len(many)


def test_a_draft_posting_is_planned_against_its_draft(session, client, recruiter):
    draft = make_posting(session, recruiter, slug="draft", state=PostingState.DRAFT)
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")
    page = client.get(f"/staff/postings/{draft.id}/interview-plan").get_data(as_text=True)
    assert "No rubric is in force yet" in page
    assert "There is no plan yet." in page


def test_names_of_people_who_left_stay_visible_and_count_for_no_seat(session, browse, plan, posting, recruiter):
    gone = make_user(session, Role.INTERVIEWER, name="去者")
    fields = RoundFields(kind=RoundKind.PANEL, name="Values", minutes=45, seats=1, focus=("tool-8",), fixed=(gone.id,))
    add_round(session, posting=posting, fields=fields, actor_id=recruiter.id, now=NOW)
    gone.is_active = False
    page = browse(plan)
    assert "<s>去者</s>" in page
    assert "1 seat has nobody" in page
