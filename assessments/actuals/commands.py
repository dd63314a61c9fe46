"""The command line of monthly actuals."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from assessments.actuals.actions import import_actuals
from web.errors import SteelyardError
from web.files.errors import FileProblemsError
from web.transactions import in_transaction

commands = AppGroup("actuals", help="Monthly actuals of KPIs.")


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--currency", help="Currency of money figures without one of their own; the product's by default.")
def import_file(file: Path, currency: str | None) -> None:
    """Import monthly actuals from a CSV or XLSX FILE: all of it or nothing; the same file again changes nothing."""
    chosen = currency or str(current_app.config["CURRENCY"])
    content = file.read_bytes()
    try:
        outcome = in_transaction(lambda: import_actuals(content, file.name, currency=chosen))
    except FileProblemsError as error:
        for problem in error.problems:
            click.echo(f"row {problem.row}, {problem.column}: {problem}", err=True)
        raise click.ClickException(str(error)) from error
    except SteelyardError as error:
        raise click.ClickException(str(error)) from error
    if not outcome.changes:
        click.echo(f"Nothing new: all {outcome.unchanged} figures are already there.")
        return
    click.echo(f"Added: {outcome.added}, corrected: {outcome.corrected}, unchanged: {outcome.unchanged}")
