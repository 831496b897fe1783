"""What a preview of a draft was computed from, and what has changed since: each question costs one look at an index."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.scoring import ENGINE_VERSION
from screening.models import (
    Application,
    ChangedVerdict,
    RubricPreview,
    RubricState,
    RubricVersion,
    Stage,
    StageCount,
    StoredPrescore,
)


class Stale(StrEnum):
    """Why a preview no longer says what publishing would do."""

    DRAFT = "draft"
    BASE = "base"
    ENGINE = "engine"
    APPLICATIONS = "applications"
    VERDICTS = "verdicts"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest application of a posting and how many stand in it, and the newest verdict and run of all."""

    newest_application_id: int
    standing: int
    newest_verdict_id: int
    newest_prescore_id: int


def facts_of(session: Session, *, posting_id: int) -> Facts:
    """Read the facts as they are now. Four queries."""
    newest = (
        select(Application.id)
        .where(Application.posting_id == posting_id)
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(1)
    )
    standing = select(func.sum(StageCount.count)).where(
        StageCount.posting_id == posting_id, StageCount.stage != Stage.WITHDRAWN
    )
    return Facts(
        newest_application_id=session.scalar(newest) or 0,
        standing=int(session.scalar(standing) or 0),
        newest_verdict_id=session.scalar(select(func.max(ChangedVerdict.id))) or 0,
        newest_prescore_id=session.scalar(select(func.max(StoredPrescore.id))) or 0,
    )


def staleness(session: Session, *, preview: RubricPreview, blind: Collection[int] = ()) -> tuple[Stale, ...]:
    """Tell what has changed since a preview was asked for; what happened to applications in ``blind`` is not told."""
    draft = select(RubricVersion.state, RubricVersion.revision).where(RubricVersion.id == preview.rubric_version_id)
    state, revision = session.execute(draft).one()
    same = state is RubricState.DRAFT and (revision == preview.revision or _same_content(session, preview))
    base = session.scalar(
        select(RubricVersion.id).where(
            RubricVersion.posting_id == preview.posting_id, RubricVersion.state == RubricState.PUBLISHED
        )
    )
    facts = facts_of(session, posting_id=preview.posting_id)
    applications = facts.newest_application_id, facts.standing
    found = {
        Stale.DRAFT: not same,
        Stale.BASE: base != preview.base_version_id,
        Stale.ENGINE: preview.engine_version != ENGINE_VERSION,
        Stale.APPLICATIONS: applications != (preview.newest_application_id, preview.standing),
        Stale.VERDICTS: facts.newest_verdict_id > preview.newest_verdict_id and _verdicts(session, preview, blind),
        Stale.RUNS: facts.newest_prescore_id > preview.newest_prescore_id and _runs(session, preview, blind),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _same_content(session: Session, preview: RubricPreview) -> bool:
    """Tell whether later saves came back to what was previewed."""
    return preview.document == session.scalar(
        select(RubricVersion.document).where(RubricVersion.id == preview.rubric_version_id)
    )


def _verdicts(session: Session, preview: RubricPreview, blind: Collection[int]) -> bool:
    rows = (
        select(ChangedVerdict.id)
        .join(Application, Application.id == ChangedVerdict.application_id)
        .where(
            ChangedVerdict.id > preview.newest_verdict_id,
            Application.posting_id == preview.posting_id,
            Application.id.not_in(sorted(blind)),
        )
    )
    return session.scalar(rows.limit(1)) is not None


def _runs(session: Session, preview: RubricPreview, blind: Collection[int]) -> bool:
    rows = (
        select(StoredPrescore.id)
        .join(Application, Application.prescore_id == StoredPrescore.id)
        .where(
            StoredPrescore.id > preview.newest_prescore_id,
            Application.posting_id == preview.posting_id,
            Application.id.not_in(sorted(blind)),
        )
    )
    return session.scalar(rows.limit(1)) is not None
