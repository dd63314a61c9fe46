"""What a running job holds in its hand: it says how far it is, and does a step once however often it starts over."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from web.database import is_writing
from web.jobs.actions import held_job, keep_step, note_progress, take_step
from web.jobs.models import Job
from web.transactions import in_transaction

SHORTEST_PAUSE = 0.5


class Progress:
    """The job as it sees itself while it runs."""

    def __init__(self, job: Job) -> None:
        """Remember what identifies the job and this try of it."""
        assert job.claim is not None
        self.job_id, self.public_id, self.owner_id, self.claim = job.id, job.public_id, job.owner_id, job.claim
        self.name, self.tries = job.name, job.tries
        self._written_at = 0.0

    def step(self, done: int, total: int) -> None:
        """Say how far the job is, in a short transaction of its own; inside a transaction it is skipped.

        Raises JobLostError when the job was taken for dead and given to another worker.
        """
        if is_writing.get():
            return
        now = monotonic()
        if done < total and now - self._written_at < SHORTEST_PAUSE:
            return
        self._written_at = now
        in_transaction(lambda: note_progress(self.claim, done, total))

    def once(self, key: str, action: Callable[[], Any]) -> str:
        """Run an action in one transaction with the note that it happened; a repeated try gets its outcome back.

        The outcome is the action's row (its public id), text or nothing. A worker that has lost the job changes
        nothing: JobLostError undoes the action.
        """
        return in_transaction(lambda: self._once(key, action))

    def _once(self, key: str, action: Callable[[], Any]) -> str:
        held_job(self.claim)
        earlier = take_step(self.job_id, key)
        if earlier is not None:
            return earlier
        result = action()
        outcome = "" if result is None else str(getattr(result, "public_id", result))
        keep_step(self.job_id, key, outcome)
        return outcome
