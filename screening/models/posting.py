"""Postings, the documents they came from, their rubric versions and the forms made from these."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonList, JsonObject, UtcDateTime, choice


class PostingState(StrEnum):
    """Whether candidates can find a posting: a draft was never published, a closed one takes no applications."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class RubricState(StrEnum):
    """The life of a rubric version."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class SourceDocument(Base):
    """A pasted or uploaded document, kept unaltered; ``text`` is its decoded content."""

    __tablename__ = "source_document"
    __table_args__ = (UniqueConstraint("sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Posting(Base):
    """One job advertisement. ``first_line``/``last_line`` are 1-based and inclusive in its document; ``title`` is None while the text's lost title has not been given by a person; with ``second_look`` a rejection after an interview waits for another person's agreement; ``asks_voluntary``: candidates are asked, after they applied, for voluntary answers (``VoluntaryAnswer``); ``stage_seconds`` is the median time in a stage, which the worker counts (``services.stage_figures``)."""

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("state <> 'open' OR title IS NOT NULL", name="open_has_title"),
        Index("ix_posting_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    document_id: Mapped[int] = mapped_column(ForeignKey("source_document.id"))
    first_line: Mapped[int]
    last_line: Mapped[int]
    title: Mapped[str | None] = mapped_column(String(200))
    track: Mapped[str | None] = mapped_column(String(80))
    locations: Mapped[JsonList] = mapped_column(JSON)
    degree_floor: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[PostingState] = mapped_column(choice(PostingState, "state"), default=PostingState.DRAFT)
    openings: Mapped[int | None] = mapped_column(default=None)
    second_look: Mapped[bool] = mapped_column(default=False)
    asks_voluntary: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    stage_seconds: Mapped[int | None] = mapped_column(default=None)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class RubricVersion(Base):
    """An immutable, numbered version of a posting's criteria. ``document`` is ``rubrics.codec.dump_rubric``; a draft may change (``revision`` counts its saves), a published one never does."""

    __tablename__ = "rubric_version"
    __table_args__ = (
        UniqueConstraint("posting_id", "number"),
        CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published_has_time"),
        Index(
            "uq_rubric_version_one_published",
            "posting_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "uq_rubric_version_one_draft",
            "posting_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    number: Mapped[int]
    state: Mapped[RubricState] = mapped_column(choice(RubricState, "state"), default=RubricState.DRAFT)
    document: Mapped[JsonObject] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class RubricRevision(Base):
    """An earlier content of a draft, so that each save can be undone: what it was before the save that ``change`` names. ``settled`` holds the answers to its findings: ``finding``, ``answer``, ``by``, ``at`` (ISO 8601)."""

    __tablename__ = "rubric_revision"
    __table_args__ = (UniqueConstraint("rubric_version_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id", ondelete="CASCADE"))
    revision: Mapped[int]
    document: Mapped[JsonObject] = mapped_column(JSON)
    settled: Mapped[JsonList] = mapped_column(JSON)
    change: Mapped[str] = mapped_column(String(200))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SettledFinding(Base):
    """A person's answer to one finding of a rubric version: ``finding`` is its position in the version's warnings."""

    __tablename__ = "settled_finding"
    __table_args__ = (UniqueConstraint("rubric_version_id", "finding"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id", ondelete="CASCADE"))
    finding: Mapped[int]
    answer: Mapped[str] = mapped_column(String(40))
    settled_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuestionSet(Base):
    """A numbered version of the recruiter's own questions of a posting; a draft may change (``revision`` counts its saves), a published one never does.

    ``questions`` are documents of ``screening.services.custom_questions``, ``before`` what they were before the last save
    (None: there was no draft). ``accepted`` lists doubts that a person has answered with a reason: ``question``, ``topic``,
    ``words``, ``reason``, ``by`` and ``at`` (ISO 8601).
    """

    __tablename__ = "question_set"
    __table_args__ = (
        UniqueConstraint("posting_id", "number"),
        CheckConstraint("state = 'draft' OR published_at IS NOT NULL", name="published_has_time"),
        Index(
            "uq_question_set_one_published",
            "posting_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "uq_question_set_one_draft",
            "posting_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    number: Mapped[int]
    state: Mapped[RubricState] = mapped_column(choice(RubricState, "state"), default=RubricState.DRAFT)
    questions: Mapped[JsonList] = mapped_column(JSON)
    before: Mapped[JsonList | None] = mapped_column(JSON(none_as_null=True), default=None)
    accepted: Mapped[JsonList] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class FormVersion(Base):
    """The application form that a rubric version and the recruiter's own questions make; answers are bound to it.

    ``questions`` is a list of question objects; ``question_set`` is the number of the set in force when it was made, 0 without one.
    """

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("rubric_version_id", "question_set"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    question_set: Mapped[int] = mapped_column(default=0)
    questions: Mapped[JsonList] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
