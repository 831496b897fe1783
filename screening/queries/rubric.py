"""A rubric under review: the source text line by line, the criteria, the findings and their answers, and the versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.findings import Finding
from rubrics.lexicon import load_lexicon
from rubrics.model import Criterion, Degree, Rubric
from screening.models import (
    Posting,
    RubricRevision,
    RubricState,
    RubricVersion,
    SettledFinding,
    SourceDocument,
    StoredPrescore,
    User,
)
from screening.queries.differences import Difference, differences
from screening.queries.rubric_text import LeftOut, SourceLine, left_out_of, source_lines

REMOVALS = 20
"""How many removals of a draft are looked through for criteria to bring back, the newest first."""
SAVES = 100
"""How many saves of a draft a page lists."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding at its position; ``answer`` is a person's, None while it is open."""

    index: int
    finding: Finding
    answer: str | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: who made or published it and when, how many applications were scored with it, what changed from the one before."""

    number: int
    state: RubricState
    by: str | None
    at: datetime
    scored: int
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class SaveRow:
    """One save of the draft: the revision that it found (that to go back to), a short code of what was done, by whom, when."""

    before: int
    change: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RubricPage:
    """The page. ``revision`` is the draft's, 0 when the version in force is shown; ``in_force`` its number, None before the first publishing; ``left_out`` are criteria of earlier states that can be brought back; ``degrees`` are those that the text names."""

    number: int
    is_draft: bool
    revision: int
    changed_at: datetime
    in_force: int | None
    rubric: Rubric
    lines: tuple[SourceLine, ...]
    left_out: tuple[LeftOut, ...]
    degrees: tuple[str, ...]
    findings: tuple[FindingRow, ...]
    versions: tuple[VersionRow, ...]
    saves: tuple[SaveRow, ...]
    unpublished: tuple[Difference, ...]

    @property
    def open_findings(self) -> tuple[FindingRow, ...]:
        """The findings that nobody has answered."""
        return tuple(row for row in self.findings if row.answer is None)

    @property
    def knock_outs(self) -> tuple[Criterion, ...]:
        """The hard floors."""
        return tuple(criterion for criterion in self.rubric.criteria if criterion.id.startswith("k"))

    @property
    def requirements(self) -> tuple[Criterion, ...]:
        """The other requirements."""
        return tuple(criterion for criterion in self.rubric.criteria if criterion.id.startswith("r"))

    @property
    def bonuses(self) -> tuple[Criterion, ...]:
        """The bonus items."""
        return tuple(criterion for criterion in self.rubric.criteria if criterion.id.startswith("b"))


def rubric_page(session: Session, *, posting: Posting) -> RubricPage:
    """Read the posting's draft, or the version in force when there is none. Eight queries."""
    versions = session.scalars(
        select(RubricVersion).where(RubricVersion.posting_id == posting.id).order_by(RubricVersion.number.desc())
    ).all()
    rubrics = {version.id: load_rubric(version.document) for version in versions}
    shown = versions[0]
    current = next((version for version in versions if version.state is RubricState.PUBLISHED), None)
    rubric = rubrics[shown.id]
    settled = dict(
        session.execute(
            select(SettledFinding.finding, SettledFinding.answer).where(SettledFinding.rubric_version_id == shown.id)
        ).all()
    )
    findings = tuple(FindingRow(index, finding, settled.get(index)) for index, finding in enumerate(rubric.warnings))
    is_draft = shown.state is RubricState.DRAFT
    lines = source_lines(
        source_of(session, posting),
        posting.first_line,
        posting.last_line,
        rubric,
        [row.finding for row in findings if row.answer is None],
    )
    return RubricPage(
        number=shown.number,
        is_draft=is_draft,
        revision=shown.revision if is_draft else 0,
        changed_at=shown.changed_at,
        in_force=current.number if current else None,
        rubric=rubric,
        lines=lines,
        left_out=left_out_of(rubric, _earlier(session, versions, rubrics)),
        degrees=_degrees(lines) if any(row.answer is None for row in findings) else (),
        findings=findings,
        versions=_versions(session, versions, rubrics),
        saves=_saves(session, shown),
        unpublished=differences(rubrics[current.id], rubric) if current and is_draft else (),
    )


def rubric_at(session: Session, *, posting: Posting, revision: int) -> Rubric | None:
    """Read what a posting's draft was as ``revision``, to tell what a person changed from what somebody else did.

    Revision 0 is the version in force, on which the first edit opens a draft. None when the draft never was that.
    """
    rows = select(RubricVersion).where(RubricVersion.posting_id == posting.id)
    if revision == 0:
        current = session.scalar(rows.where(RubricVersion.state == RubricState.PUBLISHED))
        return load_rubric(current.document) if current else None
    draft = session.scalar(rows.where(RubricVersion.state == RubricState.DRAFT))
    if draft is None:
        return None
    if draft.revision == revision:
        return load_rubric(draft.document)
    document = session.scalar(
        select(RubricRevision.document).where(
            RubricRevision.rubric_version_id == draft.id, RubricRevision.revision == revision
        )
    )
    return load_rubric(document) if document is not None else None


def source_of(session: Session, posting: Posting) -> str:
    """Read the document that a posting came from."""
    return session.scalar(select(SourceDocument.text).where(SourceDocument.id == posting.document_id)) or ""


def _earlier(session: Session, versions: Sequence[RubricVersion], rubrics: Mapping[int, Rubric]) -> list[Rubric]:
    """Give what the rubric was, newest first: before its newest removals, before its first save, and the versions before."""
    shown = versions[0]
    rows = select(RubricRevision.document).where(RubricRevision.rubric_version_id == shown.id)
    removals = rows.where(or_(RubricRevision.change.like("remove:%"), RubricRevision.change.like("settle:%:remove")))
    first = rows.order_by(RubricRevision.revision).limit(1)
    documents = [
        *session.scalars(removals.order_by(RubricRevision.revision.desc()).limit(REMOVALS)),
        *session.scalars(first),
    ]
    return [*map(load_rubric, documents), *(rubrics[version.id] for version in versions[1:])]


def _degrees(lines: Sequence[SourceLine]) -> tuple[str, ...]:
    """Name the degrees that the posting's text speaks of, highest first: what two floors can be settled to."""
    text = "\n".join(line.text for line in lines)
    named = {mention.term_id for mention in load_lexicon().find(text, frozenset({"degree"}))}
    return tuple(degree.value for degree in reversed(Degree) if degree.value in named)


def _versions(
    session: Session, versions: Sequence[RubricVersion], rubrics: Mapping[int, Rubric]
) -> tuple[VersionRow, ...]:
    people = {version.published_by or version.created_by for version in versions} - {None}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(people))).all())
    scored = dict(
        session.execute(
            select(StoredPrescore.rubric_version_id, func.count(func.distinct(StoredPrescore.application_id)))
            .where(StoredPrescore.rubric_version_id.in_([version.id for version in versions]))
            .group_by(StoredPrescore.rubric_version_id)
        ).all()
    )
    rows = []
    for place, version in enumerate(versions):
        before = versions[place + 1] if place + 1 < len(versions) else None
        rows.append(
            VersionRow(
                number=version.number,
                state=version.state,
                by=names.get(version.published_by or version.created_by or 0),
                at=version.published_at or version.changed_at,
                scored=int(scored.get(version.id, 0)),
                changes=differences(rubrics[before.id], rubrics[version.id]) if before else (),
            )
        )
    return tuple(rows)


def _saves(session: Session, shown: RubricVersion) -> tuple[SaveRow, ...]:
    rows = session.execute(
        select(RubricRevision.revision, RubricRevision.change, User.name, RubricRevision.at)
        .outerjoin(User, User.id == RubricRevision.actor_id)
        .where(RubricRevision.rubric_version_id == shown.id)
        .order_by(RubricRevision.revision.desc())
        .limit(SAVES)
    )
    return tuple(SaveRow(*row) for row in rows)
