"""Who may look at background work."""

from people.permissions import Permission
from people.roles.models import Viewer
from web.jobs.models import Job, JobState


def may_see_job(viewer: Viewer, job: Job) -> bool:
    """Its owner, and whoever operates jobs."""
    return job.owner_id == viewer.person_id or viewer.can(Permission.JOBS_OPERATE)


def may_restart_job(viewer: Viewer, job: Job) -> bool:
    """Whoever operates jobs, once the job has failed."""
    return job.state is JobState.FAILED and viewer.can(Permission.JOBS_OPERATE)
