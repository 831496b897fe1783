"""Computing figures of interviews in the worker: facts of single applications, a posting's sums, sums of several postings.

Facts are read only of applications that changed; a posting's figures are made of its facts, those of several postings of
their sums. What is read and what is stored are two short transactions with the arithmetic between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rubrics.codec import dump_case, dump_measures, dump_tally, load_case, load_rubric, load_tally
from rubrics.measures import Tally, add_up, measure, tally
from screening.models import MeasuredApplication, Measurement, Posting, RubricState, RubricVersion
from screening.models.base import JsonObject
from screening.queries.measured_scopes import EVERYTHING, SEVERAL, measured_postings, scope_of, sets_of_readers
from screening.queries.panel_facts import DatedCase, read_cases
from screening.services.measuring import repair

PERIODS = (30, 90, 365, 0)
"""Lengths in days that figures are kept for, the shortest first; 0 is all time."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts that were read of some applications: how often each had changed by then, and what is known; without facts its panels are not complete."""

    changes: Mapping[int, int]
    cases: Mapping[int, DatedCase]


@dataclass(frozen=True, slots=True)
class Figures:
    """The rows of one scope, one a period, ready to be stored."""

    scope: str
    rows: tuple[Measurement, ...] = ()


def read_anew(session: Session, *, posting_id: int, most: int = CHUNK) -> Reading:
    """Read the facts of up to ``most`` applications of the posting that changed."""
    rows = session.execute(
        select(MeasuredApplication.application_id, MeasuredApplication.changes)
        .where(
            MeasuredApplication.posting_id == posting_id,
            MeasuredApplication.left_at.is_(None),
            MeasuredApplication.facts.is_(None),
        )
        .order_by(MeasuredApplication.application_id)
        .limit(most)
    )
    changes = dict(rows.all())
    return Reading(changes, read_cases(session, list(changes)))


def store_facts(session: Session, reading: Reading, *, now: datetime) -> None:
    """Keep facts, except of applications that changed again meanwhile: those are read once more."""
    for ident, number in reading.changes.items():
        found = reading.cases.get(ident)
        values = {"left_at": now} if found is None else {"last_at": found.last_at, "facts": dump_case(found.case)}
        kept = (
            update(MeasuredApplication)
            .where(MeasuredApplication.application_id == ident, MeasuredApplication.changes == number)
            .values(**values)
        )
        session.execute(kept, execution_options={"synchronize_session": False})


def add_up_posting(session: Session, *, posting_id: int, now: datetime) -> Figures:
    """Make a posting's figures of all periods from its applications' facts."""
    rows = session.execute(
        select(MeasuredApplication.last_at, MeasuredApplication.facts)
        .where(
            MeasuredApplication.posting_id == posting_id,
            MeasuredApplication.left_at.is_(None),
            MeasuredApplication.facts.is_not(None),
        )
        .order_by(MeasuredApplication.application_id)
    ).all()
    parts: dict[int, list[JsonObject]] = {days: [] for days in PERIODS}
    for last_at, facts in rows:
        if last_at is not None and facts is not None:
            fitting = next(days for days in PERIODS if not days or last_at >= now - timedelta(days=days))
            parts[fitting].append(facts)
    labels = _labels(session, posting_id)
    sums, found = Tally(), []
    for days in PERIODS:
        sums = add_up((sums, tally(load_case(facts) for facts in parts[days])))
        found.append(_row(scope_of([posting_id]), days, sums, labels, {posting_id: now}, posting_id=posting_id))
    return Figures(scope_of([posting_id]), tuple(found))


def add_up_set(session: Session, *, reader_id: int) -> Figures:
    """Make the figures of all postings that somebody reads, or with 0 of all there are, from the postings' sums."""
    postings = measured_postings(session, reader_id=reader_id)
    if reader_id and len(postings) < SEVERAL:
        return Figures("")
    scope = scope_of(postings) if reader_id else EVERYTHING
    asked = select(Measurement).where(Measurement.posting_id.is_not(None))
    if reader_id:
        asked = asked.where(Measurement.posting_id.in_(postings))
    by_days: dict[int, list[Measurement]] = {days: [] for days in PERIODS}
    for row in session.scalars(asked.order_by(Measurement.posting_id)):
        by_days.setdefault(row.days, []).append(row)
    found = []
    for days in PERIODS:
        rows = by_days[days]
        if not rows:
            continue
        sums = add_up(load_tally(row.tally) for row in rows if row.tally is not None)
        labels = {key: label for row in rows for key, label in row.document["labels"].items()}
        counted = {row.posting_id: row.computed_at for row in rows if row.posting_id is not None}
        found.append(_row(scope, days, sums, labels, counted))
    return Figures(scope, tuple(found))


def store_figures(session: Session, figures: Figures) -> None:
    """Put the figures of a scope in the place of the earlier ones; what another run has counted from newer facts stays."""
    counted = dict(
        session.execute(
            select(Measurement.days, Measurement.computed_at).where(Measurement.scope == figures.scope)
        ).all()
    )
    for row in figures.rows:
        if row.days not in counted or counted[row.days] <= row.computed_at:
            session.merge(row)
    session.flush()


def measure_posting(session: Session, *, posting_id: int, now: datetime) -> int:
    """Count a posting anew from its evaluations, all in one transaction; give how many applications count. For the command line and the demonstration."""
    repair(session, posting_id=posting_id, now=now)
    while (reading := read_anew(session, posting_id=posting_id)).changes:
        store_facts(session, reading, now=now)
    figures = add_up_posting(session, posting_id=posting_id, now=now)
    store_figures(session, figures)
    return max(row.inputs for row in figures.rows)


def measure_sets(session: Session) -> int:
    """Count every set of postings that somebody reads together; give how many there are."""
    sets = sets_of_readers(session)
    for reader_id in sets.values():
        store_figures(session, add_up_set(session, reader_id=reader_id))
    return len(sets)


def _row(
    scope: str,
    days: int,
    sums: Tally,
    labels: JsonObject,
    counted: Mapping[int, datetime],
    *,
    posting_id: int | None = None,
) -> Measurement:
    """Make a row; ``counted`` tells of each posting when its facts were read. A set looks no newer than its oldest part."""
    return Measurement(
        scope=scope,
        days=days,
        posting_id=posting_id,
        tally=None if posting_id is None else dump_tally(sums),
        document={
            "measures": dump_measures(measure(sums)),
            "labels": labels,
            "counted": {str(one): at.isoformat() for one, at in counted.items()},
        },
        inputs=sums.cases,
        computed_at=min(counted.values()),
    )


def _labels(session: Session, posting_id: int) -> JsonObject:
    """Name the criteria of all the posting's rubrics by key, as the newest has them, and the language of the names."""
    language = session.scalar(select(Posting.language).where(Posting.id == posting_id))
    documents = session.scalars(
        select(RubricVersion.document)
        .where(RubricVersion.posting_id == posting_id, RubricVersion.state != RubricState.DRAFT)
        .order_by(RubricVersion.number)
    )
    return {
        criterion.key: {"id": criterion.id, "text": criterion.text, "language": language}
        for document in documents
        for criterion in load_rubric(document).criteria
    }
