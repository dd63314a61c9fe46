"""Commands that prove that the results of a cycle are what they were, and that the evidence still gives them."""

import sys
from collections.abc import Callable, Sequence

import click

from review.cycles.models import Cycle
from review.running.commands import commands, named_cycle
from review.seals.models import Problem
from review.seals.queries import recomputed, verified
from web.errors import SteelyardError

__all__ = ["commands"]


@commands.command("verify")
@click.argument("name")
def verify_command(name: str) -> None:
    """Check every seal of a released cycle: exit code 0 where all is as sealed, 1 where not, 2 where unsealed."""
    _report(name, verified, "every result is as it was sealed, and its steps give its numbers")


@commands.command("recompute")
@click.argument("name")
def recompute_command(name: str) -> None:
    """Compute a closed cycle again from its evidence and compare: exit code 0 where all is equal, 1 where not.

    Figures that were corrected after the close show here; the released results stay as they are.
    """
    _report(name, recomputed, "the evidence gives every stored number again")


def _report(name: str, check: Callable[[Cycle], Sequence[Problem]], good_news: str) -> None:
    cycle = named_cycle(name)
    try:
        problems = check(cycle)
    except SteelyardError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    for problem in problems:
        where = f" ({', '.join(problem.names)})" if problem.names else ""
        click.echo(f"{problem.participant.person.name}: {problem.sentence}{where}", err=True)
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        sys.exit(1)
    click.echo(f"{cycle.public_id}: {good_news}.")
