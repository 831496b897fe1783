"""Reading a draft's résumé for what it offers to fill the form with; what is found waits at the file until the candidate has looked at it.

Reading and storing are two acts, so that the worker holds no transaction while a file is read. A file that cannot be
read, or whose reader dies again and again, is marked with the reason; the form works without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rubrics.codec import load_dossier
from rubrics.lexicon import load_lexicon
from rubrics.prefill import Offer, Wanted, find_offers
from screening import queue
from screening.documents.decoding import decode_text
from screening.documents.extraction import CANNOT_START, ExtractedText, ExtractionError, extract_text
from screening.documents.failures import TAKES_TOO_MUCH
from screening.documents.json_resume import lines_of, read_json_resume
from screening.documents.recognition import MediaType, recognise
from screening.documents.storage import read_file
from screening.models import DraftFile, TextState

RESUME = "resume"
"""The form field of the file that is read."""


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A draft's file that nobody has read yet."""

    storage_key: str
    original_name: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading gave: a text with what it offers, or one sentence on why there is none; ``lines`` are those of a JSON document's values."""

    storage_key: str
    extracted: ExtractedText | None = None
    offers: tuple[Offer, ...] = ()
    failure: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


def ask_for_reading(session: Session, *, file: DraftFile, now: datetime) -> None:
    """Ask the worker to read a file that was just attached; asking twice is one job."""
    queue.enqueue(
        session,
        queue.READ_DRAFT_FILE,
        key=f"draft_file:{file.storage_key}",
        now=now,
        is_awaited=True,
        storage_key=file.storage_key,
    )


def find_unread(session: Session, *, storage_key: str) -> UnreadFile | None:
    """Give the file if it is still kept with a draft and still unread."""
    file = session.scalar(
        select(DraftFile).where(DraftFile.storage_key == storage_key, DraftFile.text_state == TextState.WAITING)
    )
    return None if file is None else UnreadFile(file.storage_key, file.original_name)


def read_offers(file: UnreadFile, *, uploads: Path, today: date) -> ReadFile:
    """Read the file in a limited child process and find what it offers for any form; no database is touched.

    Raises OSError when the file cannot be fetched and ExtractionError when no child process can be started, so that the
    work is tried again.
    """
    content = read_file(uploads, file.storage_key)
    try:
        extracted = extract_text(content, file_name=file.original_name)
    except ExtractionError as error:
        if str(error) == CANNOT_START:  # nothing is wrong with the file
            raise
        return ReadFile(file.storage_key, failure=str(error))
    if recognise(content, file_name=file.original_name) is MediaType.JSON_RESUME:
        source = decode_text(content)
        offers = find_offers(load_dossier(read_json_resume(source), None), wanted_by_any(today), load_lexicon())
        return ReadFile(file.storage_key, extracted, offers, lines=lines_of(source))
    offers = find_offers(load_dossier(None, extracted.text, extracted.hidden), wanted_by_any(today), load_lexicon())
    return ReadFile(file.storage_key, extracted, offers)


def store_offers(session: Session, read: ReadFile) -> None:
    """Keep text and offers at the file, unless it was read or taken out of its draft meanwhile."""
    for file in _waiting(session, read.storage_key):
        if read.extracted is None:
            file.text_state, file.failure = TextState.FAILED, (read.failure or TAKES_TOO_MUCH)[:300]
            continue
        file.text_state = TextState.READ
        file.text = read.extracted.text
        file.hidden = [[stretch.start, stretch.end] for stretch in read.extracted.hidden]
        file.pages = read.extracted.pages
        file.offered = [offer_document(offer, read.lines) for offer in read.offers]


def give_up_reading(session: Session, *, storage_key: str) -> None:
    """Mark a file whose reading failed again and again, so that its page waits no longer."""
    for file in _waiting(session, storage_key):
        file.text_state, file.failure = TextState.FAILED, TAKES_TOO_MUCH


def wanted_by_any(today: date) -> Wanted:
    """Name everything that any form could ask for: which form it is may change after the file was read."""
    terms = load_lexicon().terms.values()
    return Wanted(
        terms=frozenset(term.id for term in terms),
        languages=frozenset(str(term.facts["code"]) for term in terms if term.kind == "language"),
        today=f"{today:%Y-%m}",
    )


def offer_document(offer: Offer, lines: Mapping[str, int]) -> dict[str, Any]:
    """Give an offer as a file keeps it; a quotation of a JSON document with its line."""
    quotes = [
        quote._asdict() | ({"line": lines[quote.source]} if quote.source in lines else {}) for quote in offer.quotes
    ]
    return {"kind": offer.kind.value, "values": dict(offer.values), "quotes": quotes}


def _waiting(session: Session, storage_key: str) -> Iterable[DraftFile]:
    waiting = select(DraftFile).where(DraftFile.storage_key == storage_key, DraftFile.text_state == TextState.WAITING)
    return session.scalars(waiting.with_for_update()).all()
