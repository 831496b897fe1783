"""A posting's plan of interviews: its rounds, who sits in them, and the pools of interviewers that several postings share."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime, choice


class RoundKind(StrEnum):
    """What a round is; a résumé review meets nobody."""

    RESUME_REVIEW = "resume_review"
    PHONE = "phone"
    TECHNICAL = "technical"
    PANEL = "panel"
    OTHER = "other"


class InterviewerPool(Base):
    """A named group of interviewers from which rounds of any posting fill their seats."""

    __tablename__ = "interviewer_pool"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class PoolMember(Base):
    """Somebody's place in a pool; who has left the staff keeps it and is not asked."""

    __tablename__ = "pool_member"

    pool_id: Mapped[int] = mapped_column(ForeignKey("interviewer_pool.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)


class InterviewRound(Base):
    """One round of a posting's plan, in the order of ``position``; ``focus`` lists criterion keys, which outlive rubric versions.

    ``seats`` people interview: those named in ``RoundInterviewer``, then members of the pool. The scorecard is due
    ``due_hours`` hours after the end. A retired round (``retired_at``) is offered no more; its interviews keep it.
    """

    __tablename__ = "interview_round"
    __table_args__ = (
        CheckConstraint("minutes > 0 AND minutes <= 480", name="minutes_range"),
        CheckConstraint("seats > 0 AND seats <= 12", name="seats_range"),
        CheckConstraint("due_hours > 0 AND due_hours <= 720", name="due_hours_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[RoundKind] = mapped_column(choice(RoundKind, "kind"))
    name: Mapped[str] = mapped_column(String(80))
    minutes: Mapped[int]
    seats: Mapped[int]
    focus: Mapped[list[str]] = mapped_column(JSON)
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("interviewer_pool.id"), index=True, default=None)
    due_hours: Mapped[int] = mapped_column(default=24)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class RoundInterviewer(Base):
    """Somebody who always sits in a round."""

    __tablename__ = "round_interviewer"

    round_id: Mapped[int] = mapped_column(ForeignKey("interview_round.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
