"""What interviews tell about the rating itself: facts of one application, and the figures that a page shows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime


class MeasuredApplication(Base):
    """An application on which nobody owes an evaluation any more, so that its ratings count.

    ``facts`` is what ``rubrics.measures`` needs of it, None until the worker has read it; ``changes`` grows whenever it is
    to be read anew, so that a reading which was overtaken is not kept. ``last_at`` is the start of its last interview.
    ``left_at`` tells since when somebody owes an evaluation again: older figures still hold it.
    """

    __tablename__ = "measured_application"
    __table_args__ = (
        CheckConstraint("changes >= 1", name="changes_from_one"),
        Index("ix_measured_application_posting_id", "posting_id", "application_id"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    changes: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    facts: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True), default=None)


class Measurement(Base):
    """The figures of one scope and period. ``scope`` is ``posting:<id>``, ``set:<digest>`` of several postings, or ``all``.

    ``days`` is the period's length, 0 for all time; ``tally`` holds the sums that can be added to those of other postings,
    ``document`` what a page shows; ``inputs`` counts the applications in it. ``computed_at`` is when the oldest fact in it was read.
    """

    __tablename__ = "measurement"
    __table_args__ = (CheckConstraint("days >= 0 AND inputs >= 0", name="not_negative"),)

    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True, default=None)
    tally: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True), default=None)
    document: Mapped[JsonObject] = mapped_column(JSON)
    inputs: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
