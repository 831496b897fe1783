"""The facts that the policy needs about a posting, an application or an interview."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from screening.models import Answer, Application, Evaluation, Interview, Panelist, PostingMember, ResumeFile, User
from screening.models.application import RESUME
from screening.policy import Actor, Scope
from screening.queries.own_answers import FIELD, is_for_interviewers


def actor_of(session: Session, user: User) -> Actor:
    """Read the rights of a member of staff."""
    postings = session.scalars(select(PostingMember.posting_id).where(PostingMember.user_id == user.id))
    return Actor(id=user.id, role=user.role, postings=frozenset(postings))


def account_of(session: Session, user_id: int) -> tuple[User, Actor] | None:
    """Read an account with its rights in one query, which every page of staff begins with."""
    rows = session.execute(
        select(User, PostingMember.posting_id)
        .outerjoin(PostingMember, PostingMember.user_id == User.id)
        .where(User.id == user_id)
    ).all()
    if not rows:
        return None
    user = rows[0][0]
    return user, Actor(user.id, user.role, frozenset(posting for _, posting in rows if posting is not None))


def application_scope(session: Session, application_id: int, *, interview_id: int | None = None) -> Scope:
    """Read an application's scope; with ``interview_id`` the panel is that interview's alone.

    Owing are panel members of interviews that were not cancelled, who did not abstain and have not submitted.
    """
    rows = session.execute(_seats(), {"application": application_id}).all()
    posting_id = rows[0].posting_id if rows else None
    seats = [row[1:] for row in rows if row.user_id is not None]
    panel = frozenset(user for interview, user, _, _ in seats if interview_id in {None, interview})
    owing = frozenset(user for _, user, abstained, done in seats if abstained is None and not done)
    done_by = frozenset(user for _, user, _, done in seats if done)
    return Scope(posting_id=posting_id, panel=panel, owing=owing, submitted=done_by)


@cache
def _seats() -> Select[int, int, int, datetime | None, bool]:
    """Make the statement once: nearly every page of an application asks it. One row, without a seat, where nobody sits."""
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == Panelist.user_id)
        .correlate(Panelist)
        .exists()
    )
    return (
        select(Application.posting_id, Panelist.interview_id, Panelist.user_id, Panelist.abstained_at, submitted)
        .outerjoin(Interview, (Interview.application_id == Application.id) & Interview.cancelled_at.is_(None))
        .outerjoin(Panelist, Panelist.interview_id == Interview.id)
        .where(Application.id == bindparam("application"))
    )


def file_scope(session: Session, file: ResumeFile) -> Scope:
    """Read the scope of a candidate's file: that of its application, without the panel where interviewers may not see the answer."""
    scope = application_scope(session, file.application_id)
    if file.field == RESUME:
        return scope
    stored = session.scalar(
        select(Answer.value).where(Answer.application_id == file.application_id, Answer.field == FIELD)
    )
    return scope if is_for_interviewers(stored, file.field) else replace(scope, panel=frozenset())
