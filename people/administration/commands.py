"""Commands about accounts for an operator without a browser."""

import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

import click
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from people.accounts.actions import disable_account, enable_account
from people.accounts.models import Account
from people.accounts.queries import account_with_login, local_day
from people.administration.actions import create_first_hr, mail_invitation
from people.organisation.models import is_email
from web.database import utc_now
from web.errors import SteelyardError
from web.transactions import in_transaction

Result = TypeVar("Result")
commands = AppGroup("accounts", help="Accounts: the first one in HR, invitations, disabling.")


@commands.command("create-hr")
@click.option("--number", required=True, help="Employee number; an existing person with it gets the role.")
@click.option("--name", required=True, help="Full name.")
@click.option("--email", required=True, help="E-mail address, which is the sign-in name as well.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def create_hr(number: str, name: str, email: str, language: str) -> None:
    """Make the first account in HR and print the link with which it sets its password."""
    if not is_email(email):
        _refuse(f"{email!r} is not an e-mail address.")
    today = local_day(utc_now())
    try:
        link = in_transaction(lambda: create_first_hr(number, name, email, language, today))
    except SteelyardError as error:
        _refuse(str(error))
    except IntegrityError:
        _refuse("This number or e-mail address belongs to someone else.")
    click.echo(f"{name} ({number}) works in HR. Within seven days, open this link once to set the password:\n{link}")


@commands.command("invite")
@click.argument("login")
def invite(login: str) -> None:
    """Send a new invitation and print its link; earlier links end."""
    link = _with_account(login, mail_invitation)
    click.echo(f"The invitation is on its way. Its link:\n{link}")


@commands.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """Lock an account and end its sessions."""
    _with_account(login, disable_account)
    click.echo("The account is disabled and signed out everywhere.")


@commands.command("enable")
@click.argument("login")
def enable(login: str) -> None:
    """Unlock an account."""
    _with_account(login, enable_account)
    click.echo("The account is enabled.")


def _with_account(login: str, action: Callable[[Account], Result]) -> Result:
    def act() -> Result:
        account = account_with_login(login)
        if account is None:
            _refuse(f"There is no account with the sign-in name {login!r}.")
        return action(account)

    try:
        return in_transaction(act)
    except SteelyardError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
