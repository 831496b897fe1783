"""The outbox and the texts of mails on their pages: who sees what, what can be done, how few queries it takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from screening.models import MailState, MailTemplate, Role, Stage, UndoStep
from screening.queries.mail_templates import by_place, kept_texts
from screening.queries.outbox import PAGE, STUCK
from screening.services.indexing import index_new
from screening.services.letters import check, write_letter
from screening.services.mail_templates import (
    MOVES,
    Origin,
    Place,
    TemplateError,
    built_in,
    letter_text,
    named_text,
    save_template,
)
from screening.web.candidate.links import status_link
from tests.architecture.doors import sign_in
from tests.factories import make_application, make_posting, make_user
from tests.recruiter.worlds import counted, owe_evaluation, own_engine


@pytest.fixture
def client(app, session, recruiter, posting):
    session.commit()
    return sign_in(app, recruiter)


def a_letter(session, posting, *, name="云小鹤", state=MailState.WAITING, due_in=timedelta(minutes=10), author=None):
    application = make_application(session, posting, name=name, stage=Stage.SCREENING)
    now = datetime.now(UTC)
    mail = write_letter(
        session,
        application=application,
        posting=posting,
        subject=f"An {name}",
        text="Words",
        author_id=author,
        due_at=now + due_in,
        key=f"letter:test:{application.id}",
        now=now,
    )
    mail.state = state
    session.commit()
    return mail


def state_of(session, mail):
    session.commit()
    session.refresh(mail)
    session.commit()
    return mail.state


def undo(session, client):
    token = session.scalars(select(UndoStep.token).order_by(UndoStep.expires_at.desc())).first()
    session.commit()
    return client.post(f"/staff/undo/{token}")


def names(client, query=""):
    return re.findall(r'class="name" href="[^"]+">An ([^<]+)<', client.get(f"/staff/outbox/{query}").text)


def test_a_letter_is_read_changed_put_off_recalled_put_back_and_sent(session, app, client, posting):
    mail = a_letter(session, posting)
    with app.test_request_context():
        mail.text = f"Words {status_link(mail.application_id)} {{x}}\n"
    session.commit()
    address = f"/staff/outbox/{mail.id}"
    page = client.get(address).text
    assert "Words {status_link} {{x}}" in page
    assert "/status/" not in page
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    changed = {"subject-alone": "New", "text-alone": "New words {status_link} {{x}}", "seen": seen}
    assert client.post(f"{address}/text", data=changed).status_code == 303
    session.refresh(mail)
    session.commit()
    assert mail.subject == "New"
    assert "/status/" in mail.text
    assert mail.text.endswith("{x}\n")
    assert client.post(f"{address}/text", data=changed).status_code == 409, "the words are others by now"
    assert client.post(f"{address}/text", data={**changed, "text-alone": "{nmae}"}).status_code == 422

    later = datetime.now(UTC) + timedelta(days=2)
    assert (
        client.post(f"{address}/time", data={"letter-when": "at", "letter-at": "2020-01-01T00:00"}).status_code == 422
    )
    assert (
        client.post(f"{address}/time", data={"letter-when": "at", "letter-at": f"{later:%Y-%m-%d}T12:00"}).status_code
        == 303
    )
    session.refresh(mail)
    session.commit()
    assert mail.due_at > datetime.now(UTC) + timedelta(days=1)
    session.commit()
    assert client.post(f"{address}/recall").status_code == 303
    assert state_of(session, mail) is MailState.RECALLED
    assert undo(session, client).status_code == 303
    assert state_of(session, mail) is MailState.WAITING
    assert client.post(f"{address}/time", data={"letter-when": "now"}).status_code == 303
    session.refresh(mail)
    assert mail.due_at <= datetime.now(UTC)
    session.commit()


@pytest.mark.parametrize("state", STUCK)
def test_what_is_stuck_is_counted_in_the_rail_and_sent_again(session, client, posting, state):
    mail = a_letter(session, posting, state=state)
    assert '1<span class="vh"> 封邮件需要处理' in client.get("/staff/").text
    assert client.post(f"/staff/outbox/{mail.id}/again").status_code == 303
    assert state_of(session, mail) is MailState.WAITING
    assert "封邮件需要处理" not in client.get("/staff/").text


def test_what_was_sent_is_only_read(session, client, posting):
    mail = a_letter(session, posting, state=MailState.SENT)
    address = f"/staff/outbox/{mail.id}"
    page = client.get(address).text
    assert not any(f'action="{address}/{act}"' in page for act in ("text", "time", "recall", "again"))
    for act in ("time", "recall", "again"):
        assert client.post(f"{address}/{act}", data={"letter-when": "now"}).status_code == 303
    assert state_of(session, mail) is MailState.SENT


def test_parts_postings_and_names_narrow_the_list(session, client, recruiter, posting):
    second = make_posting(session, recruiter, slug="second")
    a_letter(session, posting, name="Anna")
    a_letter(session, posting, name="Berta", state=MailState.FAILED)
    a_letter(session, second, name="Clara", due_in=timedelta(days=3))
    assert names(client) == ["Clara", "Berta", "Anna"]
    assert names(client, "?box=waiting") == ["Anna"]
    assert names(client, "?box=scheduled") == ["Clara"]
    assert names(client, "?box=failed") == ["Berta"]
    assert names(client, f"?posting={second.id}") == ["Clara"]
    assert names(client, "?box=nonsense&posting=x") == ["Clara", "Berta", "Anna"]


def test_only_those_of_the_posting_see_its_mails(session, app, client, posting):
    elsewhere = make_posting(session, slug="elsewhere")
    mine, theirs = a_letter(session, posting, name="Anna"), a_letter(session, elsewhere, name="Berta")
    assert names(client) == ["Anna"]
    assert client.get(f"/staff/outbox/{mine.id}").status_code == 200
    assert client.get(f"/staff/outbox/{theirs.id}").status_code == 404
    for act in ("text", "time", "recall", "again"):
        assert client.post(f"/staff/outbox/{theirs.id}/{act}").status_code == 404
    assert client.get(f"/staff/outbox/?posting={elsewhere.id}").text.count('class="name"') == 0
    admin, manager = make_user(session, Role.ADMIN), make_user(session, Role.HIRING_MANAGER)
    session.commit()
    assert names(sign_in(app, admin)) == ["Berta", "Anna"]
    assert sign_in(app, manager).get("/staff/outbox/").status_code == 403


def test_who_owes_an_evaluation_reads_no_letter_of_a_colleague(session, client, recruiter, posting):
    colleague = make_user(session)
    foreign, own = a_letter(session, posting, name="Anna", author=colleague.id), None
    own = a_letter(session, posting, name="Berta", author=recruiter.id)
    for mail in (foreign, own):
        application = session.get_one(type(make_application(session, posting)), mail.application_id)
        owe_evaluation(session, application, recruiter)
    session.commit()
    assert names(client) == ["Berta"]
    assert client.get(f"/staff/outbox/{foreign.id}").status_code == 404
    assert client.get(f"/staff/outbox/{own.id}").status_code == 200


def test_pages_follow_each_other_and_ask_no_more_queries_for_many(session, app, client, posting):
    mails = [a_letter(session, posting, name=f"N{number:03}") for number in range(3)]
    engine = own_engine(app)
    asked = []
    for addresses in range(2):
        for address in ("/staff/outbox/", f"/staff/outbox/{mails[0].id}", "/staff/outbox/?box=waiting"):
            client.get(address)
            with counted(engine) as statements:
                assert client.get(address).status_code == 200
            asked.append(sum(not one.startswith(("BEGIN", "PRAGMA")) for one in statements))
        if not addresses:
            for number in range(3, PAGE + 5):
                a_letter(session, posting, name=f"N{number:03}")
    assert asked[:3] == asked[3:]
    assert max(asked) <= 12
    first = names(client)
    assert len(first) == PAGE
    before = re.search(r"before=(\d+)", client.get("/staff/outbox/").text)[1]
    rest = names(client, f"?before={before}")
    assert sorted(first + rest) == sorted(f"N{number:03}" for number in range(PAGE + 5))


def test_a_candidate_is_found_by_name(session, client, posting):
    for name in ("林晓雨", "高明远"):
        mail = a_letter(session, posting, name=name)
        index_new(session, application_id=mail.application_id)
    session.commit()
    assert names(client, "?q=林晓") == ["林晓雨"]
    assert names(client, "?q=nobody") == []


def test_built_in_texts_are_there_for_every_move_and_can_be_filled():
    for stage in MOVES:
        for locale in ("zh", "en"):
            text = built_in(stage, locale)
            assert check(text.subject) == check(text.text) == ()
            assert "{status_link}" in text.text
            assert text.origin is Origin.BUILT_IN


def test_the_nearest_text_in_the_candidates_language_is_taken(session, recruiter, posting):
    now = datetime.now(UTC)
    kept = {"subject": "S", "actor_id": recruiter.id, "now": now, "seen": None}
    save_template(session, place=Place(None, "rejected", "zh", Stage.REJECTED), text="all", **kept)
    save_template(session, place=Place(posting.id, "rejected", "en", Stage.REJECTED), text="own", **kept)
    found = {
        locale: letter_text(session, posting_id=posting.id, stage=Stage.REJECTED, locale=locale)
        for locale in ("zh", "en")
    }
    assert {locale: (one.text, one.origin) for locale, one in found.items()} == {
        "zh": ("all", Origin.ALL),
        "en": ("own", Origin.POSTING),
    }
    save_template(session, place=Place(None, "wait", "zh"), text="等", **kept)
    texts = by_place(kept_texts(session, posting_id=posting.id))
    assert named_text(texts, posting_id=posting.id, name="wait", locale="en").locale == "zh"
    with pytest.raises(TemplateError, match="name_taken"):
        save_template(session, place=Place(None, "offer", "zh"), text="x", **kept)
    with pytest.raises(TemplateError, match="changed"):
        save_template(session, place=Place(None, "wait", "zh"), text="x", **kept)


def test_a_text_is_checked_previewed_kept_and_taken_back(session, client, posting):
    address = f"/staff/postings/{posting.id}/mail-texts/edit"
    typed = {
        "stage": "rejected",
        "subject-zh": "结果：{posting}",
        "text-zh": "{name}，{status_link}",
        "seen-zh": "",
        "subject-en": "",
        "text-en": "",
        "seen-en": "",
    }
    preview = client.post(address, data={**typed, "preview": "1"}).text
    assert "云小鹤，（候选人自己的链接）" in preview
    wrong = client.post(address, data={**typed, "text-zh": "{mane}"}, headers={"HX-Request": "true"}).text
    assert "是不是 {name}？" in wrong
    assert "<html" not in wrong
    assert session.scalars(select(MailTemplate)).all() == []
    session.commit()
    assert client.post(address, data={**typed, "text-zh": "{mane}"}).status_code == 422
    assert client.post(address, data=typed).status_code == 303
    row = session.scalars(select(MailTemplate)).one()
    assert (row.posting_id, row.stage, row.locale, row.text) == (
        posting.id,
        Stage.REJECTED,
        "zh",
        "{name}，{status_link}",
    )
    session.commit()
    assert "其间有人改过" in client.post(address, data={**typed, "text-zh": "他人"}, follow_redirects=True).text
    removed = client.post(address, data={**typed, "seen-zh": row.changed_at.isoformat(), "remove": "zh"})
    assert removed.status_code == 303
    assert session.scalars(select(MailTemplate)).all() == []
    session.commit()
    undo(session, client)
    assert [one.text for one in session.scalars(select(MailTemplate))] == ["{name}，{status_link}"]


def test_texts_for_all_are_for_recruiters_and_a_postings_own_for_its_own(session, app, client, posting):
    elsewhere = make_posting(session, slug="elsewhere")
    session.commit()
    assert client.get("/staff/mail-texts/").status_code == 200
    assert client.get(f"/staff/postings/{elsewhere.id}/mail-texts").status_code == 404
    manager = make_user(session, Role.HIRING_MANAGER)
    session.commit()
    assert sign_in(app, manager).get("/staff/mail-texts/").status_code == 403
    with app.test_request_context(), force_locale("en"):
        assert client.get("/staff/mail-texts/edit?stage=hired").status_code == 200
    assert client.get("/staff/mail-texts/edit?stage=nonsense").status_code == 404


def test_a_letter_in_the_other_language_says_so(session, client, recruiter, posting):
    save_template(
        session,
        place=Place(None, "wait", "en"),
        subject="Wait",
        text="Please wait",
        actor_id=recruiter.id,
        now=datetime.now(UTC),
        seen=None,
    )
    application = make_application(session, posting)
    session.commit()
    page = client.get(f"/staff/applications/{application.id}/letter?text=wait").text
    assert "Please wait" in page
    assert "候选人使用中文，而这个模板只有英文版。" in page


@pytest.mark.parametrize("address", ["/staff/mail-texts/", "/staff/mail-texts/edit?stage=offer", "posting"])
def test_pages_of_texts_ask_few_queries(session, app, client, posting, address):
    address = f"/staff/postings/{posting.id}/mail-texts" if address == "posting" else address
    client.get(address)
    with counted(own_engine(app)) as statements:
        assert client.get(address).status_code == 200
    assert len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]) <= 6
