"""For which other postings an application is strong, as far as the reader may see those postings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, select
from sqlalchemy.orm import Session, aliased

from rubrics.prescore import Gates
from rubrics.scoring import ENGINE_VERSION
from screening.models import Application, Fit, Posting, PostingState, RubricState, RubricVersion, Stage
from screening.queries.blindness import is_owed
from screening.queries.columns import among

MOST = 5
STRONG = 0.7


@dataclass(frozen=True, slots=True)
class FitRow:
    """Another posting; ``requirement`` is the requirement point, at least ``STRONG``; ``gates`` pass or are to be checked.

    ``application_id`` is the same person's own application to it, where there is one.
    """

    posting_id: int
    title: str | None
    first_line: int
    last_line: int
    requirement: float
    gates: Gates
    application_id: int | None


def also_fits(
    session: Session, *, application: Application, postings: Collection[int] | None, reader_id: int
) -> tuple[FitRow, ...]:
    """Read the ``MOST`` strongest fits among open postings, none below a knock-out; ``postings`` are the reader's own, None for all.

    Empty for a candidate who refused to be prescored or withdrew. The caller asks for none for a blind reader;
    a posting is left out whose own evaluation of the same person the reader still owes.
    """
    if application.prescore_refused or application.stage is Stage.WITHDRAWN:
        return ()
    own_postings = {} if postings is None else {"postings": sorted(postings)}
    values = {
        "application": application.id,
        "person": application.person_id,
        "posting": application.posting_id,
        "reader": reader_id,
        **own_postings,
    }
    rows = session.execute(_rows(everything=postings is None), values)
    return tuple(
        FitRow(
            row.posting_id,
            row.title,
            row.first_line,
            row.last_line,
            row.requirement or 0.0,
            Gates(row.gates),
            row.application_id,
        )
        for row in rows
    )


@cache
def _rows(*, everything: bool) -> Select[*tuple[Any, ...]]:
    own, later, any_own = aliased(Application), aliased(Application), aliased(Application)
    newest = (  # who applied there again is one line, with the newest of their applications
        ~select(later.id)
        .where(later.posting_id == own.posting_id, later.person_id == own.person_id, later.id > own.id)
        .correlate(own)
        .exists()
    )
    owed = (
        select(any_own.id)
        .where(
            any_own.posting_id == Posting.id,
            any_own.person_id == bindparam("person"),
            is_owed(any_own, user_id=bindparam("reader")),
        )
        .correlate(Posting)
        .exists()
    )
    rows = (
        select(
            Posting.id.label("posting_id"),
            Posting.title,
            Posting.first_line,
            Posting.last_line,
            Fit.requirement,
            Fit.gates,
            own.id.label("application_id"),
        )
        .join(RubricVersion, RubricVersion.posting_id == Posting.id)
        .join(Fit, Fit.rubric_version_id == RubricVersion.id)
        .outerjoin(own, and_(own.posting_id == Posting.id, own.person_id == bindparam("person"), newest))
        .where(
            Fit.application_id == bindparam("application"),
            Fit.engine_version == ENGINE_VERSION,
            Fit.requirement >= STRONG,
            Fit.gates != Gates.BELOW.value,
            RubricVersion.state == RubricState.PUBLISHED,
            Posting.state == PostingState.OPEN,
            Posting.id != bindparam("posting"),
            ~owed,
        )
        .order_by(Fit.requirement.desc(), case((Fit.gates == Gates.PASS.value, 0), else_=1), Posting.id)
        .limit(MOST)
    )
    return rows if everything else rows.where(among(Posting.id, "postings"))
