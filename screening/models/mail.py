"""Mails: written in the transaction of their cause, sent afterwards, kept as a log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime, choice


class MailState(StrEnum):
    """The life of a mail.

    ``waiting`` can still be recalled; ``sending`` was handed to a server that has not answered; ``uncertain`` means that it
    never did, so a person decides whether to send again; ``kept`` means that no mail server is set.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    RECALLED = "recalled"
    KEPT = "kept"


class Mail(Base):
    """One mail to one address. ``key`` is unique: asking twice is one mail. ``calendar`` is an iCalendar object or None; ``author_id`` the member of staff who wrote or released it.

    ``posting_id`` is its application's, so that a posting's outbox is read without the applications.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_mail_state_id", "state", "id"),
        Index("ix_mail_posting_id", "posting_id", "id"),
        Index("ix_mail_posting_state", "posting_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(8))
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text, default=None)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), default=None)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    state: Mapped[MailState] = mapped_column(choice(MailState, "state"), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    failure: Mapped[str | None] = mapped_column(String(500), default=None)
