"""Jobs where the product is served: real workers, several processes, and one that is killed."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from people.organisation.models import Unit
from web.database import db, utc_now
from web.jobs.actions import enqueue
from web.jobs.consumer import Workers, start_workers
from web.jobs.delivery import close_queue, queue_of
from web.jobs.models import Job, JobState
from web.jobs.progress import Progress
from web.jobs.registry import every, job
from web.jobs.running import run_due, run_pending
from web.settings import Mode
from web.transactions import in_transaction
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]
STEPS = 6


@job("test.slow-work")
def slow_work(progress: Progress, pause: float) -> None:
    for number in range(STEPS):
        progress.once(str(number), lambda number=number: add_unit(number))  # type: ignore[misc]  # its default
        progress.step(number + 1, STEPS)
        time.sleep(pause)


def add_unit(number: int) -> None:
    db.session.add(Unit(code=f"step-{number}", name={"en": "Step"}))


def steps() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Unit).where(Unit.code.startswith("step-"))) or 0


def state_of(public_id: str) -> JobState:
    db.session.rollback()
    return db.session.scalars(select(Job.state).where(Job.public_id == public_id)).one()


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def served(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The product as it is served, on the same database, with its queue."""
    settings = replace(app.config["SETTINGS"], mode=Mode.DEMONSTRATION, instance=tmp_path)
    product = create_app(settings)
    with product.app_context():
        yield product
        close_queue(queue_of(product))
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def workers(served: Flask) -> Iterator[Workers]:
    started = start_workers(served)
    yield started
    started.stop()
    wait_until(lambda: not any(thread.is_alive() for thread in threading.enumerate() if "job" in thread.name))


def test_a_worker_beside_the_pages_takes_a_committed_job_at_once(served: Flask, workers: Workers) -> None:
    assert start_workers(served) is workers, "a process has its workers once"
    found = in_transaction(lambda: enqueue("test.slow-work", {"pause": 0}))
    wait_until(lambda: state_of(found.public_id) is JobState.DONE)
    assert steps() == STEPS


def test_many_workers_never_do_the_same_job_twice(served: Flask) -> None:
    for _job in range(5):
        in_transaction(lambda: enqueue("test.slow-work", {"pause": 0}))
    in_transaction(lambda: db.session.execute(update(Job).values(name="test.once", arguments={})))
    ran: list[str] = []
    job("test.once")(lambda progress: ran.append(progress.public_id))

    def work() -> None:
        with served.app_context():
            run_pending()

    threads = [threading.Thread(target=work) for _worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ran) == len(set(ran)) == 5


def test_a_regular_task_runs_once_in_its_turn_however_many_processes_there_are(served: Flask) -> None:
    calls: list[int] = []
    every("test.regular", minutes=10)(lambda: calls.append(1))
    now = utc_now()
    threads = [threading.Thread(target=run_due, args=(served, now)) for _process in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every("test.regular", minutes=10)(lambda: None)
    assert calls == [1]


WORKER = """
    import importlib.util, sys
    from dataclasses import replace
    from pathlib import Path
    from tests.databases import settings_for
    from web.jobs.running import run_pending
    from wsgi import create_app

    spec = importlib.util.spec_from_file_location("served", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with create_app(settings_for(sys.argv[2], Path(sys.argv[3]))).app_context():
        print("working", flush=True)
        run_pending()
"""


def test_the_job_of_a_process_that_was_killed_is_finished_by_another_without_a_double_effect(
    app: Flask, tmp_path: Path
) -> None:
    app.config["JOBS_IMMEDIATE"] = False
    found = in_transaction(lambda: enqueue("test.slow-work", {"pause": 0.5}))
    address = app.config["SETTINGS"].database_url
    command = [sys.executable, "-c", dedent(WORKER), __file__, address, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
        wait_until(lambda: steps() >= 2)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert 2 <= steps() < STEPS
    assert state_of(found.public_id) is JobState.RUNNING
    long_ago = utc_now() - timedelta(minutes=5)
    in_transaction(lambda: db.session.execute(update(Job).values(heartbeat_at=long_ago, arguments={"pause": 0})))
    run_due(app)
    assert state_of(found.public_id) is JobState.QUEUED
    run_pending()
    app.config["JOBS_IMMEDIATE"] = True
    assert (state_of(found.public_id), steps()) == (JobState.DONE, STEPS)
