"""The facts that the policy needs about a posting, an application or an interview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Row, Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from screening.models import (
    Answer,
    Application,
    Evaluation,
    Interview,
    Panelist,
    Posting,
    PostingMember,
    ResumeFile,
    Role,
    User,
)
from screening.models.application import RESUME
from screening.models.prepared import Prepared
from screening.policy import Actor, Scope
from screening.queries.deletions import waiting_for
from screening.queries.outbox import stuck_for
from screening.queries.own_answers import FIELD, is_for_interviewers


class Reader(NamedTuple):
    """Of an account what every page asks: a row of ``User``'s columns, which is read in a third of the time of the object."""

    id: int
    name: str
    role: Role
    session_key: str
    is_active: bool
    locale: str | None
    theme: str | None
    time_zone: str | None


OF_READER = tuple(getattr(User, name) for name in Reader._fields)


def actor_of(session: Session, user: Reader | User) -> Actor:
    """Read the rights of a member of staff."""
    postings = session.scalars(select(PostingMember.posting_id).where(PostingMember.user_id == user.id))
    return Actor(id=user.id, role=user.role, postings=frozenset(postings))


def account_of(session: Session, user_id: int) -> tuple[Reader, Actor, int, int] | None:
    """Read an account with its rights, the deletions that wait on its postings and the mails that are stuck there in one query, which every page of staff begins with."""
    rows = _accounts().read(session, {"reader": user_id})
    if not rows:
        return None
    *found, _, waiting, stuck = rows[0]
    reader = Reader._make(found)
    postings = frozenset(row[-3] for row in rows if row[-3] is not None)
    return reader, Actor(reader.id, reader.role, postings), waiting, stuck


@cache
def _accounts() -> Prepared:
    reader: BindParameter[int] = bindparam("reader")
    return Prepared(
        select(*OF_READER, PostingMember.posting_id, waiting_for(reader), stuck_for(reader))
        .outerjoin(PostingMember, PostingMember.user_id == User.id)
        .where(User.id == reader)
    )


def application_scope(session: Session, application_id: int, *, interview_id: int | None = None) -> Scope:
    """Read an application's scope; with ``interview_id`` the panel is that interview's alone.

    Owing are panel members of interviews that were not cancelled, who did not abstain and have not submitted.
    """
    rows = session.execute(_seats(), {"application": application_id}).all()
    return _scope(rows[0].posting_id if rows else None, rows, interview_id)


def application_at(session: Session, application_id: int) -> tuple[Application, Posting, Scope] | None:
    """Read an application with its posting and its scope in one query, which every page of an application begins with."""
    rows = session.execute(_applications(), {"application": application_id}).all()
    if not rows:
        return None
    application, posting = rows[0][:2]
    return application, posting, _scope(posting.id, rows, None)


def interview_at(session: Session, interview_id: int) -> tuple[Interview, Application, Posting, Scope] | None:
    """Read an interview with its application, its posting and its scope in one query."""
    rows = session.execute(_interviews(), {"interview": interview_id}).all()
    if not rows:
        return None
    interview, application, posting = rows[0][:3]
    return interview, application, posting, _scope(posting.id, rows, interview.id)


def _scope(posting_id: int | None, seats: Sequence[Row[*tuple[Any, ...]]], interview_id: int | None) -> Scope:
    taken = [row for row in seats if row.user_id is not None]
    return Scope(
        posting_id=posting_id,
        panel=frozenset(row.user_id for row in taken if interview_id in {None, row.interview_id}),
        owing=frozenset(row.user_id for row in taken if row.abstained_at is None and not row.submitted),
        submitted=frozenset(row.user_id for row in taken if row.submitted),
    )


@cache
def _seats() -> Select[Any, *tuple[Any, ...]]:
    """Make the statement once: nearly every page of an application asks it. One row, without a seat, where nobody sits."""
    return _seated(select(Application.posting_id)).where(Application.id == bindparam("application"))


@cache
def _applications() -> Select[Any, *tuple[Any, ...]]:
    rows = select(Application, Posting).join(Posting, Posting.id == Application.posting_id)
    return _seated(rows).where(Application.id == bindparam("application"))


@cache
def _interviews() -> Select[Any, *tuple[Any, ...]]:
    """Make the statement for one interview; the seats are those of the whole application, whose evaluations would colour each other."""
    own = aliased(Interview)
    rows = (
        select(own, Application, Posting)
        .select_from(own)
        .join(Application, Application.id == own.application_id)
        .join(Posting, Posting.id == Application.posting_id)
    )
    return _seated(rows).where(own.id == bindparam("interview"))


def _seated(rows: Select[Any, *tuple[Any, ...]]) -> Select[Any, *tuple[Any, ...]]:
    """Join the seats of an application's interviews that were not cancelled."""
    submitted = (
        select(Evaluation.id)
        .where(Evaluation.interview_id == Panelist.interview_id, Evaluation.user_id == Panelist.user_id)
        .correlate(Panelist)
        .exists()
    )
    return (
        rows.add_columns(Panelist.interview_id, Panelist.user_id, Panelist.abstained_at, submitted.label("submitted"))
        .outerjoin(Interview, (Interview.application_id == Application.id) & Interview.cancelled_at.is_(None))
        .outerjoin(Panelist, Panelist.interview_id == Interview.id)
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
