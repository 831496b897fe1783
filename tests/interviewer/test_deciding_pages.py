"""Deciding on a page: with a mail only when asked for, and with a second person where the posting wants one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    AuditEntry,
    Decision,
    Mail,
    MailState,
    Posting,
    PostingMember,
    Role,
    Stage,
    StageMove,
    UndoStep,
    User,
)
from screening.services.interviewing import schedule_interview
from screening.services.moving import move_application
from tests.factories import NOW, make_user
from tests.interviewer.conftest import Panel, plan, submit

ADDRESS = "/staff/applications/1/debrief"
REJECT = {"outcome": "reject", "reason": "interview", "note": "实时性没有说清。"}
TELL = {
    "letter": "rejected",
    "subject-rejected": "结果：轨迹预测",
    "text-rejected": "{name}，你好：这一次不再继续。\n{status_link}",
    "letter-when": "soon",
}


@pytest.fixture
def manager(session: Session, panel: Panel) -> User:
    user = make_user(session, Role.HIRING_MANAGER, name="高明远")
    session.add(PostingMember(posting_id=panel.application.posting_id, user_id=user.id))
    for one in (panel.first, panel.second):
        submit(session, panel, one, value=2, note="没有答上来。")
    session.commit()
    return user


@pytest.fixture
def watched(session: Session, panel: Panel, manager: User) -> User:
    """Give the hiring manager of a posting that asks for a second look."""
    session.get_one(Posting, panel.application.posting_id).second_look = True
    session.commit()
    return manager


def fresh(session: Session) -> tuple[Application, Decision, list[Mail]]:
    """Read what is stored, and let go: a reader of SQLite would keep the next page waiting."""
    session.expunge_all()
    session.rollback()
    mails = session.scalars(select(Mail).where(Mail.template == "letter").order_by(Mail.id)).all()
    found = session.get_one(Application, 1), session.scalars(select(Decision)).one(), list(mails)
    session.expunge_all()
    session.rollback()
    return found


def undo(session: Session, client) -> None:
    token = session.scalars(select(UndoStep.token).order_by(UndoStep.expires_at.desc())).first()
    session.rollback()
    client.post(f"/staff/undo/{token}")


def test_a_decision_sends_nothing_unless_asked(session, manager, caller):
    assert caller(manager).post(ADDRESS, data=REJECT).status_code == 303

    application, decision, mails = fresh(session)
    assert (application.stage, decision.actor_id, decision.needs_second, mails) == (
        Stage.REJECTED,
        manager.id,
        False,
        [],
    )


def test_a_mail_that_is_asked_for_waits_and_goes_back_with_the_decision(session, manager, caller):
    client = caller(manager)
    preview = client.get(ADDRESS).get_data(as_text=True)
    assert "这一次我们不再继续你的申请" in preview
    assert "/status/" not in preview, "the candidate's own link is theirs alone"
    client.post(ADDRESS, data={**REJECT, **TELL})

    _, decision, (mail,) = fresh(session)
    assert (mail.state, mail.due_at - decision.at) == (MailState.WAITING, timedelta(minutes=10))
    assert "实时性" not in mail.text, "the note is for colleagues"
    assert "给候选人的邮件将于" in client.get(ADDRESS).get_data(as_text=True)
    undo(session, client)
    application, decision, (mail,) = fresh(session)
    assert (application.stage, decision.undone_by, mail.state) == (Stage.INTERVIEW, manager.id, MailState.RECALLED)


def test_a_decision_whose_mail_has_gone_out_stays(session, manager, caller):
    client = caller(manager)
    client.post(ADDRESS, data={**REJECT, **TELL})
    session.execute(update(Mail).where(Mail.template == "letter").values(state=MailState.SENT))
    session.commit()
    undo(session, client)

    application, decision, _ = fresh(session)
    assert (application.stage, decision.undone_at) == (Stage.REJECTED, None)


def test_a_rejection_waits_for_a_second_person_and_then_tells(session, panel, watched, caller):
    first, second = caller(panel.recruiter), caller(watched)
    assert "「不通过」要等另一人复核同意：高明远。" in first.get(ADDRESS).get_data(as_text=True)
    first.post(ADDRESS, data={**REJECT, **TELL})

    application, decision, mails = fresh(session)
    assert (application.stage, decision.needs_second, mails) == (Stage.INTERVIEW, True, [])
    mine, theirs = (one.get(ADDRESS).get_data(as_text=True) for one in (first, second))
    assert "云小鹤" in second.get("/staff/").get_data(as_text=True).split("第二人复核")[1]
    assert "第二人复核" not in first.get("/staff/").get_data(as_text=True)
    assert ("撤销这个「不通过」" in mine, "撤销这个「不通过」" in theirs) == (True, False)
    assert ("提交意见" in mine, "提交意见" in theirs) == (False, True)
    said = second.post(f"{ADDRESS}/second", data={"decision": str(decision.id), "agrees": "yes", "second_note": ""})
    application, decision, (mail,) = fresh(session)
    assert (said.status_code, application.stage, decision.second_id) == (303, Stage.REJECTED, watched.id)
    assert mail.due_at - decision.second_at == timedelta(minutes=10)
    assert "高明远 复核同意" in first.get(ADDRESS).get_data(as_text=True)
    undo(session, second)
    application, decision, (mail,) = fresh(session)
    assert (application.stage, decision.second_id, mail.state) == (Stage.INTERVIEW, None, MailState.RECALLED)


def test_a_disagreement_needs_words_and_shows_both_notes(session, panel, watched, caller):
    first, second = caller(panel.recruiter), caller(watched)
    first.post(ADDRESS, data=REJECT)
    _, decision, _ = fresh(session)
    data = {"decision": str(decision.id), "agrees": "no", "second_note": ""}
    silent = second.post(f"{ADDRESS}/second", data=data)
    assert (silent.status_code, "请写明你不同意的地方" in silent.get_data(as_text=True)) == (422, True)
    assert second.post(f"{ADDRESS}/second", data={**data, "agrees": ""}).status_code == 422
    second.post(f"{ADDRESS}/second", data={**data, "second_note": "\x00再谈一次实时性。"})

    application, decision, _ = fresh(session)
    assert (application.stage, decision.second_agrees) == (Stage.DEBRIEF, False)
    text = first.get(ADDRESS).get_data(as_text=True)
    assert all(words in text for words in ("实时性没有说清。", "再谈一次实时性。", "高明远 不同意，未执行"))


@pytest.mark.parametrize("decision", ["", "x", "999999999999", "77", "²"])
def test_a_word_on_what_does_not_wait_changes_nothing(session, watched, caller, decision):
    answer = caller(watched).post(f"{ADDRESS}/second", data={"decision": decision, "agrees": "yes"})

    assert answer.status_code == 303
    assert session.scalars(select(StageMove).where(StageMove.to_stage == Stage.REJECTED)).all() == []
    session.rollback()


def test_only_another_person_with_the_right_speaks(session, panel, watched, caller):
    first = caller(panel.recruiter)
    first.post(ADDRESS, data=REJECT)
    _, decision, _ = fresh(session)
    data = {"decision": str(decision.id), "agrees": "yes"}
    answers = [caller(one).post(f"{ADDRESS}/second", data=data).status_code for one in (panel.first, panel.second)]
    first.post(f"{ADDRESS}/second", data=data)
    caller(watched).post(f"{ADDRESS}/withdraw", data=data)

    application, decision, _ = fresh(session)
    assert set(answers) <= {403, 404}
    assert (application.stage, decision.second_id, decision.undone_at) == (Stage.INTERVIEW, None, None)
    first.post(f"{ADDRESS}/withdraw", data=data)
    assert fresh(session)[1].undone_by == panel.recruiter.id


def test_who_comes_too_late_is_told_what_happened(session, panel, watched, caller):
    second = caller(watched)
    caller(panel.recruiter).post(ADDRESS, data=REJECT)
    _, decision, _ = fresh(session)
    application = session.get_one(Application, 1)
    move_application(session, application=application, to=Stage.WITHDRAWN, actor_id=None, now=NOW)
    session.commit()
    second.post(f"{ADDRESS}/second", data={"decision": str(decision.id), "agrees": "yes"})
    text = second.get(ADDRESS).get_data(as_text=True)

    assert "候选人刚刚撤回了申请，没有做出决定。" in text
    assert "候选人已撤回申请，不再处理" in text
    assert fresh(session)[0].stage is Stage.WITHDRAWN


def test_the_pipeline_says_why_a_plain_rejection_is_refused(session, panel, watched, caller):
    client, posting = caller(panel.recruiter), panel.application.posting_id
    form = {"ids": "1", "seen": "1:interview", "to": "rejected", "reason": "interview"}
    client.post(f"/staff/postings/{posting}/move", data=form)

    assert "这个职位要两人同意才能不通过" in client.get(f"/staff/postings/{posting}").get_data(as_text=True)
    assert session.get_one(Application, 1).stage is Stage.INTERVIEW


def test_who_owes_an_evaluation_hears_nothing_of_a_rejection_that_waits(session, panel, watched, caller):
    schedule_interview(
        session,
        application=panel.application,
        plan=plan(panel.recruiter, starts_at=NOW - timedelta(hours=5)),
        actor_id=watched.id,
        now=NOW - timedelta(days=1),
    )
    session.commit()
    posting, reader = panel.application.posting_id, caller(panel.recruiter)
    pages = ("/staff/", "/staff/applications/1?side=timeline", f"/staff/postings/{posting}/compare?ids=1")
    form = {"ids": "1", "seen": "1:interview", "to": "debrief"}
    before = [told(reader.get(page)) for page in pages]
    caller(watched).post(ADDRESS, data=REJECT)

    assert [told(reader.get(page)) for page in pages] == before
    reader.post(f"/staff/postings/{posting}/move", data=form)
    words = reader.get(f"/staff/postings/{posting}").get_data(as_text=True)
    assert "不能从当前阶段移到那里" in words
    assert "复核" not in words


def told(answer) -> list[str]:
    """Give the page without the tokens of its forms, which are new each time."""
    return [line.split("csrf")[0] for line in answer.get_data(as_text=True).splitlines()]


def test_only_who_edits_the_posting_turns_the_switch(session, panel, manager, caller):
    posting, editor = panel.application.posting_id, caller(panel.recruiter)
    address = f"/staff/postings/{posting}/second-look"

    def stored() -> tuple[bool, list[dict[str, bool]]]:
        on = session.scalar(select(Posting.second_look).where(Posting.id == posting))
        facts = session.scalars(select(AuditEntry.facts).where(AuditEntry.act == "posting.second_look")).all()
        session.rollback()
        return bool(on), list(facts)

    assert caller(manager).post(address, data={"second_look": "on"}).status_code == 403
    assert stored() == (False, [])
    editor.post(address, data={"second_look": "on"})
    assert stored() == (True, [{"wanted": True}])
    editor.post(address, data={})
    assert stored() == (False, [{"wanted": True}, {"wanted": False}])
