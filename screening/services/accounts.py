"""Staff accounts: making them, proving who asks, changing what they may do. No service here ends or starts a session.

Passwords are kept as Argon2id hashes (RFC 9106) of their NFKC form, so that one typed on another keyboard still fits.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening import audit
from screening.models import PostingMember, Role, User
from screening.services.measuring import ask_for_reader

PASSWORD_LENGTH = 12
PASSWORD_LIMIT = 200
EMAIL = re.compile(r"[!-?A-~]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_urlsafe(16))


class AccountError(Exception):
    """An act on an account that cannot be done; each kind has a class of its own."""


class EmailTakenError(AccountError):
    """Another account has this e-mail address."""


class InvalidEmailError(AccountError):
    """The text is no e-mail address."""


class PasswordError(AccountError):
    """A password that breaks a rule."""


class ShortPasswordError(PasswordError):
    """The password has fewer than ``PASSWORD_LENGTH`` characters."""


class LongPasswordError(PasswordError):
    """The password has more than ``PASSWORD_LIMIT`` characters."""


class GuessablePasswordError(PasswordError):
    """The password is the e-mail address or a part of it repeated, or has fewer than five different characters."""


class WrongPasswordError(AccountError):
    """The current password was not the right one."""


class LastAdminError(AccountError):
    """The only admin who can still sign in would lose the role or the account."""


def create_user(
    session: Session, *, email: str, name: str, role: Role, password: str, now: datetime, actor_id: int | None = None
) -> User:
    """Make an account that can sign in; raise EmailTakenError, InvalidEmailError or a PasswordError."""
    address = normalise_email(email)
    check_password(password, email=address)
    if session.scalar(select(User.id).where(User.email == address)) is not None:
        raise EmailTakenError(address)
    user = User(
        email=address,
        name=name.strip(),
        role=role,
        password_hash=_hash(password),
        session_key=_session_key(),
        is_active=True,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:  # somebody else took the address in this very moment
        raise EmailTakenError(address) from error
    _record(session, "user.created", user, actor_id, now, role=role.value)
    return user


def authenticate(session: Session, *, email: str, password: str) -> User | None:
    """Give the open account that this e-mail and password belong to; None takes as long as a wrong password does.

    A hash made with older parameters is renewed in passing.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    fits = _verify(user.password_hash if user else NOBODY, password)
    if user is None or not fits or not user.is_active:
        return None
    if HASHER.check_needs_rehash(user.password_hash):
        user.password_hash = _hash(password)
    return user


def change_profile(
    session: Session, *, user: User, name: str, locale: str | None, theme: str | None, time_zone: str | None
) -> None:
    """Keep somebody's own name, language, theme and time zone; None follows the browser, the system, the company."""
    user.name = name.strip()
    user.locale, user.theme, user.time_zone = locale, theme, time_zone
    session.flush()


def change_password(session: Session, *, user: User, current: str, password: str, now: datetime) -> None:
    """Change one's own password and end all sessions; raise WrongPasswordError or a PasswordError."""
    if not _verify(user.password_hash, current):
        raise WrongPasswordError
    check_password(password, email=user.email)
    user.password_hash = _hash(password)
    user.session_key = _session_key()
    _record(session, "user.password_changed", user, user.id, now)


def reset_password(session: Session, *, user: User, password: str, actor_id: int | None, now: datetime) -> None:
    """Give somebody a new password and end all their sessions; raise a PasswordError."""
    check_password(password, email=user.email)
    user.password_hash = _hash(password)
    user.session_key = _session_key()
    _record(session, "user.password_reset", user, actor_id, now)


def change_role(session: Session, *, user: User, role: Role, actor_id: int | None, now: datetime) -> None:
    """Change what somebody does; raise LastAdminError when nobody could manage accounts afterwards."""
    if user.role is role:
        return
    if role is not Role.ADMIN:
        _keep_an_admin(session, user)
    _record(session, "user.role_changed", user, actor_id, now, before=user.role.value, after=role.value)
    user.role = role


def close_account(session: Session, *, user: User, actor_id: int | None, now: datetime) -> None:
    """Let somebody sign in no more and end their sessions; what they wrote stays. Raise LastAdminError for the last admin."""
    if not user.is_active:
        return
    _keep_an_admin(session, user)
    user.is_active = False
    user.session_key = _session_key()
    _record(session, "user.closed", user, actor_id, now)


def reopen_account(session: Session, *, user: User, actor_id: int | None, now: datetime) -> None:
    """Let somebody whose account was closed sign in again."""
    if user.is_active:
        return
    user.is_active = True
    _record(session, "user.reopened", user, actor_id, now)


def grant_posting(session: Session, *, posting_id: int, user_id: int, actor_id: int | None, now: datetime) -> None:
    """Give somebody rights on a posting; granting twice changes nothing."""
    if session.get(PostingMember, (posting_id, user_id)) is not None:
        return
    session.add(PostingMember(posting_id=posting_id, user_id=user_id))
    session.flush()
    audit.record(
        session,
        act="posting.granted",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting_id,
        now=now,
        user=user_id,
    )
    ask_for_reader(session, user_id=user_id, now=now)


def revoke_posting(session: Session, *, posting_id: int, user_id: int, actor_id: int | None, now: datetime) -> None:
    """Take somebody's rights on a posting away; taking twice changes nothing."""
    member = session.get(PostingMember, (posting_id, user_id))
    if member is None:
        return
    session.delete(member)
    session.flush()
    audit.record(
        session,
        act="posting.revoked",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting_id,
        now=now,
        user=user_id,
    )
    ask_for_reader(session, user_id=user_id, now=now)


def normalise_email(email: str) -> str:
    """Give the address in the form that is stored; raise InvalidEmailError when it is none."""
    address = email.strip().lower()
    if len(address) > 254 or not EMAIL.fullmatch(address):
        raise InvalidEmailError(address)
    return address


def check_password(password: str, *, email: str) -> None:
    """Raise a PasswordError for a password that is too short, too long or easily guessed."""
    plain = _normalise(password)
    if len(plain) < PASSWORD_LENGTH:
        raise ShortPasswordError
    if len(plain) > PASSWORD_LIMIT:
        raise LongPasswordError
    words = {email.lower(), email.lower().partition("@")[0]}
    rest = plain.lower()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < 4 or len(set(plain)) < 5:
        raise GuessablePasswordError


def propose_password() -> str:
    """Make a start password that can be read out: four groups of four characters without look-alikes (about 78 bits)."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def _keep_an_admin(session: Session, user: User) -> None:
    """Lock the admins' rows, so that two admins who close each other at once cannot both succeed."""
    if user.role is not Role.ADMIN or not user.is_active:
        return
    admins = select(User.id).where(User.role == Role.ADMIN, User.is_active).order_by(User.id).with_for_update()
    if set(session.scalars(admins)) <= {user.id}:
        raise LastAdminError


def _record(
    session: Session, act: str, user: User, actor_id: int | None, now: datetime, **facts: int | str | bool | None
) -> None:
    audit.record(session, act=act, actor_id=actor_id, subject_type="user", subject_id=user.id, now=now, **facts)


def _normalise(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _hash(password: str) -> str:
    return HASHER.hash(_normalise(password))


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, _normalise(password)[: PASSWORD_LIMIT + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _session_key() -> str:
    return secrets.token_urlsafe(32)
