"""What the public sees of postings: only open ones, from the rubric version in force; drafts and closed ones do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import DEGREE_ORDER, AssessedBy, Degree, Rubric, Section
from rubrics.text import fold
from screening.models import FormVersion, Posting, PostingState, RubricState, RubricVersion, SourceDocument


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One open posting in the list; ``degree_floor`` is None where any degree will do."""

    slug: str
    title: str
    track: str | None
    locations: tuple[str, ...]
    degree_floor: Degree | None
    language: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class RoleList:
    """The rows that pass the filters, and the choices that all open postings offer."""

    rows: tuple[RoleRow, ...]
    total: int
    cities: tuple[str, ...]
    tracks: tuple[str, ...]
    degrees: tuple[Degree, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """One criterion as the posting says it; ``in_interview`` when only a conversation can show it."""

    text: str
    in_interview: bool


@dataclass(frozen=True, slots=True)
class Role:
    """A posting's page; ``text`` is the posting as it was published, line by line."""

    posting_id: int
    slug: str
    title: str
    track: str | None
    locations: tuple[str, ...]
    degree_floor: Degree | None
    language: str
    openings: int | None
    closes_at: datetime | None
    published_at: datetime
    duties: tuple[str, ...]
    must_haves: tuple[Demand, ...]
    requirements: tuple[Demand, ...]
    bonus: tuple[Demand, ...]
    bonus_is_any: bool
    text: str


def list_roles(
    session: Session,
    *,
    now: datetime,
    search: str = "",
    city: str = "",
    track: str = "",
    degree: str = "",
) -> RoleList:
    """Read the open postings, newest first, that pass the filters.

    ``degree`` is what a candidate has: postings pass that ask for no higher one. ``search`` are words that all have to
    stand in the title, the track, the cities or the posting's text.
    """
    columns = (Posting, SourceDocument.text) if search.strip() else (Posting,)
    query = select(*columns).where(is_open(now)).order_by(Posting.published_at.desc(), Posting.id)
    if search.strip():
        query = query.join(SourceDocument, SourceDocument.id == Posting.document_id)
    found = [(_row(row[0]), _haystack(row[0], row[1]) if search.strip() else "") for row in session.execute(query)]
    everything = [row for row, _ in found]
    words = fold(search).text.split()
    rows = tuple(
        row
        for row, haystack in found
        if all(word in haystack for word in words)
        and (not city or city in row.locations)
        and (not track or track == row.track)
        and _accepts(row, degree)
    )
    return RoleList(
        rows=rows,
        total=len(everything),
        cities=_by_frequency(city for row in everything for city in row.locations),
        tracks=_by_frequency(row.track for row in everything if row.track),
        degrees=tuple(
            sorted({row.degree_floor for row in everything if row.degree_floor}, key=DEGREE_ORDER.__getitem__)
        ),
    )


def read_role(session: Session, *, slug: str, now: datetime) -> Role | None:
    """Read one open posting; None for any other."""
    found = session.execute(
        select(Posting, RubricVersion.document, SourceDocument.text)
        .join(RubricVersion, (RubricVersion.posting_id == Posting.id) & (RubricVersion.state == RubricState.PUBLISHED))
        .join(SourceDocument, SourceDocument.id == Posting.document_id)
        .where(Posting.slug == slug, is_open(now))
    ).one_or_none()
    if found is None:
        return None
    posting, document, text = found
    rubric = load_rubric(document)
    row = _row(posting)
    return Role(
        posting_id=posting.id,
        slug=row.slug,
        title=row.title,
        track=row.track,
        locations=row.locations,
        degree_floor=row.degree_floor,
        language=row.language,
        openings=posting.openings,
        closes_at=posting.closes_at,
        published_at=row.published_at,
        duties=tuple(duty.text for duty in rubric.responsibilities),
        must_haves=_demands(rubric, Section.REQUIREMENT, gate=True),
        requirements=_demands(rubric, Section.REQUIREMENT, gate=False),
        bonus=_demands(rubric, Section.BONUS, gate=None),
        bonus_is_any=any(group.rule == "any" for group in rubric.groups),
        text="\n".join(text.splitlines()[posting.first_line - 1 : posting.last_line]),
    )


def open_posting(session: Session, *, slug: str, now: datetime) -> Posting | None:
    """Read the posting that takes applications under this slug; None for any other."""
    return session.scalar(select(Posting).where(Posting.slug == slug, is_open(now)))


def form_in_force(session: Session, *, posting_id: int) -> FormVersion | None:
    """Read the newest form that the rubric version in force made: it has the recruiter's own questions in force."""
    return session.scalar(
        select(FormVersion)
        .join(RubricVersion, RubricVersion.id == FormVersion.rubric_version_id)
        .where(FormVersion.posting_id == posting_id, RubricVersion.state == RubricState.PUBLISHED)
    )


def form_of(session: Session, *, posting_id: int, form_version_id: int) -> FormVersion | None:
    """Read an earlier form of the posting, which somebody may still have open."""
    return session.scalar(
        select(FormVersion).where(FormVersion.id == form_version_id, FormVersion.posting_id == posting_id)
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """Give the condition under which a posting can be found and applied to."""
    return (Posting.state == PostingState.OPEN) & or_(Posting.closes_at.is_(None), Posting.closes_at > now)


def _row(posting: Posting) -> RoleRow:
    return RoleRow(
        slug=posting.slug,
        title=posting.title or "",
        track=posting.track,
        locations=tuple(posting.locations),
        degree_floor=Degree(posting.degree_floor) if posting.degree_floor else None,
        language=posting.language,
        published_at=posting.published_at or posting.created_at,
    )


def _haystack(posting: Posting, text: str) -> str:
    lines = text.splitlines()[posting.first_line - 1 : posting.last_line]
    return fold("\n".join([posting.title or "", posting.track or "", *posting.locations, *lines])).text


def _accepts(row: RoleRow, degree: str) -> bool:
    if degree not in DEGREE_ORDER:
        return True
    return row.degree_floor is None or DEGREE_ORDER[row.degree_floor] <= DEGREE_ORDER[Degree(degree)]
        .order_by(FormVersion.id.desc())
        .limit(1)


def _by_frequency(words: Any) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return tuple(sorted(counts, key=lambda word: (-counts[word], word)))


def _demands(rubric: Rubric, section: Section, *, gate: bool | None) -> tuple[Demand, ...]:
    """Give what a section asks; criteria that were split from the same words are one line."""
    demands: dict[str, Demand] = {}
    for criterion in rubric.criteria:
        if criterion.section is section and gate in {None, criterion.gate}:
            text = " ".join(criterion.text.split())
            in_interview = criterion.assessed_by is AssessedBy.INTERVIEW
            earlier = demands.get(text)
            demands[text] = Demand(text, in_interview and (earlier is None or earlier.in_interview))
    return tuple(demands.values())
