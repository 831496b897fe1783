"""The service behind signing in: passwords, sessions, the last admin, rights."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from screening import audit
from screening.models import AuditEntry, PostingMember, Role
from screening.services import accounts
from screening.services.accounts import (
    EmailTakenError,
    GuessablePasswordError,
    InvalidEmailError,
    LastAdminError,
    LongPasswordError,
    ShortPasswordError,
    WrongPasswordError,
    authenticate,
    change_password,
    change_role,
    close_account,
    create_user,
    grant_posting,
    propose_password,
    reopen_account,
    reset_password,
    revoke_posting,
)
from tests.factories import NOW, PASSWORD, make_posting, make_user

OTHER = "quite another pass phrase"


def test_create_user_keeps_the_address_in_lower_case(session):
    user = create_user(
        session, email=" Xiaohe.Yun@Example.COM ", name=" 云小鹤 ", role=Role.RECRUITER, password=PASSWORD, now=NOW
    )
    assert (user.email, user.name, user.role, user.is_active) == (
        "xiaohe.yun@example.com",
        "云小鹤",
        Role.RECRUITER,
        True,
    )
    assert user.password_hash.startswith("$argon2id$")


def test_create_user_with_a_taken_address_is_refused(session):
    make_user(session, email="same@example.com")
    with pytest.raises(EmailTakenError):
        make_user(session, email="Same@example.com")


@pytest.mark.parametrize(
    "email", ["", "no-at", "two@@example.com", "a@b", "云@example.com", "a b@example.com", "a@exa_mple.com"]
)
def test_create_user_without_an_address_is_refused(session, email):
    with pytest.raises(InvalidEmailError):
        make_user(session, email=email or " ")


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("elevenchars", ShortPasswordError),
        ("x" * 12, GuessablePasswordError),
        ("long.address@example.com", GuessablePasswordError),
        ("LONG.address@example.com12", GuessablePasswordError),
        ("long.address123", GuessablePasswordError),
        ("ab cd ef gh " * 20, LongPasswordError),
    ],
)
def test_create_user_with_a_weak_password_is_refused(session, password, error):
    with pytest.raises(error):
        create_user(
            session, email="long.address@example.com", name="石小猴", role=Role.ADMIN, password=password, now=NOW
        )


def test_authenticate_gives_the_user_for_the_right_password_only(session):
    user = make_user(session, email="he@example.com")
    assert authenticate(session, email=" HE@example.com", password=PASSWORD) is user
    assert authenticate(session, email="he@example.com", password=OTHER) is None
    assert authenticate(session, email="he@example.com", password="") is None
    assert authenticate(session, email="she@example.com", password=PASSWORD) is None


def test_authenticate_reads_another_keyboards_characters_alike(session):
    create_user(session, email="he@example.com", name="何", role=Role.ADMIN, password="ｐａｓｓ phrase 一二三", now=NOW)
    assert authenticate(session, email="he@example.com", password="pass phrase 一二三") is not None


def test_authenticate_verifies_a_hash_for_an_unknown_address_too(session, monkeypatch):
    make_user(session, email="he@example.com")
    checked = []
    verify = accounts._verify
    monkeypatch.setattr(accounts, "_verify", lambda kept, password: checked.append(kept) or verify(kept, password))
    authenticate(session, email="he@example.com", password=OTHER)
    authenticate(session, email="nobody@example.com", password=OTHER)
    assert len(checked) == 2
    assert checked[0] != checked[1]
    assert all(kept.split("$")[:4] == checked[0].split("$")[:4] for kept in checked)


def test_authenticate_renews_an_old_hash(session):
    user = make_user(session, email="he@example.com")
    user.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    old = user.password_hash
    assert authenticate(session, email="he@example.com", password=PASSWORD) is user
    assert user.password_hash != old
    assert authenticate(session, email="he@example.com", password=PASSWORD) is user


def test_a_closed_account_cannot_sign_in_and_can_be_reopened(session):
    make_user(session, Role.ADMIN)
    user = make_user(session, email="he@example.com")
    key = user.session_key
    close_account(session, user=user, actor_id=None, now=NOW)
    assert authenticate(session, email="he@example.com", password=PASSWORD) is None
    assert user.session_key != key
    reopen_account(session, user=user, actor_id=None, now=NOW)
    assert authenticate(session, email="he@example.com", password=PASSWORD) is user


def test_change_password_ends_sessions_and_needs_the_current_one(session):
    user = make_user(session)
    key = user.session_key
    with pytest.raises(WrongPasswordError):
        change_password(session, user=user, current=OTHER, password=OTHER, now=NOW)
    with pytest.raises(ShortPasswordError):
        change_password(session, user=user, current=PASSWORD, password="short", now=NOW)
    assert user.session_key == key
    change_password(session, user=user, current=PASSWORD, password=OTHER, now=NOW)
    assert user.session_key != key
    assert authenticate(session, email=user.email, password=OTHER) is user


def test_reset_password_takes_a_proposed_one(session):
    user = make_user(session)
    key, proposed = user.session_key, propose_password()
    reset_password(session, user=user, password=proposed, actor_id=None, now=NOW)
    assert user.session_key != key
    assert authenticate(session, email=user.email, password=proposed) is user


def test_the_last_admin_stays(session):
    admin = make_user(session, Role.ADMIN)
    closed = make_user(session, Role.ADMIN)
    close_account(session, user=closed, actor_id=admin.id, now=NOW)
    with pytest.raises(LastAdminError):
        close_account(session, user=admin, actor_id=admin.id, now=NOW)
    with pytest.raises(LastAdminError):
        change_role(session, user=admin, role=Role.RECRUITER, actor_id=admin.id, now=NOW)
    other = make_user(session, Role.INTERVIEWER)
    change_role(session, user=other, role=Role.ADMIN, actor_id=admin.id, now=NOW)
    change_role(session, user=admin, role=Role.RECRUITER, actor_id=admin.id, now=NOW)
    assert (admin.role, other.role) == (Role.RECRUITER, Role.ADMIN)


def test_rights_are_given_and_taken_once(session):
    user, admin = make_user(session), make_user(session, Role.ADMIN)
    posting = make_posting(session)
    for act in (grant_posting, grant_posting):
        act(session, posting_id=posting.id, user_id=user.id, actor_id=admin.id, now=NOW)
    assert session.scalars(select(PostingMember.user_id)).all() == [user.id]
    for act in (revoke_posting, revoke_posting):
        act(session, posting_id=posting.id, user_id=user.id, actor_id=admin.id, now=NOW)
    assert session.scalars(select(PostingMember.user_id)).all() == []
    acts = session.scalars(
        select(AuditEntry.act).where(AuditEntry.subject_type == "posting").order_by(AuditEntry.id)
    ).all()
    assert acts == ["posting.granted", "posting.revoked"]


def test_the_log_of_accounts_is_intact_and_names_nobody(session):
    user = make_user(session, name="云小鹤", email="xiaohe@example.com")
    change_role(session, user=user, role=Role.HIRING_MANAGER, actor_id=user.id, now=NOW)
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.act, entry.facts) for entry in entries] == [
        ("user.created", {"role": "recruiter"}),
        ("user.role_changed", {"before": "recruiter", "after": "hiring_manager"}),
    ]
    assert audit.is_intact(session)
