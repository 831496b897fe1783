"""The contents that a posting's rubric has had: every version, and every save of the versions while they were drafts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from rubrics.codec import load_rubric
from rubrics.model import Rubric
from screening.models import RubricRevision, RubricState, RubricVersion, User

MOST_SAVES = 60
_NAME = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class ContentName:
    """A content's name: version 4 as it is now, or version 4 as it was at save 3."""

    number: int
    revision: int | None = None

    def __str__(self) -> str:
        """Give the name as addresses hold it: ``4`` or ``4.3``."""
        return str(self.number) if self.revision is None else f"{self.number}.{self.revision}"


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One content that can be chosen: who made it and when; ``change`` is the short code of the save that made it, None for a version and for its beginning."""

    name: ContentName
    state: RubricState
    by: str | None
    at: datetime
    change: str | None = None


def content_name(text: str) -> ContentName | None:
    """Read a content's name; None for nonsense."""
    found = _NAME.fullmatch(text)
    return ContentName(int(found[1]), int(found[2]) if found[2] else None) if found else None


def contents(session: Session, *, posting_id: int) -> tuple[ContentRow, ...]:
    """List versions, newest first, then the newest ``MOST_SAVES`` earlier contents of them. Three queries."""
    versions = session.scalars(
        select(RubricVersion)
        .options(defer(RubricVersion.document))
        .where(RubricVersion.posting_id == posting_id)
        .order_by(RubricVersion.number.desc())
    ).all()
    saves = session.execute(
        select(RubricRevision.rubric_version_id, RubricRevision.revision, RubricRevision.change)
        .add_columns(RubricRevision.actor_id, RubricRevision.at)
        .join(RubricVersion, RubricVersion.id == RubricRevision.rubric_version_id)
        .where(RubricVersion.posting_id == posting_id)
        .order_by(RubricVersion.number.desc(), RubricRevision.revision.desc())
        .limit(MOST_SAVES + 1)
    ).all()
    makers = {version.published_by or version.created_by for version in versions} | {row.actor_id for row in saves}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(makers - {None}))).all())
    rows = [
        ContentRow(
            ContentName(version.number),
            version.state,
            names.get(version.published_by or version.created_by or 0),
            version.published_at or version.changed_at,
        )
        for version in versions
    ]
    made_by = {(row.rubric_version_id, row.revision + 1): row for row in saves}
    by_id = {version.id: version for version in versions}
    for row in saves[:MOST_SAVES]:
        version, maker = by_id[row.rubric_version_id], made_by.get((row.rubric_version_id, row.revision))
        name = ContentName(version.number, row.revision)
        if maker is None:
            rows.append(ContentRow(name, version.state, names.get(version.created_by or 0), version.created_at))
        else:
            rows.append(ContentRow(name, version.state, names.get(maker.actor_id or 0), maker.at, maker.change))
    return tuple(rows)


def read_content(session: Session, *, posting_id: int, name: ContentName) -> Rubric | None:
    """Read one content; None when there is none of this name."""
    version = session.scalar(
        select(RubricVersion).where(RubricVersion.posting_id == posting_id, RubricVersion.number == name.number)
    )
    if version is None:
        return None
    if name.revision is None or name.revision == version.revision:
        return load_rubric(version.document)
    document = session.scalar(
        select(RubricRevision.document).where(
            RubricRevision.rubric_version_id == version.id, RubricRevision.revision == name.revision
        )
    )
    return load_rubric(document) if document is not None else None


def usual_pair(rows: tuple[ContentRow, ...]) -> tuple[ContentName, ContentName]:
    """Choose what to compare when nobody chose: the newest version with the one before it; alone, with itself."""
    numbers = [row.name for row in rows if row.name.revision is None]
    return (numbers[1] if len(numbers) > 1 else numbers[0]), numbers[0]
