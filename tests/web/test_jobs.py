"""Background work starts after the commit, survives the death of its process, and happens once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from people.organisation.models import Unit
from web.database import db, utc_now
from web.errors import SteelyardError
from web.jobs.actions import MOST_TRIES, claim, enqueue, forget_old_jobs, requeue_silent, restart
from web.jobs.errors import JobLostError, NotRestartableError, UnknownJobError
from web.jobs.models import Job, JobState, JobStep, PeriodicTask
from web.jobs.progress import Progress
from web.jobs.queries import SILENT_FOR, ready_jobs
from web.jobs.registry import every, job, regular_tasks, title_of
from web.jobs.running import run_due, run_job, run_pending
from web.language import lazy_gettext as _l
from web.transactions import in_transaction

ran: list[str] = []


class NoSuchUnitError(SteelyardError):
    """A refusal for the tests."""

    message = _l("This choice is no longer available.")


@job("test.add-unit", title="Add a unit")
def add_unit(progress: Progress, code: str) -> dict[str, Any]:
    progress.step(0, 2)
    outcome = progress.once("add", lambda: _new_unit(code))
    progress.step(2, 2)
    ran.append(code)
    return {"unit": outcome}


@job("test.refuse")
def refuse_always(progress: Progress) -> None:
    raise NoSuchUnitError


@job("test.break")
def break_always(progress: Progress, code: str) -> None:
    progress.once("add", lambda: _new_unit(code))
    raise ZeroDivisionError("nothing of this text may be logged")


def _new_unit(code: str) -> Unit:
    unit = Unit(code=code, name={"en": code})
    db.session.add(unit)
    db.session.flush()
    return unit


@pytest.fixture
def waiting(app: Flask) -> Iterator[Flask]:
    app.config["JOBS_IMMEDIATE"] = False
    ran.clear()
    yield app
    app.config["JOBS_IMMEDIATE"] = True


def queued(name: str, **arguments: Any) -> Job:
    return in_transaction(lambda: enqueue(name, arguments))


def fresh(found: Job) -> Job:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Job, found.id)


def units(code: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Unit).where(Unit.code == code)) or 0


def test_a_job_runs_when_its_transaction_is_committed(app: Flask) -> None:
    found = queued("test.add-unit", code="north")
    found = fresh(found)
    assert (found.state, found.done, found.total, found.tries) == (JobState.DONE, 2, 2, 1)
    assert found.result == {"unit": db.session.scalar(select(Unit.public_id).where(Unit.code == "north"))}
    assert title_of(found.name) == "Add a unit"


def test_a_job_of_a_failed_transaction_never_starts(app: Flask) -> None:
    def action() -> None:
        enqueue("test.add-unit", {"code": "north"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(action)
    assert units("north") == 0
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_job_that_does_not_exist_cannot_be_queued(app: Flask) -> None:
    with pytest.raises(UnknownJobError):
        queued("test.unheard-of")


def test_a_key_stands_for_one_job_for_all_times(waiting: Flask) -> None:
    first = in_transaction(lambda: enqueue("test.add-unit", {"code": "a"}, key="close:1"))
    again = in_transaction(lambda: enqueue("test.add-unit", {"code": "b"}, key="close:1"))
    assert again.public_id == first.public_id
    assert run_pending() == 1
    assert (units("a"), units("b")) == (1, 0)


def test_a_job_that_is_announced_twice_runs_once(waiting: Flask) -> None:
    found = queued("test.add-unit", code="north")
    assert run_job(waiting, found.public_id)
    assert not run_job(waiting, found.public_id)
    assert ran == ["north"]


def test_a_refusal_is_kept_in_both_languages_and_not_tried_again(waiting: Flask) -> None:
    found = queued("test.refuse")
    run_pending()
    found = fresh(found)
    assert found.state is JobState.FAILED
    assert found.message is not None
    assert set(found.message) == {"zh", "en"}
    assert found.message["en"] == "This choice is no longer available."
    assert ready_jobs(utc_now() + timedelta(days=1)) == []


def test_an_unexpected_error_is_tried_again_later_and_then_given_up(
    waiting: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    found = queued("test.break", code="north")
    for attempt in range(1, MOST_TRIES + 1):
        assert run_pending() == 1
        assert run_pending() == 0, "the next try waits"
        assert fresh(found).tries == attempt
        in_transaction(lambda: db.session.execute(update(Job).values(ready_at=utc_now())))
    assert fresh(found).state is JobState.FAILED
    assert units("north") == 1, "the step that had happened was not repeated"
    assert "ZeroDivisionError" in caplog.text
    assert "nothing of this text" not in caplog.text


def test_work_of_a_process_that_was_killed_is_taken_up_and_no_step_is_repeated(waiting: Flask) -> None:
    found = queued("test.add-unit", code="north")
    dead = in_transaction(lambda: claim(found.public_id))
    assert dead is not None
    Progress(dead).once("add", lambda: _new_unit("north"))
    now = utc_now()
    assert in_transaction(lambda: requeue_silent(now)) == 0, "it was heard of just now"
    assert in_transaction(lambda: requeue_silent(now + SILENT_FOR + timedelta(seconds=1))) == 1
    in_transaction(lambda: db.session.execute(update(Job).values(ready_at=now)))
    run_pending()
    assert fresh(found).state is JobState.DONE
    assert (units("north"), fresh(found).tries) == (1, 2)


def test_a_worker_that_was_taken_for_dead_changes_nothing_any_more(waiting: Flask) -> None:
    found = queued("test.add-unit", code="north")
    dead = in_transaction(lambda: claim(found.public_id))
    assert dead is not None
    progress = Progress(dead)
    in_transaction(lambda: requeue_silent(utc_now() + timedelta(hours=1)))
    with pytest.raises(JobLostError):
        progress.once("add", lambda: _new_unit("north"))
    with pytest.raises(JobLostError):
        progress.step(2, 2)
    assert units("north") == 0


def test_a_job_whose_process_dies_every_time_is_given_up_with_a_message(waiting: Flask) -> None:
    found = queued("test.add-unit", code="north")
    later = utc_now() + timedelta(hours=1)
    for _attempt in range(MOST_TRIES):
        in_transaction(lambda: db.session.execute(update(Job).values(ready_at=utc_now())))
        assert in_transaction(lambda: claim(found.public_id)) is not None
        in_transaction(lambda: requeue_silent(later))
    assert fresh(found).state is JobState.FAILED
    assert "interrupted" in (fresh(found).message or {})["en"]


def test_only_failed_work_can_be_started_again(waiting: Flask) -> None:
    found = queued("test.refuse")
    with pytest.raises(NotRestartableError):
        in_transaction(lambda: restart(db.session.get_one(Job, found.id)))
    run_pending()
    in_transaction(lambda: restart(db.session.get_one(Job, found.id)))
    assert (fresh(found).state, fresh(found).message, fresh(found).tries) == (JobState.QUEUED, None, 0)


def test_a_regular_task_runs_once_in_its_slot_of_time(app: Flask) -> None:
    calls: list[int] = []
    every("test.count", minutes=10)(lambda: calls.append(1))
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    for minute in (0, 1, 9, 10, 19):
        run_due(app, start + timedelta(minutes=minute))
    assert len(calls) == 2
    assert {task.name for task in regular_tasks()} >= {"jobs.take-up-stopped", "web.forget", "test.count"}


def test_a_regular_task_that_fails_keeps_no_other_from_its_turn(app: Flask) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    every("test.a-failing", minutes=10)(fail)
    assert "web.forget" in run_due(app, utc_now())
    assert db.session.get_one(PeriodicTask, "test.a-failing").problem == "ZeroDivisionError"
    every("test.a-failing", minutes=10)(lambda: None)


def test_old_finished_work_is_forgotten(app: Flask) -> None:
    queued("test.add-unit", code="north")
    assert in_transaction(lambda: forget_old_jobs(utc_now())) == 0
    assert in_transaction(lambda: forget_old_jobs(utc_now() + timedelta(days=31))) == 1
    assert db.session.scalar(select(func.count()).select_from(JobStep)) == 0
