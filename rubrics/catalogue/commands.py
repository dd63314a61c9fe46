"""The command line of the rubrics."""

from pathlib import Path

import click
from flask.cli import AppGroup

from rubrics.catalogue.actions import CatalogueOutcome, load_catalogue
from web.errors import SteelyardError
from web.transactions import in_transaction

commands = AppGroup("rubrics", help="Competencies, duties, role profiles and the KPI library.")


@commands.command("load")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def load(folder: Path | None) -> None:
    """Load the shipped catalogue, or the catalogue of a FOLDER; the same files again change nothing."""
    try:
        outcome = in_transaction(lambda: load_catalogue(folder))
    except SteelyardError as error:
        raise click.ClickException(str(error)) from error
    for line in _report(outcome):
        click.echo(line)


def _report(outcome: CatalogueOutcome) -> list[str]:
    if not outcome.has_changes:
        return ["Nothing new: this catalogue is already loaded."]
    state = "a draft for HR to compare and publish" if outcome.is_draft else "published"
    framework = f"version {outcome.framework_number}, {state}" if outcome.framework_number else "unchanged"
    return [
        f"Framework: {framework}",
        f"Role profiles: {len(outcome.profiles)} new versions",
        f"Positions mapped: {len(outcome.positions)}",
        f"KPI library: {len(outcome.measures)} new versions",
    ]
