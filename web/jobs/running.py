"""Running jobs and regular tasks: each in an application context of its own, whatever calls for it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from web.database import db, utc_now
from web.errors import SteelyardError
from web.jobs.actions import claim, claim_slot, finish, keep_alive, note_problem, refuse, try_again_later
from web.jobs.errors import JobLostError
from web.jobs.progress import Progress
from web.jobs.queries import ready_jobs
from web.jobs.registry import RegularTask, kind_named, regular_tasks
from web.transactions import in_transaction

log = logging.getLogger("steelyard.jobs")
_live_claims: set[str] = set()


def run_job(app: Flask, public_id: str, *, raise_unexpected: bool = False) -> bool:
    """Run one job if it is there to run; False when it was not. Its errors end in its row, not here."""
    with app.app_context():
        job = in_transaction(lambda: claim(public_id))
        if job is None:
            return False
        progress = Progress(job)
        with _kept_alive(progress.claim):
            try:
                _carry_out(progress, dict(job.arguments))
            except JobLostError:
                log.warning("job %s of kind %s was given to another worker", public_id, progress.name)
            except Exception as error:
                log_without_content("job", progress.name, error)
                _put_back(progress.claim)
                if raise_unexpected:
                    raise
        return True


def _carry_out(progress: Progress, arguments: dict[str, Any]) -> None:
    try:
        result = kind_named(progress.name).run(progress, **arguments)
    except SteelyardError as error:
        refusal = error
        in_transaction(lambda: refuse(progress.claim, refusal))
    else:
        in_transaction(lambda: finish(progress.claim, result))


def _put_back(claim_token: str) -> None:
    try:
        in_transaction(lambda: try_again_later(claim_token))
    except JobLostError:
        log.warning("a job was given to another worker before its error could be noted")


def run_pending() -> int:
    """Run every queued job whose time has come, here and now; returns how many ran."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the documented way to the app itself
    ran = 0
    while waiting := ready_jobs(utc_now()):
        db.session.rollback()
        ran_now = sum(run_job(app, public_id) for public_id in waiting)
        if not ran_now:
            break
        ran += ran_now
    db.session.rollback()
    return ran


def run_due(app: Flask, now: datetime | None = None) -> list[str]:
    """Run the regular tasks whose turn has come and that no other process has taken; returns their names."""
    moment = now or utc_now()
    return [task.name for task in regular_tasks() if _run_task(app, task, moment)]


def _run_task(app: Flask, task: RegularTask, now: datetime) -> bool:
    slot = int(now.timestamp()) // (task.minutes * 60)
    with app.app_context():
        if not in_transaction(lambda: claim_slot(task.name, slot, now)):
            return False
        try:
            task.run()
        except Exception as error:  # noqa: BLE001 - one task that fails must not keep the others from their turn
            log_without_content("regular task", task.name, error)
            problem = type(error).__name__
            in_transaction(lambda: note_problem(task.name, problem))
    return True


def beat(app: Flask) -> None:
    """Tell the database that the jobs of this process live."""
    claims = tuple(_live_claims)
    if claims:
        with app.app_context():
            in_transaction(lambda: keep_alive(claims))


@contextmanager
def _kept_alive(claim_token: str) -> Iterator[None]:
    _live_claims.add(claim_token)
    try:
        yield
    finally:
        _live_claims.discard(claim_token)


def log_without_content(what: str, name: str, error: Exception) -> None:
    """Log where an error came from but not what it says: messages may carry what people wrote."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    line = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "unknown place"
    log.error("%s %s stopped: %s at %s", what, name, type(error).__name__, line)
