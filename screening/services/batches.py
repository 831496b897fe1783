"""Applications to several postings from one form: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from screening.documents.storage import StoredFile
from screening.models import Application, FormVersion, Posting, Referral, Stage
from screening.services.applying import (
    AlreadyAppliedError,
    ApplyError,
    Contact,
    PostingClosedError,
    person_of,
    submit_application,
)
from screening.services.stage_counts import hold_counts


class BatchRefusedError(ApplyError):
    """Some of the postings take no application of this person now: ``closed`` and ``applied`` hold their slugs; the caller rolls back."""

    def __init__(self, closed: Sequence[str], applied: Sequence[str]) -> None:
        self.closed, self.applied = tuple(closed), tuple(applied)
        super().__init__(f"closed: {', '.join(self.closed)}; applied for already: {', '.join(self.applied)}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the candidate came from: ``source`` of the link, the referral whose link it was, and the candidate's own words."""

    source: str = "site"
    referral: Referral | None = None
    heard: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One posting of a batch with the form version that was filled in, its answers and its files."""

    posting: Posting
    form_version: FormVersion
    answers: Mapping[str, Any]
    files: Sequence[StoredFile] = ()


def submit_batch(
    session: Session,
    *,
    choices: Sequence[Choice],
    contact: Contact,
    key: str,
    locale: str,
    consent_version: str,
    now: datetime,
    prescore_refused: bool = False,
    contact_later: bool = False,
    origin: Origin = Origin(),
) -> list[Application]:
    """Store an application for each posting, the first choice first; the first has the form's ``key``, the others ``key:slug``.

    A referral counts for its own posting only. Raise BatchRefusedError with everything that stands against it; nothing is stored then once the caller has rolled
    back, and it looks with ``find_submission`` whether the same form won a race against itself.
    """
    if len(choices) > 1:  # before the first entry of the audit log, for which other writers wait
        person_of(session, email=contact.email, now=now)
        hold_counts(session, [(choice.posting.id, Stage.APPLIED) for choice in choices])
    referral = origin.referral
    made: list[Application] = []
    closed: list[str] = []
    applied: list[str] = []
    for place, choice in enumerate(choices, 1):
        slug = choice.posting.slug
        try:
            made.append(
                submit_application(
                    session,
                    posting=choice.posting,
                    form_version=choice.form_version,
                    contact=contact,
                    answers=choice.answers,
                    files=choice.files,
                    idempotency_key=key if place == 1 else f"{key}:{slug}",
                    locale=locale,
                    consent_version=consent_version,
                    now=now,
                    prescore_refused=prescore_refused,
                    contact_later=contact_later,
                    source=origin.source,
                    referral_id=referral.id if referral and referral.posting_id == choice.posting.id else None,
                    heard=origin.heard,
                    batch=key if len(choices) > 1 else None,
                    preference=place if len(choices) > 1 else None,
                )
            )
        except PostingClosedError:
            closed.append(slug)
        except AlreadyAppliedError as error:
            applied.append(slug)
            if error.application_id is None:  # the database refused it: the transaction has ended
                break
    if closed or applied:
        raise BatchRefusedError(closed, applied)
    return made
