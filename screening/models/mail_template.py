"""Texts of mails to candidates that staff keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.application import Stage
from screening.models.base import Base, UtcDateTime, choice


class MailTemplate(Base):
    """One text in one language, of one posting or (``posting_id`` None) of all; with ``stage`` it is offered when somebody is moved there.

    ``subject`` and ``text`` hold placeholders of a closed list; what stands in a posting's own goes before what stands for all.
    """

    __tablename__ = "mail_template"
    __table_args__ = (
        CheckConstraint("locale IN ('zh', 'en')", name="locale_known"),
        Index(
            "uq_mail_template_posting",
            "posting_id",
            "name",
            "locale",
            unique=True,
            sqlite_where=text("posting_id IS NOT NULL"),
            postgresql_where=text("posting_id IS NOT NULL"),
        ),
        Index(
            "uq_mail_template_all",
            "name",
            "locale",
            unique=True,
            sqlite_where=text("posting_id IS NULL"),
            postgresql_where=text("posting_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), default=None)
    name: Mapped[str] = mapped_column(String(80))
    stage: Mapped[Stage | None] = mapped_column(choice(Stage, "stage"), default=None)
    locale: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
