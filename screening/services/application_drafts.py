"""Drafts of applications: what a candidate typed so far, kept until it is sent or was left alone for ``KEEP_DRAFTS``.

A draft is found by the key of its form, which only the candidate's own pages and link hold; staff never see one. It
holds no consent: that is given when the form is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from screening.documents.storage import StoredFile
from screening.models import Application, ApplicationDraft, Base, DraftFile, FormVersion, Posting
from screening.models.prepared import Prepared
from screening.services.mailing import greeting_name, post_mail
from screening.services.prefilling import RESUME, ask_for_reading

DRAFTS = Base.metadata.tables[ApplicationDraft.__tablename__]
WITH_KEY = Prepared(select(DRAFTS.c.id).where(DRAFTS.c.key == bindparam("of_key")))
FORGET = Prepared(delete(DRAFTS).where(DRAFTS.c.key == bindparam("of_key")))
KEEP_DRAFTS = timedelta(days=30)
MOST_BYTES = 400_000
"""More than the longest form can hold: about sixty answers of 2,000 Chinese characters."""

Fields = Sequence[tuple[str, str]]


class DraftError(Exception):
    """A draft that cannot be saved; each kind has a class of its own."""


class DraftChangedError(DraftError):
    """The draft was saved by another tab or device since; ``draft`` is what is stored now."""

    def __init__(self, draft: ApplicationDraft) -> None:
        self.draft = draft
        super().__init__(f"the draft is at version {draft.version}")


class DraftSentError(DraftError):
    """The form of this key was sent already; there is nothing left to save."""


class DraftElsewhereError(DraftError):
    """The key belongs to a form of another posting."""


class DraftTooLargeError(DraftError):
    """More was typed than any form takes."""


def find_draft(session: Session, key: str) -> ApplicationDraft | None:
    """Read the draft of a form's key; that there is none is told fastest. One past its time may still be there, see ``is_expired``."""
    ident = WITH_KEY.scalar(session, {"of_key": key})
    return session.get(ApplicationDraft, ident, populate_existing=True) if ident is not None else None


def is_expired(draft: ApplicationDraft, *, now: datetime) -> bool:
    """Tell whether the draft's time is over, though it was not cleared away yet."""
    return draft.expires_at <= now


def save_draft(
    session: Session,
    *,
    key: str,
    posting: Posting,
    form_version: FormVersion,
    fields: Fields,
    version: int,
    locale: str,
    now: datetime,
    writer: str = "",
    email: str | None = None,
) -> ApplicationDraft:
    """Store the [name, value] pairs as they are, and keep them ``KEEP_DRAFTS`` from now.

    ``version`` is the one that the page knew, 0 when it knew none; ``writer`` marks the page, so that one whose answer
    was lost on the way does not meet itself as somebody else. Raise DraftChangedError when another page saved since,
    DraftSentError after the form was sent, DraftElsewhereError or DraftTooLargeError; nothing is changed then.
    """
    if session.scalar(select(Application.id).where(Application.idempotency_key == key)) is not None:
        raise DraftSentError
    pairs = [[name, value] for name, value in fields]
    if len(json.dumps(pairs, ensure_ascii=False).encode("utf-8", "replace")) > MOST_BYTES:
        raise DraftTooLargeError
    values: dict[str, object] = {
        "form_version_id": form_version.id,
        "email": email,
        "locale": locale,
        "fields": pairs,
        "writer": writer,
        "changed_at": now,
        "expires_at": now + KEEP_DRAFTS,
    }
    if not _replace(session, key, posting.id, version, writer, values):
        _insert(session, {"key": key, "posting_id": posting.id, "version": version + 1, "created_at": now, **values})
    saved = find_draft(session, key)
    if saved is None:
        raise DraftSentError
    if saved.posting_id != posting.id:
        raise DraftElsewhereError
    if saved.fields != pairs:
        raise DraftChangedError(saved)
    return saved


def forget_draft(session: Session, key: str) -> None:
    """Delete a draft with the rows of its files, if there is one; the bytes go when nothing names them."""
    FORGET.execute(session, {"of_key": key})


def forget_expired_drafts(session: Session, *, now: datetime) -> int:
    """Delete the drafts that nobody changed for ``KEEP_DRAFTS``; tell how many."""
    old = delete(ApplicationDraft).where(ApplicationDraft.expires_at <= now).returning(ApplicationDraft.id)
    return len(session.scalars(old, execution_options={"synchronize_session": False}).all())


def attach_file(
    session: Session, *, draft: ApplicationDraft, field: str, stored: StoredFile, now: datetime
) -> DraftFile:
    """Keep a file with the draft under the form's field, in the place of the one that was there."""
    detach_file(session, draft=draft, field=field)
    file = DraftFile(
        draft_id=draft.id,
        field=field,
        uploaded_at=now,
        **stored.row(),
    )
    session.add(file)
    session.flush()
    if field == RESUME:
        ask_for_reading(session, file=file, now=now)
    return file


def detach_file(session: Session, *, draft: ApplicationDraft, field: str) -> None:
    """Take a field's file out of the draft, if there is one."""
    session.execute(
        delete(DraftFile).where(DraftFile.draft_id == draft.id, DraftFile.field == field),
        execution_options={"synchronize_session": "fetch"},
    )


def mail_link(
    session: Session, *, draft: ApplicationDraft, link: str, posting: Posting, company: str, now: datetime
) -> None:
    """Mail the draft's link to the address in it, which has been checked; asked twice in a minute it goes out once."""
    if draft.email is None:
        raise ValueError("a draft without an address has no place to send its link to")
    mark = hashlib.sha256(f"{draft.key} {draft.email}".encode()).hexdigest()[:32]
    name = next((value for field, value in draft.fields if field == "name"), "")
    post_mail(
        session,
        key=f"draft:{mark}:{now:%Y%m%d%H%M}",
        template="draft",
        locale=draft.locale,
        to=draft.email,
        fields={
            "name": greeting_name(name),
            "posting": posting.title or "",
            "link": link,
            "days": str(KEEP_DRAFTS.days),
            "company": company,
        },
        now=now,
    )
    draft.link_sent_at = now


def files_of(session: Session, draft: ApplicationDraft) -> list[DraftFile]:
    """Read the draft's files in the order of their fields."""
    return list(session.scalars(select(DraftFile).where(DraftFile.draft_id == draft.id).order_by(DraftFile.field)))


def _replace(session: Session, key: str, posting_id: int, version: int, writer: str, values: dict[str, object]) -> bool:
    """Change the stored draft in one statement, so that of two saves at once only one finds its version."""
    known = ApplicationDraft.version == version
    if writer:
        known |= ApplicationDraft.writer == writer
    statement = (
        update(ApplicationDraft)
        .where(ApplicationDraft.key == key, ApplicationDraft.posting_id == posting_id, known)
        .values(version=ApplicationDraft.version + 1, **values)
        .returning(ApplicationDraft.id)
    )
    return session.scalar(statement, execution_options={"synchronize_session": False}) is not None


def _insert(session: Session, values: dict[str, object]) -> None:
    """Make the row unless there is one, which then is somebody else's."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(insert(ApplicationDraft).values(**values).on_conflict_do_nothing(index_elements=["key"]))
