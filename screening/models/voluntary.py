"""Voluntary answers on sex, age and the like: stored apart from applications, for counting only."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base


class VoluntaryAnswer(Base):
    """One voluntary answer. ``token`` is made from the application's number with a key that only the counting and the erasing use, so that no page can join it.

    There is neither a number of its own nor a time: both would tell by their order whose it is. Nor does SQLite number the
    rows itself; they lie in the order of their tokens.
    """

    __tablename__ = "voluntary_answer"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - what SQLAlchemy reads

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(String(20), primary_key=True)
    answer: Mapped[str] = mapped_column(String(40))
