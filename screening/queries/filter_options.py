"""What the filter of a posting's pipeline offers, and the names of what a filter asks for; bounded, whatever the posting's size."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, String, literal, or_, select, union_all
from sqlalchemy.orm import Session

from screening.models import Application, Panelist, Posting, PostingMember, Referral, Role, Tag, User
from screening.queries.cities import city_keys, keys_in
from screening.queries.origins import referrers
from screening.queries.tags import posting_tags

MOST = 300
"""Names of a kind that a filter offers."""
LATEST = 300
"""Newest applications whose cities are offered beside the posting's own."""


@dataclass(frozen=True, slots=True)
class FilterNames:
    """The names of what a filter names by number; one that is gone is missing."""

    tags: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    referrers: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What can be chosen: tags on the posting's applications, people by id, keys of cities, the posting's own first."""

    cities: tuple[str, ...]
    tags: Mapping[int, str]
    interviewers: Mapping[int, str]
    owners: Mapping[int, str]
    referrers: Mapping[int, str]


def filter_names(
    session: Session, *, posting_id: int, tags: Collection[int], people: Collection[int], referrers: Collection[int]
) -> FilterNames:
    """Name what a filter asks for, in one query; none is sent for nothing."""
    asked: list[Select[str, int, str]] = []

    def ask(kind: str, ident: ColumnElement[int], name: ColumnElement[str], *conditions: ColumnElement[bool]) -> None:
        asked.append(select(literal(kind, String).label("kind"), ident, name).where(*conditions))

    if tags:
        ask("tags", Tag.id.expression, Tag.name.expression, Tag.id.in_(tags))
    if people:
        ask("people", User.id.expression, User.name.expression, User.id.in_(people))
    if referrers:
        own = Referral.posting_id == posting_id
        ask("referrers", Referral.id.expression, Referral.referrer.expression, own, Referral.id.in_(referrers))
    found: dict[str, dict[int, str]] = {"tags": {}, "people": {}, "referrers": {}}
    if asked:
        for kind, ident, name in session.execute(asked[0] if len(asked) == 1 else union_all(*asked)):
            found[kind][ident] = name
    return FilterNames(**found)


def filter_options(session: Session, *, posting: Posting, reader_id: int) -> FilterOptions:
    """Read what the filter of a posting offers, in five queries; no tags that the reader must not see yet."""
    newest = (
        select(Application.cities)
        .where(Application.posting_id == posting.id)
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(LATEST)
    )
    seen = sorted({key for stored in session.scalars(newest) for key in keys_in(stored)})
    seats = select(Panelist.user_id).where(Panelist.user_id == User.id)
    interviewers = select(User.id, User.name).where(seats.exists()).order_by(User.name, User.id).limit(MOST)
    members = select(PostingMember.user_id).where(PostingMember.posting_id == posting.id)
    owners = (
        select(User.id, User.name)
        .where(
            or_(User.id.in_(members), User.id == posting.owner_id),
            User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN)),
        )
        .order_by(User.name, User.id)
        .limit(MOST)
    )
    return FilterOptions(
        cities=tuple(dict.fromkeys([*city_keys(posting.locations), *seen]))[:MOST],
        tags={tag.id: tag.name for tag in posting_tags(session, posting_id=posting.id, reader_id=reader_id)},
        interviewers=dict(session.execute(interviewers).all()),
        owners=dict(session.execute(owners).all()),
        referrers=referrers(session, posting_id=posting.id),
    )
