"""Tables of background work: one row a job, one row a step that must happen once, one row a regular task."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from web.database import Base, Identified, enum_column, utc_now


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Identified, Base):
    """One piece of background work: what it does, for whom, how far it is and what came of it.

    ``owner_id`` is the person who may look at it, a plain number because this package knows no people. Arguments
    and result never join a person to an answer. ``claim`` is the random token of the worker that holds the job.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("done >= 0 AND total >= 0 AND done <= total", name="done_within_total"),
        CheckConstraint("(state = 'running') = (claim IS NOT NULL)", name="claimed_while_running"),
        Index("ix_job_state_ready_at", "state", "ready_at"),
    )

    name: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(128), unique=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner_id: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[JobState] = mapped_column(enum_column(JobState), default=JobState.QUEUED)
    claim: Mapped[str | None] = mapped_column(String(16))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    ready_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    message: Mapped[dict[str, str] | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in {JobState.DONE, JobState.FAILED}


class JobStep(Base):
    """A part of a job that has happened and must not happen again when the job starts over."""

    __tablename__ = "job_step"
    __table_args__ = (UniqueConstraint("job_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(128))
    outcome: Mapped[str] = mapped_column(String(200))


class PeriodicTask(Base):
    """A regular task and the last slot of time in which some process ran it."""

    __tablename__ = "periodic_task"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[int]
    ran_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(64))
