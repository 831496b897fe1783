"""The overview of postings: where their applications stand, what is new, what waits too long, what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, String, false, func, literal, or_, select, union_all
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
    """Read the postings that this person has rights on; ``today`` is the start of the reader's day. Six queries for any number of rows.

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
    tally = _tally(session, actor, [posting.id for posting in found[:ROWS]], today=today, now=now)
    rows = _rows(session, found[:ROWS], tally=tally, reviews=reviews)
    kept = [row for row in rows if row.waits or not chosen.attention]
    return Overview(
        rows=tuple(_sorted(kept, chosen.sort)),
        states={state: int(states.get(state, 0)) for state in PostingState},
        to_review=tally.standing(Stage.APPLIED) + tally.standing(Stage.SCREENING),
        new=sum(tally.new.get(ident, 0) for ident in tally.open),
        overdue=sum(tally.overdue(ident) for ident in tally.open),
        interviews_today=tally.interviews,
        to_debrief=tally.standing(Stage.DEBRIEF),
        highest=max((count for row in rows for count in row.counts), default=0),
        cut=len(found) > ROWS,
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers by posting: applications by stage, of them those that came to the stage lately, new ones, failed runs.

    ``open`` are the postings that take applications; ``interviews`` are today's on all postings that the reader sees.
    """

    open: frozenset[int]
    counts: Mapping[tuple[int, Stage], int]
    lately: Mapping[tuple[int, Stage], int]
    new: Mapping[int, int]
    failures: Mapping[int, int]
    interviews: int

    def standing(self, stage: Stage) -> int:
        """Count who stands in a stage of an open posting."""
        return sum(self.counts.get((ident, stage), 0) for ident in self.open)

    def overdue(self, posting_id: int) -> int:
        """Count who stands in a stage for longer than its patience: all who stand there but those who came lately."""
        places = [(posting_id, stage) for stage in PATIENCE]
        return sum(max(0, self.counts.get(place, 0) - self.lately.get(place, 0)) for place in places)


def _tally(session: Session, actor: Actor, ids: Sequence[int], *, today: datetime, now: datetime) -> Tally:
    """Count over the open postings and those listed, in two queries; none grows but with what came in lately, or failed."""
    visible = _visible(actor)
    wanted = select(Posting.id).where(visible, or_(Posting.state == PostingState.OPEN, Posting.id.in_(ids)))
    standing = session.execute(
        select(Posting.id, Posting.state, StageCount.stage, StageCount.count)
        .join(StageCount, StageCount.posting_id == Posting.id)
        .where(Posting.id.in_(wanted))
    ).all()
    tallied: dict[str, dict[int, int]] = {kind: {} for kind in (*PATIENCE, "new", "failures", "interviews")}
    for kind, posting, count in session.execute(union_all(*_counts(wanted, visible, today, now))):
        tallied[kind][posting] = count
    return Tally(
        open=frozenset(posting for posting, state, _, _ in standing if state is PostingState.OPEN),
        counts={(posting, stage): count for posting, _, stage, count in standing},
        lately={(posting, stage): count for stage in PATIENCE for posting, count in tallied[stage].items()},
        new=tallied["new"],
        failures=tallied["failures"],
        interviews=sum(tallied["interviews"].values()),
    )


def _counts(
    wanted: Select[int], visible: ColumnElement[bool], today: datetime, now: datetime
) -> Iterator[Select[str, int, int]]:
    """Give what is counted by posting, each by an index that leads to it: its name, the posting, the number."""

    def count(kind: str, of: ColumnElement[int]) -> Select[str, int, int]:
        rows = select(literal(kind, String), Application.posting_id, of)
        return rows.group_by(Application.posting_id)

    mine = Application.posting_id.in_(wanted)
    for stage, limit in PATIENCE.items():
        lately = Application.stage == stage, Application.stage_since >= now - limit
        yield count(stage.value, func.count()).where(mine, *lately)
    yield count("new", func.count()).where(mine, Application.submitted_at >= today)
    # applications without any prescore whose last run failed
    yield (
        count("failures", func.count(func.distinct(Application.id)))
        .join(PrescoreFailure, PrescoreFailure.application_id == Application.id)
        .where(mine, Application.prescore_id.is_(None))
    )
    yield (
        count("interviews", func.count())
        .join(Interview, Interview.application_id == Application.id)
        .where(
            Application.posting_id.in_(select(Posting.id).where(visible)),
            Interview.cancelled_at.is_(None),
            Interview.kind != RoundKind.RESUME_REVIEW,
            Interview.starts_at >= today,
            Interview.starts_at < today + timedelta(days=1),
        )
    )


def _rows(
    session: Session, postings: Sequence[Posting], *, tally: Tally, reviews: Mapping[int, int]
) -> list[PostingRow]:
    ids = [posting.id for posting in postings]
    drafts, owners = draft_findings(session, select(Posting.id).where(Posting.id.in_(ids))), _owners(session, ids)
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
            counts=tuple(tally.counts.get((posting.id, stage), 0) for stage in LANES),
            new=tally.new.get(posting.id, 0),
            overdue=tally.overdue(posting.id),
            draft=drafts[posting.id][0] if posting.id in drafts else None,
            open_findings=drafts[posting.id][1] if posting.id in drafts else 0,
            failures=tally.failures.get(posting.id, 0),
            owners=owners.get(posting.id, ()),
            reviews=reviews.get(posting.id, 0),
        )
        for posting in postings
    ]


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


def _owners(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
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
