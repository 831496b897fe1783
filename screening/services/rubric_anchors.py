"""Anchors of one's own, given to the same criterion in all drafts at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import Rubric
from screening.models import Posting, RubricState, RubricVersion
from screening.queries.shared_criteria import drafts_with_key
from screening.services.drafting import lock_posting, save_rubric, version_in
from screening.services.rubric_edits import criterion_of, set_anchors


@dataclass(frozen=True, slots=True)
class Shared:
    """A draft that was given the anchors: its posting, its version and the revision that this made."""

    posting_id: int
    version_id: int
    revision: int


def save_and_share(
    session: Session,
    *,
    posting: Posting,
    rubric: Rubric,
    criterion: str,
    within: Collection[int],
    revision: int,
    change: str,
    actor_id: int,
    now: datetime,
) -> tuple[RubricVersion, tuple[Shared, ...]]:
    """Save an edited rubric and give the anchors of one of its criteria to the same criterion in the drafts of ``within``.

    The postings are locked in the order of their numbers, so two people who share at once wait and do not block each
    other. Drafts that have the same anchors already are left alone. Raise RevisionError as ``save_rubric`` does.
    """
    edited = criterion_of(rubric, criterion)
    others = {row.posting_id for row in drafts_with_key(session, key=edited.key, but=posting.id)} & set(within)
    locked = {}
    for ident in sorted({posting.id, *others}):
        locked[ident] = session.get_one(Posting, ident)
        lock_posting(session, locked[ident])
    draft = save_rubric(
        session, posting=posting, rubric=rubric, revision=revision, change=change, actor_id=actor_id, now=now
    )
    anchors = edited.anchors.texts if edited.anchors else None
    shared = []
    for ident in sorted(others):
        theirs = version_in(session, locked[ident], RubricState.DRAFT)
        if theirs is None:
            continue
        before = load_rubric(theirs.document)
        same = [one for one in before.criteria if one.key == edited.key and one.anchors != edited.anchors]
        after = before
        for one in same:
            after = set_anchors(after, one.id, anchors)
        if after == before:
            continue
        saved = save_rubric(
            session,
            posting=locked[ident],
            rubric=after,
            revision=theirs.revision,
            change=f"anchors:{same[0].id}",
            actor_id=actor_id,
            now=now,
        )
        shared.append(Shared(ident, saved.id, saved.revision))
    return draft, tuple(shared)
