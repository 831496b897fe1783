"""The overview of postings: where their applications stand, what is new, what waits too long, what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from screening.models import (
    Posting,
    PostingMember,
    PostingState,
    Role,
    Stage,
    User,
)
from screening.policy import Actor
from screening.queries.overview_counts import (
    Draft,
    Sight,
    Tally,
    draft_rows,
    drafts_in,
    read_tally,
    rule_rows,
    standing_rows,
)
from screening.queries.requests import review_counts
from screening.queries.stage_rules import LANES, rules_in
from screening.queries.together import Together

SORTS = ("new", "overdue", "median", "title", "age")
ROWS = 200
DOCUMENTS = 3


@dataclass(frozen=True, slots=True)
class PostingFilter:
    """What the reader asked for: ``attention`` keeps the postings that wait for a person.

    ``mine`` keeps those that the reader owns, and those without an owner on which the reader has rights by name.
    """

    state: PostingState = PostingState.OPEN
    text: str = ""
    attention: bool = False
    mine: bool = False
    sort: str = "new"


class PostingRow(NamedTuple):
    """One posting, a tuple so that it is quickly made and looked up: ``counts`` by stage in the order of ``LANES``; ``draft`` is the number of its unpublished rubric version, ``open_findings`` what that draft leaves unsettled.

    ``median`` is how many seconds an application stood in one stage (``services.stage_figures``), None while nobody knows;
    ``owner`` is the one who answers for the posting, else the first by name who recruits for it.
    """

    id: int
    slug: str
    first_line: int
    last_line: int
    title: str | None
    track: str | None
    locations: tuple[str, ...]
    state: PostingState
    counts: tuple[int, ...]
    new: int
    overdue: int
    draft: int | None
    open_findings: int
    failures: int
    owner: str | None
    median: int | None = None
    reviews: int = 0

    @property
    def waits(self) -> bool:
        """Whether something on this posting waits for a person."""
        return bool(self.overdue or self.draft or self.failures or self.reviews)


@dataclass(frozen=True, slots=True)
class WaitingDocument:
    """An imported document of which drafts wait to be published: how many, and how many of them have open findings."""

    id: int
    name: str
    drafts: int
    unsettled: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The page: rows, how many postings there are in each state, and the headline numbers over the open ones."""

    rows: tuple[PostingRow, ...]
    states: Mapping[PostingState, int]
    to_review: int
    new: int
    overdue: int
    interviews_today: int
    to_debrief: int
    highest: int
    cut: bool
    documents: tuple[WaitingDocument, ...] = ()
    reviews: int = 0


def overview(session: Session, *, actor: Actor, chosen: PostingFilter, today: datetime, now: datetime) -> Overview:
    """Read the postings that this person has rights on; ``today`` is the start of the reader's day. Two queries for any number of rows."""
    sight = Sight.of(actor, mine=chosen.mine)
    asked = {"reader": actor.id, "own": actor.postings, "state": chosen.state}
    if chosen.text:
        asked["pattern"] = f"%{_escaped(chosen.text)}%"
    read = _lists(sight, narrowed=bool(chosen.text)).read(session, **asked)
    found, drafts, reviews = read["listed"], drafts_in(read["drafts"]), dict(read["reviews"])
    tally = read_tally(
        session, actor, sight, rules=rules_in(read["rules"]), standing=read["standing"], today=today, now=now
    )
    rows = _rows(found[:ROWS], tally=tally, drafts=drafts, reviews=reviews)
    kept = [row for row in rows if row.waits or not chosen.attention]
    return Overview(
        rows=tuple(_sorted(kept, chosen.sort)),
        states=tally.states,
        to_review=tally.standing(Stage.APPLIED) + tally.standing(Stage.SCREENING),
        new=sum(tally.new.get(ident, 0) for ident in tally.open),
        overdue=sum(tally.overdue.get(ident, 0) for ident in tally.open),
        interviews_today=tally.interviews,
        to_debrief=tally.standing(Stage.DEBRIEF),
        highest=max((count for row in rows for count in row.counts), default=0),
        cut=len(found) > ROWS,
        documents=_waiting_documents(drafts.values(), actor),
        reviews=sum(reviews.values()),
    )


LISTED = (
    Posting.id,
    Posting.slug,
    Posting.first_line,
    Posting.last_line,
    Posting.title,
    Posting.track,
    Posting.locations,
    Posting.state,
    Posting.stage_seconds,
)


@cache
def _lists(sight: Sight, *, narrowed: bool) -> Together:
    """Make the statement once for each kind of reader and list: to make it takes longer than to answer it.

    Numbers are asked of the open postings, and of those that are listed.
    """
    state: BindParameter[PostingState] = bindparam("state", type_=Posting.state.type)
    listed = select(*LISTED, _owner().label("owner")).where(sight.condition(), Posting.state == state)
    if narrowed:
        pattern: BindParameter[str] = bindparam("pattern", type_=String())
        listed = listed.where(or_(Posting.title.ilike(pattern, escape="\\"), Posting.track.ilike(pattern, escape="\\")))
    listed = listed.order_by(Posting.id.desc()).limit(ROWS + 1)
    of_page = listed.with_only_columns(Posting.id).subquery()
    wanted = select(Posting.id).where(
        sight.condition(), or_(Posting.state == PostingState.OPEN, Posting.id.in_(select(of_page.c.id)))
    )
    return Together(
        listed=listed,
        rules=rule_rows(wanted),
        standing=standing_rows(wanted),
        drafts=draft_rows(everything=sight.everything),
        reviews=review_counts(everything=sight.everything),
    )


def _rows(
    found: Iterable[Any], *, tally: Tally, drafts: Mapping[int, Draft], reviews: Mapping[int, int]
) -> list[PostingRow]:
    return [
        PostingRow(
            id=ident,
            slug=slug,
            first_line=first,
            last_line=last,
            title=title,
            track=track,
            locations=tuple(locations),
            state=state,
            counts=tuple([tally.counts.get((ident, stage), 0) for stage in LANES]),
            new=tally.new.get(ident, 0),
            overdue=tally.overdue.get(ident, 0),
            draft=drafts[ident].number if ident in drafts else None,
            open_findings=drafts[ident].unsettled if ident in drafts else 0,
            failures=tally.failures.get(ident, 0),
            owner=owner,
            median=median,
            reviews=reviews.get(ident, 0),
        )
        for ident, slug, first, last, title, track, locations, state, median, owner in found
    ]


def _owner() -> ColumnElement[str | None]:
    """Name who answers for a posting of the outer query: its owner, else the first by name who recruits for it."""
    own = select(User.name).where(User.id == Posting.owner_id).correlate(Posting).scalar_subquery()
    member = (
        select(func.min(User.name))
        .join(PostingMember, PostingMember.user_id == User.id)
        .where(PostingMember.posting_id == Posting.id, User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER)))
        .correlate(Posting)
        .scalar_subquery()
    )
    return func.coalesce(own, member)


def _waiting_documents(drafts: Iterable[Draft], actor: Actor) -> tuple[WaitingDocument, ...]:
    """Give the newest documents of which drafts wait that this person may publish; a hiring manager publishes none."""
    if actor.role is Role.HIRING_MANAGER:
        return ()
    names: dict[int, str] = {}
    waiting: Counter[int] = Counter()
    unsettled: Counter[int] = Counter()
    for draft in drafts:
        if draft.is_new:
            names[draft.document_id] = draft.document
            waiting[draft.document_id] += 1
            unsettled[draft.document_id] += draft.unsettled > 0
    newest = sorted(names, reverse=True)[:DOCUMENTS]
    return tuple(WaitingDocument(ident, names[ident], waiting[ident], unsettled[ident]) for ident in newest)


def _sorted(rows: Sequence[PostingRow], sort: str) -> list[PostingRow]:
    match sort:
        case "overdue":
            return sorted(rows, key=lambda row: (-row.overdue, -row.new, row.id))
        case "median":
            return sorted(rows, key=lambda row: (-(row.median or 0), row.id))
        case "title":
            return sorted(rows, key=lambda row: (row.title is None, row.title or "", row.id))
        case "age":
            return sorted(rows, key=lambda row: row.id)
        case _:
            return sorted(rows, key=lambda row: (-row.new, -row.counts[0], row.id))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
