"""Tags: words that staff stick on applications; they never touch a score."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime


class Tag(Base):
    """One word for all postings. ``name`` is shown as first typed; ``key`` is its folded form (NFKC, lower case), by which it is one."""

    __tablename__ = "tag"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("name <> ''", name="has_name"),
        {"sqlite_autoincrement": True},  # the number of a deleted tag never means another one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80))


class ApplicationTag(Base):
    """A tag on an application; ``posting_id`` is the application's, so that a posting's tagged are found by one index."""

    __tablename__ = "application_tag"
    __table_args__ = (
        Index("ix_application_tag_posting_id", "posting_id", "tag_id", "application_id"),
        Index("ix_application_tag_tag_id", "tag_id", "application_id"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    added_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
