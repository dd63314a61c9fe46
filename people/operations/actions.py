"""What administrators do to background work."""

from people.audit.actions import record
from web.jobs.actions import restart
from web.jobs.models import Job


def restart_job(job: Job) -> Job:
    """Queue failed work again."""
    restart(job)
    record("job.restarted", about=job, details={"name": job.name})
    return job
