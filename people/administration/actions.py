"""Accounts as administrators operate them: made with an invitation, invited again, disabled."""

from datetime import date

from people.accounts.actions import create_account, disable_account, invite
from people.accounts.errors import AccountExistsError, OwnAccountError
from people.accounts.models import Account
from people.accounts.queries import account_of
from people.audit.actions import record
from people.grants.actions import grant_role
from people.organisation.actions import lock_reporting_lines
from people.organisation.models import Person
from people.organisation.queries import people_called
from people.permissions import Role
from people.roles.queries import grants_of
from web.database import db
from web.language import lazy_gettext as _l
from web.outbox.actions import own_link, send
from web.texts import identifier, sort_key, stored_text, unique_key


def create_and_invite(person: Person, login: str, language: str) -> Account:
    """Give a person an account and mail them the link with which they set their password."""
    account = create_account(person, login)
    account.language = language
    mail_invitation(account)
    return account


def mail_invitation(account: Account) -> str:
    """Mail a new link with which an account sets its password; returns the link."""
    link = own_link("accounts.invitation", token=invite(account))
    send(
        account.person.email,
        _l("Your account in Steelyard"),
        _l(
            "An account is waiting for you. Your sign-in name is %(login)s. "
            "Open the link within seven days and choose a password.",
            login=account.login,
        ),
        link=(_l("Choose a password"), link),
        language=account.language or "zh",
    )
    return link


def disable(account: Account, disabled_by: int) -> Account:
    """Lock an account of someone else."""
    if account.person_id == disabled_by:
        raise OwnAccountError
    disable_account(account)
    return account


def create_first_hr(number: str, name: str, email: str, language: str, today: date) -> str:
    """Make sure that a person works in HR with an account, and return the link that sets their password.

    For an installation that has nobody yet who could do this on a page; the person is found by number or added.
    """
    lock_reporting_lines()
    found = people_called(number)
    person = found[0] if found else _add_person(number, name, email, today)
    if Role.HR not in {grant.role for grant in grants_of(person.id, today)}:
        grant_role(person, Role.HR, None, today, None, granted_by=None)
    account = account_of(person.id)
    if account is not None and account.password_hash is not None:
        raise AccountExistsError
    account = account or create_account(person, email)
    account.language = language
    return own_link("accounts.invitation", token=invite(account))


def _add_person(number: str, name: str, email: str, today: date) -> Person:
    person = Person(
        employee_number=identifier(number),
        employee_number_key=unique_key(number),
        name=stored_text(name),
        sort_key=sort_key(name),
        email=identifier(email),
        email_key=unique_key(email),
        hired_on=today,
    )
    db.session.add(person)
    db.session.flush()
    record("person.added", about=person, details={"employee_number": person.employee_number})
    return person
