"""The overview of postings: where their applications stand, what is new, what waits too long, what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
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
    """Read the postings that this person has rights on; ``today`` is the start of the reader's day. Five queries for any number of rows.

    ``reviews`` counts by posting the human reviews that candidates wait for.
    """
    readable = _visible(actor)
    visible = and_(readable, _mine(actor)) if chosen.mine else readable
    wanted = select(Posting, _owner().label("owner")).where(visible, Posting.state == chosen.state)
    if chosen.text:
        pattern = f"%{_escaped(chosen.text)}%"
        wanted = wanted.where(or_(Posting.title.ilike(pattern, escape="\\"), Posting.track.ilike(pattern, escape="\\")))
    found = session.execute(wanted.order_by(Posting.id.desc()).limit(ROWS + 1)).all()
    tally = _tally(session, visible, [posting.id for posting, _ in found[:ROWS]], today=today, now=now)
    drafts = read_drafts(session, readable)
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
    found: Sequence[Row[Posting, str | None]],
    *,
    tally: Tally,
    drafts: Mapping[int, Draft],
    reviews: Mapping[int, int],
) -> list[PostingRow]:
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
            draft=drafts[posting.id].number if posting.id in drafts else None,
            open_findings=drafts[posting.id].unsettled if posting.id in drafts else 0,
            failures=tally.failures.get(posting.id, 0),
            owner=owner,
            median=posting.stage_seconds,
            reviews=reviews.get(posting.id, 0),
        )
        for posting, owner in found
    ]


@dataclass(frozen=True, slots=True)
class Draft:
    """An unpublished rubric version: its number, what it leaves unsettled, its document; ``is_new`` when the posting was never published."""

    number: int
    unsettled: int
    document_id: int
    document: str
    title: str | None
    is_new: bool


def read_drafts(session: Session, *conditions: ColumnElement[bool]) -> dict[int, Draft]:
    """Read the drafts of postings by posting, in one query."""
    settled = (
        select(func.count())
        .where(SettledFinding.rubric_version_id == RubricVersion.id)
        .correlate(RubricVersion)
        .scalar_subquery()
    )
    rows = (
        select(
            RubricVersion.posting_id,
            RubricVersion.number,
            func.json_array_length(RubricVersion.document["warnings"]),
            settled,
            SourceDocument.id,
            SourceDocument.name,
            Posting.title,
            Posting.state,
        )
        .join(Posting, Posting.id == RubricVersion.posting_id)
        .join(SourceDocument, SourceDocument.id == Posting.document_id)
        .where(RubricVersion.state == RubricState.DRAFT, *conditions)
    )
    return {
        posting: Draft(
            number, max(0, (findings or 0) - done), document_id, document, title, state is PostingState.DRAFT
        )
        for posting, number, findings, done, document_id, document, title, state in session.execute(rows)
    }


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
