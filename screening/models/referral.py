"""Links that staff give to people who refer candidates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime


class Referral(Base):
    """A link to one posting for one person who refers candidates: ``referrer`` names the person, ``code`` stands in the link.

    The link gives the referrer no right; it only says with an application who sent the candidate.
    """

    __tablename__ = "referral"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(24))
    referrer: Mapped[str] = mapped_column(String(120))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
