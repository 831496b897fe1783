"""When interviewers have time, and the times that candidates may choose from themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime


class AvailabilityWindow(Base):
    """A stretch in which an interviewer takes interviews; those of one person never touch or overlap."""

    __tablename__ = "availability_window"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_availability_window_user_id_ends_at", "user_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BookingOffer(Base):
    """A recruiter's offer to choose the time of one interview: what will be planned, in which days, until when one may choose.

    ``key`` stands in the candidate's signed link. Times from ``earliest`` to ``latest`` are offered while everybody in
    ``panel`` (user ids) has them free, at least ``notice_hours`` before they begin, until ``expires_at``. ``interview_id`` is
    the interview that was booked; ``wish`` what the candidate wrote when no time fitted. All times are UTC.
    """

    __tablename__ = "booking_offer"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("minutes > 0 AND minutes <= 480", name="minutes_range"),
        CheckConstraint("latest > earliest", name="latest_after_earliest"),
        CheckConstraint("notice_hours >= 0", name="notice_not_negative"),
        CheckConstraint("(wish IS NULL) = (wished_at IS NULL)", name="wish_has_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    round: Mapped[str] = mapped_column(String(80))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("interview_round.id"), index=True, default=None)
    minutes: Mapped[int]
    time_zone: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(300), default="")
    panel: Mapped[list[int]] = mapped_column(JSON)
    focus: Mapped[list[str]] = mapped_column(JSON)
    earliest: Mapped[datetime] = mapped_column(UtcDateTime)
    latest: Mapped[datetime] = mapped_column(UtcDateTime)
    notice_hours: Mapped[int] = mapped_column(default=24)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), unique=True, default=None)
    wish: Mapped[str | None] = mapped_column(String(1000), default=None)
    wished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
