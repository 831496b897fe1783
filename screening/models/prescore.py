"""Stored runs of the engine, failures beside them, and verdicts that people changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime


class StoredPrescore(Base):
    """One run, stored once for an application, rubric version, engine and lexicon version, and input; ``result`` is ``rubrics.codec.dump_prescore``. Never changed."""

    __tablename__ = "prescore"
    __table_args__ = (
        UniqueConstraint(
            "application_id",
            "rubric_version_id",
            "engine_version",
            "lexicon_version",
            "input_sha256",
            name="uq_prescore_run",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    engine_version: Mapped[str] = mapped_column(String(40))
    lexicon_version: Mapped[str] = mapped_column(String(40))
    input_sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[JsonObject] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PrescoreFailure(Base):
    """A run that failed: shown as a failure, never instead of a result."""

    __tablename__ = "prescore_failure"
    __table_args__ = (UniqueConstraint("application_id", "rubric_version_id", "engine_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    engine_version: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Fit(Base):
    """How strong an application is for another posting's published rubric, stored once for (application, rubric version, engine version).

    ``requirement`` is the requirement point, 0 to 1, None where nothing is scored; ``gates`` pass, below or unknown.
    """

    __tablename__ = "fit"
    __table_args__ = (UniqueConstraint("application_id", "rubric_version_id", "engine_version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    engine_version: Mapped[str] = mapped_column(String(40))
    requirement: Mapped[float | None]
    gates: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChangedVerdict(Base):
    """A verdict set by a person, with a reason (改判); it stays over later runs. The latest row of a criterion key counts; ``verdict`` None takes the change back."""

    __tablename__ = "changed_verdict"
    __table_args__ = (
        CheckConstraint(
            "verdict IS NULL OR verdict IN ('met', 'partly', 'not_shown', 'contradicted', 'for_interview')",
            name="verdict_known",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    criterion_key: Mapped[str] = mapped_column(String(120))
    verdict: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(2000))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
