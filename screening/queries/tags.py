"""What pages show of tags: those of one application with the words at hand, those of many for lists, and the page of all tags."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from screening.models import Application, ApplicationTag, Interview, Panelist, Tag
from screening.queries.blindness import is_open
from screening.queries.together import Together

AT_HAND = 50
"""Words that are suggested."""
COUNTED = 1_000
"""Uses of a tag that are counted; more are told as more."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag by its id and name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TagPanel:
    """The tags of one application in the order of their names, and other words that its posting uses."""

    tags: tuple[TagRow, ...]
    suggested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedTag:
    """A tag on the page of all: ``used`` is how many applications bear it, at most ``COUNTED`` + 1."""

    id: int
    name: str
    used: int

    @property
    def is_more(self) -> bool:
        """Tell whether there are more than were counted."""
        return self.used > COUNTED


def tag_panel(session: Session, *, application: Application, reader_id: int) -> TagPanel:
    """Read an application's tags and the words at hand in one query. Not for a reader who owes an evaluation of it."""
    values = {"application": application.id, "posting": application.posting_id, "reader": reader_id}
    return panel_from(**_panel().read(session, **values))


def panel_rows() -> dict[str, Select[*tuple[Any, ...]]]:
    """Select the tags of the bound ``application``, and those at hand to the bound ``reader`` on the bound ``posting``."""
    own = (
        select(Tag.id, Tag.name)
        .join(ApplicationTag, ApplicationTag.tag_id == Tag.id)
        .where(ApplicationTag.application_id == bindparam("application"))
    )
    return {
        "tags": own.order_by(Tag.name, Tag.id),
        "at_hand": _of_posting(bindparam("posting"), bindparam("reader")),
    }


def panel_from(*, tags: Iterable[Any], at_hand: Iterable[Any]) -> TagPanel:
    """Put the rows of ``panel_rows`` together."""
    mine = tuple(TagRow(row.id, row.name) for row in tags)
    borne = {tag.id for tag in mine}
    return TagPanel(mine, tuple(row.name for row in at_hand if row.id not in borne))


@cache
def _panel() -> Together:
    return Together(**panel_rows())


def posting_tags(session: Session, *, posting_id: int, reader_id: int) -> tuple[TagRow, ...]:
    """Read the tags that applications of a posting bear, at most ``AT_HAND``; not those that the reader must not see."""
    return tuple(TagRow(*row) for row in session.execute(_of_posting(posting_id, reader_id)))


def tags_on(session: Session, application_ids: Collection[int]) -> dict[int, tuple[TagRow, ...]]:
    """Read the tags of several applications, of each in the order of their names."""
    rows = session.execute(
        select(ApplicationTag.application_id, Tag.id, Tag.name)
        .join(Tag, Tag.id == ApplicationTag.tag_id)
        .where(ApplicationTag.application_id.in_(application_ids))
        .order_by(Tag.name, Tag.id)
    )
    found: dict[int, tuple[TagRow, ...]] = {}
    for ident, tag_id, name in rows:
        found[ident] = (*found.get(ident, ()), TagRow(tag_id, name))
    return found


def all_tags(session: Session, *, reader_id: int, text: str = "", after: str = "") -> tuple[UsedTag, ...]:
    """Read ``PAGE`` tags and one more by their keys, those that hold a text; what each counts is bounded.

    Applications of which the reader owes an evaluation do not count, and a tag that only they bear is not there.
    """
    any_use = select(ApplicationTag.application_id).where(ApplicationTag.tag_id == Tag.id).correlate(Tag)
    shown = any_use.where(ApplicationTag.application_id.not_in(_owed(reader_id)))
    number = select(func.count()).select_from(shown.limit(COUNTED + 1).subquery()).scalar_subquery()
    rows = select(Tag.id, Tag.name, number).where(Tag.key > after, or_(shown.exists(), ~any_use.exists()))
    if text:
        rows = rows.where(Tag.key.contains(text, autoescape=True))
    return tuple(UsedTag(*row) for row in session.execute(rows.order_by(Tag.key).limit(PAGE + 1)))


def _of_posting(posting_id: Any, reader_id: Any) -> Select[int, str]:
    """Give the tags of a posting: one look into an index for each tag that there is."""
    used = (
        select(ApplicationTag.application_id)
        .where(
            ApplicationTag.posting_id == posting_id,
            ApplicationTag.tag_id == Tag.id,
            ApplicationTag.application_id.not_in(_owed(reader_id)),
        )
        .correlate(Tag)
        .exists()
    )
    return select(Tag.id.label("id"), Tag.name.label("name")).where(used).order_by(Tag.name, Tag.id).limit(AT_HAND)


def _owed(reader_id: Any) -> Select[int]:
    """Give the applications of which a reader owes an evaluation: tags on them are opinions that they must not see yet."""
    return (
        select(Interview.application_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Panelist.user_id == reader_id, is_open())
    )
