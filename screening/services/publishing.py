"""From a pasted document to published rubrics: import, settle, save, publish, close. A published version never changes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import digest, dump_rubric, load_rubric
from rubrics.compiler import compile_document
from rubrics.lexicon import load_lexicon
from rubrics.model import Rubric
from screening.audit import record
from screening.models import (
    Posting,
    PostingMember,
    PostingState,
    RubricState,
    RubricVersion,
    SourceDocument,
)
from screening.services.asking import ask_for_prescores
from screening.services.drafting import RevisionError, follow_rubric, lock_posting, version_in
from screening.services.forming import make_form_version
from screening.services.rubric_edits import retitle

DOCUMENT_CHARACTERS = 1_000_000
IMPORT_LOCK = 0x1A9037  # any number that no other advisory lock of this database uses


class DocumentError(Exception):
    """A document that cannot be imported: ``code`` is empty, binary, too_large or no_posting."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class PublishError(Exception):
    """A rubric that cannot be published: ``code`` is title_missing, nothing_new or no_criteria."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def import_postings(session: Session, *, name: str, text: str, actor_id: int | None, now: datetime) -> SourceDocument:
    """Compile a document into postings with rubric drafts; the same text again gives the existing document.

    The one who imports owns the postings and gets rights on them. Raise DocumentError when the text is none or holds no posting.
    """
    check_document(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    _wait_for_others(session)
    existing = session.scalar(select(SourceDocument).where(SourceDocument.sha256 == sha256))
    if existing is not None:
        return existing
    compilation = compile_document(text, name=name, lexicon=load_lexicon())
    if not compilation.postings:
        raise DocumentError("no_posting")
    document = SourceDocument(name=name[:255], sha256=sha256, text=text, imported_by=actor_id, imported_at=now)
    session.add(document)
    session.flush()
    for rubric in compilation.postings:
        _add_posting(session, document, rubric, actor_id=actor_id, now=now)
    record(
        session,
        act="document.import",
        actor_id=actor_id,
        subject_type="document",
        subject_id=document.id,
        now=now,
        postings=len(compilation.postings),
    )
    return document


def check_document(text: str) -> None:
    """Raise DocumentError for what cannot be a text: nothing but blanks, control characters, or more than a million characters."""
    if not text.strip():
        raise DocumentError("empty")
    if len(text) > DOCUMENT_CHARACTERS:
        raise DocumentError("too_large")
    if any(character < " " and character not in "\t\n\v\f\r" for character in text) or "\ufffd" in text:
        raise DocumentError("binary")


def publish_rubric(
    session: Session,
    *,
    posting: Posting,
    actor_id: int | None,
    now: datetime,
    title: str | None = None,
    revision: int | None = None,
) -> RubricVersion:
    """Freeze the draft as the version in force, make its application form, open a new posting and ask for prescores.

    A posting that was closed stays closed.
    ``title`` names a posting whose text had none. With ``revision`` a draft that was changed since is a RevisionError.
    Raise PublishError when there is no title, no draft or no criterion.
    """
    lock_posting(session, posting)
    draft = version_in(session, posting, RubricState.DRAFT)
    if draft is None:
        raise PublishError("nothing_new")
    if revision is not None and draft.revision != revision:
        raise RevisionError
    rubric = load_rubric(draft.document)
    if title:
        rubric = retitle(rubric, title=title, track=rubric.track)
    if not rubric.title:
        raise PublishError("title_missing")
    if not rubric.criteria:
        raise PublishError("no_criteria")
    rubric = replace(rubric, version=draft.number)
    current = version_in(session, posting, RubricState.PUBLISHED)
    if current is not None:
        current.state = RubricState.SUPERSEDED
        session.flush()
    draft.document = dump_rubric(rubric)
    draft.digest = digest(draft.document)
    draft.state = RubricState.PUBLISHED
    draft.published_by, draft.published_at = actor_id, now
    follow_rubric(posting, rubric)
    if posting.state is PostingState.DRAFT:
        posting.state, posting.published_at = PostingState.OPEN, now
    session.flush()
    make_form_version(session, rubric_version=draft, rubric=rubric, now=now)
    ask_for_prescores(session, posting_id=posting.id, rubric_version_id=draft.id, now=now)
    record(
        session,
        act="rubric.publish",
        actor_id=actor_id,
        subject_type="posting",
        subject_id=posting.id,
        now=now,
        version=draft.number,
    )
    return draft


def close_posting(session: Session, *, posting: Posting, actor_id: int | None, now: datetime) -> None:
    """Take no more applications; those that are there go on."""
    _set_state(session, posting, PostingState.OPEN, PostingState.CLOSED, "posting.close", actor_id, now)


def reopen_posting(session: Session, *, posting: Posting, actor_id: int | None, now: datetime) -> None:
    """Let candidates apply again."""
    _set_state(session, posting, PostingState.CLOSED, PostingState.OPEN, "posting.reopen", actor_id, now)


def _add_posting(
    session: Session, document: SourceDocument, rubric: Rubric, *, actor_id: int | None, now: datetime
) -> None:
    rubric = replace(rubric, slug=_free_slug(session, rubric.slug), version=1)
    posting = Posting(
        slug=rubric.slug,
        document_id=document.id,
        first_line=rubric.lines.first,
        last_line=rubric.lines.last,
        language=_language(rubric),
        created_at=now,
        locations=[],
        owner_id=actor_id,
    )
    follow_rubric(posting, rubric)
    session.add(posting)
    session.flush()
    shape = dump_rubric(rubric)
    session.add(
        RubricVersion(
            posting_id=posting.id,
            number=1,
            document=shape,
            digest=digest(shape),
            created_by=actor_id,
            created_at=now,
            changed_at=now,
        )
    )
    if actor_id is not None:
        session.add(PostingMember(posting_id=posting.id, user_id=actor_id))
    session.flush()


def _set_state(
    session: Session,
    posting: Posting,
    before: PostingState,
    after: PostingState,
    act: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    lock_posting(session, posting)
    if posting.state is not before:
        return
    posting.state = after
    session.flush()
    record(session, act=act, actor_id=actor_id, subject_type="posting", subject_id=posting.id, now=now)


def _wait_for_others(session: Session) -> None:
    """Let one import run at a time, so that two of the same text are one document and slugs stay unique."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))


def _free_slug(session: Session, wanted: str) -> str:
    stem = wanted[:72] or "posting"
    slug, number = stem, 1
    while session.scalar(select(Posting.id).where(Posting.slug == slug)) is not None:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def _language(rubric: Rubric) -> str:
    words = "".join(criterion.text for criterion in rubric.criteria) + (rubric.title or "")
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in words)
    return "zh" if chinese * 4 >= len(words) or not words else "en"
