"""Background work and backups from the command line."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from people.audit.queries import last_seal
from people.audit.reports import HEAD_FILE, heads_in, note_restored
from people.operations.actions import note_backup, settle_restored
from web.backups.actions import checked_backup, create_backup, restore_backup
from web.database import utc_now
from web.errors import SteelyardError
from web.jobs.consumer import start_workers
from web.jobs.queries import latest_jobs
from web.jobs.registry import title_of
from web.jobs.running import run_pending
from web.transactions import in_transaction

FAILED = 1
Result = TypeVar("Result")
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
WITHOUT_KEYS = click.option(
    "--without-keys", is_flag=True, help="Do without the keys: answers of surveys that were open then stay unreadable."
)
backups = AppGroup("backup", help="Make, check and restore backups.")
commands = AppGroup("jobs", help="Run and list background work.")


@commands.command("run")
def run() -> None:
    """Run everything that waits, here and now, and end."""
    click.echo(f"Ran {run_pending()} jobs.")


@commands.command("work")
def work() -> None:
    """Be a worker until stopped: for servers that run background work in a process of its own."""
    # The application itself, which the workers keep; `current_app` stands for it in this thread alone.
    workers = start_workers(current_app.app_context().app)
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


@backups.command("create")
@FILE
def create(file: Path) -> None:
    """Write everything into FILE and the keys into FILE.keys, while the product is in use."""
    instance = current_app.config["SETTINGS"].instance
    backup = _or_stop(lambda: create_backup(file, [instance / HEAD_FILE]))
    in_transaction(lambda: note_backup(backup))
    click.echo(f"Backup: {backup.path}")
    click.echo(f"Keys:   {backup.keys_path} (keep them apart, and delete them when the open surveys are closed)")


@backups.command("check")
@FILE
@WITHOUT_KEYS
def check(file: Path, without_keys: bool) -> None:
    """Prove that FILE could be restored here; nothing is changed."""
    backup = _or_stop(lambda: checked_backup(file, without_keys=without_keys))
    click.echo(f"Whole: made {backup.created_at} by version {backup.manifest['product']}.")


@backups.command("restore")
@FILE
@WITHOUT_KEYS
@click.option("--replace", is_flag=True, help="Replace everything that is in the database now.")
def restore(file: Path, without_keys: bool, replace: bool) -> None:
    """Put FILE back into the database that DATABASE_URL names; stop the server first."""
    instance = current_app.config["SETTINGS"].instance
    known = bool(heads_in(instance))
    backup = _or_stop(lambda: restore_backup(file, replace=replace, without_keys=without_keys))
    upgrade()
    seal = last_seal()
    if known:
        note_restored(instance, seal.number if seal else 0, utc_now())
    in_transaction(lambda: settle_restored(backup))
    click.echo(f"Restored what was saved {backup.created_at}. Everyone has to sign in again.")


def _or_stop(work: Callable[[], Result]) -> Result:
    """Do something, or say in one line why it cannot be done."""
    try:
        return work()
    except SteelyardError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename or 'The file'}: {error.strerror}."
    click.echo(reason, err=True)
    raise SystemExit(FAILED)
