"""The overview of postings: where their applications stand, what is new, what waits too long, what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
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
    SourceDocument,
    Stage,
    StageCount,
    StageRule,
    User,
)
from screening.policy import Actor
from screening.queries.overdue import LATELY, lately, overdue_in, stage_in
from screening.queries.stage_rules import LANES, Rules, rules_in

SORTS = ("new", "overdue", "median", "title", "age")
ROWS = 200
DOCUMENTS = 3
NONE: Mapping[int, int] = MappingProxyType({})
STATE = "state:"


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


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting: ``counts`` by stage in the order of ``LANES``; ``draft`` is the number of its unpublished rubric version, ``open_findings`` what that draft leaves unsettled.

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
    if chosen.mine:
        visible = and_(visible, _mine(actor))
    wanted = select(Posting, _owner().label("owner")).where(visible, Posting.state == chosen.state)
    if chosen.text:
        pattern = f"%{_escaped(chosen.text)}%"
        wanted = wanted.where(or_(Posting.title.ilike(pattern, escape="\\"), Posting.track.ilike(pattern, escape="\\")))
    found = session.execute(wanted.order_by(Posting.id.desc()).limit(ROWS + 1)).all()
    tally = _tally(session, visible, [posting.id for posting, _ in found[:ROWS]], today=today, now=now)
    rows = _rows(session, found[:ROWS], tally=tally, reviews=reviews)
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
        documents=waiting_documents(session, actor=actor),
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers by posting: applications by stage, overdue ones, new ones, failed runs; and how many postings have which state.

    ``open`` are the postings that take applications; ``interviews`` are today's on all postings that the reader sees.
    """

    open: frozenset[int]
    states: Mapping[PostingState, int]
    counts: Mapping[tuple[int, Stage], int]
    overdue: Mapping[int, int]
    new: Mapping[int, int]
    failures: Mapping[int, int]
    interviews: int

    def standing(self, stage: Stage) -> int:
        """Count who stands in a stage of an open posting."""
        return sum(self.counts.get((ident, stage), 0) for ident in self.open)


def _tally(
    session: Session, visible: ColumnElement[bool], ids: Sequence[int], *, today: datetime, now: datetime
) -> Tally:
    """Count over the open postings and those listed, in three queries; none grows but with what came in today, or failed."""
    wanted = select(Posting.id).where(visible, or_(Posting.state == PostingState.OPEN, Posting.id.in_(ids)))
    rules = rules_in(session.scalars(select(StageRule).where(StageRule.posting_id.in_(wanted))))
    standing = session.execute(
        select(Posting.id, Posting.state, StageCount.stage, StageCount.count)
        .join(StageCount, StageCount.posting_id == Posting.id)
        .where(Posting.id.in_(wanted))
    ).all()
    counts = {(posting, stage): count for posting, _, stage, count in standing}
    tallied: dict[str, dict[int, int]] = {}
    for kind, posting, count in session.execute(union_all(*_counts(counts, rules, visible, today, now))):
        tallied.setdefault(kind, {})[posting] = count
    came_lately = {
        (posting, stage_in(kind)): count
        for kind, by_posting in tallied.items()
        if kind.startswith(LATELY)
        for posting, count in by_posting.items()
    }
    overdue: dict[int, int] = {}
    for (posting, _stage), count in overdue_in(counts, came_lately, rules).items():
        overdue[posting] = overdue.get(posting, 0) + count
    return Tally(
        open=frozenset(posting for posting, state, _, _ in standing if state is PostingState.OPEN),
        states={state: tallied.get(STATE + state.value, NONE).get(0, 0) for state in PostingState},
        counts=counts,
        overdue=overdue,
        new=tallied.get("new", NONE),
        failures=tallied.get("failures", NONE),
        interviews=sum(tallied.get("interviews", NONE).values()),
    )


def _counts(
    standing: Mapping[tuple[int, Stage], int],
    rules: Mapping[int, Rules],
    visible: ColumnElement[bool],
    today: datetime,
    now: datetime,
) -> Iterator[Select[str, int, int]]:
    """Give what is counted by posting, each by an index that leads to it: its name, the posting (0 for all), the number."""

    def count(kind: str, of: ColumnElement[int]) -> Select[str, int, int]:
        rows = select(literal(kind, String), Application.posting_id, of)
        return rows.group_by(Application.posting_id)

    ids = sorted({posting_id for posting_id, _ in standing})
    mine = Application.posting_id.in_(ids)
    for state in PostingState:
        yield select(literal(STATE + state.value, String), literal(0), func.count()).where(
            visible, Posting.state == state
        )
    yield from lately(ids, rules, now)
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
    session: Session, found: Sequence[Row[Posting, str | None]], *, tally: Tally, reviews: Mapping[int, int]
) -> list[PostingRow]:
    ids = [posting.id for posting, _ in found]
    drafts = draft_findings(session, select(Posting.id).where(Posting.id.in_(ids)))
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
            overdue=tally.overdue.get(posting.id, 0),
            draft=drafts[posting.id][0] if posting.id in drafts else None,
            open_findings=drafts[posting.id][1] if posting.id in drafts else 0,
            failures=tally.failures.get(posting.id, 0),
            owner=owner,
            median=posting.stage_seconds,
            reviews=reviews.get(posting.id, 0),
        )
        for posting, owner in found
    ]


def draft_findings(session: Session, ids: Select[int]) -> dict[int, tuple[int, int]]:
    """Read the drafts' numbers and how many of their findings nobody has settled."""
    rows = select(RubricVersion.posting_id, RubricVersion.number, _findings(), _settled()).where(
        RubricVersion.posting_id.in_(ids), RubricVersion.state == RubricState.DRAFT
    )
    return {
        posting: (number, max(0, (all_findings or 0) - done))
        for posting, number, all_findings, done in session.execute(rows)
    }


def waiting_documents(session: Session, *, actor: Actor) -> tuple[WaitingDocument, ...]:
    """Read the last imported documents of which drafts wait that this person may publish; a hiring manager publishes none."""
    is_unsettled = case((func.coalesce(_findings(), 0) > _settled(), 1), else_=0)
    rows = (
        select(SourceDocument.id, SourceDocument.name, func.count(), func.sum(is_unsettled))
        .join(Posting, Posting.document_id == SourceDocument.id)
        .join(RubricVersion, RubricVersion.posting_id == Posting.id)
        .where(
            false() if actor.role is Role.HIRING_MANAGER else _visible(actor),
            Posting.state == PostingState.DRAFT,
            RubricVersion.state == RubricState.DRAFT,
        )
        .group_by(SourceDocument.id, SourceDocument.name)
        .order_by(SourceDocument.id.desc())
        .limit(DOCUMENTS)
    )
    return tuple(WaitingDocument(*row) for row in session.execute(rows))


def _findings() -> ColumnElement[int]:
    return func.json_array_length(RubricVersion.document["warnings"])


def _settled() -> ColumnElement[int]:
    return (
        select(func.count())
        .where(SettledFinding.rubric_version_id == RubricVersion.id)
        .correlate(RubricVersion)
        .scalar_subquery()
    )


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


def _mine(actor: Actor) -> ColumnElement[bool]:
    return or_(Posting.owner_id == actor.id, and_(Posting.owner_id.is_(None), Posting.id.in_(actor.postings)))


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


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.ADMIN:
        return true()
    return Posting.id.in_(actor.postings) if actor.postings else false()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
