"""Who owes an evaluation, and which applications they must not see scores of meanwhile: one condition for all who ask."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Exists, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from screening.models import Application, Evaluation, Interview, Panelist


def is_open() -> ColumnElement[bool]:
    """Give the condition that a seat of the outer query, joined with its interview, owes an evaluation: not cancelled, not abstained, not submitted."""
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == Panelist.user_id)
        .correlate(Panelist)
        .exists()
    )
    # a settled seat has an evaluation (models.Panelist): who has sat on thousands of panels owes little, and an index holds that
    return and_(~Panelist.is_settled, Interview.cancelled_at.is_(None), Panelist.abstained_at.is_(None), ~submitted)


def takes_part() -> ColumnElement[bool]:
    """Give the condition that somebody comes to the conversation of a seat of the outer query, joined with its interview.

    An abstention frees a seat when it was declared before the beginning. A later one is an answer to the scorecard: time
    was spent, and no plan, load or calendar may tell of it to who is blind.
    """
    return or_(Panelist.abstained_at.is_(None), Panelist.abstained_at >= Interview.starts_at)


def owed_applications(session: Session, *, user_id: int, posting_id: int) -> frozenset[int]:
    """Read the posting's applications of which this person owes an evaluation.

    The same fact as ``queries.scopes.application_scope`` reads for one application, here for a list.
    """
    return frozenset(session.scalars(owed_rows(), {"reader": user_id, "posting": posting_id}))


@cache
def owed_rows() -> Select[int]:
    """Select the same for the parameters ``reader`` and ``posting``."""
    return (
        owed_by(bindparam("reader"))
        .join(Application, Application.id == Interview.application_id)
        .where(Application.posting_id == bindparam("posting"))
    )


def owed_by(user_id: int | BindParameter[Any]) -> Select[int]:
    """Select the applications of which this person owes an evaluation, from their own seats: few, however many applications there are."""
    return (
        select(Interview.application_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Panelist.user_id == user_id, is_open())
    )


def is_owed(application: type[Application] = Application, *, user_id: int | BindParameter[Any] | None = None) -> Exists:
    """Give the condition that this person, or anybody, owes an evaluation of an application of the outer query; false where there is none."""
    seats = (
        select(Panelist.user_id)
        .join(Interview, Interview.id == Panelist.interview_id)
        .where(Interview.application_id == application.id, is_open())
    )
    if user_id is not None:
        seats = seats.where(Panelist.user_id == user_id)
    return seats.correlate(application).exists()
