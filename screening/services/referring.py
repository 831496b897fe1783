"""Links for people who refer candidates: made by staff for one posting, taken back while nobody has applied through them."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, Posting, Referral

LONGEST_NAME = 120


class ReferralUsedError(Exception):
    """Somebody has applied through the link, so it stays."""


def make_referral(session: Session, *, posting: Posting, referrer: str, actor_id: int, now: datetime) -> Referral:
    """Make a link to the posting for the person whom ``referrer`` names; each call makes a code of its own."""
    referral = Referral(
        posting_id=posting.id,
        code=secrets.token_urlsafe(8),
        referrer=referrer[:LONGEST_NAME],
        made_by_id=actor_id,
        made_at=now,
    )
    session.add(referral)
    session.flush()
    record(
        session,
        act="referral.make",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        referral=referral.id,
    )
    return referral


def take_back_referral(session: Session, *, referral: Referral, actor_id: int, now: datetime) -> None:
    """Delete a link; raise ReferralUsedError when an application came through it."""
    if session.scalar(select(Application.id).where(Application.referral_id == referral.id).limit(1)) is not None:
        raise ReferralUsedError
    record(
        session,
        act="referral.take_back",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=referral.posting_id,
        now=now,
        referral=referral.id,
    )
    session.delete(referral)
    session.flush()


def find_referral(session: Session, code: str) -> Referral | None:
    """Read the referral whose link has this code."""
    return session.scalar(select(Referral).where(Referral.code == code)) if code else None
