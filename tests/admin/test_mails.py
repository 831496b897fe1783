"""Admins look after mails; a demonstration shows its own, and nobody else's are shown to the world."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from screening.app import create_app
from screening.extensions import db
from screening.models import Mail, MailState
from screening.services.mailing import post_mail
from tests.architecture.doors import make_world, sign_in
from tests.factories import NOW

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(session):
    return make_world(session)


def add_mails(session, count):
    for number in range(count):
        post_mail(
            session,
            key=f"more:{number}",
            template="received",
            locale="en",
            to=f"yun{number}@example.com",
            fields={"name": "", "posting": "Speech", "link": "https://example.com", "company": "Yuanshan AI"},
            now=NOW,
        )
    session.commit()


def test_signed_links_are_shown_to_nobody_but_the_candidate(app, world):
    page = sign_in(app, world.admin).get(f"/staff/mails/{world.values['mail_id']}").text
    assert "/status/…" in page
    assert "/status/1" not in page


@pytest.mark.parametrize(("state", "act", "after"), [
    (MailState.FAILED, "again", MailState.WAITING),
    (MailState.UNCERTAIN, "again", MailState.WAITING),
    (MailState.SENT, "again", MailState.SENT),
    (MailState.WAITING, "recall", MailState.RECALLED),
    (MailState.SENT, "recall", MailState.SENT),
])  # fmt: skip
def test_a_person_sends_again_or_recalls(app, session, world, state, act, after):
    mail = session.get(Mail, world.values["mail_id"])
    mail.state = state
    session.commit()
    boss = sign_in(app, world.admin)
    assert boss.post(f"/staff/mails/{mail.id}/{act}").status_code == 303
    session.refresh(mail)
    session.commit()
    assert mail.state is after
    offered = boss.get(f"/staff/mails/{mail.id}").text
    assert (f"/staff/mails/{mail.id}/again" in offered) == (after in {MailState.FAILED, MailState.UNCERTAIN})


def test_only_admins_read_mails(app, session, world):
    client = sign_in(app, world.recruiter)
    assert client.get("/staff/mails/").status_code == 403
    assert client.get(f"/staff/mails/{world.values['mail_id']}").status_code == 403


def test_the_log_is_paged_and_costs_the_same_at_any_length(app, session, world):
    boss = sign_in(app, world.admin)
    counts = []
    for more in (0, 120):
        add_mails(session, more)
        statements = []
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", lambda *a, seen=statements: seen.append(a))
        page = boss.get("/staff/mails/").text
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert page.count("data-item") == 50
    assert "/staff/mails/?before=72" in page
    assert boss.get("/staff/mails/?before=2&state=waiting").text.count("data-item") == 1
    assert boss.get("/staff/mails/?state=nonsense&before=-x").status_code == 200
    assert boss.get("/staff/mails/?state=sent").text.count("data-item") == 0


def test_mails_are_open_to_all_in_a_demonstration_without_a_mail_server_only(settings, session, world):
    ident = world.values["mail_id"]

    def answers(**changed):
        client = create_app(replace(settings, **changed), TESTING=True).test_client()
        return [client.get("/dev/mail").status_code, client.get(f"/dev/mail/{ident}").status_code]

    assert answers(demo=True) == [200, 200]
    assert answers(demo=False) == [404, 404]
    assert answers(demo=True, smtp_url="smtp://mail.example.com") == [404, 404]
