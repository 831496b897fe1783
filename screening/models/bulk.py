"""Acts on many applications at once: what was asked, how far it is, what it did to each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime, choice


class BulkKind(StrEnum):
    """What is done to each."""

    MOVE = "move"
    TAG = "tag"
    UNTAG = "untag"
    HAND_OVER = "hand_over"
    MAIL = "mail"


class BulkState(StrEnum):
    """The life of a bulk act; ``stopped`` and ``undone`` were asked for by a person."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


class ItemState(StrEnum):
    """What became of one application; ``skipped`` has a problem in words of a closed list."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    UNDONE = "undone"


class Bulk(Base):
    """One act on many. ``arguments`` are those of its kind; the counters are kept with each chunk of work."""

    __tablename__ = "bulk"
    __table_args__ = (
        CheckConstraint("total >= 0 AND done >= 0 AND skipped >= 0 AND undone >= 0", name="not_negative"),
        Index("ix_bulk_actor_id", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[BulkKind] = mapped_column(choice(BulkKind, "kind"))
    arguments: Mapped[JsonObject] = mapped_column(JSON)
    state: Mapped[BulkState] = mapped_column(choice(BulkState, "state"), default=BulkState.RUNNING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    undone: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class BulkItem(Base):
    """One application of a bulk act; ``seen`` is the stage that the person saw, ``made`` the id of what the act made (a move, a mail, a hand-over)."""

    __tablename__ = "bulk_item"
    __table_args__ = (
        Index("ix_bulk_item_application_id", "application_id"),
        Index("ix_bulk_item_bulk_id_state", "bulk_id", "state", "application_id"),
    )

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    seen: Mapped[str] = mapped_column(String(32))
    state: Mapped[ItemState] = mapped_column(choice(ItemState, "state"), default=ItemState.WAITING)
    problem: Mapped[str | None] = mapped_column(String(40), default=None)
    made: Mapped[int | None] = mapped_column(default=None)
