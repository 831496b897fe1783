"""What is overdue and waits for one person, what colleagues have handed to them, and what nobody has looked at: two queries, bounded lists.

Who must act is decided as in ``responsibles``, but that scorecards which the reader owes are no part of it: the start page
lists them by themselves. Each list is read from an index, the longest waiting first, and ends after ``ROWS``; of those that
wait for a panel the ``WINDOW`` oldest of a posting are looked at for one whose panel owes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, false, literal, null, or_, select, true, union_all
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    HandOver,
    Posting,
    PostingMember,
    PostingState,
    Responsible,
    Role,
    Stage,
    StageCount,
    StageRule,
    User,
)
from screening.policy import Actor
from screening.queries.blindness import is_owed
from screening.queries.stage_rules import LANES, Rule, came_before, is_overdue, rule_beside

ROWS = 20
WINDOW = 40
PLACES = 60
"""Stages of postings that are looked through, those with the most applications first."""
NEW = 100
GIVEN = timedelta(days=14)
"""How long a hand-over is news."""


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """One application that stands for too long; ``limit`` is that of its stage in days."""

    application_id: int
    candidate: str
    posting_id: int
    posting_title: str | None
    stage: Stage
    rule: Rule
    since: datetime


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One application that a colleague has handed over, by whom and with what word; a blind reader does not get the word."""

    application_id: int
    candidate: str
    posting_title: str | None
    by: str
    note: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OnMe:
    """What waits for one person; ``cut`` when more is overdue than is listed.

    ``new`` counts the applications that nobody has looked at: posting, its title and the number, the most first.
    """

    overdue: tuple[OverdueRow, ...] = ()
    given: tuple[GivenRow, ...] = ()
    new: tuple[tuple[int, str | None, int], ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    posting_id: int
    title: str | None
    owner_id: int | None
    stage: Stage
    rule: Rule
    acts: Responsible
    count: int


def on_me(session: Session, *, actor: Actor, now: datetime) -> OnMe:
    """Read what is overdue on postings or applications that this person answers for, and what was handed to them lately."""
    places = _places(session, actor)
    known = {(place.posting_id, place.stage): place for place in places}
    mine = [place for place in places if _answers(place, actor) and place.rule.days is not None][:PLACES]
    parts = [*(_late(place, now) for place in mine), *_own(actor, now), _given(actor, now)]
    overdue: dict[int, OverdueRow] = {}
    given: dict[int, GivenRow] = {}
    titles = {place.posting_id: place.title for place in places}
    for kind, ident, name, posting_id, stage, since, owed, by, note in session.execute(union_all(*parts)):
        if kind == "given":
            given.setdefault(ident, GivenRow(ident, name, titles.get(posting_id), by, note, since))
            continue
        place = known.get((posting_id, Stage(stage)))
        if place is None or (kind == "own" and not _is_owners(place, owed=owed)):
            continue
        if is_overdue(place.rule, since, now):
            overdue[ident] = OverdueRow(ident, name, posting_id, place.title, place.stage, place.rule, since)
    rows = sorted(overdue.values(), key=lambda row: (row.since, row.application_id))
    latest = sorted(given.values(), key=lambda row: row.at, reverse=True)
    new = [(place.posting_id, place.title, place.count) for place in places if place.stage is Stage.APPLIED]
    return OnMe(tuple(rows[:ROWS]), tuple(latest[:ROWS]), tuple(new[:NEW]), cut=len(rows) > ROWS)


def _places(session: Session, actor: Actor) -> list[_Place]:
    """Read the stages in which somebody stands, of the postings that the reader sees, with their rules."""
    has_manager = (
        select(PostingMember.user_id)
        .join(User, User.id == PostingMember.user_id)
        .where(PostingMember.posting_id == Posting.id, User.role == Role.HIRING_MANAGER, User.is_active)
        .correlate(Posting)
        .exists()
    )
    owner = select(User.id).where(User.id == Posting.owner_id, User.is_active).correlate(Posting).scalar_subquery()
    visible: ColumnElement[bool] = true() if actor.role is Role.ADMIN else Posting.id.in_(actor.postings)
    rows = session.execute(
        select(Posting.id, Posting.title, owner, StageCount.stage, StageCount.count, StageRule, has_manager)
        .join(StageCount, StageCount.posting_id == Posting.id)
        .outerjoin(StageRule, and_(StageRule.posting_id == Posting.id, StageRule.stage == StageCount.stage))
        .where(
            visible,
            Posting.state != PostingState.DRAFT,
            StageCount.stage.in_(LANES),
            StageCount.count > 0,
        )
        .order_by(StageCount.count.desc(), Posting.id)
    )
    places = []
    for ident, title, owner_id, stage, count, own, managed in rows:
        rule = rule_beside(stage, own)
        is_vacant = rule.responsible is Responsible.HIRING_MANAGER and not managed
        acts = Responsible.OWNER if is_vacant else rule.responsible
        places.append(_Place(ident, title, owner_id, stage, rule, acts, count))
    return places


def _answers(place: _Place, actor: Actor) -> bool:
    """Tell whether the reader must act on what nobody has for their own there."""
    match place.acts:
        case Responsible.OWNER | Responsible.PANEL:
            return place.owner_id == actor.id or (place.owner_id is None and place.posting_id in actor.postings)
        case Responsible.HIRING_MANAGER:
            return actor.role is Role.HIRING_MANAGER
        case _:
            return False


def _is_owners(place: _Place, *, owed: bool) -> bool:
    """Tell whether it is the turn of an application's owner."""
    return place.acts is Responsible.OWNER or (place.acts is Responsible.PANEL and not owed)


def _late(place: _Place, now: datetime) -> Select[Any]:
    """Select the longest waiting of a stage of a posting; an owner's list is of those that nobody has for their own."""
    conditions = [
        Application.posting_id == place.posting_id,
        Application.stage == place.stage,
        Application.stage_since < came_before(place.rule.days or 0, now),
    ]
    if place.acts is not Responsible.HIRING_MANAGER:
        gone = select(User.id).where(User.is_active.is_(False))
        conditions.append(or_(Application.owner_id.is_(None), Application.owner_id.in_(gone)))
    if place.acts is not Responsible.PANEL:
        return _applications("late", conditions)
    oldest = select(Application.id).where(*conditions).order_by(Application.stage_since, Application.id).limit(WINDOW)
    return _applications("late", [Application.id.in_(select(oldest.subquery().c.id)), ~is_owed()])


def _own(actor: Actor, now: datetime) -> Iterator[Select[Any]]:
    """Select the longest waiting of those that the reader has for their own, stage by stage as their index has them."""
    for stage in LANES:
        conditions = [
            Application.owner_id == actor.id,
            Application.stage == stage,
            Application.stage_since < came_before(0, now),
        ]
        yield _applications("own", conditions)


def _applications(kind: str, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    rows = (
        select(
            literal(kind, String).label("kind"),
            Application.id,
            Application.name,
            Application.posting_id,
            Application.stage,
            Application.stage_since,
            (is_owed() if kind == "own" else false()).label("owed"),
            literal("", String).label("by"),
            null().label("note"),
        )
        .where(*conditions)
        .order_by(Application.stage_since, Application.id)
        .limit(ROWS + 1)
    )
    return _whole(rows)


def _given(actor: Actor, now: datetime) -> Select[Any]:
    """Select what colleagues handed over lately and the reader still has, the newest first."""
    rows = (
        select(
            literal("given", String).label("kind"),
            Application.id,
            Application.name,
            Application.posting_id,
            Application.stage,
            HandOver.at.label("stage_since"),
            false().label("owed"),
            User.name.label("by"),
            case((is_owed(user_id=actor.id), null()), else_=HandOver.note).label("note"),
        )
        .select_from(HandOver)
        .join(Application, Application.id == HandOver.application_id)
        .join(User, User.id == HandOver.actor_id)
        .where(
            HandOver.to_id == actor.id,
            HandOver.actor_id != actor.id,
            HandOver.at > now - GIVEN,
            Application.owner_id == actor.id,
            or_(*(Application.stage == stage for stage in LANES)),
        )
        .order_by(HandOver.id.desc())
        .limit(ROWS)
    )
    return _whole(rows)


def _whole(rows: Any) -> Select[Any]:
    """Let a list with an order and an end be a part of a union."""
    return select(*rows.subquery().c)
