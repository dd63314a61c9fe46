"""Commands that lead a cycle through its phases, for an operator without a browser."""

import sys
from collections.abc import Callable
from typing import NoReturn

import click
from flask.cli import AppGroup

from review.checks.queries import blocking, data_check
from review.cycles.actions import confirm_cycle, open_cycle
from review.cycles.models import Cycle, CycleState
from review.cycles.queries import cycle_by_public_id, cycles, cycles_named
from review.running.actions import release, start_closing
from web.errors import SteelyardError
from web.jobs.running import run_pending
from web.language import localized
from web.transactions import in_transaction

commands = AppGroup("cycles", help="Review cycles: open, close, confirm, release.")


@commands.command("list")
def list_cycles() -> None:
    """List all cycles with their identifiers and phases."""
    for cycle in cycles():
        period = f"{cycle.period_starts_on} to {cycle.period_ends_on}"
        click.echo(f"{cycle.public_id}  {cycle.state.value:<9}  {period}  {localized(cycle.name)}")


@commands.command("open")
@click.argument("name")
def open_command(name: str) -> None:
    """Open a planned cycle if its data check finds nothing that blocks; NAME is its name or identifier."""

    def act(cycle: Cycle) -> Cycle:
        findings = data_check(cycle)
        for finding in findings:
            click.echo(f"{'BLOCKS' if finding.is_blocking else 'note  '}  {finding.sentence}", err=True)
        return open_cycle(cycle, blocking(findings))

    _done(_with_cycle(name, act))


@commands.command("close")
@click.argument("name")
@click.option("--early", is_flag=True, help="Close although answers could still be given.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def close_command(name: str, early: bool, yes: bool) -> None:
    """Close a cycle and calculate its results; a close that was interrupted goes on."""
    cycle = named_cycle(name)
    if cycle.state is not CycleState.CLOSING:
        if not yes:
            click.confirm("No answer is taken any more; what is not shown is destroyed for good. Close?", abort=True)
        cycle = _with_cycle(name, lambda found: _closing(found, early))
    run_pending()
    cycle = named_cycle(name)
    if cycle.state is CycleState.CLOSING:
        click.echo("The close goes on in the background.")
        return
    _done(cycle)


def _closing(cycle: Cycle, early: bool) -> Cycle:
    start_closing(cycle, early=early, by_id=None)
    return cycle


@commands.command("confirm")
@click.argument("name")
def confirm_command(name: str) -> None:
    """Confirm the grades of a cycle once all are reviewed."""
    _done(_with_cycle(name, confirm_cycle))


@commands.command("release")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def release_command(name: str, yes: bool) -> None:
    """Seal the results of a confirmed cycle and show them to everyone concerned."""
    if not yes:
        click.confirm("Everyone concerned will see their result. Release?", abort=True)
    _done(_with_cycle(name, release))


def _with_cycle(name: str, action: Callable[[Cycle], Cycle]) -> Cycle:
    try:
        return in_transaction(lambda: action(named_cycle(name)))
    except SteelyardError as error:
        _refuse(str(error))


def named_cycle(name: str) -> Cycle:
    """The cycle that a name or identifier means; says so and ends the command where that is not one."""
    found = cycle_by_public_id(name)
    meant = [found] if found is not None else cycles_named(name)
    if len(meant) != 1:
        problem = "There is no cycle" if not meant else "There are several cycles"
        _refuse(f"{problem} with the name or identifier {name!r}. “flask cycles list” shows all.")
    return meant[0]


def _done(cycle: Cycle) -> None:
    click.echo(f"{localized(cycle.name)}: {cycle.state.value}")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
