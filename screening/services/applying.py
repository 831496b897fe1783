"""A candidate's acts: submitting an application and withdrawing it. The broker is never touched here: work waits as a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from screening.audit import record
from screening.documents.storage import StoredFile
from screening.models import (
    Answer,
    Application,
    Base,
    FormVersion,
    Person,
    Posting,
    ResumeFile,
    RubricState,
    RubricVersion,
    Stage,
    StageMove,
    TextState,
)
from screening.models.application import RESUME
from screening.models.base import UtcDateTime
from screening.models.prepared import Prepared, upsert
from screening.models.written import as_stored
from screening.queries.careers import is_open
from screening.queries.cities import stored_cities
from screening.queries.status import UNDO_WINDOW
from screening.services.indexing import ask_for_index
from screening.services.moving import move_application
from screening.services.people import note_contact
from screening.services.prescoring import ask_for_prescore
from screening.services.stage_counts import change_counts, day_of

TABLES = Base.metadata.tables
PEOPLE, APPLICATIONS = TABLES[Person.__tablename__], TABLES[Application.__tablename__]
SUBMITTED = Prepared(select(APPLICATIONS.c.id).where(APPLICATIONS.c.idempotency_key == bindparam("key")))
STILL_OPEN = Prepared(
    select(Posting.id, RubricVersion.id.label("rubric_version_id"))
    .outerjoin(RubricVersion, (RubricVersion.posting_id == Posting.id) & (RubricVersion.state == RubricState.PUBLISHED))
    .where(Posting.id == bindparam("posting"), is_open(bindparam("now", type_=UtcDateTime)))
)
"""A posting that takes applications, with the rubric version in force, which may be newer than the one that made the form."""
ADD_APPLICATION = Prepared(insert(APPLICATIONS).returning(APPLICATIONS.c.id), row=True)
ADD_ANSWERS, ADD_FILES, ADD_MOVE = (
    Prepared(insert(TABLES[kind.__tablename__]), row=True) for kind in (Answer, ResumeFile, StageMove)
)
ADD_PERSON = Prepared(
    lambda dialect: (
        upsert(PEOPLE, dialect).on_conflict_do_nothing(index_elements=["email_normalised"]).returning(PEOPLE.c.id)
    ),
    row=True,
)
"""It gives the number of a new person, and nothing for one who is there."""
HEADLINE = 200
JOINT = " · "


class ApplyError(Exception):
    """An application that cannot be stored; each kind has a class of its own."""


class PostingClosedError(ApplyError):
    """The posting takes no applications."""


class AlreadyAppliedError(ApplyError):
    """The person has a live application to this posting; ``application_id`` names it, for staff and never for the one who asks."""

    def __init__(self, application_id: int | None) -> None:
        self.application_id = application_id
        super().__init__("this person has a live application to this posting")


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the candidate, as typed; all without control characters."""

    name: str
    email: str
    phone: str | None = None


def submit_application(
    session: Session,
    *,
    posting: Posting,
    form_version: FormVersion,
    contact: Contact,
    answers: Mapping[str, Any],
    files: Sequence[StoredFile],
    idempotency_key: str,
    locale: str,
    consent_version: str,
    now: datetime,
    prescore_refused: bool = False,
    contact_later: bool = False,
    source: str = "site",
    referral_id: int | None = None,
    heard: str | None = None,
    batch: str | None = None,
    preference: int | None = None,
) -> Application:
    """Store a submission with everything that follows from it, and ask for its prescore; the same key gives the same application.

    ``answers`` holds JSON Resume sections by their top-level names; ``batch`` and ``preference`` are of a form that was
    sent for several postings (``screening.services.batches``). The files lie in the uploads folder already. Raise
    PostingClosedError, or AlreadyAppliedError for a second live application of a person to a posting. After an error the
    caller rolls back and looks with ``find_submission`` whether the same form won a race against itself.
    """
    values: dict[str, Any] = {
        "posting_id": posting.id,
        "form_version_id": form_version.id,
        "idempotency_key": idempotency_key,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "headline": headline_of(answers),
        "cities": stored_cities(answers),
        "locale": locale,
        "source": source,
        "referral_id": referral_id,
        "heard": heard,
        "batch": batch,
        "preference": preference,
        "prescore_refused": prescore_refused,
        "contact_later": contact_later,
        "consent_version": consent_version,
        "stage": Stage.APPLIED,
        "stage_since": now,
        "submitted_at": now,
    }
    application = Application(**values)  # made before the first statement: from then on other writers wait
    existing = find_submission(session, idempotency_key)
    if existing is not None:
        return existing
    in_force = STILL_OPEN.execute(session, {"posting": posting.id, "now": now}).one_or_none()
    if in_force is None:
        raise PostingClosedError  # it may have been closed since it was read
    person_id, is_new = person_of(session, email=contact.email, now=now)
    if not is_new:
        _refuse_second(session, person_id, posting.id, now)
    try:
        application.id = ADD_APPLICATION.scalar(session, {**values, "person_id": person_id})
    except IntegrityError as error:
        raise AlreadyAppliedError(None) from error
    application.person_id = person_id
    as_stored(session, application)
    _add_parts(session, application, answers, files, now)
    note_contact(session, application=application, answers=answers, now=now)
    if not prescore_refused and in_force.rubric_version_id is not None:
        ask_for_prescore(session, application_id=application.id, rubric_version_id=in_force.rubric_version_id, now=now)
    else:
        ask_for_index(session, application_id=application.id, now=now)
    record(
        session,
        act="application.submit",
        actor_id=None,
        subject_type="application",
        subject_id=application.id,
        now=now,
        posting=posting.id,
        form_version=form_version.id,
        files=len(files),
    )
    return application


def find_submission(session: Session, idempotency_key: str) -> Application | None:
    """Read the application that a form with this key has made before; that there is none is told fastest."""
    ident = SUBMITTED.scalar(session, {"key": idempotency_key})
    return session.get(Application, ident) if ident is not None else None


def withdraw_application(
    session: Session, *, application: Application, now: datetime, reason: str | None = None
) -> StageMove:
    """Let the candidate take the application back; raise MoveError when it has ended. A reason of ``WITHDRAWAL_REASONS`` is theirs to give or not."""
    return move_application(session, application=application, to=Stage.WITHDRAWN, actor_id=None, now=now, reason=reason)


def normalised_address(email: str) -> str:
    """Give the address by which a person is known: without blanks around it and without regard to case."""
    return email.strip().lower()


def headline_of(answers: Mapping[str, Any]) -> str:
    """Say in one line who writes, for lists: school · field of study · degree of the latest education entry."""
    entries = [entry for entry in answers.get("education") or () if isinstance(entry, dict)]
    if not entries:
        return ""
    latest = max(entries, key=lambda entry: (bool(entry.get("enrolled")), str(entry.get("endDate") or "")))
    words = [str(latest[name]) for name in ("institution", "area", "studyType") if latest.get(name)]
    return JOINT.join(words)[:HEADLINE]


def person_of(session: Session, *, email: str, now: datetime) -> tuple[int, bool]:
    """Find or make the person, and tell whether it is a new one; two submissions at once make one row."""
    values = {"email_normalised": normalised_address(email), "created_at": now}
    made = ADD_PERSON.scalar(session, values)
    if made is not None:
        return made, True
    known = select(Person.id).where(Person.email_normalised == values["email_normalised"])
    return session.scalars(known).one(), False


def _refuse_second(session: Session, person_id: int, posting_id: int, now: datetime) -> None:
    """Refuse while an application is live; a rejection counts when it can no longer be taken back, so that nobody learns of it before."""
    earlier = session.execute(
        select(Application.id, Application.stage, Application.stage_since)
        .where(Application.person_id == person_id, Application.posting_id == posting_id)
        .order_by(Application.id.desc())
    )
    for ident, stage, since in earlier:
        has_ended = stage is Stage.WITHDRAWN or (stage is Stage.REJECTED and since <= now - UNDO_WINDOW)
        if not has_ended:
            raise AlreadyAppliedError(ident)


def _add_parts(
    session: Session, application: Application, answers: Mapping[str, Any], files: Sequence[StoredFile], now: datetime
) -> None:
    ident = application.id
    if answers:
        ADD_ANSWERS.execute(
            session, [{"application_id": ident, "field": field, "value": value} for field, value in answers.items()]
        )
    if files:
        ADD_FILES.execute(session, [_file_row(ident, file, now) for file in files])
    ADD_MOVE.execute(
        session,
        {"application_id": ident, "from_stage": None, "to_stage": Stage.APPLIED, "actor_id": None, "at": now},
    )
    change_counts(session, {(application.posting_id, Stage.APPLIED, day_of(now)): 1})


def _file_row(application_id: int, file: StoredFile, now: datetime) -> dict[str, Any]:
    return {
        "application_id": application_id,
        "field": file.field,
        "text_state": TextState.WAITING if file.field == RESUME else TextState.READ,  # other files are for people
        "uploaded_at": now,
        **file.row(),
    }
