"""Jobs that can run, that have stopped, and what is known of regular tasks."""

from datetime import datetime, timedelta

from sqlalchemy import select

from web.database import db
from web.jobs.models import Job, JobState, PeriodicTask

SILENT_FOR = timedelta(seconds=45)


def job_with(public_id: str) -> Job | None:
    """The job of a public id."""
    return db.session.scalar(select(Job).where(Job.public_id == public_id))


def ready_jobs(now: datetime) -> list[str]:
    """The public ids of all queued jobs whose time has come, oldest first."""
    statement = select(Job.public_id).where(Job.state == JobState.QUEUED, Job.ready_at <= now).order_by(Job.id)
    return list(db.session.scalars(statement))


def silent_jobs(now: datetime) -> list[Job]:
    """Running jobs whose worker has not been heard of, locked against others who look for them."""
    statement = (
        select(Job)
        .where(Job.state == JobState.RUNNING, Job.heartbeat_at < now - SILENT_FOR)
        .with_for_update(skip_locked=True)
    )
    return list(db.session.scalars(statement))


def last_runs() -> dict[str, PeriodicTask]:
    """When each regular task last ran, by its name."""
    return {task.name: task for task in db.session.scalars(select(PeriodicTask))}


def latest_jobs(most: int) -> list[Job]:
    """The jobs that were asked for last, newest first."""
    return list(db.session.scalars(select(Job).order_by(Job.id.desc()).limit(most)))
