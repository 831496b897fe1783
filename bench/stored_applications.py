"""Many stored applications, quickly: everything that a submission leaves behind, in bulk, as if it had been judged and mailed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from bench.prescore import _applications
from screening.models import (
    Answer,
    Application,
    AuditEntry,
    Job,
    JobState,
    Mail,
    MailState,
    Person,
    ResumeFile,
    Stage,
    StageMove,
    TextState,
)
from screening.services.stage_counts import repair_counts

BATCH = 500
Row = dict[str, Any]


def store_applications(
    session: Session, *, count: int, posting_ids: Sequence[int], forms: Sequence[int], now: datetime
) -> None:
    """Store so many applications beside those that are there, spread over the postings; commits."""
    first = (session.scalar(select(func.max(Application.id))) or 0) + 1
    previous = session.scalar(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)) or "0" * 64
    numbers = iter(range(first, first + count))
    answers = [dossier.answers for dossier in _applications()[1]]
    resumes = [dossier.resume or "" for dossier in _applications()[1]]
    while batch := list(islice(numbers, BATCH)):
        postings = {one: posting_ids[one % len(posting_ids)] for one in batch}
        session.execute(
            insert(Person), [{"id": one, "email_normalised": f"s{one}@example.com", "created_at": now} for one in batch]
        )
        session.execute(
            insert(Application),
            [_application(one, postings[one], forms[one % len(posting_ids)], now) for one in batch],
        )
        session.execute(
            insert(Answer),
            [
                {"application_id": one, "field": field, "value": value}
                for one in batch
                for field, value in answers[one % len(answers)].items()
            ],
        )
        session.execute(insert(ResumeFile), [_file(one, resumes[one % len(resumes)], now) for one in batch])
        session.execute(
            insert(StageMove), [{"application_id": one, "to_stage": Stage.APPLIED, "at": now} for one in batch]
        )
        session.execute(insert(Job), list(_jobs(batch, now)))
        session.execute(insert(Mail), [_mail(one, now) for one in batch])
        audit = []
        for one in batch:
            digest = hashlib.sha256(f"{previous}{one}".encode()).hexdigest()
            audit.append(_audit(one, previous, digest, now))
            previous = digest
        session.execute(insert(AuditEntry), audit)
    for posting_id in posting_ids:
        repair_counts(session, posting_id=posting_id)
    _follow_numbers(session)
    session.commit()


def _follow_numbers(session: Session) -> None:
    """Let PostgreSQL count on from the ids that were given."""
    if session.get_bind().dialect.name == "postgresql":
        for table in (Person, Application):
            name = func.pg_get_serial_sequence(table.__tablename__, "id")
            session.execute(select(func.setval(name, select(func.max(table.id)).scalar_subquery())))


def _application(ident: int, posting_id: int, form_id: int, now: datetime) -> Row:
    return {
        "id": ident,
        "person_id": ident,
        "posting_id": posting_id,
        "form_version_id": form_id,
        "idempotency_key": hashlib.sha256(str(ident).encode()).hexdigest()[:32],
        "name": "云小鹤",
        "email": f"s{ident}@example.com",
        "phone": "13800000123",
        "locale": "zh",
        "consent_version": "1",
        "stage_since": now,
        "submitted_at": now - timedelta(seconds=ident),
        "rank_score": (ident * 7919 % 1000) / 1000,
    }


def _file(ident: int, text: str, now: datetime) -> Row:
    return {
        "application_id": ident,
        "original_name": "resume.txt",
        "media_type": "text/plain",
        "size": len(text),
        "sha256": "0" * 64,
        "storage_key": hashlib.sha256(f"file {ident}".encode()).hexdigest()[:32],
        "text_state": TextState.READ,
        "text": text,
        "uploaded_at": now,
    }


def _jobs(batch: Sequence[int], now: datetime) -> Iterator[Row]:
    for one in batch:
        for name, key in (("prescore_application", f"stored:{one}"), ("send_mail", f"stored-mail:{one}")):
            yield {
                "name": name,
                "key": key,
                "arguments": {"application_id": one},
                "state": JobState.DONE,
                "due_at": now,
                "created_at": now,
                "finished_at": now,
            }


def _mail(ident: int, now: datetime) -> Row:
    return {
        "key": f"received:{ident}",
        "template": "received",
        "locale": "zh",
        "to_address": f"s{ident}@example.com",
        "subject": "已收到你的申请",
        "text": "已收到你的申请。" * 20,
        "application_id": ident,
        "state": MailState.SENT,
        "created_at": now,
        "due_at": now,
        "sent_at": now,
    }


def _audit(ident: int, previous: str, digest: str, now: datetime) -> Row:
    return {
        "at": now,
        "actor_id": None,
        "act": "application.submit",
        "subject_type": "application",
        "subject_id": ident,
        "facts": {"posting": 1, "form_version": 1, "files": 1},
        "previous_digest": previous,
        "digest": digest,
    }


def mark_done(session: Session) -> None:
    """Call off all work that waits, so that the next measurement begins with none; commits."""
    session.execute(update(Job).where(Job.state == JobState.WAITING).values(state=JobState.DONE))
    session.commit()
