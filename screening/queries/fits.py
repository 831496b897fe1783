"""For which other postings an application is strong, as far as the reader may see those postings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from rubrics.prescore import Gates
from rubrics.scoring import ENGINE_VERSION
from screening.models import Application, Fit, Posting, PostingState, RubricState, RubricVersion, Stage

MOST = 5
STRONG = 0.5


@dataclass(frozen=True, slots=True)
class FitRow:
    """Another posting; ``requirement`` is the requirement point, at least ``STRONG``."""

    posting_id: int
    title: str | None
    first_line: int
    last_line: int
    requirement: float
    gates: Gates


def also_fits(session: Session, *, application: Application, postings: Collection[int] | None) -> tuple[FitRow, ...]:
    """Read the ``MOST`` strongest fits among open postings, those below a knock-out last; ``postings`` are the reader's own, None for all.

    Empty for a candidate who refused to be prescored or withdrew. The caller asks for none for a blind reader.
    """
    if application.prescore_refused or application.stage is Stage.WITHDRAWN:
        return ()
    rows = (
        select(Posting, Fit.requirement, Fit.gates)
        .join(RubricVersion, RubricVersion.posting_id == Posting.id)
        .join(Fit, Fit.rubric_version_id == RubricVersion.id)
        .where(
            Fit.application_id == application.id,
            Fit.engine_version == ENGINE_VERSION,
            Fit.requirement >= STRONG,
            RubricVersion.state == RubricState.PUBLISHED,
            Posting.state == PostingState.OPEN,
            Posting.id != application.posting_id,
        )
        .order_by(case((Fit.gates == Gates.BELOW.value, 1), else_=0), Fit.requirement.desc(), Posting.id)
        .limit(MOST)
    )
    if postings is not None:
        rows = rows.where(Posting.id.in_(sorted(postings)))
    return tuple(
        FitRow(posting.id, posting.title, posting.first_line, posting.last_line, requirement or 0.0, Gates(gates))
        for posting, requirement, gates in session.execute(rows)
    )
