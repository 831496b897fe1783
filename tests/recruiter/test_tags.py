"""Tags: one word for many spellings, by sets, with a way back, blind, and gone with the person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from rubrics.fairness import Topic, check_label
from screening import audit
from screening.models import Application, ApplicationTag, Role, Tag, UndoStep
from screening.policy import Actor
from screening.queries.tags import COUNTED, all_tags, posting_tags, tag_panel, tags_on
from screening.services import tagging
from screening.services.erasing import erase
from screening.services.tagging import TagError, add_tag, delete_tag, find_or_make, key_of, remove_tag, rename_tag
from screening.services.undoing import Act, remember, undo
from screening.services.way_back import UndoError
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import counted, owe_evaluation, own_engine, sign_in


def stick(session, applications, name, actor, now=NOW):
    tag = find_or_make(session, name=name)
    add_tag(session, application_ids=[one.id for one in applications], tag=tag, actor_id=actor.id, now=now)
    return tag


def names(session, application):
    return [tag.name for tag in tags_on(session, [application.id]).get(application.id, ())]


def acting(user, posting):
    return Actor(user.id, Role.RECRUITER, frozenset({posting.id}))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("重点 跟进", " 重点　跟进 "),
        ("Strong C++", "ＳＴＲＯＮＧ  c＋＋"),
        ("Straße", "STRASSE"),
        ("备选", "备\u200b选"),
    ],
)
def test_one_word_in_two_spellings_is_one_tag_under_its_first_name(session, first, second):
    tag = find_or_make(session, name=first)
    assert find_or_make(session, name=second).id == tag.id
    assert tag.name == first
    assert session.scalar(select(func.count()).select_from(Tag)) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name_missing"), (" \u200b\n", "name_missing"), ("长" * 41, "too_long"), ("\ufdfa" * 10, "too_long")],
)
def test_a_name_that_is_none_or_does_not_fit_is_refused(session, name, code):
    with pytest.raises(TagError) as refused:
        find_or_make(session, name=name)
    assert refused.value.code == code


def test_a_tag_on_a_thousand_takes_as_many_statements_as_on_ten(engine, session, posting, recruiter):
    applications = [make_application(session, posting) for _ in range(110)]
    numbers = []
    for name, chosen in (("甲", applications[:10]), ("乙", applications[10:])):
        with counted(engine) as statements:
            stick(session, chosen, name, recruiter)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
    assert session.scalar(select(func.count()).select_from(ApplicationTag)) == 110
    assert audit.is_intact(session)


def test_added_twice_is_borne_once_and_only_what_was_new_is_taken_back(session, posting, recruiter, now):
    first, second = (make_application(session, posting) for _ in range(2))
    tag = stick(session, [first], "备选", recruiter)
    made = add_tag(session, application_ids=[first.id, second.id], tag=tag, actor_id=recruiter.id, now=now)
    assert made == [second.id]
    token = remember(session, actor_id=recruiter.id, act=Act.TAG, now=now, tag=tag.id, applications=made)
    undo(session, token=token, actor=acting(recruiter, posting), now=now)
    assert (names(session, first), names(session, second)) == (["备选"], [])


def test_what_was_taken_off_comes_back_with_who_and_when(session, posting, recruiter, now):
    other, application = make_user(session), make_application(session, posting)
    tag = stick(session, [application], "备选", other)
    gone = remove_tag(session, application_ids=[application.id], tag_id=tag.id, actor_id=recruiter.id, now=now)
    assert names(session, application) == []
    token = remember(session, actor_id=recruiter.id, act=Act.UNTAG, now=now, tag=tag.id, stuck=json.dumps(gone))
    undo(session, token=token, actor=acting(recruiter, posting), now=now)
    session.expire_all()
    back = session.scalars(select(ApplicationTag)).one()
    assert (back.application_id, back.added_by, back.added_at) == (application.id, other.id, NOW)


def test_an_application_bears_so_many_and_no_more(session, posting, recruiter, now):
    application = make_application(session, posting)
    for number in range(tagging.MOST_TAGS):
        tag = stick(session, [application], f"第 {number}", recruiter)
    assert add_tag(session, application_ids=[application.id], tag=tag, actor_id=recruiter.id, now=now) == []
    with pytest.raises(TagError) as refused:
        stick(session, [application], "再一个", recruiter)
    assert refused.value.code == "too_many"


def test_rename_merge_and_delete_have_their_ways_back(session, posting, recruiter, now):
    both, old, new = (make_application(session, posting) for _ in range(3))
    first = stick(session, [both, old], "候补", recruiter)
    second = stick(session, [both, new], "备选", recruiter)
    actor = acting(recruiter, posting)

    rename_tag(session, tag=first, name="候补 A", actor_id=recruiter.id, now=now)
    token = remember(
        session, actor_id=recruiter.id, act=Act.TAG_RENAMED, now=now, tag=first.id, before="候补", after="候补 A"
    )
    undo(session, token=token, actor=actor, now=now)
    assert names(session, old) == ["候补"]
    with pytest.raises(TagError, match="taken"):
        rename_tag(session, tag=first, name="备 选".replace(" ", ""), actor_id=recruiter.id, now=now)

    before = {one.id: names(session, one) for one in (both, old, new)}
    for into in (second, None):
        ident, name = first.id, first.name
        gone, moved = delete_tag(session, tag=first, into=into, actor_id=recruiter.id, now=now)
        expected = ["备选"] if into is not None else []
        assert (names(session, old), names(session, both)) == (expected, ["备选"])
        assert moved == ([old.id] if into is not None else [])
        token = remember(
            session, actor_id=recruiter.id, act=Act.TAG_DELETED, now=now, tag=ident, name=name,
            into=into.id if into is not None else 0, stuck=json.dumps(gone), moved=moved,
        )  # fmt: skip
        with pytest.raises(UndoError, match="expired"):
            undo(session, token=token, actor=actor, now=now + timedelta(minutes=11))
        undo(session, token=token, actor=actor, now=now)
        session.expire_all()
        assert {one: names(session, session.get_one(Application, one)) for one in before} == before
        first = session.get_one(Tag, ident)
    assert audit.is_intact(session)


def test_a_deleted_tag_whose_name_was_taken_since_does_not_come_back(session, posting, recruiter, now):
    tag = stick(session, [make_application(session, posting)], "备选", recruiter)
    ident = tag.id
    gone, moved = delete_tag(session, tag=tag, into=None, actor_id=recruiter.id, now=now)
    assert find_or_make(session, name="备选").id != ident
    token = remember(
        session, actor_id=recruiter.id, act=Act.TAG_DELETED, now=now, tag=ident, name="备选", into=0,
        stuck=json.dumps(gone), moved=moved,
    )  # fmt: skip
    with pytest.raises(UndoError, match="changed"):
        undo(session, token=token, actor=acting(recruiter, posting), now=now)


def test_a_tag_that_could_not_be_brought_back_is_not_deleted(session, posting, recruiter, now, monkeypatch):
    monkeypatch.setattr(tagging, "MOST_MOVED", 2)
    tag = stick(session, [make_application(session, posting) for _ in range(3)], "备选", recruiter)
    with pytest.raises(TagError, match="much_used"):
        delete_tag(session, tag=tag, into=None, actor_id=recruiter.id, now=now)
    assert [(row.name, row.used) for row in all_tags(session, reader_id=recruiter.id)] == [("备选", 3)]


def test_an_erased_person_leaves_no_tag_and_no_word_that_only_they_bore(session, posting, recruiter, now):
    gone, stays = (make_application(session, posting) for _ in range(2))
    stick(session, [gone], "像他哥哥云大鹤", recruiter)
    stick(session, [gone, stays], "备选", recruiter)
    admin = make_user(session, Role.ADMIN)
    erase(session, applications=[gone], company="远山智能", actor_id=admin.id, now=now)
    assert session.scalars(select(Tag.name)).all() == ["备选"]
    assert session.scalars(select(ApplicationTag.application_id)).all() == [stays.id]
    assert add_tag(
        session, application_ids=[gone.id], tag=session.scalars(select(Tag)).one(), actor_id=admin.id, now=now
    ) == []  # fmt: skip


def test_who_owes_an_evaluation_learns_of_no_tag_of_it(session, posting, recruiter, now):
    owed, other = (make_application(session, posting) for _ in range(2))
    stick(session, [owed, other], "备选", recruiter)
    stick(session, [owed], "强烈推荐", recruiter)
    reader = make_user(session)
    owe_evaluation(session, owed, reader)
    assert [tag.name for tag in posting_tags(session, posting_id=posting.id, reader_id=reader.id)] == ["备选"]
    assert [(tag.name, tag.used) for tag in all_tags(session, reader_id=reader.id)] == [("备选", 1)]
    assert tag_panel(session, application=other, reader_id=reader.id).suggested == ()
    assert tag_panel(session, application=other, reader_id=recruiter.id).suggested == ("强烈推荐",)


def test_uses_are_counted_up_to_a_bound(session, posting, recruiter):
    tag = stick(session, [make_application(session, posting) for _ in range(3)], "备选", recruiter)
    assert tagging.count_use(session, tag_id=tag.id, most=2) == 2
    assert COUNTED == 1_000


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        ("女", Topic.SEX),
        ("已婚", Topic.MARRIAGE),
        ("95后", Topic.AGE),
        ("回族", Topic.ETHNICITY),
        ("孕妇", Topic.CHILDREN),
        ("残疾", Topic.HEALTH),
        ("Young", Topic.AGE),
        ("ｂｌａｃｋ", Topic.ETHNICITY),
        ("河南人", Topic.HOUSEHOLD),
        ("双鱼座", Topic.SIGNS),
    ],
)
def test_a_label_about_the_person_instead_of_the_work_is_doubted(label, topic):
    assert topic in check_label(label)


@pytest.mark.parametrize(
    "label", ["重点跟进", "强 C++", "二面", "白名单", "贵族", "性别研究", "gold", "老员工推荐", "到岗晚"]
)
def test_a_label_about_the_work_is_not(label):
    assert check_label(label) == ()


def test_the_page_doubts_once_and_never_blocks(client, session, posting, recruiter, browse):
    application = make_application(session, posting)
    session.commit()
    address = f"/staff/applications/{application.id}/tags"
    browse("/staff/tags/")
    answer = client.post(address, data={"act": "add", "name": "已婚"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "marriage or partner" in page
    assert "Nothing was added yet" in page
    assert session.scalar(select(func.count()).select_from(ApplicationTag)) == 0
    session.commit()
    assert client.post(address, data={"act": "add", "name": "已婚", "sure": key_of("已婚")}).status_code == 303
    assert names(session, application) == ["已婚"]


def test_the_page_adds_takes_off_and_takes_back(client, session, posting, recruiter, browse):
    application = make_application(session, posting)
    session.commit()
    address, back = f"/staff/applications/{application.id}/tags", f"/staff/applications/{application.id}?side=notes"
    browse("/staff/tags/")
    answer = client.post(address, data={"act": "add", "name": "备选", "back": back})
    assert answer.headers["Location"].endswith(back)
    tag = session.scalars(select(Tag)).one()
    session.commit()
    client.post(address, data={"act": "remove", "tag": tag.id})
    assert names(session, application) == []
    token = session.scalars(select(UndoStep.token).order_by(UndoStep.expires_at.desc())).first()
    session.commit()
    client.post(f"/staff/undo/{token}")
    session.expire_all()
    assert names(session, application) == ["备选"]


def test_the_page_of_all_tags_renames_merges_and_deletes(client, session, posting, recruiter, browse):
    application = make_application(session, posting)
    first = stick(session, [application], "候补", recruiter)
    stick(session, [application], "备选", recruiter)
    session.commit()
    assert "候补" in browse("/staff/tags/?q=%E5%80%99")
    taken = client.post(f"/staff/tags/{first.id}", data={"act": "rename", "name": "备选"})
    assert (taken.status_code, "You can merge the two" in taken.get_data(as_text=True)) == (422, True)
    doubted = client.post(f"/staff/tags/{first.id}", data={"act": "rename", "name": "女"})
    assert (doubted.status_code, "Rename it all the same" in doubted.get_data(as_text=True)) == (422, True)
    assert client.post(f"/staff/tags/{first.id}", data={"act": "merge", "name": "nothing"}).status_code == 422
    assert client.post(f"/staff/tags/{first.id}", data={"act": "merge", "name": "备选"}).status_code == 303
    assert names(session, application) == ["备选"]
    session.commit()
    assert client.post(f"/staff/tags/{first.id}", data={"act": "delete"}).status_code == 404


def test_the_page_of_all_tags_asks_the_same_queries_for_two_and_for_sixty(app, session, client, posting, recruiter):
    engine, numbers = own_engine(app), []
    application = make_application(session, posting)
    session.commit()
    sign_in(client, recruiter)
    for batch in (range(2), range(2, 60)):
        session.add_all(Tag(name=f"标签 {number:03}", key=f"标签 {number:03}") for number in batch)
        session.commit()
        client.get("/staff/tags/")
        with counted(engine) as statements:
            assert client.get("/staff/tags/").status_code == 200
        numbers.append(len(statements))
    assert application.id
    assert numbers[0] == numbers[1] <= 12


def test_hiring_managers_tag_but_interviewers_do_not(client, session, posting):
    application = make_application(session, posting)
    reader = make_user(session, Role.INTERVIEWER)
    owe_evaluation(session, application, reader)
    session.commit()
    sign_in(client, reader)
    answer = client.post(f"/staff/applications/{application.id}/tags", data={"act": "add", "name": "备选"})
    assert answer.status_code in {403, 404}
    assert client.get("/staff/tags/").status_code == 403


def test_tags_of_another_posting_are_not_suggested(session, recruiter):
    one, other = (make_posting(session, recruiter, slug=slug) for slug in ("one", "other"))
    stick(session, [make_application(session, other)], "备选", recruiter)
    assert tag_panel(session, application=make_application(session, one), reader_id=recruiter.id).suggested == ()
