"""Commands that take people in from a file and write them to one."""

import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup

from people.accounts.queries import local_day
from people.audit.actions import record
from people.comparison.models import Plan
from people.roster.imports import import_roster, preview, read_roster
from people.roster.reports import people_file
from web.database import db, utc_now
from web.errors import SteelyardError
from web.files.errors import FileProblemsError
from web.transactions import in_transaction

commands = AppGroup("people", help="People as files: import and export.")


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--encoding", default=None, help="utf-8, gb18030, utf-16 or big5; found out from the file unless given.")
@click.option("--check", is_flag=True, help="Only say what would change.")
def import_file(file: Path, encoding: str | None, check: bool) -> None:
    """Import people from a CSV or XLSX FILE: all of it or nothing."""
    today = local_day(utc_now())
    try:
        roster = read_roster(file.read_bytes(), file.name, encoding)
        plan = preview(roster, today) if check else in_transaction(lambda: import_roster(roster, today))
    except FileProblemsError as error:
        _refuse([f"row {problem.row}, {problem.column}: {problem}" for problem in error.problems], str(error))
    except SteelyardError as error:
        _refuse([], str(error))
    click.echo(f"{'Would be' if check else 'Done'}: {_summary(plan)}.")


@commands.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--encoding", type=click.Choice(["utf-8", "gb18030"]), default="utf-8", show_default=True)
def export(file: Path, encoding: str) -> None:
    """Write everyone to FILE; its ending, .csv or .xlsx, says how."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in ("csv", "xlsx"):
        _refuse([], "The name of the file must end in .csv or .xlsx.")
    content = people_file("csv-gb18030" if kind == "csv" and encoding == "gb18030" else kind, None)
    db.session.rollback()
    file.write_bytes(content)
    in_transaction(lambda: record("people.exported", details={"format": kind, "everyone": True}))
    click.echo(f"Written: {file}")


def _summary(plan: Plan) -> str:
    parts = (
        f"{len(plan.added)} people added",
        f"{len(plan.changed)} changed",
        f"{plan.unchanged} unchanged",
        f"{len(plan.units)} units",
        f"{len(plan.positions)} positions",
    )
    return ", ".join(parts)


def _refuse(lines: list[str], message: str) -> NoReturn:
    for line in [*lines, message]:
        click.echo(line, err=True)
    sys.exit(1)
