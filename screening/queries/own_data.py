"""Everything that is stored about a candidate, for the candidate: one document, the same for JSON and PDF.

What staff wrote among themselves, evaluations, scores and other people are not in it. Mails are those that were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.models import (
    Application,
    ApplicationDraft,
    BookingOffer,
    CandidateRequest,
    EvidenceAddition,
    Interview,
    Mail,
    MailState,
    Posting,
    RequestState,
    ResumeFile,
    RoundKind,
)
from screening.queries.explanation import Explanation, read_explanation
from screening.queries.status import UNDO_WINDOW, Status, read_status

SCHEMA = "screening.own-data/1"
SENT = (MailState.SENT, MailState.UNCERTAIN)
Json = dict[str, Any]


def read_own_data(session: Session, *, application_ids: Sequence[int], now: datetime) -> Json:
    """Read the document of these applications, newest first; they belong to the one who asks. Times are ISO 8601 in UTC."""
    applications = session.scalars(
        select(Application).where(Application.id.in_(application_ids)).order_by(Application.id.desc())
    ).all()
    addresses = {application.email.lower() for application in applications}
    return {
        "schema": SCHEMA,
        "made_at": _time(now),
        "applications": [_application(session, application, now) for application in applications],
        "drafts": [_draft(draft, title) for draft, title in _drafts(session, addresses)],
    }


def _application(session: Session, application: Application, now: datetime) -> Json:
    status = read_status(session, application_id=application.id, now=now)
    assert status is not None  # noqa: S101 - it was read a moment ago in this transaction
    return {
        "reference": status.reference,
        "posting": {"title": status.title, "slug": status.slug},
        "submitted_at": _time(application.submitted_at),
        "language": application.locale,
        "contact": {"name": application.name, "email": application.email, "phone": application.phone},
        "source": application.source,
        "heard": application.heard,
        "preference": application.preference,
        "consent": {
            "notice_version": application.consent_version,
            "prescore_refused": application.prescore_refused,
            "contact_later": application.contact_later,
        },
        "stage": status.stage.value,
        "stages": [{"stage": step.stage.value, "entered_at": _time(step.at)} for step in status.steps],
        "interviews": _interviews(session, application.id),
        "offers": _offers(session, application.id),
        "questions": status.asked,
        "resume": status.answers,
        "additions": _additions(session, application.id),
        "files": _files(session, application.id),
        "explanation": _explanation(session, status),
        "requests": _requests(session, application.id, now),
        "mails": _mails(session, application),
    }


def _interviews(session: Session, application_id: int) -> list[Json]:
    rows = session.scalars(
        select(Interview)
        .where(
            Interview.application_id == application_id,
            Interview.cancelled_at.is_(None),
            Interview.kind != RoundKind.RESUME_REVIEW,
        )
        .order_by(Interview.starts_at, Interview.id)
    )
    return [
        {
            "round": row.round,
            "starts_at": _time(row.starts_at),
            "minutes": row.minutes,
            "time_zone": row.time_zone,
            "place": row.place,
        }
        for row in rows
    ]


def _offers(session: Session, application_id: int) -> list[Json]:
    """List the offers to choose a time, with what the candidate wrote when none fitted."""
    rows = session.scalars(
        select(BookingOffer).where(BookingOffer.application_id == application_id).order_by(BookingOffer.id)
    )
    return [
        {
            "round": row.round,
            "minutes": row.minutes,
            "time_zone": row.time_zone,
            "place": row.place,
            "offered_at": _time(row.created_at),
            "from_at": _time(row.earliest),
            "until_at": _time(row.latest),
            "expires_at": _time(row.expires_at),
            "is_booked": row.interview_id is not None,
            "wish": row.wish,
            "wished_at": _time(row.wished_at),
            "withdrawn_at": _time(row.withdrawn_at),
        }
        for row in rows
    ]


def _additions(session: Session, application_id: int) -> list[Json]:
    rows = session.scalars(
        select(EvidenceAddition).where(EvidenceAddition.application_id == application_id).order_by(EvidenceAddition.id)
    )
    return [
        {
            "asked": row.asked,
            "resume": row.answers,
            "link": row.link,
            "file": row.file_id,
            "added_at": _time(row.added_at),
        }
        for row in rows
    ]


def _files(session: Session, application_id: int) -> list[Json]:
    rows = session.scalars(
        select(ResumeFile).where(ResumeFile.application_id == application_id).order_by(ResumeFile.id)
    )
    return [
        {
            "id": row.id,
            "name": row.original_name,
            "media_type": row.media_type,
            "size": row.size,
            "sha256": row.sha256,
            "uploaded_at": _time(row.uploaded_at),
            "text": row.text,
        }
        for row in rows
    ]


def _explanation(session: Session, status: Status) -> Json:
    told = read_explanation(session, application_id=status.application_id)
    assert told is not None  # noqa: S101 - the application was read a moment ago in this transaction
    return {
        "told": told.told.value,
        "made_at": _time(told.made_at),
        "points": _points(told),
    }


def _points(told: Explanation) -> list[Json]:
    return [
        {
            "criterion": point.text,
            "section": point.section.value,
            "verdict": point.verdict.value,
            "by_person": point.by_person,
            "because": {"zh": point.because.zh, "en": point.because.en} if point.because else None,
            "quotes": [
                {"source": quote.source, "start": quote.start, "end": quote.end, "quote": quote.quote}
                for quote in point.quotes
            ],
        }
        for point in told.points
    ]


def _requests(session: Session, application_id: int, now: datetime) -> list[Json]:
    """List what was asked for; an answer is told when staff can no longer take it back, as on the page."""
    rows = session.scalars(
        select(CandidateRequest).where(CandidateRequest.application_id == application_id).order_by(CandidateRequest.id)
    )
    told = [(row, row.handled_at is not None and row.handled_at <= now - UNDO_WINDOW) for row in rows]
    return [
        {
            "kind": row.kind.value,
            "text": row.text,
            "state": (row.state if is_told else RequestState.OPEN).value,
            "asked_at": _time(row.created_at),
            "answered_at": _time(row.handled_at) if is_told else None,
            "answer": row.answer if is_told else None,
        }
        for row, is_told in told
    ]


def _mails(session: Session, application: Application) -> list[Json]:
    rows = session.scalars(
        select(Mail)
        .where(
            Mail.application_id == application.id,
            Mail.state.in_(SENT),
            func.lower(Mail.to_address) == application.email.lower(),
        )
        .order_by(Mail.id)
    )
    return [{"sent_at": _time(row.sent_at), "subject": row.subject, "text": row.text} for row in rows]


def _drafts(session: Session, addresses: set[str]) -> Sequence[Any]:
    """Read the drafts whose link went to one of these addresses: who reads its mail can open them anyway."""
    return session.execute(
        select(ApplicationDraft, Posting.title)
        .join(Posting, Posting.id == ApplicationDraft.posting_id)
        .where(func.lower(ApplicationDraft.email).in_(addresses), ApplicationDraft.link_sent_at.is_not(None))
        .order_by(ApplicationDraft.id)
    ).all()


def _draft(draft: ApplicationDraft, title: str | None) -> Json:
    return {
        "posting": {"title": title or ""},
        "changed_at": _time(draft.changed_at),
        "expires_at": _time(draft.expires_at),
        "fields": [{"name": name, "value": value} for name, value in draft.fields],
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
