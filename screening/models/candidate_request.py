"""What candidates ask people for: to look at the prescore themselves, or to delete what is stored."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, UtcDateTime, choice


class RequestKind(StrEnum):
    """What is asked for."""

    HUMAN_REVIEW = "human_review"
    DELETION = "deletion"


class RequestState(StrEnum):
    """Open until a person has handled it."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class CandidateRequest(Base):
    """A request and a person's answer to it; of each kind an application has at most one that is open.

    ``text`` holds the candidate's words, may be empty; ``answer`` what the candidate is told, None while open;
    ``handled_by_id`` is None where nobody had to act.
    """

    __tablename__ = "candidate_request"
    __table_args__ = (
        Index(
            "uq_candidate_request_one_open",
            "application_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_candidate_request_state", "state", "kind", "application_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RequestKind] = mapped_column(choice(RequestKind, "kind"))
    text: Mapped[str] = mapped_column(String(2000), default="")
    state: Mapped[RequestState] = mapped_column(choice(RequestState, "state"), default=RequestState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    answer: Mapped[str | None] = mapped_column(String(2000), default=None)
