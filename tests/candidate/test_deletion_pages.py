"""Asking for deletion and carrying it out, as pages: one request, a mail, the number typed by hand, nothing left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from screening.models import Application, CandidateRequest, Mail, PostingMember, RequestKind, Role
from screening.services.requesting import ask
from screening.web.candidate.links import status_token
from tests.candidate.conftest import open_form
from tests.candidate.crowded import make_crowded
from tests.candidate.proof import prove
from tests.factories import make_application, make_user
from tests.recruiter.worlds import sign_in

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def application(session, settings, posting):
    made = make_crowded(session, settings.uploads, posting)
    session.commit()
    return made


@pytest.fixture
def admin(session):
    made = make_user(session, Role.ADMIN)
    session.commit()
    return made


@SQLITE
def test_candidate_asks_once_and_gets_a_mail(session, app, client, application):
    client.set_cookie("locale", "en")
    with app.app_context():
        home = f"/status/{status_token(application.id)}"
    assert client.post(f"{home}/deletion").location.startswith(f"{home}/code")
    prove(client, application.id)
    assert "Ask for deletion" in client.get(f"{home}/deletion").get_data(as_text=True)
    for _turn in range(2):
        assert client.post(f"{home}/deletion").location == f"{home}/deletion"
    page = client.get(f"{home}/deletion").get_data(as_text=True)
    assert "We have your request of" in page
    assert "Ask for deletion" not in page
    kinds = session.scalars(select(CandidateRequest.kind).order_by(CandidateRequest.id)).all()
    assert kinds == [RequestKind.HUMAN_REVIEW, RequestKind.DELETION]
    mail = session.scalars(select(Mail).where(Mail.template == "deletion")).one()
    assert mail.to_address == application.email
    assert home in mail.text


@SQLITE
def test_request_is_about_the_applications_that_the_browser_has_proven(session, app, client, application):
    second = make_application(session, open_form(session, "second"))
    second.person_id, second.email = application.person_id, application.email
    session.commit()
    with app.app_context():
        home = f"/status/{status_token(application.id)}"
    prove(client, application.id)
    client.post(f"{home}/deletion")
    asked = select(CandidateRequest.application_id).where(CandidateRequest.kind == RequestKind.DELETION)
    assert session.scalars(asked.order_by(CandidateRequest.id)).all() == [application.id]
    session.commit()
    prove(client, application.id, second.id)
    client.post(f"{home}/deletion")
    assert sorted(session.scalars(asked)) == [application.id, second.id]


@SQLITE
def test_admin_erases_after_typing_the_number(session, settings, app, client, application, admin):
    ask(session, application=application, kind=RequestKind.DELETION, text="", now=datetime.now(UTC))
    session.commit()
    with app.app_context():
        home = f"/status/{status_token(application.id)}"
    client.set_cookie("locale", "en")
    sign_in(client, admin)
    reference = f"{application.posting_id:03}-{application.id:06}"
    listed = client.get("/staff/deletions/").get_data(as_text=True)
    assert reference in listed
    assert '<span class="count">1</span>' in listed
    path = f"/staff/applications/{application.id}/erase"
    assert reference in client.get(path).get_data(as_text=True)
    for typed, said in (("", "Type the number"), ("001-000009", "another number")):
        refused = client.post(path, data={"reference": typed})
        assert refused.status_code == 422
        assert said in refused.get_data(as_text=True)
    assert session.scalars(select(Application.name)).all() == ["云小鹤"]
    session.commit()
    assert client.post(path, data={"reference": f" {reference} "}).location == "/staff/deletions/"
    assert session.scalars(select(Application.name)).all() == ["—"]
    session.commit()
    assert [entry for entry in settings.uploads.rglob("*") if entry.is_file()] == []
    assert client.get(path).status_code == 404
    assert "Nobody waits" in client.get("/staff/deletions/").get_data(as_text=True)
    for page in (
        f"/staff/applications/{application.id}",
        f"/staff/applications/{application.id}?side=timeline",
        f"/staff/applications/{application.id}?side=notes",
        f"/staff/applications/{application.id}?side=interviews",
        f"/staff/applications/{application.id}?view=documents",
        f"/staff/postings/{application.posting_id}",
        f"/staff/postings/{application.posting_id}?stage=rejected",
        f"/staff/applications/{application.id}/debrief",
        "/staff/",
        "/staff/mails/",
        "/staff/mails/1",
    ):
        assert client.get(page).status_code == 200, page
    prove(client, application.id)
    for path in ("", "/code", "/explanation", "/deletion", "/data/json"):
        assert client.get(f"{home}{path}").status_code == 404, path


@SQLITE
def test_recruiter_sees_requests_on_own_postings_and_erases_nothing(session, app, posting, application):
    ask(
        session, application=application, kind=RequestKind.DELETION, text="", now=datetime.now(UTC) - timedelta(days=31)
    )
    elsewhere = make_application(session, open_form(session, "second"), name="石小猴")
    ask(session, application=elsewhere, kind=RequestKind.DELETION, text="", now=datetime.now(UTC))
    owner = make_user(session, Role.RECRUITER)
    session.add(PostingMember(posting_id=posting.id, user_id=owner.id))
    session.commit()
    client = app.test_client()
    client.set_cookie("locale", "en")
    sign_in(client, owner)
    listed = client.get("/staff/deletions/").get_data(as_text=True)
    assert "云小鹤" in listed
    assert "overdue" in listed
    assert "石小猴" not in listed
    for path in ("erase", "decline-deletion"):
        assert client.post(f"/staff/applications/{application.id}/{path}").status_code == 403


@SQLITE
def test_admin_declines_with_a_reason_that_is_mailed(session, client, application, admin):
    ask(session, application=application, kind=RequestKind.DELETION, text="", now=datetime.now(UTC))
    session.commit()
    client.set_cookie("locale", "en")
    sign_in(client, admin)
    path = f"/staff/applications/{application.id}/decline-deletion"
    assert client.post(path, data={"answer": ""}).status_code == 422
    assert client.post(path, data={"answer": "合同期内依法保存"}).status_code == 303
    mail = session.scalars(select(Mail).where(Mail.template == "deletion_declined")).one()
    assert "合同期内依法保存" in mail.text
    assert session.scalars(select(Application.name)).all() == ["云小鹤"]
    session.commit()
    assert client.post(path, data={"answer": "x"}).status_code == 404
