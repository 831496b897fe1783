"""Views of a pipeline that somebody gave a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime


class SavedView(Base):
    """A filter of one posting's pipeline under a name; ``address`` is its query string, in the order that pages write it.

    A shared one is listed for everybody with a right on the posting; only its owner changes it.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("posting_id", "owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(1000))
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
