"""Which applications somebody must not see scores of: where an own evaluation is still owed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.models import Application, Evaluation, Interview, Panelist


def owed_applications(session: Session, *, user_id: int, posting_id: int) -> frozenset[int]:
    """Read the posting's applications of which this person sits on a panel, has not abstained and has not submitted.

    The same fact as ``queries.scopes.application_scope`` reads for one application, here for a list.
    """
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == user_id)
        .correlate(Panelist)
        .exists()
    )
    rows = (
        select(Interview.application_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .join(Application, Application.id == Interview.application_id)
        .where(
            Panelist.user_id == user_id,
            Panelist.abstained_at.is_(None),
            Interview.cancelled_at.is_(None),
            Application.posting_id == posting_id,
            ~submitted,
        )
    )
    return frozenset(session.scalars(rows))
