"""What the public sees of postings: only open ones, from the rubric version in force; drafts and closed ones do not exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.lexicon import load_lexicon
from rubrics.model import DEGREE_ORDER, AssessedBy, Degree, Rubric, Section
from rubrics.text import fold
from screening.models import FormVersion, Posting, PostingState, RubricState, RubricVersion, SourceDocument
from screening.models.base import UtcDateTime

PAGE = 50
"""Roles on one page of the list."""


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
class RoleFilters:
    """What narrows the list; an empty text does not. ``degree`` is the one that a candidate has."""

    search: str = ""
    city: str = ""
    track: str = ""
    degree: str = ""


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """The rows of one track on a page, and how many the track has on all pages; ``track`` is None for roles without one."""

    track: str | None
    rows: tuple[RoleRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RoleList:
    """One page of the roles that pass, and the choices that all open postings offer.

    ``filters`` are those that count: a value that no open posting offers is none. ``count`` roles pass, ``total`` are open;
    ``page`` is 1-based and at most ``pages``.
    """

    groups: tuple[RoleGroup, ...]
    filters: RoleFilters
    count: int
    total: int
    page: int
    pages: int
    cities: tuple[str, ...]
    tracks: tuple[str, ...]


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


def open_roles(session: Session, *, now: datetime) -> tuple[RoleRow, ...]:
    """Read all open postings, newest first."""
    return tuple(row for row, _place in _open(session, now))


def list_roles(session: Session, *, now: datetime, filters: RoleFilters, page: int = 1) -> RoleList:
    """Read a page of the open postings that pass the filters, by track, the newest of a track first.

    ``degree`` lets postings pass that ask for no higher one. ``search`` are words that all have to stand in the title, the
    track, the cities or the posting's text, as they are there or as the lexicon calls the same thing in the other language.
    """
    found = _open(session, now)
    everything = [row for row, _place in found]
    cities = _by_frequency(city for row in everything for city in row.locations)
    tracks = _by_frequency(row.track for row in everything if row.track)
    counting = RoleFilters(
        search=filters.search.strip(),
        city=filters.city if filters.city in cities else "",
        track=filters.track if filters.track in tracks else "",
        degree=filters.degree if filters.degree in DEGREE_ORDER else "",
    )
    passing = [(row, place) for row, place in found if _passes(row, counting)]
    if counting.search:
        passing = _said(session, passing, fold(counting.search).text.split())
    order = {track: number for number, track in enumerate(tracks)}
    rows = sorted((row for row, _place in passing), key=lambda row: order.get(row.track or "", len(order)))
    pages = max(1, -(-len(rows) // PAGE))
    page = max(1, min(page, pages))
    counts = Counter(row.track for row in rows)
    shown = groupby(rows[(page - 1) * PAGE : page * PAGE], key=lambda row: row.track)
    return RoleList(
        groups=tuple(RoleGroup(track, tuple(part), counts[track]) for track, part in shown),
        filters=counting,
        count=len(rows),
        total=len(everything),
        page=page,
        pages=pages,
        cities=cities,
        tracks=tracks,
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
    return session.scalar(OPEN, {"slug": slug, "now": now})


def form_in_force(session: Session, *, posting_id: int) -> FormVersion | None:
    """Read the newest form that the rubric version in force made: it has the recruiter's own questions in force."""
    return session.scalar(
        select(FormVersion)
        .join(RubricVersion, RubricVersion.id == FormVersion.rubric_version_id)
        .where(FormVersion.posting_id == posting_id, RubricVersion.state == RubricState.PUBLISHED)
        .order_by(FormVersion.id.desc())
        .limit(1)
    )


def form_of(session: Session, *, posting_id: int, form_version_id: int) -> FormVersion | None:
    """Read an earlier form of the posting, which somebody may still have open."""
    return session.scalar(EARLIER_FORM, {"form_version": form_version_id, "posting": posting_id})


def is_open(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Give the condition under which a posting can be found and applied to."""
    return (Posting.state == PostingState.OPEN) & or_(Posting.closes_at.is_(None), Posting.closes_at > now)


OPEN = select(Posting).where(Posting.slug == bindparam("slug"), is_open(bindparam("now", type_=UtcDateTime)))
EARLIER_FORM = select(FormVersion).where(
    FormVersion.id == bindparam("form_version"), FormVersion.posting_id == bindparam("posting")
)
"""Statements of every page and form of a posting, made once."""
Place = tuple[int, int, int]
"""Where a posting's text stands: its document, first and last line."""


def _open(session: Session, now: datetime) -> list[tuple[RoleRow, Place]]:
    postings = session.scalars(
        select(Posting).where(is_open(now)).order_by(Posting.published_at.desc(), Posting.id.desc())
    )
    return [(_row(posting), (posting.document_id, posting.first_line, posting.last_line)) for posting in postings]


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


def _passes(row: RoleRow, filters: RoleFilters) -> bool:
    return (
        (not filters.city or filters.city in row.locations)
        and (not filters.track or filters.track == row.track)
        and _accepts(row, filters.degree)
    )


def _accepts(row: RoleRow, degree: str) -> bool:
    if not degree or row.degree_floor is None:
        return True
    return DEGREE_ORDER[row.degree_floor] <= DEGREE_ORDER[Degree(degree)]


def _said(
    session: Session, found: Sequence[tuple[RoleRow, Place]], words: Sequence[str]
) -> list[tuple[RoleRow, Place]]:
    """Keep the postings in which all words stand; a document that holds many postings is read once."""
    documents = {place[0] for _row, place in found}
    texts = session.execute(select(SourceDocument.id, SourceDocument.text).where(SourceDocument.id.in_(documents)))
    lines = {number: text.splitlines() for number, text in texts}
    kept = []
    for row, place in found:
        document, first, last = place
        heading = "\n".join([row.title, row.track or "", *row.locations])
        searchable = _searchable(heading, "\n".join(lines[document][first - 1 : last]))
        if all(word in searchable for word in words):
            kept.append((row, place))
    return kept


@lru_cache(maxsize=2000)
def _searchable(heading: str, text: str) -> str:
    """Give the words of a posting, and after them both names of every term that the lexicon finds in them."""
    lexicon = load_lexicon()
    said = f"{heading}\n{text}"
    terms = dict.fromkeys(mention.term_id for mention in lexicon.find(said))
    names = [lexicon.name(term, language) for term in terms for language in ("zh", "en")]
    return fold("\n".join([said, *names])).text


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
