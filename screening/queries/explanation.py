"""What the prescore found, for the candidate alone: each criterion in its own words, the verdict that counts, the candidate's own quotations.

No score, no weight, no rank, no name and no words of staff, nothing of other applications. Four queries for any number of criteria.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_prescore, load_rubric
from rubrics.model import Criterion, Rubric, Section
from rubrics.prescore import Because, Quote, Result, Verdict
from screening.models import Application, Posting, PrescoreFailure, RubricVersion, Stage, StoredPrescore
from screening.queries.additions import Addition, additions
from screening.queries.status import reference_of
from screening.queries.verdicts import Change, changes, standing_verdicts


class Told(StrEnum):
    """What there is to explain."""

    POINTS = "points"
    WAITING = "waiting"
    FAILED = "failed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # before it was prescored


@dataclass(frozen=True, slots=True)
class Point:
    """One criterion: ``by_person`` says that a person set the verdict; then there is no reason and no quotation of the machine."""

    id: str
    text: str
    section: Section
    verdict: Verdict
    by_person: bool
    because: Because | None
    quotes: tuple[Quote, ...]
    added: tuple[Addition, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether something is missing that the candidate may add."""
        return self.verdict in {Verdict.NOT_SHOWN, Verdict.PARTLY}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The page: requirements before bonus, each in the rubric's order; ``points`` is empty unless there is something to explain.

    ``has_failed``: the run that was to take in what the candidate added could not be made.
    """

    reference: str
    title: str
    language: str
    told: Told
    made_at: datetime | None = None
    points: tuple[Point, ...] = ()
    additions: tuple[Addition, ...] = ()
    has_failed: bool = False

    @property
    def is_dated(self) -> bool:
        """Tell whether the candidate has added something since the prescore was made."""
        return self.made_at is not None and any(one.added_at > self.made_at for one in self.additions)

    @property
    def required(self) -> tuple[Point, ...]:
        """Give what the role asks for."""
        return tuple(point for point in self.points if point.section is Section.REQUIREMENT)

    @property
    def welcome(self) -> tuple[Point, ...]:
        """Give what nobody has to show."""
        return tuple(point for point in self.points if point.section is Section.BONUS)


def read_explanation(session: Session, *, application_id: int) -> Explanation | None:
    """Read what the rubric version that judged the application made of it; None when the application is gone."""
    found = session.execute(
        select(Application, Posting, StoredPrescore, RubricVersion.document)
        .join(Posting, Posting.id == Application.posting_id)
        .outerjoin(StoredPrescore, StoredPrescore.id == Application.prescore_id)
        .outerjoin(RubricVersion, RubricVersion.id == StoredPrescore.rubric_version_id)
        .where(Application.id == application_id)
    ).one_or_none()
    if found is None:
        return None
    application, posting, stored, document = found
    reference = reference_of(posting.id, application.id)
    title, language = posting.title or "", posting.language
    if application.prescore_refused or stored is None:
        return Explanation(reference, title, language, _untold(session, application))
    rubric, prescore = load_rubric(document), load_prescore(stored.result)
    changed = changes(session, [application.id])[application.id]
    verdicts = standing_verdicts(rubric, prescore, changed)
    results = {result.criterion: result for result in prescore.results}
    added = additions(session, application_id=application.id)
    points = tuple(_point(one, verdicts, changed, results.get(one.id), added) for one in rubric.criteria)
    failed = bool(added) and _has_failed(session, application.id)
    return Explanation(reference, title, language, Told.POINTS, stored.created_at, points, added, failed)


def read_judging_rubric(session: Session, *, application: Application) -> Rubric | None:
    """Read the rubric that the application's prescore was made with; None while there is no prescore to be explained."""
    if application.prescore_refused:
        return None
    document = session.scalar(
        select(RubricVersion.document)
        .join(StoredPrescore, StoredPrescore.rubric_version_id == RubricVersion.id)
        .where(StoredPrescore.id == application.prescore_id)
    )
    return load_rubric(document) if document else None


def _untold(session: Session, application: Application) -> Told:
    if application.prescore_refused:
        return Told.REFUSED
    if application.stage is Stage.WITHDRAWN:
        return Told.WITHDRAWN
    return Told.FAILED if _has_failed(session, application.id) else Told.WAITING


def _has_failed(session: Session, application_id: int) -> bool:
    failed = select(PrescoreFailure.id).where(PrescoreFailure.application_id == application_id).limit(1)
    return session.scalar(failed) is not None


def _point(
    criterion: Criterion,
    verdicts: Mapping[str, Verdict],
    changed: Mapping[str, Change],
    result: Result | None,
    added: tuple[Addition, ...],
) -> Point:
    by_person = criterion.key in changed
    machine = None if by_person else result
    return Point(
        id=criterion.id,
        text=criterion.text,
        section=criterion.section,
        verdict=verdicts.get(criterion.id, Verdict.NOT_SHOWN),
        by_person=by_person,
        because=machine.because if machine else None,
        quotes=_once(machine.evidence) if machine else (),
        added=tuple(one for one in added if one.criterion_key == criterion.key),
    )


def _once(evidence: tuple[Quote, ...]) -> tuple[Quote, ...]:
    """Give the same words once for the résumé and once for the answers, in the order in which they were found."""
    found: dict[tuple[str, bool], Quote] = {}
    for quote in evidence:
        found.setdefault((quote.quote, quote.source == "resume"), quote)
    return tuple(found.values())
