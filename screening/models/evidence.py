"""What candidates add to an application that they have sent: bound to one criterion, beside what was sent first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime


class EvidenceAddition(Base):
    """One addition. ``answers`` holds JSON Resume sections as the form gave them; ``key`` makes a repeated post the same addition.

    The worker takes additions into the application's answers one after the other: ``turn`` counts them from 1, None before;
    ``before`` keeps the sections that it changed as they were, None for one that was not there, so that every earlier
    input can be had again. ``seen_at`` is when the first member of staff read it.
    """

    __tablename__ = "evidence_addition"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("application_id", "turn"),
        Index(
            "ix_evidence_addition_unseen",
            "application_id",
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    criterion_key: Mapped[str] = mapped_column(String(120))
    criterion_id: Mapped[str] = mapped_column(String(40))
    asked: Mapped[str] = mapped_column(Text)
    answers: Mapped[JsonObject] = mapped_column(JSON)
    link: Mapped[str | None] = mapped_column(String(400), default=None)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("resume_file.id", ondelete="SET NULL"), default=None)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    turn: Mapped[int | None] = mapped_column(default=None)
    before: Mapped[JsonObject | None] = mapped_column(JSON, default=None)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
