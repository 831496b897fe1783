"""What happened, by whom, on what; and the way back for ten minutes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime


class AuditEntry(Base):
    """One act. It holds references, never personal data; ``digest`` chains it to the entry before."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("previous_digest"),
        Index("ix_audit_entry_subject", "subject_type", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
    act: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    facts: Mapped[JsonObject] = mapped_column(JSON)
    previous_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class UndoStep(Base):
    """A way back: ``act`` names the inverse, ``arguments`` its ids; usable once by the same person until ``expires_at``."""

    __tablename__ = "undo_step"

    token: Mapped[str] = mapped_column(String(43), primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    act: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[JsonObject] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
