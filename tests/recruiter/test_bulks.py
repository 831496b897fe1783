"""Acts on many: what the preview says is what happens, in parts that can be stopped, run twice and taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from screening import audit
from screening.models import (
    Application,
    ApplicationTag,
    Bulk,
    BulkItem,
    BulkKind,
    BulkState,
    ItemState,
    Job,
    Person,
    PostingMember,
    Role,
    Stage,
    StageMove,
    UndoStep,
)
from screening.policy import Actor
from screening.queries.bulks import left_alone, recent_bulks
from screening.queries.stage_rules import rules_of
from screening.services import bulk_acts, bulks
from screening.services.bulks import BulkError, run_part, start, stop
from screening.services.move_checks import refusals
from screening.services.moving import MoveError, move_application, move_many
from screening.services.stage_counts import find_drift
from screening.services.tagging import add_tag, find_or_make
from screening.services.undoing import Act, remember, undo, undo_bulk
from screening.services.way_back import UndoError
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.test_moving_many import Twins, attempt
from tests.recruiter.worlds import add_scored, counted, owe_evaluation, own_engine, sign_in


def acting(user, posting):
    return Actor(user.id, Role.RECRUITER, frozenset({posting.id}))


def make_many(session, posting, number, stage=Stage.APPLIED):
    return [make_application(session, posting, stage=stage, name=f"云小鹤{place}") for place in range(number)]


def begin(session, posting, actor, applications, kind=BulkKind.MOVE, **arguments):
    seen = {one.id: one.stage for one in applications}
    arguments = arguments or {"to": "screening"}
    return start(
        session, posting=posting, kind=kind, arguments=arguments, seen=seen, actor_id=actor.id, now=NOW
    )  # fmt: skip


def stages(session, applications):
    session.expire_all()
    return [session.get_one(Application, one.id).stage for one in applications]


@pytest.fixture
def small(monkeypatch):
    """Let the worker's way begin at four, with parts of two."""
    monkeypatch.setattr(bulks, "AT_ONCE", 3)
    monkeypatch.setattr(bulks, "PART", 2)


@pytest.mark.parametrize("seed", range(6))
def test_the_preview_says_of_each_what_a_move_of_it_alone_would_say(session, seed):
    twins, now = Twins(session, seed), NOW
    posting = twins.postings[0]
    rules = rules_of(session, posting_id=posting.id)
    told = set()
    for to in (Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER, Stage.REJECTED, Stage.DEBRIEF):
        seen = {ident: session.get_one(Application, ident).stage for ident in twins.ids[0]}
        problems = refusals(session, seen=seen, to=to, rules=rules, now=now)
        for ident in seen:
            words = {"reason": "filled"} if to is Stage.REJECTED else {}
            point = session.begin_nested()
            try:
                move_many(
                    session, application_ids=[ident], to=to, actor_id=twins.recruiter.id, now=now, expected=seen, **words
                )  # fmt: skip
                code = None
            except MoveError as error:
                code = error.code
            point.rollback()
            session.expire_all()
            expected = "not_allowed" if problems.get(ident) == "there" else problems.get(ident)
            # two of one person that come back together: the second alone could
            assert code == expected or (code, expected) == (None, "applied_again"), (ident, to)
            told.add(problems.get(ident))
        doable = [ident for ident in seen if ident not in problems]

        def all_of_them(doable=doable, to=to, words=words, now=now):
            move_many(session, application_ids=doable, to=to, actor_id=twins.recruiter.id, now=now, **words)

        if doable:
            assert attempt(session, all_of_them) is None
    assert {None, "there", "not_allowed"} <= told


def test_few_are_done_at_once_and_those_who_cannot_are_left_with_their_reason(session, posting, recruiter):
    goes, there, gone = make_many(session, posting, 3)
    move_application(session, application=there, to=Stage.SCREENING, actor_id=recruiter.id, now=NOW)
    move_application(session, application=gone, to=Stage.WITHDRAWN, actor_id=None, now=NOW)
    bulk = begin(session, posting, recruiter, [goes, there, gone])
    assert (bulk.state, bulk.done, bulk.skipped) == (BulkState.DONE, 1, 2)
    assert {group.code: [name for _, name in group.named] for group in left_alone(session, bulk_id=bulk.id)} == {
        "there": [there.name],
        "not_allowed": [gone.name],
    }
    assert stages(session, [goes, there, gone]) == [Stage.SCREENING, Stage.SCREENING, Stage.WITHDRAWN]
    assert session.scalar(select(func.count()).select_from(Job).where(Job.name == "run_bulk")) == 0


def test_who_moved_since_the_person_looked_is_left_alone(session, posting, recruiter):
    first, second = make_many(session, posting, 2)
    seen = {one.id: one.stage for one in (first, second)}
    move_application(session, application=second, to=Stage.INTERVIEW, actor_id=recruiter.id, now=NOW)
    bulk = start(
        session, posting=posting, kind=BulkKind.MOVE, arguments={"to": "screening"}, seen=seen, actor_id=recruiter.id,
        now=NOW,
    )  # fmt: skip
    assert (bulk.done, [group.code for group in left_alone(session, bulk_id=bulk.id)]) == (1, ["changed"])


@pytest.mark.usefixtures("small")
def test_many_are_done_in_parts_and_running_a_part_again_does_nothing_twice(session, posting, recruiter):
    applications = make_many(session, posting, 5)
    bulk = begin(session, posting, recruiter, applications)
    job = session.scalars(select(Job).where(Job.name == "run_bulk")).one()
    assert (bulk.done, job.arguments) == (0, {"bulk_id": bulk.id})
    numbers = []
    while run_part(session, bulk_id=bulk.id, now=NOW, write=None):
        numbers.append(bulk.done)
    assert (numbers, bulk.done, bulk.state) == ([2, 4], 5, BulkState.DONE)
    assert run_part(session, bulk_id=bulk.id, now=NOW, write=None) is False
    assert session.scalar(select(func.count()).select_from(StageMove)) == 10
    assert not find_drift(session, posting_id=posting.id)
    assert audit.is_intact(session)


@pytest.mark.usefixtures("small")
def test_a_stop_leaves_the_rest_and_what_was_done_can_be_taken_back(session, posting, recruiter):
    applications = make_many(session, posting, 5)
    bulk = begin(session, posting, recruiter, applications)
    run_part(session, bulk_id=bulk.id, now=NOW, write=None)
    assert stop(session, bulk=bulk, now=NOW)
    assert not stop(session, bulk=bulk, now=NOW)
    assert run_part(session, bulk_id=bulk.id, now=NOW, write=None) is False
    assert stages(session, applications) == [Stage.SCREENING] * 2 + [Stage.APPLIED] * 3
    undo_bulk(session, bulk=bulk, actor=acting(recruiter, posting), now=NOW)
    while run_part(session, bulk_id=bulk.id, now=NOW, write=None):
        pass
    assert (bulk.state, bulk.undone) == (BulkState.UNDONE, 2)
    assert stages(session, applications) == [Stage.APPLIED] * 5


@pytest.mark.usefixtures("small")
def test_the_way_back_leaves_alone_what_has_changed_since_and_says_so(session, posting, recruiter):
    applications = make_many(session, posting, 5)
    bulk = begin(session, posting, recruiter, applications)
    while run_part(session, bulk_id=bulk.id, now=NOW, write=None):
        pass
    later = applications[1]
    session.refresh(later)
    move_application(session, application=later, to=Stage.INTERVIEW, actor_id=recruiter.id, now=NOW)
    undo_bulk(session, bulk=bulk, actor=acting(recruiter, posting), now=NOW + timedelta(minutes=9))
    while run_part(session, bulk_id=bulk.id, now=NOW, write=None):
        pass
    assert (bulk.state, bulk.undone) == (BulkState.UNDONE, 4)
    assert [(group.code, group.number) for group in left_alone(session, bulk_id=bulk.id)] == [("changed", 1)]
    assert stages(session, applications) == [
        Stage.APPLIED, Stage.INTERVIEW, Stage.APPLIED, Stage.APPLIED, Stage.APPLIED
    ]  # fmt: skip
    assert not find_drift(session, posting_id=posting.id)


def test_the_way_back_of_rejections_leaves_alone_who_applied_again(session, posting, recruiter):
    first, second = make_many(session, posting, 2)
    bulk = begin(session, posting, recruiter, [first, second], to="rejected", reason="filled", note="名额满了")
    newer = make_application(session, posting)
    newer.person_id = second.person_id
    session.flush()
    undo_bulk(session, bulk=bulk, actor=acting(recruiter, posting), now=NOW)
    assert stages(session, [first, second]) == [Stage.APPLIED, Stage.REJECTED]
    assert (bulk.undone, [group.code for group in left_alone(session, bulk_id=bulk.id)]) == (1, ["changed"])
    assert "note" not in bulk.arguments


def test_the_way_back_is_open_for_ten_minutes_from_the_end_for_its_author_alone(session, posting, recruiter):
    bulk = begin(session, posting, recruiter, make_many(session, posting, 2))
    for actor, at, error in (
        (acting(recruiter, posting), NOW + timedelta(minutes=11), BulkError),
        (Actor(recruiter.id, Role.RECRUITER), NOW, UndoError),
        (Actor(make_user(session).id, Role.ADMIN), NOW, BulkError),
    ):
        with pytest.raises(error):
            undo_bulk(session, bulk=bulk, actor=actor, now=at)
    token = remember(session, actor_id=recruiter.id, act=Act.BULK, now=NOW, bulk=bulk.id)
    undo(session, token=token, actor=acting(recruiter, posting), now=NOW)
    assert bulk.state is BulkState.UNDONE
    with pytest.raises(BulkError, match="used"):
        undo_bulk(session, bulk=bulk, actor=acting(recruiter, posting), now=NOW)


def test_tags_go_on_and_off_many_and_come_back(session, posting, recruiter):
    applications = make_many(session, posting, 4)
    tag = find_or_make(session, name="备选")
    add_tag(session, application_ids=[applications[0].id], tag=tag, actor_id=recruiter.id, now=NOW)
    reader = make_user(session)
    session.add(PostingMember(posting_id=posting.id, user_id=reader.id))
    owe_evaluation(session, applications[1], reader)
    arguments = {"tag": tag.id, "name": tag.name}
    bulk = begin(session, posting, reader, applications, BulkKind.TAG, **arguments)
    assert bulk.done == 2
    assert {group.code for group in left_alone(session, bulk_id=bulk.id)} == {"there", "owed"}
    undo_bulk(session, bulk=bulk, actor=acting(reader, posting), now=NOW)
    assert session.scalars(select(ApplicationTag.application_id)).all() == [applications[0].id]
    off = begin(session, posting, recruiter, applications, BulkKind.UNTAG, **arguments)
    assert (off.done, off.skipped, session.scalar(select(func.count()).select_from(ApplicationTag))) == (1, 3, 0)
    undo_bulk(session, bulk=off, actor=acting(recruiter, posting), now=NOW)
    assert session.scalars(select(ApplicationTag.added_by)).all() == [recruiter.id]


def test_many_are_handed_over_and_come_back(session, posting, recruiter):
    colleague = make_user(session, name="许愿")
    session.add(PostingMember(posting_id=posting.id, user_id=colleague.id))
    applications = make_many(session, posting, 3)
    gone = make_application(session, posting, stage=Stage.REJECTED)
    session.flush()
    arguments = {"owner": colleague.id, "note": "请接手"}
    bulk = begin(session, posting, recruiter, [*applications, gone], BulkKind.HAND_OVER, **arguments)
    assert (bulk.done, [group.code for group in left_alone(session, bulk_id=bulk.id)]) == (3, ["ended"])
    session.expire_all()
    assert {one.owner_id for one in applications} == {colleague.id}
    undo_bulk(session, bulk=bulk, actor=acting(recruiter, posting), now=NOW)
    session.expire_all()
    assert {one.owner_id for one in applications} == {None}


def test_nobody_and_too_many_are_refused(session, posting, recruiter, monkeypatch):
    monkeypatch.setattr(bulks, "MOST", 1)
    for applications, code in (([], "nobody"), (make_many(session, posting, 2), "too_many")):
        with pytest.raises(BulkError, match=code):
            begin(session, posting, recruiter, applications)


def test_an_act_that_fails_on_one_in_between_does_the_others(session, posting, recruiter, monkeypatch):
    applications = make_many(session, posting, 3)
    real = bulk_acts.move_many

    def striking(session, *, application_ids, **more):
        if applications[1].id in application_ids:
            raise MoveError("waiting", applications[1].id)
        return real(session, application_ids=application_ids, **more)

    monkeypatch.setattr(bulk_acts, "move_many", striking)
    bulk = begin(session, posting, recruiter, applications)
    assert (bulk.done, [group.code for group in left_alone(session, bulk_id=bulk.id)]) == (2, ["waiting"])


def form_of(page):
    """Read the hidden fields of the preview's form."""
    return [
        (name, value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        if name != "csrf_token"
    ]


def post(client, address, fields):
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(str(value))
    return client.post(address, data=data)


@pytest.fixture
def page_of(client, session, posting, recruiter):
    """Give a caller that posts to the page of acts on many."""
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")
    where = f"/staff/postings/{posting.id}/bulk"

    def call(*fields):
        session.commit()
        return post(client, where, fields)

    return call


def ticked(applications):
    return [pair for one in applications for pair in (("ids", one.id), ("seen", f"{one.id}:{one.stage.value}"))]


def test_the_page_shows_first_changes_nothing_and_does_exactly_what_it_showed(session, posting, recruiter, page_of):
    applications = make_many(session, posting, 3)
    withdrawn = make_application(session, posting, name="石小猴", stage=Stage.WITHDRAWN)
    asked = page_of(*ticked([*applications, withdrawn]), ("kind", "move"), ("to", "screening"), ("step", "preview"))
    page = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert "3 of 4 would be done" in page
    assert "Move 3 candidates to Review" in page
    assert "石小猴" in page
    assert "cannot go there from the present stage" in page
    assert stages(session, applications) == [Stage.APPLIED] * 3
    done = page_of(*form_of(page), ("to", "screening"), ("step", "do"))
    assert done.status_code == 303
    assert stages(session, applications) == [Stage.SCREENING] * 3
    assert session.scalar(select(func.count()).select_from(UndoStep)) == 1


def test_other_words_than_those_that_were_shown_are_shown_first(session, posting, recruiter, page_of):
    applications = make_many(session, posting, 2)
    shown = page_of(*ticked(applications), ("kind", "move"), ("to", "screening"), ("step", "preview"))
    done = page_of(*form_of(shown.get_data(as_text=True)), ("to", "interview"), ("step", "do"))
    assert done.status_code == 409
    assert "Nothing was done; this is what would happen now" in done.get_data(as_text=True)
    assert stages(session, applications) == [Stage.APPLIED] * 2


def test_rejecting_many_says_so_wants_a_reason_and_shows_first_of_whom_least_is_known(
    session, posting, recruiter, page_of
):
    scored = add_scored(session, posting, 2)
    unknown = make_application(session, posting, name="无人知晓")
    everybody = [*scored, unknown]
    without = page_of(*ticked(everybody), ("kind", "move"), ("to", "rejected"), ("step", "preview"))
    assert (without.status_code, "Choose a reason to reject" in without.get_data(as_text=True)) == (422, True)
    fields = (*ticked(everybody), ("kind", "move"), ("to", "rejected"), ("reason", "filled"))
    page = page_of(*fields, ("step", "preview")).get_data(as_text=True)
    assert "You reject 3 people, each with your name and this reason" in page
    assert "Reject 3 candidates" in page
    first = page.index("a verdict is not known")
    assert first < page.index("无人知晓", first) < page.index("Reject 3 candidates")
    assert page_of(*fields, ("step", "do"), ("previewed", "guessed")).status_code == 409
    assert Stage.REJECTED not in stages(session, everybody)


def test_all_that_fit_the_filter_are_meant_but_not_who_came_later(session, posting, recruiter, page_of):
    applications = make_many(session, posting, 4)
    make_many(session, posting, 2, stage=Stage.INTERVIEW)
    fields = (("all", "1"), ("address", "stage=applied"), ("kind", "move"), ("to", "screening"))
    page = page_of(*fields, ("step", "preview")).get_data(as_text=True)
    assert "Move 4 candidates to Review" in page
    late = make_application(session, posting)
    late.submitted_at = NOW + timedelta(days=9_000)
    assert page_of(*form_of(page), ("to", "screening"), ("step", "do")).status_code == 303
    assert stages(session, applications) == [Stage.SCREENING] * 4
    assert stages(session, [late]) == [Stage.APPLIED]


@pytest.mark.usefixtures("small")
def test_many_lead_to_a_page_of_progress_that_stops_and_takes_back(client, session, posting, recruiter, page_of):
    applications = make_many(session, posting, 5)
    fields = (*ticked(applications), ("kind", "move"), ("to", "screening"))
    page = page_of(*fields, ("step", "preview")).get_data(as_text=True)
    answer = page_of(*form_of(page), ("to", "screening"), ("step", "do"))
    bulk = session.scalars(select(Bulk)).one()
    where = f"/staff/bulk/{bulk.id}"
    assert answer.headers["Location"].endswith(where)
    run_part(session, bulk_id=bulk.id, now=NOW, write=None)
    session.commit()
    shown = client.get(f"{where}/progress").get_data(as_text=True)
    assert "2 of 5 done" in shown
    assert 'hx-trigger="every 2s"' in shown
    assert client.post(where, data={"act": "stop"}).status_code == 303
    stopped = client.get(where).get_data(as_text=True)
    assert "Stopped at 2 of 5" in stopped
    assert "Take all of it back" in stopped
    assert 'hx-trigger="every 2s"' not in stopped
    assert client.post(where, data={"act": "undo"}).status_code == 303
    session.expire_all()
    assert session.get_one(Bulk, bulk.id).state is BulkState.UNDOING
    session.commit()
    other = make_user(session)
    session.add(PostingMember(posting_id=posting.id, user_id=other.id))
    session.commit()
    fresh = client.application.test_client()
    sign_in(fresh, other)
    assert fresh.get(where).status_code == 404


def test_a_word_about_the_person_is_doubted_before_many_bear_it(session, posting, recruiter, page_of):
    fields = (*ticked(make_many(session, posting, 2)), ("kind", "tag"), ("tag", "已婚"))
    page = page_of(*fields, ("step", "preview")).get_data(as_text=True)
    assert "marriage or partner" in page
    assert page_of(*form_of(page), ("tag", "已婚"), ("step", "do")).status_code == 409
    assert page_of(*form_of(page), ("tag", "已婚"), ("sure", "已婚"), ("step", "do")).status_code == 303
    assert session.scalar(select(func.count()).select_from(ApplicationTag)) == 2


def test_a_foreign_application_cannot_be_named(session, posting, recruiter, page_of):
    from_other = make_application(session, make_posting(session, recruiter, slug="other"))
    assert page_of(*ticked([from_other]), ("kind", "move"), ("to", "screening"), ("step", "preview")).status_code == 404


def test_hiring_managers_tag_many_but_do_not_move_them(client, session, posting):
    manager = make_user(session, Role.HIRING_MANAGER)
    session.add(PostingMember(posting_id=posting.id, user_id=manager.id))
    application = make_application(session, posting)
    session.commit()
    sign_in(client, manager)
    address = f"/staff/postings/{posting.id}/bulk"
    for kind, more, status in (("move", ("to", "screening"), 403), ("tag", ("tag", "备选"), 200)):
        session.commit()
        assert post(client, address, [*ticked([application]), ("kind", kind), more]).status_code == status


def test_the_preview_of_a_thousand_asks_as_many_queries_as_that_of_twenty(app, session, client, posting, recruiter):
    engine = own_engine(app)
    model = make_application(session, posting)
    rows = [
        {column.key: getattr(model, column.key) for column in Application.__table__.columns}
        | {"id": model.id + number, "idempotency_key": f"k{number}", "person_id": None}
        for number in range(1, 1_001)
    ]
    people = [Person(email_normalised=f"p{number}@example.com", created_at=NOW) for number in range(1_000)]
    session.add_all(people)
    session.flush()
    for row, person in zip(rows, people, strict=True):
        row["person_id"] = person.id
    session.execute(Application.__table__.insert(), rows)
    session.commit()
    sign_in(client, recruiter)
    numbers = []
    for size in (20, 1_000):
        fields = [
            pair
            for ident in range(model.id, model.id + size)
            for pair in (("ids", ident), ("seen", f"{ident}:applied"))
        ]
        fields += [("kind", "move"), ("to", "rejected"), ("reason", "filled"), ("step", "preview")]
        session.commit()
        with counted(engine) as statements:
            assert post(client, f"/staff/postings/{posting.id}/bulk", fields).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 12


def test_today_tells_of_large_acts_and_of_those_that_ended(session, posting, recruiter, monkeypatch):
    monkeypatch.setattr(bulks, "AT_ONCE", 1)
    bulk = begin(session, posting, recruiter, make_many(session, posting, 2))
    known = {"actor_id": recruiter.id, "now": NOW, "larger_than": 1, "calling_off_more_than": 1}
    assert [row.id for row in recent_bulks(session, **known)] == [bulk.id]
    run_part(session, bulk_id=bulk.id, now=NOW, write=None)
    assert [row.state for row in recent_bulks(session, **known)] == [BulkState.DONE]
    assert recent_bulks(session, **{**known, "now": NOW + timedelta(hours=25)}) == ()
    assert session.scalar(select(func.count()).where(BulkItem.state == ItemState.DONE)) == 2
