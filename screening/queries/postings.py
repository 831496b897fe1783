"""The overview of postings: where their applications stand, what is new, what waits too long, what needs a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    Interview,
    Posting,
    PostingMember,
    PostingState,
    PrescoreFailure,
    Role,
    RoundKind,
    RubricState,
    RubricVersion,
    SettledFinding,
    Stage,
    StageCount,
    User,
)
from screening.policy import Actor

LANES = (Stage.APPLIED, Stage.SCREENING, Stage.INTERVIEW, Stage.DEBRIEF, Stage.OFFER)
PATIENCE: Mapping[Stage, timedelta] = {
    Stage.APPLIED: timedelta(days=3),
    Stage.SCREENING: timedelta(days=5),
    Stage.INTERVIEW: timedelta(days=10),
    Stage.DEBRIEF: timedelta(days=3),
    Stage.OFFER: timedelta(days=7),
}
"""How long an application may stand in a stage before it is overdue."""
SORTS = ("new", "overdue", "title", "age")
ROWS = 200
NONE: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PostingFilter:
    """What the reader asked for; ``attention`` keeps the postings that wait for a person."""

    state: PostingState = PostingState.OPEN
    text: str = ""
    attention: bool = False
    sort: str = "new"


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting: ``counts`` by stage in the order of ``LANES``; ``draft`` is the number of its unpublished rubric version, ``open_findings`` what that draft leaves unsettled."""

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
    owners: tuple[str, ...]
    reviews: int = 0

    @property
    def waits(self) -> bool:
        """Whether something on this posting waits for a person."""
        return bool(self.overdue or self.draft or self.failures or self.reviews)


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


def overview(
    session: Session,
    *,
    actor: Actor,
    chosen: PostingFilter,
    today: datetime,
    now: datetime,
    reviews: Mapping[int, int] = NONE,
) -> Overview:
    """Read the postings that this person has rights on; ``today`` is the start of the reader's day. Eleven queries for any number of rows.

    ``reviews`` counts by posting the human reviews that candidates wait for.
    """
    visible = _visible(actor)
    counted = select(Posting.state, func.count()).where(visible).group_by(Posting.state)
    states = dict(session.execute(counted).all())
    wanted = select(Posting).where(visible, Posting.state == chosen.state).order_by(Posting.id.desc()).limit(ROWS + 1)
    if chosen.text:
        pattern = f"%{_escaped(chosen.text)}%"
        wanted = wanted.where(or_(Posting.title.ilike(pattern, escape="\\"), Posting.track.ilike(pattern, escape="\\")))
    found = session.scalars(wanted).all()
    rows = _rows(session, found[:ROWS], today=today, now=now, reviews=reviews)
    open_ids = select(Posting.id).where(visible, Posting.state == PostingState.OPEN)
    stages = dict(
        session.execute(
            select(StageCount.stage, func.sum(StageCount.count))
            .where(StageCount.posting_id.in_(open_ids))
            .group_by(StageCount.stage)
        ).all()
    )
    interviews = session.scalar(
        select(func.count())
        .select_from(Interview)
        .join(Application, Application.id == Interview.application_id)
        .where(
            Application.posting_id.in_(select(Posting.id).where(visible)),
            Interview.cancelled_at.is_(None),
            Interview.kind != RoundKind.RESUME_REVIEW,
            Interview.starts_at >= today,
            Interview.starts_at < today + timedelta(days=1),
        )
    )
    kept = [row for row in rows if row.waits or not chosen.attention]
    return Overview(
        rows=tuple(_sorted(kept, chosen.sort)),
        states={state: int(states.get(state, 0)) for state in PostingState},
        to_review=int(stages.get(Stage.APPLIED, 0)) + int(stages.get(Stage.SCREENING, 0)),
        new=sum(_new(session, open_ids, today).values()),
        overdue=sum(_overdue(session, open_ids, now).values()),
        interviews_today=interviews or 0,
        to_debrief=int(stages.get(Stage.DEBRIEF, 0)),
        highest=max((count for row in rows for count in row.counts), default=0),
        cut=len(found) > ROWS,
    )


def _rows(
    session: Session, postings: Sequence[Posting], *, today: datetime, now: datetime, reviews: Mapping[int, int]
) -> list[PostingRow]:
    ids = select(Posting.id).where(Posting.id.in_([posting.id for posting in postings]))
    counts = {
        (posting, stage): count
        for posting, stage, count in session.execute(
            select(StageCount.posting_id, StageCount.stage, StageCount.count).where(StageCount.posting_id.in_(ids))
        )
    }
    new, overdue = _new(session, ids, today), _overdue(session, ids, now)
    drafts, failures, owners = draft_findings(session, ids), _failures(session, ids), _owners(session, ids)
    return [
        PostingRow(
            id=posting.id,
            slug=posting.slug,
            first_line=posting.first_line,
            last_line=posting.last_line,
            title=posting.title,
            track=posting.track,
            locations=tuple(posting.locations),
            state=posting.state,
            counts=tuple(counts.get((posting.id, stage), 0) for stage in LANES),
            new=new.get(posting.id, 0),
            overdue=overdue.get(posting.id, 0),
            draft=drafts[posting.id][0] if posting.id in drafts else None,
            open_findings=drafts[posting.id][1] if posting.id in drafts else 0,
            failures=failures.get(posting.id, 0),
            owners=owners.get(posting.id, ()),
            reviews=reviews.get(posting.id, 0),
        )
        for posting in postings
    ]


def _new(session: Session, ids: Select[int], today: datetime) -> dict[int, int]:
    return _per_posting(session, ids, Application.submitted_at >= today)


def _overdue(session: Session, ids: Select[int], now: datetime) -> dict[int, int]:
    late = [(Application.stage == stage) & (Application.stage_since < now - limit) for stage, limit in PATIENCE.items()]
    return _per_posting(session, ids, or_(*late))


def _per_posting(session: Session, ids: Select[int], condition: ColumnElement[bool]) -> dict[int, int]:
    rows = select(Application.posting_id, func.count()).where(Application.posting_id.in_(ids), condition)
    return dict(session.execute(rows.group_by(Application.posting_id)).all())


def draft_findings(session: Session, ids: Select[int]) -> dict[int, tuple[int, int]]:
    """Read the drafts' numbers and how many of their findings nobody has settled."""
    settled = (
        select(func.count())
        .where(SettledFinding.rubric_version_id == RubricVersion.id)
        .correlate(RubricVersion)
        .scalar_subquery()
    )
    rows = select(
        RubricVersion.posting_id,
        RubricVersion.number,
        func.json_array_length(RubricVersion.document["warnings"]),
        settled,
    ).where(RubricVersion.posting_id.in_(ids), RubricVersion.state == RubricState.DRAFT)
    return {
        posting: (number, max(0, (all_findings or 0) - done))
        for posting, number, all_findings, done in session.execute(rows)
    }


def _failures(session: Session, ids: Select[int]) -> dict[int, int]:
    """Count applications without any prescore whose last run failed."""
    rows = (
        select(Application.posting_id, func.count(func.distinct(Application.id)))
        .join(PrescoreFailure, PrescoreFailure.application_id == Application.id)
        .where(Application.posting_id.in_(ids), Application.prescore_id.is_(None))
        .group_by(Application.posting_id)
    )
    return dict(session.execute(rows).all())


def _owners(session: Session, ids: Select[int]) -> dict[int, tuple[str, ...]]:
    rows = (
        select(PostingMember.posting_id, User.name)
        .join(User, User.id == PostingMember.user_id)
        .where(PostingMember.posting_id.in_(ids), User.role.in_((Role.RECRUITER, Role.HIRING_MANAGER)))
        .order_by(PostingMember.posting_id, User.name, User.id)
    )
    names: dict[int, tuple[str, ...]] = {}
    for posting, name in session.execute(rows):
        names[posting] = (*names.get(posting, ()), name)
    return names


def _sorted(rows: Sequence[PostingRow], sort: str) -> list[PostingRow]:
    match sort:
        case "overdue":
            return sorted(rows, key=lambda row: (-row.overdue, -row.new, row.id))
        case "title":
            return sorted(rows, key=lambda row: (row.title is None, row.title or "", row.id))
        case "age":
            return sorted(rows, key=lambda row: row.id)
        case _:
            return sorted(rows, key=lambda row: (-row.new, -row.counts[0], row.id))


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.ADMIN:
        return Posting.id.is_not(None)
    return Posting.id.in_(actor.postings) if actor.postings else false()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
