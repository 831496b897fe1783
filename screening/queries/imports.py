"""What an imported document came to: its postings, their line ranges, criteria and findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.findings import Finding
from rubrics.model import Section
from screening.models import (
    Posting,
    PostingState,
    Role,
    RubricVersion,
    SettledFinding,
    SourceDocument,
    User,
)
from screening.policy import Actor


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One imported document and how many postings came of it."""

    id: int
    name: str
    imported_at: datetime
    by: str | None
    postings: int


@dataclass(frozen=True, slots=True)
class ImportedPosting:
    """One posting of a document, as its newest rubric version has it; ``findings`` are those still open."""

    id: int
    title: str | None
    suggested_title: str | None
    track: str | None
    locations: tuple[str, ...]
    state: PostingState
    first_line: int
    last_line: int
    requirements: int
    bonuses: int
    findings: tuple[Finding, ...]
    settled: int


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The page of one document; ``others`` counts its postings that the reader has no right on."""

    document: DocumentRow
    lines: int
    postings: tuple[ImportedPosting, ...]
    others: int


def documents(session: Session, *, actor: Actor, limit: int = 20) -> tuple[DocumentRow, ...]:
    """Read the documents that this person imported last (an admin: that anybody did), newest first."""
    counted = (
        select(func.count()).where(Posting.document_id == SourceDocument.id).correlate(SourceDocument).scalar_subquery()
    )
    rows = session.execute(
        select(SourceDocument.id, SourceDocument.name, SourceDocument.imported_at, User.name, counted)
        .outerjoin(User, User.id == SourceDocument.imported_by)
        .where(or_(SourceDocument.imported_by == actor.id, literal(actor.role is Role.ADMIN)))
        .order_by(SourceDocument.id.desc())
        .limit(limit)
    )
    return tuple(DocumentRow(*row) for row in rows)


def import_page(session: Session, *, document_id: int, actor: Actor) -> ImportPage | None:
    """Read what became of a document; None when there is none. Four queries for any number of postings."""
    found = session.execute(
        select(SourceDocument, User.name)
        .outerjoin(User, User.id == SourceDocument.imported_by)
        .where(SourceDocument.id == document_id)
    ).one_or_none()
    if found is None:
        return None
    document, name = found
    everything = session.scalars(
        select(Posting).where(Posting.document_id == document_id).order_by(Posting.first_line, Posting.id)
    ).all()
    mine = [posting for posting in everything if actor.role is Role.ADMIN or posting.id in actor.postings]
    row = DocumentRow(document.id, document.name, document.imported_at, name, len(everything))
    return ImportPage(
        document=row,
        lines=len(document.text.splitlines()),
        postings=tuple(_postings(session, mine)),
        others=len(everything) - len(mine),
    )


def _postings(session: Session, postings: Sequence[Posting]) -> list[ImportedPosting]:
    ids = [posting.id for posting in postings]
    versions = {
        version.posting_id: version
        for version in session.scalars(
            select(RubricVersion).where(RubricVersion.posting_id.in_(ids)).order_by(RubricVersion.number)
        )
    }
    newest = [version.id for version in versions.values()]
    settled = frozenset(
        session.execute(
            select(SettledFinding.rubric_version_id, SettledFinding.finding).where(
                SettledFinding.rubric_version_id.in_(newest)
            )
        ).all()
    )
    rows = []
    for posting in postings:
        version = versions[posting.id]
        rubric = load_rubric(version.document)
        opened = [one for index, one in enumerate(rubric.warnings) if (version.id, index) not in settled]
        bonuses = sum(criterion.section is Section.BONUS for criterion in rubric.criteria)
        rows.append(
            ImportedPosting(
                id=posting.id,
                title=posting.title,
                suggested_title=rubric.suggested_title,
                track=posting.track,
                locations=tuple(posting.locations),
                state=posting.state,
                first_line=posting.first_line,
                last_line=posting.last_line,
                requirements=len(rubric.criteria) - bonuses,
                bonuses=bonuses,
                findings=tuple(opened),
                settled=len(rubric.warnings) - len(opened),
            )
        )
    return rows
