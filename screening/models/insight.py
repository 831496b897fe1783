"""Figures of pipelines that the worker counts and pages only read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime


class InsightFigure(Base):
    """What a section of the insights shows. ``scope`` is ``posting:<id>`` or ``all``; ``kind`` names the section; ``days`` is the period, 0 for all time."""

    __tablename__ = "insight_figure"
    __table_args__ = (CheckConstraint("days >= 0", name="not_negative"),)

    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[JsonObject] = mapped_column(JSON)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
