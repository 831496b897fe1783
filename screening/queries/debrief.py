"""A panel's evaluations side by side, the widest disagreement first, with the prescore beside them; only for readers who owe nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from rubrics.agreement import DebriefComparison, DebriefRow, compare
from rubrics.calibration import Confrontation, confront
from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion, Rubric
from screening.models import (
    Application,
    ChangedVerdict,
    Decision,
    FormVersion,
    Interview,
    Mail,
    MailState,
    Outcome,
    Posting,
    RubricState,
    RubricVersion,
    StoredPrescore,
    User,
)
from screening.models.base import JsonList, JsonObject
from screening.queries.mentions import Mention, mention_rows, mentions_from
from screening.queries.panels import Panels, Seat, read_panels
from screening.queries.papers import Paper, papers_of
from screening.queries.together import Together
from screening.queries.verdicts import Change, changed_rows, latest_changes, standing_score

WIDE = 2
"""Ratings this far apart are worth talking about first."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One rating with its note; ``value`` is None for "not covered", ``given`` False where the seat has no word on it."""

    seat: Seat
    given: bool
    value: int | None
    note: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One criterion over all seats; ``criterion`` is None where no rubric version at hand knows the key."""

    criterion: Criterion | None
    key: str
    cells: tuple[Cell, ...]
    mean: float | None
    spread: int
    paper: Paper | None

    @property
    def count(self) -> int:
        """How many gave a number."""
        return sum(cell.value is not None for cell in self.cells)

    @property
    def is_split(self) -> bool:
        """Whether the panel is far apart here."""
        return self.spread >= WIDE

    @property
    def has_notes(self) -> bool:
        """Whether anybody wrote about it."""
        return any(cell.note for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Told:
    """The mail with a decision: where it stands, and when it goes or went out."""

    state: MailState
    at: datetime


OF_DECISION = "letter:decision:"
"""How the keys of letters about decisions begin, before the decision's number."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision, the newest first; ``second`` is the other person's name, ``agrees`` their word. ``told`` is the candidate's mail, None without one; ``afterwards`` the letter that waits with it for the second person."""

    id: int
    outcome: Outcome
    reason: str
    note: str
    actor_id: int
    by: str
    at: datetime
    missing: int
    undone_at: datetime | None
    undone_by: str | None
    needs_second: bool
    second: str | None
    second_at: datetime | None
    agrees: bool | None
    second_note: str
    tell_candidate: bool
    afterwards: JsonObject | None
    told: Told | None

    @property
    def waits(self) -> bool:
        """Whether it waits for a second pair of eyes."""
        return self.needs_second and self.second is None and self.undone_at is None


@dataclass(frozen=True, slots=True)
class Debrief:
    """The page: ``point`` is the prescore's share of the requirements, None without one.

    ``rubric`` is the one in force, None without; ``questions`` are those of the form that the candidate answered, ``papers``
    what the documents show by criterion key, ``focus`` the keys that each interview was planned to cover.
    """

    posting: Posting
    panels: Panels
    rows: tuple[MatrixRow, ...]
    comparison: DebriefComparison
    point: float | None
    confrontations: tuple[tuple[Criterion | None, Confrontation], ...]
    decisions: tuple[DecisionRow, ...]
    rubric: Rubric | None
    questions: JsonList
    papers: Mapping[str, Paper]
    focus: Mapping[int, frozenset[str]]
    mentions: tuple[Mention, ...] = ()

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Give the columns."""
        return self.panels.seats

    @property
    def waiting(self) -> tuple[Seat, ...]:
        """Give who has not submitted and has not abstained."""
        return tuple(seat for seat in self.seats if seat.is_missing)

    @property
    def waiting_decision(self) -> DecisionRow | None:
        """Give the rejection that waits for a second pair of eyes; there is one at most."""
        return next((row for row in self.decisions if row.waits), None)


def debrief(session: Session, *, application: Application, reader_id: int = 0) -> Debrief:
    """Read the latest evaluations of every interview; three queries for one seat and for a hundred."""
    posting = session.get_one(Posting, application.posting_id)
    panels = read_panels(session, [application.id])[application.id]
    values = {"application": application.id, "form": application.form_version_id, "reader": reader_id}
    lists = _lists().read(session, **values)
    versions, stored = _rubrics(session, application)
    criteria = {one.key: one for _, rubric in versions.values() for one in rubric.criteria}
    papers, point = _papers(stored, versions, latest_changes(lists["changes"]))
    numbers = panels.ratings
    comparison = compare(numbers)
    return Debrief(
        posting=posting,
        panels=panels,
        rows=tuple(_row(row, panels.seats, criteria, papers) for row in comparison.rows),
        comparison=comparison,
        point=point,
        confrontations=tuple(
            (criteria.get(row.criterion), row)
            for row in confront(
                {key: paper.verdict for key, paper in papers.items()},
                {row.criterion: numbers[row.criterion] for row in comparison.rows},
            )
        ),
        decisions=_decisions(lists["decisions"], lists["mails"]),
        rubric=next((rubric for state, rubric in versions.values() if state is RubricState.PUBLISHED), None),
        questions=next((row.questions for row in lists["form"]), []),
        papers=papers,
        focus={
            one.id: frozenset(
                criterion.key for criterion in versions[one.rubric_version_id][1].criteria if criterion.id in one.focus
            )
            for one in panels.interviews
        },
        mentions=mentions_from(lists["mentions"]),
    )


Rubrics = dict[int, tuple[RubricState, Rubric]]
"""Rubric versions by id, the oldest first, so that the newest words of a criterion win."""


def _rubrics(session: Session, application: Application) -> tuple[Rubrics, StoredPrescore | None]:
    """Load the versions that the interviews were planned with, the prescored one with its result, and the one in force."""
    values = {"application": application.id, "posting": application.posting_id, "prescore": application.prescore_id}
    rows = session.execute(_versions(), values).all()
    stored = next((row.StoredPrescore for row in rows if row.StoredPrescore is not None), None)
    return {
        row.RubricVersion.id: (row.RubricVersion.state, load_rubric(row.RubricVersion.document)) for row in rows
    }, stored


@cache
def _versions() -> Select[*tuple[Any, ...]]:
    planned = select(Interview.rubric_version_id).where(
        Interview.application_id == bindparam("application"), Interview.cancelled_at.is_(None)
    )
    run = and_(
        StoredPrescore.id == bindparam("prescore", type_=Integer), StoredPrescore.rubric_version_id == RubricVersion.id
    )
    return (
        select(RubricVersion, StoredPrescore)
        .outerjoin(StoredPrescore, run)
        .where(
            RubricVersion.posting_id == bindparam("posting"),
            or_(
                RubricVersion.id.in_(planned),
                RubricVersion.state == RubricState.PUBLISHED,
                StoredPrescore.id.is_not(None),
            ),
        )
        .order_by(RubricVersion.number)
    )


def _papers(
    stored: StoredPrescore | None, versions: Rubrics, changed: Mapping[str, Change]
) -> tuple[dict[str, Paper], float | None]:
    if stored is None:
        return {}, None
    _state, rubric = versions[stored.rubric_version_id]
    prescore = load_prescore(stored.result)
    score = standing_score(rubric, prescore, changed)
    papers = papers_of(rubric, prescore, changed)
    return papers, score.requirement.point if score.requirement else None


@cache
def _lists() -> Together:
    """Make the statement of what stands beside the matrix: changed verdicts, decisions with their mails, and the form."""
    first, second, undone = aliased(User), aliased(User), aliased(User)
    here: BindParameter[int] = bindparam("application")
    decisions = (
        select(
            Decision.id,
            Decision.outcome,
            Decision.reason,
            Decision.note,
            Decision.actor_id,
            first.name.label("by"),
            Decision.at,
            Decision.missing,
            Decision.undone_at,
            undone.name.label("undone_by"),
            Decision.needs_second,
            second.name.label("second"),
            Decision.second_at,
            Decision.second_agrees.label("agrees"),
            Decision.second_note,
            Decision.tell_candidate,
            Decision.afterwards,
        )
        .join(first, first.id == Decision.actor_id)
        .outerjoin(second, second.id == Decision.second_id)
        .outerjoin(undone, undone.id == Decision.undone_by)
        .where(Decision.application_id == here)
        .order_by(Decision.id.desc())
    )
    mails = (
        select(Mail.key, Mail.state, Mail.sent_at, Mail.due_at)
        .where(
            Mail.application_id == here,
            Mail.template == "letter",
            Mail.key.startswith(OF_DECISION),
            Mail.state != MailState.RECALLED,
        )
        .order_by(Mail.id)
    )
    return Together(
        changes=changed_rows().where(ChangedVerdict.application_id == here),
        decisions=decisions,
        mails=mails,
        mentions=mention_rows(),
        form=select(FormVersion.questions).where(FormVersion.id == bindparam("form")),
    )


def _row(
    row: DebriefRow, seats: Sequence[Seat], criteria: Mapping[str, Criterion], papers: Mapping[str, Paper]
) -> MatrixRow:
    cells = []
    for seat in seats:
        given = seat.latest.ratings.get(row.criterion) if seat.latest else None
        cells.append(Cell(seat, given is not None, *(given or (None, ""))))
    return MatrixRow(
        criterion=criteria.get(row.criterion),
        key=row.criterion,
        cells=tuple(cells),
        mean=row.mean,
        spread=row.spread,
        paper=papers.get(row.criterion),
    )


def _decisions(rows: Sequence[Any], mails: Sequence[Any]) -> tuple[DecisionRow, ...]:
    told = {int(mail.key.split(":")[2]): Told(mail.state, mail.sent_at or mail.due_at) for mail in mails}
    return tuple(DecisionRow(**row._asdict(), told=told.get(row.id)) for row in rows)
