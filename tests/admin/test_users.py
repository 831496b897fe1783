"""Admins open, change and close accounts and give rights."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from screening.extensions import db
from screening.models import PostingMember, Role, User
from screening.services.accounts import authenticate
from tests.architecture.doors import read_again, sign_in
from tests.factories import PASSWORD, make_posting, make_user

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


@pytest.fixture
def admin(session):
    made = make_user(session, Role.ADMIN, name="梁上燕")
    session.commit()
    return made


@pytest.fixture
def boss(app, admin):
    return sign_in(app, admin)


@pytest.fixture
def user(session, admin):
    made = make_user(session, Role.RECRUITER, name="石小猴")
    session.commit()
    return made


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.RECRUITER, Role.HIRING_MANAGER])
def test_only_admins_manage_accounts(app, session, admin, role):
    someone = make_user(session, role)
    session.commit()
    client = sign_in(app, someone)
    assert client.get("/staff/users/").status_code == 403
    assert client.get(f"/staff/users/{admin.id}").status_code == 404
    assert client.post(f"/staff/users/{someone.id}/role", data={"role": "admin"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_costs_the_same_number_of_queries(app, session, boss, count):
    posting = make_posting(session)
    for number in range(count):
        someone = User(
            email=f"a{number}@example.com",
            name=f"石小猴 {number}",
            role=Role.RECRUITER,
            password_hash="",
            session_key=str(number),
            is_active=True,
            created_at=posting.created_at,
        )
        session.add(someone)
        session.flush()
        session.add(PostingMember(posting_id=posting.id, user_id=someone.id))
    session.commit()
    statements = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    page = boss.get("/staff/users/").text
    assert page.count("data-item") == count + 1
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


def test_an_account_is_opened_with_a_password_that_is_shown_once(session, boss):
    response = boss.post(
        "/staff/users/new", data={"name": "云小鹤", "email": "New@example.com", "role": "interviewer", "password": ""}
    )
    assert response.status_code == 303
    start = SECRET.search(boss.get(response.location).text)[1]
    assert authenticate(session, email="new@example.com", password=start).name == "云小鹤"
    assert SECRET.search(boss.get(response.location).text) is None


def test_a_password_that_the_admin_chose_is_not_shown(session, boss):
    response = boss.post(
        "/staff/users/new",
        data={"name": "云小鹤", "email": "new@example.com", "role": "recruiter", "password": PASSWORD},
    )
    assert PASSWORD not in boss.get(response.location).text
    assert authenticate(session, email="new@example.com", password=PASSWORD) is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("email", "not an address"),
        ("email", "taken@example.com"),
        ("role", "king"),
        ("password", "short"),
    ],
)
def test_a_wrong_account_is_refused_beside_its_field(session, boss, field, value):
    make_user(session, email="taken@example.com")
    session.commit()
    data = {"name": "云小鹤", "email": "new@example.com", "role": "recruiter", "password": ""} | {field: value}
    response = boss.post("/staff/users/new", data=data)
    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert session.scalar(select(User).where(User.email == "new@example.com")) is None


def rights_of(engine, user_id):
    with Session(engine) as session:
        rights = select(PostingMember.posting_id).where(PostingMember.user_id == user_id)
        return session.scalars(rights.order_by(PostingMember.posting_id)).all()


def test_rights_are_exactly_the_ticked_postings(engine, session, boss, user):
    first, second = make_posting(session, user).id, make_posting(session, slug="second").id
    session.commit()
    assert boss.post(f"/staff/users/{user.id}/rights", data={"postings": [second]}).status_code == 303
    assert rights_of(engine, user.id) == [second]
    boss.post(f"/staff/users/{user.id}/rights", data={"postings": [first, second, 999]})
    assert rights_of(engine, user.id) == [first, second]
    boss.post(f"/staff/users/{user.id}/rights", data={})
    assert rights_of(engine, user.id) == []


def test_role_closing_and_reopening(engine, boss, user):
    boss.post(f"/staff/users/{user.id}/role", data={"role": "hiring_manager"})
    boss.post(f"/staff/users/{user.id}/close")
    kept = read_again(engine, user)
    assert (kept.role, kept.is_active) == (Role.HIRING_MANAGER, False)
    boss.post(f"/staff/users/{user.id}/reopen")
    assert read_again(engine, user).is_active


def test_the_last_admin_is_kept_and_told_why(engine, boss, admin):
    for path, data in (("close", {}), ("role", {"role": "recruiter"})):
        response = boss.post(f"/staff/users/{admin.id}/{path}", data=data)
        assert response.status_code == 422
        assert 'id="errors"' in response.text
    kept = read_again(engine, admin)
    assert (kept.role, kept.is_active) == (Role.ADMIN, True)


def test_a_new_start_password_signs_out_everywhere(app, session, boss, user):
    client = sign_in(app, user)
    assert client.get("/staff/settings/").status_code == 200
    response = boss.post(f"/staff/users/{user.id}/password", data={"password": ""})
    start = SECRET.search(boss.get(response.location).text)[1]
    assert client.get("/staff/settings/").status_code == 302
    session.expire_all()
    assert authenticate(session, email=user.email, password=start) is not None


def test_a_wrong_start_password_changes_nothing(session, boss, user):
    assert boss.post(f"/staff/users/{user.id}/password", data={"password": "short"}).status_code == 422
    assert authenticate(session, email=user.email, password=PASSWORD) is not None
