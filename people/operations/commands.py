"""Background work from the command line: run what waits, be a worker, list."""

import signal

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from web.jobs.consumer import start_workers
from web.jobs.queries import latest_jobs
from web.jobs.registry import title_of
from web.jobs.running import run_pending

FAILED = 1
commands = AppGroup("jobs", help="Run and list background work.")


@commands.command("run")
def run() -> None:
    """Run everything that waits, here and now, and end."""
    click.echo(f"Ran {run_pending()} jobs.")


@commands.command("work")
def work() -> None:
    """Be a worker until stopped: for servers that run background work in a process of its own."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the documented way to the app itself
    workers = start_workers(app)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: workers.stop())
    click.echo("Working until stopped.")
    workers.wait()


@commands.command("list")
@click.option("--most", default=20, show_default=True, help="How many of the latest jobs to list.")
def list_jobs(most: int) -> None:
    """List the latest jobs; ends with 1 when one of them has failed."""
    jobs = latest_jobs(most)
    for job in jobs:
        click.echo(f"{job.public_id}  {job.state.value:8}  {job.done}/{job.total}  {title_of(job.name)}")
    if any(job.state.value == "failed" for job in jobs):
        raise SystemExit(FAILED)
