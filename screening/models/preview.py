"""What a rubric draft would change: one preview of a draft, kept apart from the prescores that count."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.application import Stage
from screening.models.base import Base, JsonList, JsonObject, UtcDateTime, choice


class PreviewState(StrEnum):
    """A preview is being computed or complete; one that is stopped is gone."""

    RUNNING = "running"
    DONE = "done"


class PreviewOutcome(StrEnum):
    """Whether an application could be judged against the draft: its file may be unread, the engine may have failed."""

    SCORED = "scored"
    UNREAD = "unread"
    FAILED = "failed"


class RubricPreview(Base):
    """One preview of a posting's draft, tied to what it was computed from.

    ``document`` is the draft at ``revision``, so that later saves change nothing in it. ``total`` applications were asked
    for, ``done`` are judged; ``left_out`` asked for a person instead. ``counts`` holds how many stand in each view of
    ``PreviewPlace``. The last four numbers tell whether applications, verdicts or runs have come since.
    """

    __tablename__ = "rubric_preview"
    __table_args__ = (
        UniqueConstraint("rubric_version_id"),
        CheckConstraint("done >= 0 AND done <= total", name="done_range"),
        {"sqlite_autoincrement": True},  # what waits for a preview that is gone never meets another one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id", ondelete="CASCADE"))
    revision: Mapped[int]
    document: Mapped[JsonObject] = mapped_column(JSON)
    base_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    engine_version: Mapped[str] = mapped_column(String(40))
    state: Mapped[PreviewState] = mapped_column(choice(PreviewState, "state"), default=PreviewState.RUNNING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    counts: Mapped[JsonObject] = mapped_column(JSON, default=dict)
    asked_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    newest_application_id: Mapped[int]
    standing: Mapped[int]
    newest_verdict_id: Mapped[int]
    newest_prescore_id: Mapped[int]


class PreviewResult(Base):
    """One application's score now and against the draft: shares of one, None where there is none; ``reasons`` name criteria.

    ``rank_before`` and ``rank_after`` are places among those who go on, set when the preview is complete.
    """

    __tablename__ = "preview_result"

    preview_id: Mapped[int] = mapped_column(ForeignKey("rubric_preview.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    outcome: Mapped[PreviewOutcome] = mapped_column(choice(PreviewOutcome, "outcome"))
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage"))
    before_requirement: Mapped[float | None]
    before_bonus: Mapped[float | None]
    before_gates: Mapped[str | None] = mapped_column(String(8))
    after_requirement: Mapped[float | None]
    after_bonus: Mapped[float | None]
    after_gates: Mapped[str | None] = mapped_column(String(8))
    rank_before: Mapped[int | None] = mapped_column(default=None)
    rank_after: Mapped[int | None] = mapped_column(default=None)
    reasons: Mapped[JsonList] = mapped_column(JSON)


class PreviewPlace(Base):
    """That an application stands in a view of the result (all, up, down, below-60 …), with what views are sorted by.

    So a page of any view in any order is one walk along an index. ``before`` and ``after`` are rank scores, −1 while unscored.
    """

    __tablename__ = "preview_place"
    __table_args__ = (
        Index("ix_preview_place_delta", "preview_id", "view", "delta", "application_id"),
        Index("ix_preview_place_before", "preview_id", "view", "before", "application_id"),
        Index("ix_preview_place_after", "preview_id", "view", "after", "application_id"),
    )

    preview_id: Mapped[int] = mapped_column(ForeignKey("rubric_preview.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    view: Mapped[str] = mapped_column(String(16), primary_key=True)
    delta: Mapped[float]
    before: Mapped[float]
    after: Mapped[float]
