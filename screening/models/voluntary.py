"""Voluntary answers on sex, age and the like: stored apart from applications, for counting only."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base


class VoluntaryAnswer(Base):
    """One voluntary answer. ``token`` is made from the application's number with a key that only the counting and the erasing use, so that no page can join it.

    There is neither a number of its own nor a time: both would tell by their order whose it is.
    """

    __tablename__ = "voluntary_answer"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(String(20), primary_key=True)
    answer: Mapped[str] = mapped_column(String(40))
