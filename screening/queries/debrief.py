"""A panel's evaluations side by side, the widest disagreement first, with the prescore beside them; only for readers who owe nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from rubrics.agreement import DebriefComparison, DebriefRow, compare
from rubrics.calibration import Confrontation, confront
from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion, Rubric
from screening.models import (
    Application,
    Decision,
    FormVersion,
    Mail,
    MailState,
    Outcome,
    Posting,
    RubricState,
    RubricVersion,
    StoredPrescore,
    User,
)
from screening.models.base import JsonList
from screening.queries.panels import Panels, Seat, read_panels
from screening.queries.papers import Paper, papers_of
from screening.queries.verdicts import changes, standing_score

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


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision, the newest first; ``second`` is the other person's name, ``agrees`` their word. ``told`` is the candidate's mail, None without one."""

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


def debrief(session: Session, *, application: Application) -> Debrief:
    """Read the latest evaluations of every interview; the same number of queries for one seat and for a hundred."""
    posting = session.get_one(Posting, application.posting_id)
    panels = read_panels(session, [application.id])[application.id]
    stored = session.get(StoredPrescore, application.prescore_id) if application.prescore_id else None
    versions = _rubrics(session, posting.id, panels, stored)
    criteria = {one.key: one for _, rubric in versions.values() for one in rubric.criteria}
    papers, point = _papers(session, application, stored, versions)
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
        decisions=_decisions(session, application),
        rubric=next((rubric for state, rubric in versions.values() if state is RubricState.PUBLISHED), None),
        questions=session.scalar(select(FormVersion.questions).where(FormVersion.id == application.form_version_id))
        or [],
        papers=papers,
        focus={
            one.id: frozenset(
                criterion.key for criterion in versions[one.rubric_version_id][1].criteria if criterion.id in one.focus
            )
            for one in panels.interviews
        },
    )


Rubrics = dict[int, tuple[RubricState, Rubric]]
"""Rubric versions by id, the oldest first, so that the newest words of a criterion win."""


def _rubrics(session: Session, posting_id: int, panels: Panels, stored: StoredPrescore | None) -> Rubrics:
    """Load the versions that the interviews were planned with, the prescored one, and the one in force."""
    ids = {interview.rubric_version_id for interview in panels.interviews}
    if stored is not None:
        ids.add(stored.rubric_version_id)
    rows = session.scalars(
        select(RubricVersion)
        .where(
            RubricVersion.posting_id == posting_id,
            or_(RubricVersion.id.in_(ids), RubricVersion.state == RubricState.PUBLISHED),
        )
        .order_by(RubricVersion.number)
    )
    return {row.id: (row.state, load_rubric(row.document)) for row in rows}


def _papers(
    session: Session, application: Application, stored: StoredPrescore | None, versions: Rubrics
) -> tuple[dict[str, Paper], float | None]:
    if stored is None:
        return {}, None
    _state, rubric = versions[stored.rubric_version_id]
    prescore = load_prescore(stored.result)
    changed = changes(session, [application.id])[application.id]
    score = standing_score(rubric, prescore, changed)
    papers = papers_of(rubric, prescore, changed)
    return papers, score.requirement.point if score.requirement else None


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


def _decisions(session: Session, application: Application) -> tuple[DecisionRow, ...]:
    second, undone = aliased(User), aliased(User)
    rows = session.execute(
        select(Decision, User.name, second.name, undone.name)
        .join(User, User.id == Decision.actor_id)
        .outerjoin(second, second.id == Decision.second_id)
        .outerjoin(undone, undone.id == Decision.undone_by)
        .where(Decision.application_id == application.id)
        .order_by(Decision.id.desc())
    ).all()
    mails = session.scalars(
        select(Mail)
        .where(Mail.application_id == application.id, Mail.template == "decided", Mail.state != MailState.RECALLED)
        .order_by(Mail.id)
    )
    told = {int(mail.key.split(":")[1]): Told(mail.state, mail.sent_at or mail.due_at) for mail in mails}
    return tuple(
        DecisionRow(
            id=one.id,
            outcome=one.outcome,
            reason=one.reason,
            note=one.note,
            actor_id=one.actor_id,
            by=by,
            at=one.at,
            missing=one.missing,
            undone_at=one.undone_at,
            undone_by=undone_by,
            needs_second=one.needs_second,
            second=second_by,
            second_at=one.second_at,
            agrees=one.second_agrees,
            second_note=one.second_note,
            tell_candidate=one.tell_candidate,
            told=told.get(one.id),
        )
        for one, by, second_by, undone_by in rows
    )
