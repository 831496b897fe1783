"""The outbox of recruiters: mails to candidates of their postings, newest first, a page at a time.

Rows of a posting and a state lie together in an index, so a page reads no more mails than it shows of each posting.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case, func, not_, or_, select, union_all
from sqlalchemy.orm import Session

from screening.documents.words import wanted
from screening.models import Application, Interview, Mail, MailState, Panelist, Posting, PostingMember, Role, User
from screening.policy import Actor
from screening.queries.blindness import is_open
from screening.queries.texts import newest

PAGE = 50
MOST_STUCK = 100
MOST_FOUND = 500
"""Of so many candidates of one name, the newest, mails are looked for."""
SOON = timedelta(minutes=11)
"""What is due later than this was put off by somebody: letters wait ten minutes by themselves."""
TO_CANDIDATES = (
    "letter",
    "received",
    "received_again",
    "received_several",
    "reviewed",
    "offer",
    "offer_chosen",
    "candidate_planned",
    "candidate_changed",
    "candidate_off",
    "candidate_ended_off",
    "deletion_declined",
)
"""Templates of mails to candidates about an application; codes and links that candidates ask for are their own affair."""
OF_JUDGEMENTS = ("letter", "reviewed")
"""What colleagues wrote themselves: it may say what somebody who owes an evaluation must not know yet."""
STUCK = (MailState.FAILED, MailState.UNCERTAIN, MailState.KEPT)


class Box(StrEnum):
    """The parts of the outbox; ``scheduled`` waits for a time that somebody chose, ``waiting`` goes out within minutes."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail in the list; ``author`` None where nobody wrote it but the product, ``at`` when it was sent, or is due."""

    id: int
    subject: str
    template: str
    state: MailState
    due_at: datetime
    sent_at: datetime | None
    failure: str | None
    application_id: int
    candidate: str
    posting_id: int
    posting_title: str | None
    author: str | None


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """One page; ``before`` is the number to go on from, None on the last page."""

    rows: tuple[OutboxRow, ...]
    before: int | None


def outbox_page(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    box: Box | None = None,
    posting_id: int | None = None,
    application_ids: Collection[int] | None = None,
    before: int | None = None,
) -> OutboxPage:
    """List up to ``PAGE`` mails that the actor may read, of one part or of all, of one posting or of these applications. Two queries."""
    numbers = _numbers(
        session, actor=actor, now=now, box=box, posting_id=posting_id, application_ids=application_ids, before=before
    )
    shown = numbers[:PAGE]
    rows = session.execute(_rows().where(Mail.id.in_(shown)).order_by(Mail.id.desc())) if shown else ()
    return OutboxPage(tuple(OutboxRow(*row) for row in rows), shown[-1] if len(numbers) > PAGE else None)


def outbox_mail(session: Session, *, mail_id: int, actor: Actor) -> Mail | None:
    """Read one mail that this actor may read in the outbox; None for any other. One query."""
    theirs = Mail.posting_id.in_(actor.postings) if actor.role is not Role.ADMIN else Mail.posting_id.is_not(None)
    return session.scalar(select(Mail).where(Mail.id == mail_id, theirs, *_readable(actor)))


def open_postings(session: Session, *, actor: Actor) -> Sequence[tuple[int, str | None]]:
    """List the postings whose mails the actor may read, by title, for a filter. One query."""
    theirs = () if actor.role is Role.ADMIN else (Posting.id.in_(actor.postings),)
    rows = session.execute(
        select(Posting.id, Posting.title).where(*theirs).order_by(Posting.title, Posting.id).limit(500)
    )
    return [(ident, title) for ident, title in rows]


def stuck_for(reader: BindParameter[int]) -> ColumnElement[int]:
    """Count, inside another query that reads the account of ``reader``, the mails of their postings that go no further without a person, up to ``MOST_STUCK``."""
    own = select(PostingMember.posting_id).where(PostingMember.user_id == reader)
    to_candidates = or_(*(Mail.template == one for one in TO_CANDIDATES))  # a list would be written out each time
    # in the order of the index: SQLite would else rather read all mails than look for states that hardly any has
    stuck = select(Mail.id).where(Mail.state.in_(STUCK), to_candidates).order_by(Mail.state, Mail.id).limit(MOST_STUCK)
    everywhere = stuck.where(Mail.posting_id.is_not(None)).subquery()
    on_own = stuck.where(Mail.posting_id.in_(own)).subquery()
    return case(
        (User.role == Role.ADMIN, select(func.count()).select_from(everywhere).scalar_subquery()),
        (User.role == Role.RECRUITER, select(func.count()).select_from(on_own).scalar_subquery()),
        else_=0,
    )


def candidates_named(session: Session, *, actor: Actor, text: str) -> list[int]:
    """Find the applications on the actor's postings whose candidate has this name, the newest first, at most ``MOST_FOUND``."""
    names = wanted(text.strip(), in_names=True)
    if not names or (actor.role is not Role.ADMIN and not actor.postings):
        return []
    own = None if actor.role is Role.ADMIN else actor.postings
    return list(newest(session, names, posting_ids=own, most=MOST_FOUND, is_common=False))


def _numbers(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    box: Box | None,
    posting_id: int | None,
    application_ids: Collection[int] | None,
    before: int | None,
) -> list[int]:
    postings = None if actor.role is Role.ADMIN else actor.postings
    if posting_id is not None:
        postings = frozenset({posting_id}) if postings is None else postings & {posting_id}
    if postings is not None and not postings:
        return []
    only = [*_readable(actor), *_in_box(box, now)]
    if before is not None:
        only.append(Mail.id < before)
    if application_ids is not None:
        only.append(Mail.application_id.in_(application_ids))
        only.append(Mail.posting_id.in_(postings) if postings is not None else Mail.posting_id.is_not(None))
        return list(session.scalars(select(Mail.id).where(*only).order_by(Mail.id.desc()).limit(PAGE + 1)))
    if postings is None:
        only.append(Mail.posting_id.is_not(None))
        return list(session.scalars(select(Mail.id).where(*only).order_by(Mail.id.desc()).limit(PAGE + 1)))
    each = [
        select(select(Mail.id).where(Mail.posting_id == one, *only).order_by(Mail.id.desc()).limit(PAGE + 1).subquery())
        for one in sorted(postings)
    ]
    newest = union_all(*each).subquery()
    return list(session.scalars(select(newest.c.id).order_by(newest.c.id.desc()).limit(PAGE + 1)))


def _readable(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions under which a mail of the actor's postings is shown: to the candidate, and nothing that a blind reader must not know."""
    owed = (
        select(Interview.application_id)
        .join(Panelist, Panelist.interview_id == Interview.id)
        .where(Panelist.user_id == actor.id, is_open())
    )
    of_others = or_(Mail.author_id.is_(None), Mail.author_id != actor.id)
    hidden = and_(Mail.template.in_(OF_JUDGEMENTS), of_others, Mail.application_id.in_(owed))
    return Mail.template.in_(TO_CANDIDATES), not_(hidden)


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Mail.id,
            Mail.subject,
            Mail.template,
            Mail.state,
            Mail.due_at,
            Mail.sent_at,
            Mail.failure,
            Application.id,
            Application.name,
            Posting.id,
            Posting.title,
            User.name,
        )
        .join(Application, Application.id == Mail.application_id)
        .join(Posting, Posting.id == Mail.posting_id)
        .outerjoin(User, User.id == Mail.author_id)
    )


def _in_box(box: Box | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    if box is None:
        return ()
    soon = Mail.due_at <= now + SOON
    return {
        Box.WAITING: (or_(Mail.state == MailState.SENDING, and_(Mail.state == MailState.WAITING, soon)),),
        Box.SCHEDULED: (Mail.state == MailState.WAITING, not_(soon)),
        Box.SENT: (Mail.state == MailState.SENT,),
        Box.FAILED: (Mail.state.in_((MailState.FAILED, MailState.KEPT)),),
        Box.UNCERTAIN: (Mail.state == MailState.UNCERTAIN,),
        Box.RECALLED: (Mail.state == MailState.RECALLED,),
    }[box]
