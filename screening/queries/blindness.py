"""Which applications somebody must not see scores of: where an own evaluation is still owed."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
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


def is_owed(application: type[Application], *, user_id: int) -> ColumnElement[bool]:
    """Give the condition that this person owes an evaluation of an application of the outer query; false where there is none."""
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == user_id)
        .correlate(Panelist)
        .exists()
    )
    return (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(
            Interview.application_id == application.id,
            Interview.cancelled_at.is_(None),
            Panelist.user_id == user_id,
            Panelist.abstained_at.is_(None),
            ~submitted,
        )
        .correlate(application)
        .exists()
    )
