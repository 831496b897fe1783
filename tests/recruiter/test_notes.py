"""Notes name colleagues: they are told on Today and by mail, and who owes an evaluation learns of it afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from screening import audit
from screening.models import (
    ApplicationNote,
    Evaluation,
    Mail,
    MailState,
    NoteMention,
    PostingMember,
    Recommendation,
    Role,
)
from screening.queries.mentions import own_mentions
from screening.queries.note_readers import Colleague, colleagues_of
from screening.services import noting
from screening.services.noting import NoteError, find_mentions, write_note
from screening.web.mention_words import mention_words
from tests.architecture.doors import sign_in
from tests.factories import NOW, make_application, make_user
from tests.recruiter.worlds import owe_evaluation


@pytest.fixture
def application(session, posting):
    return make_application(session, posting, name="云小鹤")


@pytest.fixture
def manager(session, posting):
    user = make_user(session, Role.HIRING_MANAGER, name="高明远")
    session.add(PostingMember(posting_id=posting.id, user_id=user.id))
    session.flush()
    return user


def submit(session, interview, user):
    session.add(
        Evaluation(
            interview_id=interview.id,
            user_id=user.id,
            version=1,
            recommendation=Recommendation.YES,
            summary="可以。",
            submitted_at=NOW,
        )
    )
    session.flush()


def tell(app, session, now=NOW, note_id=None):
    session.commit()
    with app.app_context():
        told = noting.tell_mentioned(session, words=mention_words, now=now, note_id=note_id)
        session.commit()
    return told


def test_the_longest_name_counts_and_addresses_name_nobody():
    people = [Colleague(number, name, name) for number, name in enumerate(("云", "云小鹤", "Ann Lee", "Ann"), 1)]
    assert find_mentions("＠云小鹤看一下，@ann lee too, @ANN.", people).user_ids == (2, 3, 4)
    assert find_mentions("mail a@b.example and me@云.example, at 3 @ 4", people) == noting.Found((), ())
    assert find_mentions("@Anna @王五，请看", people).unknown == ("Anna", "王五")


def test_only_who_works_on_the_posting_or_has_evaluated_can_be_named(session, posting, recruiter, application, manager):
    stranger, panelist, asked = (make_user(session, Role.INTERVIEWER, name=name) for name in ("许愿", "孟浪", "丁卯"))
    other, admin = make_user(session, name="石小猴"), make_user(session, Role.ADMIN, name="梅管")
    gone = make_user(session, Role.ADMIN, name="已走")
    gone.is_active = False
    submit(session, owe_evaluation(session, application, panelist), panelist)
    owe_evaluation(session, application, asked)

    found = colleagues_of(session, application=application)
    assert {one.id for one in found} == {recruiter.id, manager.id, panelist.id, admin.id}
    for name in ("许愿", "丁卯", "石小猴", "已走"):
        with pytest.raises(NoteError) as refused:
            write_note(session, application=application, text=f"@{name} 请看", actor_id=recruiter.id, now=NOW)
        assert (refused.value.code, refused.value.names[0][:2]) == ("unknown", name[:2])
    assert stranger.id not in {one.id for one in found}
    assert other.id not in {one.id for one in found}


def test_two_of_one_name_are_told_apart_by_their_addresses(session, posting, recruiter, application):
    two = [make_user(session, Role.ADMIN, name="王芳", email=f"{part}@example.com") for part in ("fang", "wang")]
    handles = {one.id: one.handle for one in colleagues_of(session, application=application)}
    assert [handles[user.id] for user in two] == ["王芳 (fang)", "王芳 (wang)"]
    note = write_note(session, application=application, text="@王芳 (wang) 请看", actor_id=recruiter.id, now=NOW)
    assert session.scalars(select(NoteMention.user_id).where(NoteMention.note_id == note.id)).all() == [two[1].id]
    with pytest.raises(NoteError):
        write_note(session, application=application, text="@王芳 请看", actor_id=recruiter.id, now=NOW)


def test_a_mention_is_on_today_and_in_one_mail_until_it_was_opened(app, session, recruiter, application, manager):
    note = write_note(session, application=application, text="@高明远 请看论文。", actor_id=recruiter.id, now=NOW)
    assert (tell(app, session, note_id=note.id), tell(app, session)) == (1, 0)
    mail = session.scalars(select(Mail).where(Mail.template == "mention")).one()
    assert (mail.to_address, mail.due_at - NOW) == (manager.email, timedelta(minutes=10))
    assert "云小鹤" in mail.text
    assert "论文" not in mail.text + mail.subject
    session.commit()

    client = sign_in(app, manager)
    today = client.get("/staff/").get_data(as_text=True)
    assert "请看论文。" in today
    assert f"/staff/applications/{application.id}?side=notes" in today
    page = client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    assert "/mentions/seen" in page
    assert "请看论文。" in page
    client.post(f"/staff/applications/{application.id}/mentions/seen", headers={"HX-Request": "true"})
    assert "请看论文。" not in client.get("/staff/").get_data(as_text=True)
    assert "/mentions/seen" not in client.get(f"/staff/applications/{application.id}").get_data(as_text=True)
    session.rollback()
    assert noting.is_moot(session, mail=mail)


def test_who_owes_an_evaluation_learns_of_it_when_they_have_submitted(app, session, recruiter, application, manager):
    interview = owe_evaluation(session, application, manager)
    note = write_note(session, application=application, text="@高明远 wombat", actor_id=recruiter.id, now=NOW)
    assert (tell(app, session, note_id=note.id), tell(app, session)) == (0, 0)
    assert own_mentions(session, user_id=manager.id) == ()
    session.commit()
    client = sign_in(app, manager)
    for address in (
        "/staff/",
        *(f"/staff/applications/{application.id}?side={side}" for side in ("notes", "timeline")),
    ):
        answer = client.get(address)
        assert (answer.status_code, "wombat" in answer.get_data(as_text=True)) == (200, False)

    submit(session, interview, manager)
    assert [one.text for one in own_mentions(session, user_id=manager.id)] == ["@高明远 wombat"]
    assert (tell(app, session), tell(app, session)) == (1, 0)
    assert "wombat" in client.get("/staff/").get_data(as_text=True)


def test_an_interviewer_who_has_submitted_reads_it_beside_the_debrief(app, session, recruiter, application):
    panelist = make_user(session, Role.INTERVIEWER, name="孟浪")
    submit(session, owe_evaluation(session, application, panelist), panelist)
    write_note(session, application=application, text="@孟浪 wombat", actor_id=recruiter.id, now=NOW)
    session.commit()
    client = sign_in(app, panelist)
    assert f"/staff/applications/{application.id}/debrief" in client.get("/staff/").get_data(as_text=True)
    assert "wombat" in client.get(f"/staff/applications/{application.id}/debrief").get_data(as_text=True)
    assert client.post(f"/staff/applications/{application.id}/mentions/seen").status_code == 303
    assert "wombat" not in client.get(f"/staff/applications/{application.id}/debrief").get_data(as_text=True)


def test_one_changes_and_removes_only_own_notes_and_a_removed_one_comes_back(
    app, session, recruiter, application, manager, browse, client
):
    write_note(session, application=application, text="别人的", actor_id=manager.id, now=NOW)
    browse("/staff/")
    here = f"/staff/applications/{application.id}/notes"
    assert client.post(here, data={"text": "@高明远 <b>先看</b>"}).status_code == 303
    assert client.post(f"{here}/1", data={"text": "x"}).status_code == 404
    assert client.post(f"{here}/1/remove").status_code == 404
    assert client.post(f"{here}/2", data={"text": "先看论文"}).status_code == 303
    page = browse(f"/staff/applications/{application.id}?side=notes")
    assert "先看论文" in page
    assert "edited" in page
    assert "&lt;b&gt;" not in page
    session.rollback()
    assert session.scalar(select(func.count()).select_from(NoteMention)) == 0
    session.commit()

    assert client.post(f"{here}/2/remove").status_code == 303
    page = browse(f"/staff/applications/{application.id}?side=notes")
    assert "先看论文" not in page
    assert "先看论文" not in browse(f"/staff/applications/{application.id}?side=timeline")
    token = page.split("/staff/undo/")[1].split('"')[0]
    assert client.post(f"/staff/undo/{token}").status_code == 303
    assert "先看论文" in browse(f"/staff/applications/{application.id}?side=notes")
    session.rollback()
    assert audit.is_intact(session)


def test_names_that_nobody_has_are_told_and_what_was_typed_stays(app, session, application, browse, client):
    browse("/staff/")
    answer = client.post(f"/staff/applications/{application.id}/notes", data={"text": "@王五 请看"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "@王五" in page
    assert ">@王五 请看</textarea>" in page
    assert "Nobody who may read" in page
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ApplicationNote)) == 0


def test_removed_notes_go_after_ten_minutes_and_their_mails_are_not_sent(app, session, recruiter, application, manager):
    note = write_note(session, application=application, text="@高明远 请看", actor_id=recruiter.id, now=NOW)
    tell(app, session, note_id=note.id)
    noting.remove_note(session, note=note, now=NOW)
    mail = session.scalars(select(Mail).where(Mail.template == "mention")).one()
    assert (mail.state, noting.is_moot(session, mail=mail)) == (MailState.WAITING, True)
    assert noting.forget_removed_notes(session, now=NOW + timedelta(minutes=9)) == 0
    assert noting.forget_removed_notes(session, now=NOW + timedelta(minutes=11)) == 1
    assert session.scalar(select(func.count()).select_from(NoteMention)) == 0
