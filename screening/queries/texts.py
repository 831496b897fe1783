"""Full-text search: which applications hold the typed words, in the language of either database, and the texts that were indexed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, column, exists, func, literal, literal_column, or_, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session
from sqlalchemy.types import Boolean, Integer

from rubrics.evidence.texts import blank_out
from screening.documents.words import Sought, Wanted, posting_word
from screening.models import Answer, Application, ResumeFile, SearchDocument, VerdictDocument
from screening.models.search import ON_SQLITE

NOT_TEXT = frozenset(
    {"email", "phone", "url", "key", "criterion", "id", "label", "file", "startDate", "endDate", "date"}
)
"""Parts of answers that hold no words of the candidate's own."""

LATE = 1_000
"""Newest applications that are looked at one by one for a word that may be common."""
GLANCED = 250
"""As many for a beginning on SQLite, and of a list's own order: one to two milliseconds where a text has a thousand characters."""


@dataclass(slots=True)
class Texts:
    """What an application says: the name, then the texts that people wrote, résumés first; what a page hides is left out."""

    posting_id: int
    name: str
    written: list[str] = field(default_factory=list)


def matching(session: Session, wanted: Wanted, *, posting_ids: Collection[int] | None = None) -> Select[int]:
    """Give the ids of the applications that hold what is wanted, of these postings where any are named, in no order.

    Neither ``wanted`` nor ``posting_ids`` may be empty. The ids' column is called ``id``.
    """
    groups = [*wanted]
    if posting_ids is not None:
        groups.append(tuple(Sought((posting_word(ident),)) for ident in sorted(posting_ids)))
    return documents_with(session, groups)


def documents_with(
    session: Session,
    groups: Sequence[tuple[Sought, ...]],
    *,
    of: type[SearchDocument | VerdictDocument] = SearchDocument,
) -> Select[int]:
    """Give the ids of the applications whose words hold of each group at least one, in no order; the column is called ``id``."""
    if session.get_bind().dialect.name == "sqlite":
        index = table(ON_SQLITE[of.__tablename__], column("rowid", Integer))
        holds = literal_column(index.name).op("MATCH", return_type=Boolean())(_for_fts(groups))
        return select(index.c.rowid.label("id")).where(holds)
    query = cast(literal(_for_tsquery(groups)), TSQUERY)
    ident: ColumnElement[int] = of.application_id.label("id")
    return select(ident).where(of.words.op("@@", return_type=Boolean())(query))


def holds(session: Session, wanted: Wanted, application_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Give the condition that one application holds what is wanted, told from its own words: for those that an order leads to.

    To ask SQLite's index about one application takes ten times as long.
    """
    own = SearchDocument.application_id == application_id
    return exists().where(own, *_held(session, wanted))


def _held(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    if session.get_bind().dialect.name != "sqlite":
        query = cast(literal(_for_tsquery(wanted)), TSQUERY)
        return [SearchDocument.words.op("@@", return_type=Boolean())(query)]
    words = literal(" ") + SearchDocument.words + literal(" ")
    return [
        or_(*(func.instr(words, f" {' '.join(one.words)}{' ' * (not one.is_beginning)}") > 0 for one in group))
        for group in wanted
    ]


def newest(
    session: Session, wanted: Wanted, *, posting_ids: Collection[int] | None, most: int, is_common: bool = True
) -> list[int]:
    """Read the ids of so many of the newest applications that hold what is wanted; common words cost no more than rare ones.

    SQLite reads its index from the newest on, but joins all places of all words with one beginning first: for these the newest
    ``GLANCED`` are looked at before. PostgreSQL's index has no order, and its planner knows too little of words to
    choose: it is told to look through the newest few first, unless the words are known not to be common, and then to
    take all from the index and sort them.
    """
    rows = matching(session, wanted, posting_ids=posting_ids)
    ident = rows.selected_columns.id
    if session.get_bind().dialect.name == "sqlite":
        if is_common and any(one.is_beginning for group in wanted for one in group):
            found = list(session.scalars(_glance(session, wanted, posting_ids, most)))
            if len(found) == most:
                return found
        return list(session.scalars(rows.order_by(ident.desc()).limit(most)))
    if is_common:
        last = select(func.max(SearchDocument.application_id)).scalar_subquery()
        late = rows.where(SearchDocument.application_id > last - LATE).order_by(ident.desc()).limit(most)
        found = list(session.scalars(late))
        if len(found) == most:
            return found
    hits = rows.cte("hits").prefix_with("MATERIALIZED")
    return list(session.scalars(select(hits.c.id).order_by(hits.c.id.desc()).limit(most)))


def _glance(session: Session, wanted: Wanted, posting_ids: Collection[int] | None, most: int) -> Select[int]:
    """Select the newest among the last ``GLANCED`` that hold it."""
    last = select(func.max(SearchDocument.application_id)).scalar_subquery()
    ident: ColumnElement[int] = SearchDocument.application_id.label("id")
    rows = select(ident).where(SearchDocument.application_id > last - GLANCED, *_held(session, wanted))
    if posting_ids is not None:
        first = func.substr(SearchDocument.words, 1, func.instr(SearchDocument.words, " ") - 1)
        rows = rows.where(first.in_([posting_word(one) for one in sorted(posting_ids)]))
    return rows.order_by(SearchDocument.application_id.desc()).limit(most)


def stored_words(session: Session, words: Sequence[str]) -> str:
    """Write words as the column holds them: one by one on SQLite, each with its places on PostgreSQL."""
    if session.get_bind().dialect.name == "sqlite":
        return " ".join(words)
    places: defaultdict[str, list[str]] = defaultdict(list)
    for place, word in enumerate(words, 1):
        places[word].append(str(place))
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def texts_of(session: Session, application_ids: Collection[int]) -> dict[int, Texts]:
    """Read what these applications say, by id; erased ones are left out. Three queries for any number."""
    rows = session.execute(
        select(Application.id, Application.posting_id, Application.name, Application.headline, Application.email)
        .where(Application.id.in_(application_ids), Application.erased_at.is_(None))
        .order_by(Application.id)
    ).all()
    found = {ident: Texts(posting_id, name) for ident, posting_id, name, _, _ in rows}
    files = session.execute(
        select(ResumeFile.application_id, ResumeFile.text, ResumeFile.hidden)
        .where(ResumeFile.application_id.in_(found), ResumeFile.text.is_not(None))
        .order_by(ResumeFile.id)
    )
    for ident, text, hidden in files:
        found[ident].written.append(blank_out(text or "", [(start, end) for start, end in hidden or ()]))
    answers = select(Answer.application_id, Answer.value).where(Answer.application_id.in_(found)).order_by(Answer.id)
    for ident, value in session.execute(answers):
        found[ident].written.extend(strings_of(value))
    for ident, _, _, headline, email in rows:
        found[ident].written += [headline, email.partition("@")[0]]
    return found


def strings_of(value: Any) -> Iterator[str]:
    """Give the words of an answer's own: its texts, without addresses, dates and names of things."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in NOT_TEXT:
                yield from strings_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings_of(part)


def _for_fts(groups: Sequence[tuple[Sought, ...]]) -> str:
    """Write the query as FTS5 reads it; words hold no sign of its language."""

    def term(sought: Sought) -> str:
        return f'"{" ".join(sought.words)}"' + " *" * sought.is_beginning

    return " AND ".join(f"({' OR '.join(map(term, group))})" for group in groups)


def _for_tsquery(groups: Sequence[tuple[Sought, ...]]) -> str:
    """Write the query as PostgreSQL reads it, without its parser of texts."""

    def term(sought: Sought) -> str:
        row = " <-> ".join(f"'{word}'" for word in sought.words)
        return f"({row}{':*' * sought.is_beginning})"

    return " & ".join(f"({' | '.join(map(term, group))})" for group in groups)
