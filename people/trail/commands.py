"""The trail from the command line: seal it, verify it, show its head."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from people.audit.jobs import KEY, seal_trail
from people.audit.queries import last_seal, problems_in_trail, unsealed_count
from people.audit.reports import heads_in
from people.trail.sentences import problem_text
from web.sealing import KeyMissingError, key_named

DAMAGED, UNUSABLE = 1, 2
commands = AppGroup("audit", help="Seal and verify the audit trail.")


@commands.command("seal")
def seal() -> None:
    """Seal what has happened since the last time, and write the new head into its file."""
    try:
        batches = seal_trail()
    except KeyMissingError as error:
        _stop(error)
    else:
        click.echo(f"Sealed {batches} new batches.")


@commands.command("verify")
def verify() -> None:
    """Compare every event with its seal and the seals with the file outside the database.

    Ends with 0 when all is whole, 1 when something was changed, added or cut off, 2 when the key is missing.
    """
    settings = current_app.config["SETTINGS"]
    seal_ = last_seal()
    try:
        key = key_named(settings.keys, KEY) if seal_ else b""
    except KeyMissingError as error:
        _stop(error)
    problems = problems_in_trail(key, heads_in(settings.instance))
    for problem in problems:
        click.echo(problem_text(problem))
    batches = seal_.number if seal_ else 0
    if problems:
        click.echo(f"The trail is damaged: {len(problems)} problems in {batches} batches.", err=True)
        raise SystemExit(DAMAGED)
    click.echo(f"The trail is whole: {batches} batches; {unsealed_count()} events wait for their seal.")


@commands.command("head")
def head() -> None:
    """Print the end of the chain, to be kept somewhere else."""
    seal_ = last_seal()
    if seal_ is None:
        click.echo("Nothing is sealed yet.")
        return
    moment = seal_.sealed_at.isoformat(timespec="seconds")
    click.echo(json.dumps({"batch": seal_.number, "events": seal_.events, "code": seal_.code, "sealed_at": moment}))


def _stop(error: KeyMissingError) -> None:
    click.echo(f"The key of the audit trail is missing: put it back to {error.args[0]}.", err=True)
    raise SystemExit(UNUSABLE)
