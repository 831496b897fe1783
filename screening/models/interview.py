"""Interviews, panels, scorecard drafts, submitted evaluations and decisions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime, choice
from screening.models.interview_plan import RoundKind


class Recommendation(StrEnum):
    """What an interviewer advises, apart from the ratings."""

    STRONG_YES = "strong_yes"
    YES = "yes"
    NO = "no"
    STRONG_NO = "strong_no"


class Outcome(StrEnum):
    """What a person decided."""

    ADVANCE = "advance"
    REJECT = "reject"
    OFFER = "offer"
    HIRE = "hire"


class AbstainKind(StrEnum):
    """Why an interviewer does not judge a candidate; ``other`` needs words."""

    KNOWS = "knows"
    WORKED_TOGETHER = "worked_together"
    INTEREST = "interest"
    ABSENT = "absent"
    OTHER = "other"


def _when_created(context: DefaultExecutionContext) -> datetime:
    made: datetime = context.get_current_parameters()["created_at"]  # type: ignore[no-untyped-call]
    return made


class Interview(Base):
    """One planned conversation. ``starts_at`` is UTC, ``time_zone`` the IANA zone it was planned in, ``focus`` the criterion ids of ``rubric_version_id`` that it must cover.

    ``ends_at`` is ``starts_at`` + ``minutes``, for a review of documents (``kind``) the time when it is due; ``due_at`` the time by which its scorecards are owed. ``uid`` names it in
    calendars for good, ``sequence`` grows with each change that calendars must hear of (RFC 5545, 3.8.7.4), last at
    ``changed_at``.
    """

    __tablename__ = "interview"
    __table_args__ = (
        CheckConstraint("minutes > 0 AND minutes <= 480", name="minutes_range"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("due_at >= ends_at", name="due_after_end"),
        CheckConstraint("sequence >= 0", name="sequence_not_negative"),
        UniqueConstraint("uid"),
        Index("ix_interview_starts_at", "starts_at"),
        Index("ix_interview_ends_at", "ends_at"),
        Index("ix_interview_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    round: Mapped[str] = mapped_column(String(80))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("interview_round.id"), index=True, default=None)
    kind: Mapped[RoundKind] = mapped_column(choice(RoundKind, "kind"), default=RoundKind.OTHER)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    time_zone: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(300), default="")
    focus: Mapped[list[str]] = mapped_column(JSON)
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    uid: Mapped[str] = mapped_column(String(64), default=lambda: str(uuid4()))
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_when_created)


class Panelist(Base):
    """An interviewer's seat on a panel; ``abstained_at`` with a kind and words releases from the evaluation (conflict of interest).

    ``is_settled`` only where an evaluation was submitted; cleared when the interview gets another time. Who owes an evaluation is looked
    for among the others, so False is always right, and True without an evaluation would end blindness.
    """

    __tablename__ = "panelist"
    __table_args__ = (
        CheckConstraint(
            "(abstained_at IS NULL) = (abstain_kind IS NULL) AND (abstained_at IS NULL) = (abstain_reason IS NULL)",
            name="abstain_is_whole",
        ),
        CheckConstraint("abstain_kind <> 'other' OR abstain_reason <> ''", name="other_has_words"),
        Index("ix_panelist_user_settled", "user_id", "is_settled"),
    )

    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    abstained_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    abstain_kind: Mapped[AbstainKind | None] = mapped_column(choice(AbstainKind, "abstain_kind"), default=None)
    abstain_reason: Mapped[str | None] = mapped_column(String(300), default=None)
    is_settled: Mapped[bool] = mapped_column(default=False)


class ScorecardDraft(Base):
    """What an interviewer has typed so far; ``revision`` detects two tabs editing one scorecard."""

    __tablename__ = "scorecard_draft"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    content: Mapped[JsonObject] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Evaluation(Base):
    """A submitted scorecard, locked; an amendment is a new ``version`` with a reason, the old one stays readable.

    Only who sits on the panel has one. ``private_note`` is for the posting's recruiters, never for the panel.
    """

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("interview_id", "user_id", "version"),
        ForeignKeyConstraint(["interview_id", "user_id"], ["panelist.interview_id", "panelist.user_id"]),
        CheckConstraint("version = 1 OR amendment_reason IS NOT NULL", name="amendment_has_reason"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("summary <> ''", name="recommendation_has_words"),
        Index("ix_evaluation_user_submitted_at", "user_id", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    recommendation: Mapped[Recommendation] = mapped_column(choice(Recommendation, "recommendation"))
    summary: Mapped[str] = mapped_column(Text)
    private_note: Mapped[str] = mapped_column(Text, default="")
    amendment_reason: Mapped[str | None] = mapped_column(String(300), default=None)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Rating(Base):
    """One criterion in one evaluation: 1–4, or None for "not covered"/no evidence, which is not a number."""

    __tablename__ = "rating"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "criterion"),
        CheckConstraint("value IS NULL OR value BETWEEN 1 AND 4", name="value_range"),
        CheckConstraint("value IS NULL OR value BETWEEN 2 AND 3 OR note <> ''", name="words_for_extremes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id", ondelete="CASCADE"))
    criterion: Mapped[str] = mapped_column(String(16))
    criterion_key: Mapped[str] = mapped_column(String(120))
    value: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")


DECIDED_BY_ONE = "second_id IS NULL AND undone_at IS NULL"
"""What is true of decisions that nobody has looked at for a second time, in SQL that both databases read."""


class Decision(Base):
    """A named person's decision on an application, with a reason from a list and a note; ``undone_at`` when it was taken back in time.

    ``missing`` counts the evaluations that were still owed when it was made. ``needs_second`` marks a rejection that another
    person looks at: it waits, and moves nothing, until ``second_id`` has agreed. ``undone_by`` is None where the candidate's
    own withdrawal overtook it. ``tell_candidate`` asks for a mail once the decision stands; ``afterwards`` holds what then
    happens, while a second person is waited for: the letter's words and time, and whether interviews are called off.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("outcome <> 'reject' OR note <> ''", name="reject_has_note"),
        CheckConstraint("missing >= 0", name="missing_not_negative"),
        CheckConstraint("NOT needs_second OR (outcome = 'reject' AND note <> '')", name="second_of_reject_with_note"),
        CheckConstraint("second_id IS NULL OR needs_second", name="second_is_needed"),
        CheckConstraint("second_id <> actor_id", name="second_is_another"),
        CheckConstraint(
            "(second_id IS NULL) = (second_at IS NULL) AND (second_id IS NULL) = (second_agrees IS NULL)",
            name="second_is_whole",
        ),
        CheckConstraint("second_agrees OR second_agrees IS NULL OR second_note <> ''", name="disagreement_has_note"),
        Index(
            "uq_decision_one_waiting",
            "application_id",
            unique=True,
            sqlite_where=text(f"needs_second = 1 AND {DECIDED_BY_ONE}"),
            postgresql_where=text(f"needs_second AND {DECIDED_BY_ONE}"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    from_stage: Mapped[str] = mapped_column(String(16))
    to_stage: Mapped[str] = mapped_column(String(16))
    missing: Mapped[int] = mapped_column(default=0)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    tell_candidate: Mapped[bool] = mapped_column(default=False)
    afterwards: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True), default=None)
    needs_second: Mapped[bool] = mapped_column(default=False)
    second_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    second_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    second_agrees: Mapped[bool | None] = mapped_column(default=None)
    second_note: Mapped[str] = mapped_column(Text, default="")
