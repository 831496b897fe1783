"""What a posting's list is read with and stands in: counters, rules of stages, versions, saved views, chunks of re-scoring, and what the reader owes; one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from screening.models import Posting, RubricState, RubricVersion, Stage, StageCount, StageRule, User
from screening.queries.blindness import owed_rows
from screening.queries.pipeline_filter import PipelineFilter
from screening.queries.progress import open_chunks
from screening.queries.rubric_in_force import Published
from screening.queries.saved_views import ViewRow, view_rows
from screening.queries.stage_rules import LANES, STANDARD, Rules, rules_in
from screening.queries.together import Together


@dataclass(frozen=True, slots=True)
class Head:
    """The posting above its tabs: the version in force, the draft's number, applications by stage."""

    version: int | None
    draft: int | None
    counts: Mapping[Stage, int] = field(default_factory=dict)

    @property
    def active(self) -> int:
        """How many applications stand in a stage that goes on."""
        return sum(self.counts.get(stage, 0) for stage in LANES)

    def total(self, chosen: PipelineFilter) -> int | None:
        """Count a list by the stage counters; None where a filter leaves out applications of its stages."""
        if chosen.is_narrowed:
            return None
        return sum(self.counts.get(stage, 0) for stage in chosen.stages)


@dataclass(frozen=True, slots=True)
class Frame:
    """A posting's list for one reader, but for its rows; ``owed`` are the applications that the reader must stay blind to, ``open_chunks`` the keys of all chunks of re-scoring."""

    head: Head
    rules: Rules
    published: Published | None
    views: tuple[ViewRow, ...]
    owed: frozenset[int]
    open_chunks: tuple[str, ...]


def frame(session: Session, *, posting: Posting, reader_id: int) -> Frame:
    """Read it all in one query."""
    found = _lists().read(session, posting=posting.id, reader=reader_id)
    versions = {row.state: Published(row.id, row.number, row.digest) for row in found["versions"]}
    published, draft = versions.get(RubricState.PUBLISHED), versions.get(RubricState.DRAFT)
    return Frame(
        head=Head(
            version=published.number if published else None,
            draft=draft.number if draft else None,
            counts={row.stage: row.count for row in found["counts"]},
        ),
        rules=rules_in(found["rules"]).get(posting.id, STANDARD),
        published=published,
        views=tuple(
            ViewRow(row.id, row.name, row.address, row.is_shared, row.owner_id == reader_id, row.owner)
            for row in found["views"]
        ),
        owed=frozenset(row.application_id for row in found["owed"]),
        open_chunks=tuple(row.key for row in found["chunks"]),
    )


@cache
def _lists() -> Together:
    posting, reader = bindparam("posting", type_=StageCount.posting_id.type), bindparam("reader", type_=User.id.type)
    versions = select(RubricVersion.id, RubricVersion.number, RubricVersion.digest, RubricVersion.state).where(
        RubricVersion.posting_id == posting, RubricVersion.state.in_((RubricState.PUBLISHED, RubricState.DRAFT))
    )
    return Together(
        versions=versions,
        counts=select(StageCount.stage, StageCount.count).where(StageCount.posting_id == posting),
        rules=select(*StageRule.__table__.columns).where(StageRule.posting_id == posting),
        views=view_rows(posting, reader),
        owed=owed_rows(),
        chunks=open_chunks(),
    )
