"""Applications that are being written: what was typed so far and the files chosen, until they are sent or forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.application import UploadedFile
from screening.models.base import Base, JsonList, JsonObject, UtcDateTime


class ApplicationDraft(Base):
    """A form that was not sent yet. ``key`` is the form's own key and becomes the application's idempotency key.

    ``fields`` lists [name, value] pairs as the browser sent them, files and the form's own marks left out; ``version``
    grows with each save, so that a second tab is noticed, ``writer`` marks the page that saved last; after ``expires_at``
    the draft is removed. ``taken`` tells what was filled in from the résumé: ``fields`` and, for the way back, ``before``,
    both lists of [name, value].
    """

    __tablename__ = "application_draft"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    email: Mapped[str | None] = mapped_column(String(254), default=None)
    locale: Mapped[str] = mapped_column(String(8))
    fields: Mapped[JsonList] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    writer: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    link_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    taken: Mapped[JsonObject | None] = mapped_column(JSON, default=None)


class DraftFile(UploadedFile, Base):
    """A file chosen in a draft. ``field`` is the form field it belongs to ("resume" or a question's id); ``offered`` holds what was read from it to fill fields with, None before."""

    __tablename__ = "draft_file"
    __table_args__ = (UniqueConstraint("draft_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("application_draft.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(80))
    offered: Mapped[JsonList | None] = mapped_column(JSON, default=None)
