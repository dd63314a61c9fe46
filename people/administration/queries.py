"""Accounts as the administrators' list shows them."""

from sqlalchemy import ColumnElement, Select, select

from people.accounts.models import Account, AccountState
from people.organisation.models import Person


def people_with_accounts() -> Select[Person, Account]:
    """Everyone with their account, if they have one."""
    return select(Person, Account).outerjoin(Account, Account.person_id == Person.id)


def account_states() -> dict[str, ColumnElement[bool]]:
    """The conditions of having an account in a state, or none, by name."""
    return {"none": Account.id.is_(None)} | {state.value: Account.state == state for state in AccountState}
