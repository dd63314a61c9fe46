"""What administrators do to background work and backups."""

from people.accounts.actions import end_all_sessions
from people.audit.actions import record
from web.backups.actions import Backup
from web.jobs.actions import restart
from web.jobs.models import Job


def restart_job(job: Job) -> Job:
    """Queue failed work again."""
    restart(job)
    record("job.restarted", about=job, details={"name": job.name})
    return job


def note_backup(backup: Backup) -> None:
    """Record that a copy of everything was made."""
    record("backup.created", details={"id": backup.manifest["id"]})


def settle_restored(backup: Backup) -> None:
    """Record that a backup was restored, and end the sessions that were alive when it was made."""
    end_all_sessions()
    record("backup.restored", details={"id": backup.manifest["id"], "created_at": backup.created_at})
