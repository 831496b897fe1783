"""How a posting uses the stages: their names, limits, who must act, hand-overs, and what is counted of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.application import Stage
from screening.models.base import Base, UtcDateTime, choice


class Responsible(StrEnum):
    """Who must act on an application in a stage; ``owner`` is the application's own, else the posting's."""

    __hash__ = str.__hash__  # an enumeration’s own is a call, and each page asks dozens
    OWNER = "owner"
    HIRING_MANAGER = "hiring_manager"
    PANEL = "panel"
    CANDIDATE = "candidate"


class StageRule(Base):
    """What one posting says of one stage; without a row the standard holds.

    A stage that is not ``in_use`` is left out of the moves that pages offer. ``name_zh``/``name_en`` None: the standard
    names. ``days`` None: the standard limit; 0: no limit.
    """

    __tablename__ = "stage_rule"
    __table_args__ = (CheckConstraint("days >= 0 AND days <= 365", name="days_range"),)

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), primary_key=True)
    in_use: Mapped[bool] = mapped_column(default=True)
    name_zh: Mapped[str | None] = mapped_column(String(40), default=None)
    name_en: Mapped[str | None] = mapped_column(String(40), default=None)
    days: Mapped[int | None] = mapped_column(default=None)
    responsible: Mapped[Responsible] = mapped_column(choice(Responsible, "responsible"), default=Responsible.OWNER)


class StageDay(Base):
    """How many applications of a posting stand in a stage since a day (UTC), kept in the same transaction as each move.

    With it a page counts who has stood for longer than a limit without reading the applications.
    """

    __tablename__ = "stage_day"
    __table_args__ = (CheckConstraint("count >= 0", name="not_negative"),)

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class StageFigure(Base):
    """How long applications of a posting stood in a stage before they left it, in seconds; the worker counts it anew."""

    __tablename__ = "stage_figure"

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"), primary_key=True)
    median_seconds: Mapped[int]
    p90_seconds: Mapped[int]
    count: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandOver(Base):
    """One hand-over of an application from one owner to another; None: nobody's own, so the posting's owner acts."""

    __tablename__ = "hand_over"
    __table_args__ = (Index("ix_hand_over_to_id", "to_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str | None] = mapped_column(String(500), default=None)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
