"""What gunicorn does beside serving pages: each worker process runs background jobs in threads of its own."""

from typing import Any

from web.jobs.consumer import start_workers


def post_worker_init(worker: Any) -> None:
    """Start the job threads after the fork, with the application that this worker serves."""
    start_workers(worker.wsgi)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let running jobs end."""
    workers = getattr(worker.wsgi, "extensions", {}).get("job_workers")
    if workers is not None:
        workers.stop()
