"""The criteria of a posting's rubric in force, as filters and lists name them; a process keeps them, so that a page asks one short question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_rubric
from rubrics.model import AssessedBy, Section
from screening.models import RubricState, RubricVersion

KEPT = 500


@dataclass(frozen=True, slots=True)
class ListedCriterion:
    """One criterion by its key; ``place`` is its place in the rubric, from 0; ``judged`` by the machine and not only by an interviewer."""

    key: str
    code: str
    text: str
    section: Section
    gate: bool
    judged: bool
    place: int


@dataclass(frozen=True, slots=True)
class Published:
    """Which version is in force, with which content."""

    id: int
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class RubricInForce:
    """The published version's number and its criteria by key, in the rubric's order."""

    number: int
    criteria: Mapping[str, ListedCriterion]


_kept: dict[str, Mapping[str, ListedCriterion]] = {}
"""By version and content, and so never wrong."""


def published_version(session: Session, *, posting_id: int) -> Published | None:
    """Name the posting's published version."""
    found = session.execute(
        select(RubricVersion.id, RubricVersion.number, RubricVersion.digest).where(
            RubricVersion.posting_id == posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    ).one_or_none()
    return Published(*found) if found else None


def rubric_in_force(session: Session, *, found: Published | None) -> RubricInForce | None:
    """Give the criteria of the published version; no query once the process knows it."""
    if found is None:
        return None
    mark = f"{found.id}:{found.digest}"
    criteria = _kept.get(mark)
    if criteria is None:
        document = session.scalars(select(RubricVersion.document).where(RubricVersion.id == found.id)).one()
        criteria = {
            one.key: ListedCriterion(
                one.key,
                one.id.upper(),
                one.text,
                one.section,
                one.gate,
                one.assessed_by is not AssessedBy.INTERVIEW,
                place,
            )
            for place, one in enumerate(load_rubric(document).criteria)
        }
        if len(_kept) > KEPT:
            _kept.clear()
        _kept[mark] = criteria
    return RubricInForce(found.number, criteria)
