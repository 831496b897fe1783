"""Codes by mail: who can read the candidate's mail proves to be the candidate. Six digits, once, for a few minutes and a few tries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from screening.config import Settings
from screening.models import AccessCode, Application, Posting
from screening.services.mailing import post_mail

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
LIMITS = ((timedelta(minutes=15), 3), (timedelta(days=1), 10))
"""At most so many codes of one application within each of these times."""
KEEP = timedelta(days=1)


class Tried(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    DEAD = "dead"  # there is none, it is too old, was used, or was tried too often


class TooManyCodesError(Exception):
    """The application has had as many codes as one may have; ``again_at`` is when the next one may be asked for."""

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        super().__init__(f"no further code before {again_at.isoformat()}")


def mail_code(session: Session, *, application: Application, settings: Settings, now: datetime) -> None:
    """Write a mail with a new code to the candidate and void the code before it; raise TooManyCodesError when throttled.

    The digest is keyed with the installation's secret, so that the table alone gives no code away.
    """
    session.execute(select(Application.id).where(Application.id == application.id).with_for_update())
    _refuse_too_many(session, application.id, now)
    session.execute(
        update(AccessCode)
        .where(AccessCode.application_id == application.id, AccessCode.expires_at > now)
        .values(expires_at=now)
    )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    stored = AccessCode(
        application_id=application.id,
        digest=_digest(code, application.id, settings),
        created_at=now,
        expires_at=now + LIFE,
    )
    session.add(stored)
    session.flush()
    post_mail(
        session,
        key=f"code:{stored.id}",
        template="code",
        locale=application.locale,
        to=application.email,
        fields={
            "code": code,
            "posting": session.get_one(Posting, application.posting_id).title or "",
            "company": settings.company_in(application.locale),
        },
        now=now,
        application_id=application.id,
    )


def try_code(session: Session, *, application_id: int, typed: str, settings: Settings, now: datetime) -> Tried:
    """Try a code and use it up when it is right; each try counts, also one that runs beside another."""
    live = _newest(application_id).scalar_subquery()
    tried = session.execute(
        update(AccessCode)
        .where(
            AccessCode.id == live,
            AccessCode.used_at.is_(None),
            AccessCode.expires_at > now,
            AccessCode.tries < TRIES,
        )
        .values(tries=AccessCode.tries + 1)
        .returning(AccessCode.id, AccessCode.digest, AccessCode.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if tried is None:
        return Tried.DEAD
    if not hmac.compare_digest(tried.digest, _digest(typed, application_id, settings)):
        return Tried.WRONG if tried.tries < TRIES else Tried.DEAD
    session.execute(
        update(AccessCode)
        .where(AccessCode.id == tried.id)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return Tried.RIGHT


def has_live_code(session: Session, *, application_id: int, now: datetime) -> bool:
    """Tell whether a code that was mailed can still be typed."""
    newest = session.scalar(select(AccessCode).where(AccessCode.id == _newest(application_id).scalar_subquery()))
    return newest is not None and newest.used_at is None and newest.expires_at > now and newest.tries < TRIES


def ids_proven_by(session: Session, *, application: Application) -> list[int]:
    """List the applications, newest first, that a code to this application's address opens: those of the same person at the same address."""
    return list(
        session.scalars(
            select(Application.id)
            .where(
                Application.person_id == application.person_id,
                func.lower(Application.email) == application.email.lower(),
            )
            .order_by(Application.id.desc())
        )
    )


def forget_codes(session: Session, *, now: datetime) -> int:
    """Delete codes that no limit counts any more; tell how many."""
    old = delete(AccessCode).where(AccessCode.created_at < now - KEEP).returning(AccessCode.id)
    return len(session.scalars(old, execution_options={"synchronize_session": False}).all())


def _refuse_too_many(session: Session, application_id: int, now: datetime) -> None:
    made = session.scalars(
        select(AccessCode.created_at)
        .where(AccessCode.application_id == application_id, AccessCode.created_at > now - KEEP)
        .order_by(AccessCode.created_at.desc())
    ).all()
    full = [made[most - 1] + span for span, most in LIMITS if len(made) >= most and made[most - 1] > now - span]
    if full:
        raise TooManyCodesError(max(full))


def _newest(application_id: int) -> Select[int]:
    return (
        select(AccessCode.id).where(AccessCode.application_id == application_id).order_by(AccessCode.id.desc()).limit(1)
    )


def _digest(code: str, application_id: int, settings: Settings) -> str:
    return hmac.new(
        settings.secret_key.encode(), f"access code {application_id} {code}".encode(), hashlib.sha256
    ).hexdigest()
