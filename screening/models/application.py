"""People, their applications, answers, files, and where each application stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime, choice


class Stage(StrEnum):
    """Where an application stands; ``applied`` is shown as New, ``screening`` as Review."""

    __hash__ = str.__hash__  # a list looks hundreds up, and an enumeration's own hash is a call
    APPLIED = "applied"
    SCREENING = "screening"
    INTERVIEW = "interview"
    DEBRIEF = "debrief"
    OFFER = "offer"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


RESUME = "resume"
"""The form field of the file that the engine reads as the résumé; other files answer questions."""
LIVE = "stage <> 'rejected' AND stage <> 'withdrawn'"
"""A person has at most one live application to a posting; after a rejection or a withdrawal they may apply again."""


RANKED_BY = ("posting_id", "stage", "rank_score", "id")
FILTERED_BY = ("gates", "verdicts", "cities", "source", "owner_id", "stage_since", "submitted_at")
"""What lists order and filter by: one index holds it all, so that a filter that nobody fits is answered from the index alone."""


class TextState(StrEnum):
    """Whether a file's text has been read."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"


class Person(Base):
    """A human being who applied, known by a normalised e-mail address; a person is not an application.

    ``merged_into_id`` names the person who stands for this one since somebody said that they are the same; never a chain.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("email_normalised"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email_normalised: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True, default=None)


class Application(Base):
    """One person's submission to one posting, with the contact details as typed then.

    ``rank_score`` is the point that lists sort by, −1 while unscored; ``gates`` is pass, below, unknown or None;
    ``standing`` is what lists show of the current prescore (``queries.standing.outline``), None while unscored;
    ``verdicts`` is its rubric version's number, a colon, and a letter for each criterion in the rubric's order, a person's
    change over the machine's; ``cities`` are the keys of the cities that the candidate can work in, ``|beijing|shanghai|``;
    ``idempotency_key`` makes a repeated post the same application. Applications that one form made share ``batch``;
    ``preference`` is 1 for the first choice among them; both are None for a single one and never touch a score, nor do
    ``source``, ``referral_id`` and ``heard`` (the candidate's own words on how they heard of the role). ``is_judged`` is kept
    by ``services.measuring``: somebody has evaluated an interview and nobody owes an evaluation. After ``erased_at`` nothing
    in it tells who it was.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_person_posting", "person_id", "posting_id"),
        Index(
            "uq_application_live",
            "person_id",
            "posting_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        UniqueConstraint("idempotency_key"),
        CheckConstraint("rank_score >= -1 AND rank_score <= 1", name="rank_score_range"),
        CheckConstraint("preference >= 1", name="preference_from_one"),
        Index(
            "ix_application_batch",
            "batch",
            sqlite_where=text("batch IS NOT NULL"),
            postgresql_where=text("batch IS NOT NULL"),
        ),
        Index(
            "ix_application_referral_id",
            "referral_id",
            sqlite_where=text("referral_id IS NOT NULL"),
            postgresql_where=text("referral_id IS NOT NULL"),
        ),
        Index("ix_application_posting_stage_rank", *RANKED_BY, *FILTERED_BY),
        Index(
            "ix_application_owner_id",
            "owner_id",
            "stage",
            "stage_since",
            sqlite_where=text("owner_id IS NOT NULL"),
            postgresql_where=text("owner_id IS NOT NULL"),
        ),
        Index("ix_application_posting_stage_since", "posting_id", "stage", "stage_since", "id"),
        # for the start page, which asks who is ready for a debrief in this order; no other statement is led astray by them
        Index(
            "ix_application_judged",
            "stage",
            "stage_since",
            "id",
            sqlite_where=text("stage = 'interview' AND is_judged = 1"),
            postgresql_where=text("stage = 'interview' AND is_judged"),
        ),
        Index(
            "ix_application_at_debrief",
            "stage",
            "stage_since",
            "id",
            sqlite_where=text("stage = 'debrief'"),
            postgresql_where=text("stage = 'debrief'"),
        ),
        Index("ix_application_posting_submitted_at", "posting_id", "submitted_at", "id"),
        Index("ix_application_consent_version", "consent_version", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    idempotency_key: Mapped[str] = mapped_column(String(160))
    batch: Mapped[str | None] = mapped_column(String(64), default=None)
    preference: Mapped[int | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    headline: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(40), default="site")
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"), default=None)
    heard: Mapped[str | None] = mapped_column(String(120), default=None)
    prescore_refused: Mapped[bool] = mapped_column(default=False)
    contact_later: Mapped[bool] = mapped_column(default=False)
    consent_version: Mapped[str] = mapped_column(String(16))
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), default=Stage.APPLIED)
    stage_since: Mapped[datetime] = mapped_column(UtcDateTime)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    rank_score: Mapped[float] = mapped_column(default=-1.0)
    gates: Mapped[str | None] = mapped_column(String(8), default=None)
    prescore_id: Mapped[int | None] = mapped_column(ForeignKey("prescore.id", use_alter=True), default=None)
    standing: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True), default=None)
    verdicts: Mapped[str | None] = mapped_column(String(200), default=None)
    cities: Mapped[str] = mapped_column(String(300), default="")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    additions: Mapped[int] = mapped_column(default=0)
    is_judged: Mapped[bool] = mapped_column(default=False)


class Answer(Base):
    """One section of the application's JSON Resume document: ``field`` is its top-level name (education, skills, availability, statements …)."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("application_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(80))
    value: Mapped[JsonObject] = mapped_column(JSON)


class UploadedFile:
    """What is kept of a file, whoever it belongs to. The bytes lie under ``storage_key`` in the uploads folder, never under the client's name.

    ``size`` is in bytes; ``hidden`` lists [start, end] of text that the rendered page does not show.
    """

    original_name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(80), index=True)
    text_state: Mapped[TextState] = mapped_column(choice(TextState, "text_state"), default=TextState.WAITING)
    text: Mapped[str | None] = mapped_column(Text, default=None)
    hidden: Mapped[list[list[int]] | None] = mapped_column(JSON, default=None)
    pages: Mapped[int | None] = mapped_column(default=None)
    failure: Mapped[str | None] = mapped_column(String(300), default=None)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ResumeFile(UploadedFile, Base):
    """A candidate's file; applications sent together share its bytes. ``field`` is the form field it answers."""

    __tablename__ = "resume_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(80), default=RESUME)


class StageMove(Base):
    """One move: who, when, from, to, reason. The actor is None when the candidate moved it (withdrawal). An undo is a move of its own with ``undoes``."""

    __tablename__ = "stage_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    from_stage: Mapped[Stage | None] = mapped_column(choice(Stage, "from_stage"))
    to_stage: Mapped[Stage] = mapped_column(choice(Stage, "to_stage"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str | None] = mapped_column(String(40), default=None)
    note: Mapped[str | None] = mapped_column(String(2000), default=None)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("stage_move.id"), default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StageCount(Base):
    """How many applications of a posting stand in a stage, kept in the same transaction as each move."""

    __tablename__ = "stage_count"
    __table_args__ = (CheckConstraint("count >= 0", name="not_negative"),)

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class ApplicationNote(Base):
    """A note of staff on an application; interviewers who still owe an evaluation do not see it.

    ``edited_at`` is when its author changed it last. One that was removed can be brought back for ten minutes; its text
    goes soon after.
    """

    __tablename__ = "application_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class NoteMention(Base):
    """A colleague whom a note names; ``seen_at`` is when they opened the application after it."""

    __tablename__ = "note_mention"
    __table_args__ = (Index("ix_note_mention_user_id", "user_id", "seen_at"),)

    note_id: Mapped[int] = mapped_column(ForeignKey("application_note.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
