"""Where a posting's applications come from: the sources that links name, and the people who refer candidates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import Application, Posting, Referral, User

SOURCES = ("site", "referral", "campus", "agency", "demo")
"""The sources that have words; a link may name others, which are shown as they are written."""


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """One referrer's link; ``applications`` counts what came through it."""

    id: int
    code: str
    referrer: str
    made_by: str
    made_at: datetime
    applications: int


@dataclass(frozen=True, slots=True)
class Origins:
    """The referrers' links, newest first, and how many applications each source brought, most first."""

    referrals: tuple[ReferralRow, ...]
    sources: tuple[tuple[str, int], ...]


def read_origins(session: Session, *, posting: Posting) -> Origins:
    """Read where the posting's applications come from."""
    counted = (
        select(Application.referral_id, func.count().label("applications"))
        .where(Application.posting_id == posting.id, Application.referral_id.is_not(None))
        .group_by(Application.referral_id)
        .subquery()
    )
    referrals = session.execute(
        select(
            Referral.id,
            Referral.code,
            Referral.referrer,
            User.name,
            Referral.made_at,
            func.coalesce(counted.c.applications, 0),
        )
        .join(User, User.id == Referral.made_by_id)
        .outerjoin(counted, counted.c.referral_id == Referral.id)
        .where(Referral.posting_id == posting.id)
        .order_by(Referral.id.desc())
    )
    count = func.count()
    sources = session.execute(
        select(Application.source, count)
        .where(Application.posting_id == posting.id)
        .group_by(Application.source)
        .order_by(count.desc(), Application.source)
    )
    return Origins(tuple(ReferralRow(*row) for row in referrals), tuple((row[0], row[1]) for row in sources))


def referrers(session: Session, *, posting_id: int) -> dict[int, str]:
    """Name the posting's referrers by the ids of their links, for a filter."""
    rows = session.execute(
        select(Referral.id, Referral.referrer).where(Referral.posting_id == posting_id).order_by(Referral.referrer)
    )
    return dict(rows.all())
