"""Open postings that a candidate may add to an application to another one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from screening.models import FormVersion, Posting, RubricState, RubricVersion
from screening.queries.careers import is_open

MOST = 100
"""A longer list is cut: a role that is not in it can be added to from its own page."""


@dataclass(frozen=True, slots=True)
class OtherRole:
    """One open posting to choose."""

    slug: str
    title: str
    locations: tuple[str, ...]
    language: str


def other_roles(session: Session, *, near: Posting, but: Collection[str], now: datetime) -> tuple[OtherRole, ...]:
    """List up to ``MOST`` open postings with a form, those of the same track first, then the newest; ``but`` are left out."""
    same = case((Posting.track == near.track, 0), else_=1)
    rows = session.scalars(
        select(Posting)
        .join(RubricVersion, (RubricVersion.posting_id == Posting.id) & (RubricVersion.state == RubricState.PUBLISHED))
        .where(is_open(now), Posting.slug.not_in(but))
        .where(select(FormVersion.id).where(FormVersion.rubric_version_id == RubricVersion.id).exists())
        .order_by(same, Posting.published_at.desc(), Posting.id)
        .limit(MOST)
    )
    return tuple(OtherRole(row.slug, row.title or "", tuple(row.locations), row.language) for row in rows)
