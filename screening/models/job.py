"""Work that waits: a job is a row before it is a message."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from screening.models.base import Base, JsonObject, UtcDateTime, choice


class JobState(StrEnum):
    """Waiting jobs are due or leased; failed ones were given up after the last attempt and are shown to an admin; stopped ones were called off by a person, who may let them go on."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Job(Base):
    """One piece of work. ``key`` is unique: asking twice is one job. A job is due when ``due_at`` has passed; sending pushes ``due_at`` ahead by the lease."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("key"), Index("ix_job_state_due_at", "state", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    arguments: Mapped[JsonObject] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(String(500), default=None)


class Heartbeat(Base):
    """When a long-running process was last alive; ``name`` is worker, relay or beat."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
