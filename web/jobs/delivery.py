"""How a queued job reaches a worker: Huey carries its public id; the row in the database says what to do."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from sqlalchemy.engine import make_url

from web.jobs.running import log, run_due, run_job
from web.settings import Mode, Settings


def register_jobs(app: Flask) -> None:
    """Let committed jobs find their worker: Huey where the product is used, at once and here in tests.

    A test that wants to see jobs wait sets ``JOBS_IMMEDIATE`` to False and calls run_pending() itself.
    """
    app.config.setdefault("JOBS_IMMEDIATE", True)
    is_testing = app.config["SETTINGS"].mode is Mode.TESTING
    app.extensions["announce_job"] = _running_here(app) if is_testing else _through_the_queue(app)


def queue_of(app: Flask) -> Huey:
    """The queue of this application, opened when it is first needed."""
    if "job_queue" not in app.extensions:
        queue = _opened(app.config["SETTINGS"])
        app.extensions["job_runner"] = queue.task(name="run_job")(lambda public_id: run_job(app, public_id))
        queue.periodic_task(lambda _moment: True, name="tick")(lambda: run_due(app))
        app.extensions["job_queue"] = queue
    opened: Huey = app.extensions["job_queue"]
    return opened


def close_queue(queue: Huey) -> None:
    """Close this thread's connections to the queue; what all threads share may have been closed by another already."""
    with suppress(AttributeError):
        queue.storage.close()


def _through_the_queue(app: Flask) -> Callable[[str], None]:
    def announce(public_id: str) -> None:
        try:
            queue_of(app).enqueue(app.extensions["job_runner"].s(public_id))
        except Exception as error:  # noqa: BLE001 - the commit is acknowledged; whatever the queue says is for the log
            log.warning("job %s was not announced (%s); it starts within a minute", public_id, type(error).__name__)

    return announce


def _running_here(app: Flask) -> Callable[[str], None]:
    def announce(public_id: str) -> None:
        if app.config["JOBS_IMMEDIATE"]:
            run_job(app, public_id, raise_unexpected=True)

    return announce


def _opened(settings: Settings) -> Huey:
    """SQLite beside an SQLite database, PostgreSQL beside PostgreSQL, unless HUEY_URL names another place."""
    signed = SignedSerializer(secret=settings.secret_key, salt="jobs")
    common: dict[str, Any] = {"name": "steelyard", "results": False, "serializer": signed}
    address = settings.huey_url or settings.database_url
    if address.startswith(("redis://", "rediss://")):
        return RedisHuey(url=address, **common)
    if address.startswith("postgres"):
        dsn = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(dsn=dsn, **common)
    return SqliteHuey(filename=str(settings.instance / "queue.sqlite3"), **common)
