"""Pages on which administrators operate accounts; they see no ratings, comments or pay."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from people.accounts.actions import enable_account
from people.accounts.models import Account
from people.accounts.queries import account_with_public_id
from people.administration.actions import create_and_invite, disable, mail_invitation
from people.administration.forms import AccountForm, NewAccountForm
from people.administration.queries import account_states, people_with_accounts
from people.organisation.models import Person
from people.organisation.queries import person_with_public_id
from people.permissions import Permission
from people.roles.guards import current_viewer, guard
from people.roles.queries import scope
from web.language import gettext as _
from web.language import lazy_gettext as _l
from web.tables import Choice, Column, Listing

blueprint = Blueprint("administration", __name__)
Answer = str | Response | tuple[str, int]
STATE_NAMES = {
    "none": _l("No account"),
    "invited": _l("Invited"),
    "active": _l("Active"),
    "disabled": _l("Disabled"),
}


@blueprint.get("/accounts")
@guard(Permission.ACCOUNTS_OPERATE)
def accounts() -> Answer:
    """List everyone with the state of their account."""
    columns = (
        Column("name", _l("Full name"), Person.sort_key, (Person.name, Person.sort_key)),
        Column("employee_number", _l("Employee number"), Person.employee_number, Person.employee_number),
        Column("login", _l("Sign-in name"), Account.login, (Account.login, Person.email)),
        Column("state", _l("State"), Account.state),
        Column("actions", _l("Actions"), kind="actions"),
    )
    listing = Listing(
        scope(current_viewer(), Permission.ACCOUNTS_OPERATE, people_with_accounts(), Person.id),
        columns,
        caption=_l("Accounts"),
        default_sort="name",
        tie_breaker=Person.id,
        filters=(Choice("state", _l("State"), list(STATE_NAMES.items()), conditions=account_states()),),
    )
    return render_template("people/administration/accounts.html", listing=listing, names=STATE_NAMES)


@blueprint.route("/accounts/new/<public_id:person_id>", methods=["GET", "POST"])
@guard(Permission.ACCOUNTS_OPERATE, fresh=True)
def create(person_id: str) -> Answer:
    """Give a person an account and invite them."""
    person = person_with_public_id(person_id)
    if person is None:
        raise NotFound
    form = NewAccountForm(login=person.email)
    if form.carried_out(lambda: create_and_invite(person, str(form.login.data), str(form.language.data))):
        flash(_("The account is made and the invitation is on its way."), "success")
        return redirect(url_for("administration.account", account_id=form.outcome), 303)
    return render_template("people/administration/create.html", form=form, person=person), form.status


@blueprint.get("/accounts/<public_id:account_id>")
@guard(Permission.ACCOUNTS_OPERATE)
def account(account_id: str) -> Answer:
    """Show one account and what can be done with it."""
    found = _account(account_id)
    return render_template(
        "people/administration/account.html", account=found, form=AccountForm(obj=found), names=STATE_NAMES
    )


@blueprint.post("/accounts/<public_id:account_id>/invite")
@guard(Permission.ACCOUNTS_OPERATE, fresh=True)
def invite_again(account_id: str) -> Answer:
    """Mail a new link; earlier links end."""
    return _done(account_id, mail_invitation, _("The invitation is on its way. Earlier links no longer work."))


@blueprint.post("/accounts/<public_id:account_id>/disable")
@guard(Permission.ACCOUNTS_OPERATE, fresh=True)
def disable_one(account_id: str) -> Answer:
    """Lock an account and end its sessions."""
    own = current_viewer().person_id
    return _done(account_id, lambda found: disable(found, own), _("The account is disabled and signed out everywhere."))


@blueprint.post("/accounts/<public_id:account_id>/enable")
@guard(Permission.ACCOUNTS_OPERATE, fresh=True)
def enable_one(account_id: str) -> Answer:
    """Unlock an account."""
    return _done(account_id, enable_account, _("The account is enabled."))


def _done(account_id: str, action: Callable[[Account], Any], message: str) -> Answer:
    found = _account(account_id)
    form = AccountForm(obj=found)
    if form.carried_out(lambda: _without_outcome(action, found), editing=found):
        flash(message, "success")
        return redirect(url_for("administration.account", account_id=account_id), 303)
    page = render_template("people/administration/account.html", account=found, form=form, names=STATE_NAMES)
    return page, form.status


def _without_outcome(action: Callable[[Account], Any], account: Account) -> None:
    # What came of it may be a link, which is nobody's but its reader's: it is not kept as the form's outcome.
    action(account)


def _account(public_id: str) -> Account:
    found = account_with_public_id(public_id)
    if found is None:
        raise NotFound
    return found
