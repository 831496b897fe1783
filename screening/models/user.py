"""Staff accounts and their rights on postings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime, choice


class Role(StrEnum):
    """What a member of staff does; a candidate has no account."""

    __hash__ = str.__hash__  # an enumeration’s own is a call, and each page asks dozens
    INTERVIEWER = "interviewer"
    RECRUITER = "recruiter"
    HIRING_MANAGER = "hiring_manager"
    ADMIN = "admin"


class User(Base):
    """A member of staff who signs in with e-mail and password. ``email`` is stored in lower case; ``session_key`` ends all sessions when it changes.

    ``feed_key`` names the calendar that the person subscribes to, None while it is switched off; the address holds it signed.
    """

    __tablename__ = "user"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("feed_key"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    password_hash: Mapped[str] = mapped_column(String(255))
    session_key: Mapped[str] = mapped_column(String(64))
    is_active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None] = mapped_column(String(8), default=None)
    theme: Mapped[str | None] = mapped_column(String(8), default=None)
    time_zone: Mapped[str | None] = mapped_column(String(64), default=None)
    feed_key: Mapped[str | None] = mapped_column(String(64), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PostingMember(Base):
    """A right of a member of staff on one posting; admins need none."""

    __tablename__ = "posting_member"

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
