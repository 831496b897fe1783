"""What candidates ask people for, and the answers: one open request of a kind for each application. No request moves, scores or deletes anything."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from screening.audit import record
from screening.models import Application, CandidateRequest, RequestKind, RequestState, Stage

LONGEST = 2000
MOST_REVIEWS = 3
"""How often people can be asked to review the same application."""


class RequestError(Exception):
    """A request that is not possible: ``code`` is ended, refused, too_many or handled."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def ask(session: Session, *, application: Application, kind: RequestKind, text: str, now: datetime) -> CandidateRequest:
    """Keep what the candidate asks for; asked twice, also at once, it is the one open request with the first words.

    ``text`` may be empty and is cut at ``LONGEST`` characters. A human review raises RequestError ``refused`` where there
    is no prescore to review, ``ended`` after withdrawal or hiring and ``too_many`` after ``MOST_REVIEWS``.
    """
    found = open_request(session, application_id=application.id, kind=kind)
    if found is not None:
        return found
    if kind is RequestKind.HUMAN_REVIEW:
        _check_review(session, application)
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    made = session.scalar(
        insert(CandidateRequest)
        .values(application_id=application.id, kind=kind, text=text[:LONGEST], state=RequestState.OPEN, created_at=now)
        .on_conflict_do_nothing(index_elements=["application_id", "kind"], index_where=sql("state = 'open'"))
        .returning(CandidateRequest.id)
    )
    if made is not None:
        _record(session, "request.ask", application.id, None, now, kind=kind.value, request=made)
    asked = open_request(session, application_id=application.id, kind=kind)
    if asked is None:  # somebody answered it in this very moment
        raise RequestError("handled")
    return asked


def may_ask_for_review(session: Session, *, application: Application) -> bool:
    """Tell whether a page may offer to ask for a human review."""
    if open_request(session, application_id=application.id, kind=RequestKind.HUMAN_REVIEW) is not None:
        return False
    try:
        _check_review(session, application)
    except RequestError:
        return False
    return True


def open_request(session: Session, *, application_id: int, kind: RequestKind) -> CandidateRequest | None:
    """Read the open request of this kind, if there is one."""
    return session.scalar(
        select(CandidateRequest).where(
            CandidateRequest.application_id == application_id,
            CandidateRequest.kind == kind,
            CandidateRequest.state == RequestState.OPEN,
        )
    )


def answer(
    session: Session,
    *,
    request: CandidateRequest,
    state: RequestState,
    answer: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Close an open request as done or declined with what the candidate is told; RequestError ``handled`` when it is not open any more."""
    closed = session.scalar(
        update(CandidateRequest)
        .where(CandidateRequest.id == request.id, CandidateRequest.state == RequestState.OPEN)
        .values(state=state, answer=answer[:LONGEST], handled_at=now, handled_by_id=actor_id)
        .returning(CandidateRequest.id)
    )
    if closed is None:
        raise RequestError("handled")
    session.refresh(request)
    _record(
        session,
        "request.answer",
        request.application_id,
        actor_id,
        now,
        kind=request.kind.value,
        request=request.id,
        state=state.value,
    )


def reopen(session: Session, *, request: CandidateRequest, actor_id: int, now: datetime) -> None:
    """Take an answer back; RequestError ``handled`` when the candidate has asked again since, or when it is open already."""
    later = open_request(session, application_id=request.application_id, kind=request.kind)
    if later is not None:
        raise RequestError("handled")
    request.state, request.answer, request.handled_at, request.handled_by_id = RequestState.OPEN, None, None, None
    _record(
        session,
        "request.reopen",
        request.application_id,
        actor_id,
        now,
        kind=request.kind.value,
        request=request.id,
    )


def _check_review(session: Session, application: Application) -> None:
    if application.prescore_refused:
        raise RequestError("refused")
    if application.stage in {Stage.WITHDRAWN, Stage.HIRED}:
        raise RequestError("ended")
    asked = select(func.count(CandidateRequest.id)).where(
        CandidateRequest.application_id == application.id, CandidateRequest.kind == RequestKind.HUMAN_REVIEW
    )
    if (session.scalar(asked) or 0) >= MOST_REVIEWS:
        raise RequestError("too_many")


def _record(
    session: Session,
    act: str,
    application_id: int,
    actor_id: int | None,
    now: datetime,
    **facts: int | str,
) -> None:
    record(session, act=act, actor_id=actor_id, subject_type="application", subject_id=application_id, now=now, **facts)
