"""Whose figures of interviews are counted together: one posting's, those of several that somebody reads, or all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Measurement, PostingMember, Role, User

SEVERAL = 2
"""One posting's figures are its own; only two and more are added up."""
EVERYTHING = "all"
SETTLE = timedelta(seconds=30)
"""So long a transaction may take between its time stamp and its commit without being missed."""


def sets_of_readers(session: Session, *, posting_id: int | None = None) -> dict[str, int]:
    """Read the scopes of several postings that somebody reads together, each with one reader; 0 stands for all admins, who read everything.

    Postings without figures are left out, so that a new one changes no set. With ``posting_id`` only those that hold it.
    """
    mine: defaultdict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(PostingMember.user_id, PostingMember.posting_id)
        .join(User, User.id == PostingMember.user_id)
        .where(
            User.is_active,
            User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER)),
            PostingMember.posting_id.in_(select(Measurement.posting_id).where(Measurement.posting_id.is_not(None))),
        )
        .order_by(PostingMember.user_id.desc())
    )
    for user_id, one in rows:
        mine[user_id].add(one)
    found = {EVERYTHING: 0}
    for user_id, postings in mine.items():
        if len(postings) >= SEVERAL and (posting_id is None or posting_id in postings):
            found[scope_of(postings)] = user_id
    return found


def measured_postings(session: Session, *, reader_id: int) -> list[int]:
    """Read the postings with figures that somebody has rights on, in order."""
    rows = (
        select(Measurement.posting_id)
        .join(PostingMember, PostingMember.posting_id == Measurement.posting_id)
        .where(PostingMember.user_id == reader_id, Measurement.days == 0)
        .order_by(Measurement.posting_id)
    )
    return [ident for ident in session.scalars(rows) if ident is not None]


def scope_of(postings: Iterable[int]) -> str:
    """Name the scope of one posting or of a set of several; the same for everybody who reads the same postings."""
    numbers = sorted(set(postings))
    if len(numbers) == 1:
        return f"posting:{numbers[0]}"
    digest = hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()
    return f"set:{digest[:32]}"
