"""Who may be the same human being: what applications share of a contact, what was suspected from it, and what a person decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonList, UtcDateTime, choice


class Ground(StrEnum):
    """What two people share; ``hand`` when a member of staff said it."""

    EMAIL = "email"
    PHONE = "phone"
    NAME_SCHOOL = "name_school"
    HAND = "hand"


class SuspicionState(StrEnum):
    """Open until a person has decided."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class ContactKey(Base):
    """One normalised piece of an application's contact, as a digest: equal pieces have equal digests, kinds never meet."""

    __tablename__ = "contact_key"
    __table_args__ = (
        UniqueConstraint("application_id", "digest"),
        Index("ix_contact_key_digest", "digest", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    ground: Mapped[Ground] = mapped_column(choice(Ground, "ground"))
    digest: Mapped[str] = mapped_column(String(64))


class SuspectedDuplicate(Base):
    """A pair of people who may be one, kept after the decision so that nobody is asked twice.

    ``first_id`` is the smaller number; ``grounds`` lists what they share. Where the state is ``same``, ``moved`` lists the
    people that the merge has put under the other one, so that it can be taken apart at any time.
    """

    __tablename__ = "suspected_duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        Index("ix_suspected_duplicate_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    grounds: Mapped[JsonList] = mapped_column(JSON)
    state: Mapped[SuspicionState] = mapped_column(choice(SuspicionState, "state"), default=SuspicionState.OPEN)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    moved: Mapped[JsonList | None] = mapped_column(JSON, default=None)
