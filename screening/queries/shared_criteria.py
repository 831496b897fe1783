"""The same criterion in the drafts of other postings: found by its canonical key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Anchors
from screening.models import Posting, RubricState, RubricVersion

MOST_DOCUMENTS = 50
"""How many versions are looked through for anchors; newer ones stand first."""


@dataclass(frozen=True, slots=True)
class SharedCriterion:
    """One criterion with the key in another posting's draft, and the anchors that it has of its own."""

    posting_id: int
    title: str | None
    first_line: int
    last_line: int
    criterion: str
    anchors: Anchors | None


def drafts_with_key(session: Session, *, key: str, but: int) -> tuple[SharedCriterion, ...]:
    """Find the criteria with this key in all drafts but that of one posting, in the order of the postings. One query.

    The database looks for the key as words of the stored document; only what has them is read.
    """
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.first_line, Posting.last_line, RubricVersion.document)
        .join(RubricVersion, RubricVersion.posting_id == Posting.id)
        .where(
            RubricVersion.state == RubricState.DRAFT,
            Posting.id != but,
            cast(RubricVersion.document, String).contains(f'"{key}"', autoescape=True),
        )
        .order_by(Posting.id)
    )
    return tuple(
        SharedCriterion(ident, title, first, last, criterion.id, criterion.anchors)
        for ident, title, first, last, document in rows
        for criterion in load_rubric(document).criteria
        if criterion.key == key
    )


def anchors_with_key(session: Session, *, key: str, but: int, language: str) -> SharedCriterion | None:
    """Find the criterion of another posting, in the same language, that has this key and anchors of its own; the newest one.

    Drafts and versions in force are looked at. One query.
    """
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.first_line, Posting.last_line, RubricVersion.document)
        .join(RubricVersion, RubricVersion.posting_id == Posting.id)
        .where(
            RubricVersion.state.in_((RubricState.DRAFT, RubricState.PUBLISHED)),
            Posting.id != but,
            Posting.language == language,
            cast(RubricVersion.document, String).contains(f'"{key}"', autoescape=True),
            cast(RubricVersion.document, String).contains('"anchors"', autoescape=True),
        )
        .order_by(RubricVersion.changed_at.desc(), RubricVersion.id.desc())
        .limit(MOST_DOCUMENTS)
    )
    found = (
        SharedCriterion(ident, title, first, last, criterion.id, criterion.anchors)
        for ident, title, first, last, document in rows
        for criterion in load_rubric(document).criteria
        if criterion.key == key and criterion.anchors is not None
    )
    return next(found, None)
