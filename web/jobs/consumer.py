"""The workers of this process: threads beside the pages, started where the product is served."""

import atexit
import logging
import threading
from typing import Any

from flask import Flask
from huey.consumer import Consumer, Worker

from web.jobs.delivery import close_queue, queue_of
from web.jobs.running import beat

WORKERS = 2
SECONDS_BETWEEN_BEATS = 5.0
SECONDS_TO_FINISH = 20.0
log = logging.getLogger("steelyard.jobs")


class TidyWorker(Worker):  # type: ignore[misc]  # Huey has no types
    """A worker that closes its thread's connection to the queue when it ends."""

    def shutdown(self) -> None:
        """End, and close."""
        super().shutdown()
        close_queue(self.huey)


class EmbeddedConsumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """A consumer inside another program's process, whose signals it leaves alone."""

    worker_class = TidyWorker

    def _set_signal_handlers(self) -> None:
        """Leave the signals to the web server."""


class Workers:
    """The consumer, and the thread that keeps its jobs alive."""

    def __init__(self, app: Flask) -> None:
        """Prepare the threads; nothing runs before start()."""
        self._app = app
        self._stopping = threading.Event()
        self._consumer = EmbeddedConsumer(
            queue_of(app), workers=WORKERS, max_delay=1.0, scheduler_interval=2, shutdown_timeout=SECONDS_TO_FINISH
        )
        self._threads = (
            threading.Thread(target=self._consumer.run, name="jobs", daemon=True),
            threading.Thread(target=self._beat, name="job-heartbeat", daemon=True),
        )

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let running jobs come to an end for a while; what does not is taken up again elsewhere."""
        self._stopping.set()
        self._consumer.stop(graceful=True)

    def wait(self) -> None:
        """Stay here until the workers are stopped."""
        while not self._stopping.wait(1.0):
            pass

    def _beat(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN_BEATS):
            try:
                beat(self._app)
            except Exception as error:  # noqa: BLE001 - a beat that fails must not stop the heart
                log.warning("no heartbeat (%s)", type(error).__name__)


def start_workers(app: Flask) -> Workers:
    """Start the workers of this process once; they stop with it."""
    existing: Any = app.extensions.get("job_workers")
    if isinstance(existing, Workers):
        return existing
    workers = Workers(app)
    app.extensions["job_workers"] = workers
    workers.start()
    atexit.register(workers.stop)
    return workers
