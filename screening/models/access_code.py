"""One-time codes that a candidate gets by mail: with one of them a browser proves that it is the candidate's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime


class AccessCode(Base):
    """A code that was mailed for one application. Only its keyed digest is kept; it lives until ``expires_at``, until it was used, or for a few wrong tries."""

    __tablename__ = "access_code"
    __table_args__ = (Index("ix_access_code_application_id_created_at", "application_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
