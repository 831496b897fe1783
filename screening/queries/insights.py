"""The figures of interviews for one posting or for all that one reads: ready-made rows, never a count over evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select, true
from sqlalchemy.orm import Session

from rubrics.codec import load_measures
from rubrics.measures import Measures
from rubrics.measures.severity import Severity
from screening.models import MeasuredApplication, Measurement, Posting, PostingState, Role, User
from screening.policy import Actor
from screening.queries.blindness import owed_by
from screening.queries.measured_scopes import EVERYTHING, SETTLE, measured_postings, scope_of


class Standing(StrEnum):
    """Whether figures can be shown: not counted yet; held back because the reader is about to judge somebody in them; nobody in them; there."""

    UNCOUNTED = "uncounted"
    BLIND = "blind"
    EMPTY = "empty"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Label:
    """A criterion's name in its posting's language; ``code`` is its place in the rubric, None where several postings share it."""

    text: str
    code: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A posting that can be chosen."""

    id: int
    title: str | None
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Insights:
    """The page; ``measures`` and ``computed_at`` are None unless ``standing`` says that there are some."""

    standing: Standing
    choices: tuple[Choice, ...]
    measures: Measures | None = None
    computed_at: datetime | None = None
    labels: Mapping[str, Label] | None = None
    names: Mapping[int, str] | None = None


def insights(session: Session, *, actor: Actor, posting_id: int | None, days: int) -> Insights:
    """Read the figures of a posting, or of all that this person reads, over the last ``days`` (0: all time). Five queries whatever is behind them.

    Whoever owes an evaluation of somebody who still stands in stored figures reads none of them until they are counted
    anew without that candidate.
    """
    choices = _choices(session, actor)
    everything = posting_id is None and actor.role is Role.ADMIN
    postings = [posting_id] if posting_id is not None else measured_postings(session, reader_id=actor.id)
    if not everything and not postings:
        return Insights(Standing.UNCOUNTED, choices)
    scope = EVERYTHING if everything else scope_of(postings)
    row = session.execute(_stored(scope, days)).first()
    if row is None:
        return Insights(Standing.UNCOUNTED, choices)
    if _is_blind_to(session, actor, row.document["counted"], row.computed_at):
        return Insights(Standing.BLIND, choices)
    if not row.inputs:
        return Insights(Standing.EMPTY, choices, computed_at=row.computed_at)
    measures = load_measures(row.document["measures"])
    single = posting_id is not None or len(postings) == 1
    return Insights(
        Standing.READY,
        choices,
        measures,
        row.computed_at,
        labels={
            key: Label(one["text"], one["id"].upper() if single else None, one["language"])
            for key, one in row.document["labels"].items()
        },
        names=_names(session, measures),
    )


def severities(session: Session, *, actor: Actor, days: int) -> Mapping[int, Severity]:
    """Read how members of panels rate over all that this person reads; empty where figures may not be shown. Three queries at most."""
    everything = actor.role is Role.ADMIN
    postings = [] if everything else measured_postings(session, reader_id=actor.id)
    if not everything and not postings:
        return {}
    scope = EVERYTHING if everything else scope_of(postings)
    row = session.execute(_stored(scope, days)).first()
    if row is None or not row.inputs or _is_blind_to(session, actor, row.document["counted"], row.computed_at):
        return {}
    return {one.rater: one for one in load_measures(row.document["measures"]).severity}


def _stored(scope: str, days: int) -> Select[*tuple[Any, ...]]:
    return select(Measurement.document, Measurement.inputs, Measurement.computed_at).where(
        Measurement.scope == scope, Measurement.days == days
    )


def _choices(session: Session, actor: Actor) -> tuple[Choice, ...]:
    mine = true() if actor.role is Role.ADMIN else Posting.id.in_(actor.postings)
    rows = session.execute(
        select(Posting.id, Posting.title, Posting.first_line, Posting.last_line)
        .where(mine, Posting.state != PostingState.DRAFT)
        .order_by(Posting.title, Posting.id)
    )
    return tuple(Choice(*row) for row in rows)


def _is_blind_to(session: Session, actor: Actor, counted: Mapping[str, str], oldest: datetime) -> bool:
    """Tell whether the figures, ``counted`` by posting at these times, hold somebody of whom the reader owes an evaluation by now."""
    left = select(MeasuredApplication.posting_id, MeasuredApplication.left_at).where(
        MeasuredApplication.left_at >= oldest - SETTLE, MeasuredApplication.application_id.in_(owed_by(actor.id))
    )
    return any(
        left_at is not None
        and str(posting_id) in counted
        and left_at >= datetime.fromisoformat(counted[str(posting_id)]) - SETTLE
        for posting_id, left_at in session.execute(left)
    )


def _names(session: Session, measures: Measures) -> dict[int, str]:
    raters = {use.rater for use in measures.uses if use.rater is not None}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(raters))).all())
