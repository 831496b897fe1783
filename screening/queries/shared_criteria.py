"""The same criterion in the drafts of other postings: found by its canonical key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Anchors
from screening.models import Posting, RubricState, RubricVersion


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
