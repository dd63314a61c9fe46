"""What happens to a job: it is queued, claimed, kept alive, finished, given up, started again."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import delete, select, update

from web.database import LANGUAGES, db, insert_unless_present, new_public_id, utc_now
from web.errors import SteelyardError
from web.jobs.errors import JobLostError, NotRestartableError, StoppedTooOftenError, UnexpectedStopError
from web.jobs.models import Job, JobState, JobStep, PeriodicTask
from web.jobs.queries import silent_jobs
from web.jobs.registry import kind_named
from web.transactions import after_commit, locked

MOST_TRIES = 4
FIRST_PAUSE = timedelta(seconds=10)
KEPT_FOR = timedelta(days=30)


def enqueue(
    name: str, arguments: Mapping[str, Any] | None = None, *, owner_id: int | None = None, key: str | None = None
) -> Job:
    """Queue a job in the caller's transaction; it starts after the commit, or never if there is none.

    With a ``key`` there is one job for all times: who asks again gets the job that is there. Arguments are plain
    JSON and never join a person to an answer.
    """
    kind_named(name)
    public_id = new_public_id()
    values = {"public_id": public_id, "name": name, "arguments": dict(arguments or {}), "owner_id": owner_id}
    insert_unless_present(Job, key=key, **values)
    chosen = Job.public_id == public_id if key is None else Job.key == key
    job = db.session.scalars(select(Job).where(chosen)).one()
    if job.public_id == public_id:
        after_commit(lambda: announce(public_id))
    return job


def announce(public_id: str) -> None:
    """Tell the workers of a committed job. Losing this costs time only: what waits is announced again every minute."""
    current_app.extensions["announce_job"](public_id)


def claim(public_id: str) -> Job | None:
    """Take a queued job to work on it; None when it is not there to take."""
    now = utc_now()
    taken = db.session.scalar(
        update(Job)
        .where(Job.public_id == public_id, Job.state == JobState.QUEUED, Job.ready_at <= now)
        .values(state=JobState.RUNNING, claim=new_public_id(), tries=Job.tries + 1, heartbeat_at=now, started_at=now)
        .returning(Job.id)
    )
    return db.session.get(Job, taken, populate_existing=True) if taken is not None else None


def held_job(claim_token: str) -> Job:
    """The job that this worker holds, locked; raises JobLostError when it was given to another."""
    statement = select(Job).where(Job.claim == claim_token).with_for_update().execution_options(populate_existing=True)
    job = db.session.scalar(statement)
    if job is None:
        raise JobLostError
    return job


def note_progress(claim_token: str, done: int, total: int) -> None:
    """Say how far a job is, and that it lives."""
    job = held_job(claim_token)
    job.done, job.total, job.heartbeat_at = min(done, total), total, utc_now()


def keep_alive(claims: Collection[str]) -> None:
    """Say that the workers of these claims live, whatever they are busy with."""
    db.session.execute(update(Job).where(Job.claim.in_(claims)).values(heartbeat_at=utc_now()))


def finish(claim_token: str, result: Mapping[str, Any] | None) -> None:
    """Mark a job as done, with what came of it."""
    job = held_job(claim_token)
    _end(job, JobState.DONE)
    job.done, job.total = (job.total, job.total) if job.total else (1, 1)
    job.result = dict(result) if result is not None else None


def refuse(claim_token: str, error: SteelyardError) -> None:
    """Mark a job as failed for a reason that its owner can understand; trying again would change nothing."""
    job = held_job(claim_token)
    _end(job, JobState.FAILED)
    job.message = message_in_all_languages(error)


def try_again_later(claim_token: str) -> None:
    """Queue a job that stopped unexpectedly once more, later each time; give it up after several tries."""
    job = held_job(claim_token)
    if job.tries >= MOST_TRIES:
        refuse(claim_token, UnexpectedStopError())
        return
    job.state, job.claim = JobState.QUEUED, None
    job.ready_at = utc_now() + FIRST_PAUSE * 3 ** (job.tries - 1)


def requeue_silent(now: datetime) -> int:
    """Queue again what was running in a process that is gone; give up what has lost its process too often."""
    stopped = silent_jobs(now)
    for job in stopped:
        if job.tries >= MOST_TRIES:
            _end(job, JobState.FAILED)
            job.message = message_in_all_languages(StoppedTooOftenError())
        else:
            job.state, job.claim, job.ready_at = JobState.QUEUED, None, now
    return len(stopped)


def restart(job: Job) -> Job:
    """Queue a failed job again from its first try; steps that happened once stay as they are."""
    locked(job)
    if job.state is not JobState.FAILED:
        raise NotRestartableError
    kind_named(job.name)
    public_id = job.public_id
    job.state, job.tries, job.message, job.finished_at = JobState.QUEUED, 0, None, None
    job.ready_at = utc_now()
    after_commit(lambda: announce(public_id))
    return job


def take_step(job_id: int, key: str) -> str | None:
    """What a step of a job brought when it happened; None when it has not happened yet."""
    return db.session.scalar(select(JobStep.outcome).where(JobStep.job_id == job_id, JobStep.key == key))


def keep_step(job_id: int, key: str, outcome: str) -> None:
    """Remember that a step happened, in the transaction of the step itself."""
    db.session.add(JobStep(job_id=job_id, key=key, outcome=outcome[:200]))


def claim_slot(name: str, slot: int, now: datetime) -> bool:
    """Take a regular task's turn in a slot of time; False when another process has taken it."""
    if insert_unless_present(PeriodicTask, name=name, slot=slot, ran_at=now):
        return True
    taken = db.session.execute(
        update(PeriodicTask)
        .where(PeriodicTask.name == name, PeriodicTask.slot < slot)
        .values(slot=slot, ran_at=now, problem=None)
    )
    return bool(getattr(taken, "rowcount", 0))


def note_problem(name: str, problem: str) -> None:
    """Keep what kind of error stopped a regular task, for the administrator."""
    db.session.execute(update(PeriodicTask).where(PeriodicTask.name == name).values(problem=problem[:64]))


def forget_old_jobs(now: datetime) -> int:
    """Delete finished jobs that nobody will look at any more; keyed jobs stay, so that they stay unique."""
    old = delete(Job).where(Job.finished_at < now - KEPT_FOR, Job.key.is_(None), Job.state == JobState.DONE)
    return int(getattr(db.session.execute(old), "rowcount", 0))


def message_in_all_languages(error: SteelyardError) -> dict[str, str]:
    """An error's message as text in data, for readers who come later."""
    texts = {}
    for language in LANGUAGES:
        with force_locale(language):
            texts[language] = str(error)
    return texts


def _end(job: Job, state: JobState) -> None:
    job.state, job.claim, job.finished_at = state, None, utc_now()
