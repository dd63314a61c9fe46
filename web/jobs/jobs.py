"""The regular tasks of the web corner: taking up stopped work, forgetting what no one needs."""

from web.database import utc_now
from web.idempotency import forget_old_submits
from web.jobs.actions import announce, forget_old_jobs, requeue_silent
from web.jobs.queries import ready_jobs
from web.jobs.registry import every
from web.language import lazy_gettext as _l
from web.transactions import in_transaction


@every("jobs.take-up-stopped", minutes=1, title=_l("Take up work that was interrupted"))
def take_up_stopped() -> None:
    """Queue jobs whose process is gone, and announce again whatever still waits."""
    in_transaction(lambda: requeue_silent(utc_now()))
    for public_id in ready_jobs(utc_now()):
        announce(public_id)


@every("web.forget", minutes=60, title=_l("Forget sent forms and finished work"))
def forget() -> None:
    """Delete keys of old forms and rows of old jobs."""
    in_transaction(forget_old_submits)
    in_transaction(lambda: forget_old_jobs(utc_now()))
