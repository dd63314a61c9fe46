"""Accounts operated by administrators and by command; the first account in HR."""

import re
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from people.accounts.models import Account, AccountState, SignIn
from people.organisation.models import Person
from people.permissions import Role
from people.roles.models import RoleGrant
from tests.cast import PASSWORD
from tests.people.rosters import employee, file_of, imported
from tests.sending import sent
from web.database import db
from web.outbox.models import Mail
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]


def newcomer() -> Person:
    imported(file_of(employee("2001", email="new@northwind.example")))
    return db.session.scalars(select(Person).where(Person.employee_number == "2001")).one()


def account_of(login: str) -> Account:
    return db.session.scalars(select(Account).where(Account.login_key == login)).one()


def test_a_new_account_is_invited_by_mail_with_a_link_of_the_configured_address(app: Flask, client_of: Clients) -> None:
    form = {"login": "new@northwind.example", "language": "zh"}
    path = f"/accounts/new/{newcomer().public_id}"
    answer = client_of("administrator").post(path, data=form, headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 303
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.language) == ("new@northwind.example", "zh")
    link = re.search(r"http://localhost(/invitation/\S{43})", mail.text or "")
    assert link is not None
    visitor = client_of(None)
    assert visitor.post(link[1], data={"new_password": "a good new one 秤"}).status_code == 303
    assert visitor.get("/account").status_code == 200


def test_a_person_has_one_account_and_a_name_belongs_to_one(app: Flask, client_of: Clients) -> None:
    administrator, path = client_of("administrator"), f"/accounts/new/{newcomer().public_id}"
    assert administrator.post(path, data={"login": "ＮＡＮＣＹ", "language": "zh"}).status_code == 409
    assert administrator.post(path, data={"login": "new", "language": "zh"}).status_code == 303
    assert administrator.post(path, data={"login": "newer", "language": "zh"}).status_code == 409


def test_an_account_is_disabled_and_enabled_but_not_ones_own(app: Flask, client_of: Clients) -> None:
    administrator, nancy = client_of("administrator"), client_of("nancy")
    path = f"/accounts/{account_of('nancy').public_id}"
    assert administrator.get(path).status_code == 200
    assert sent(administrator, f"{path}/disable", page=path).status_code == 303
    assert nancy.get("/account").status_code == 303
    assert administrator.post(f"{path}/invite").status_code == 409
    assert sent(administrator, f"{path}/enable", page=path).status_code == 303
    assert client_of(None).post("/sign-in", data={"login": "nancy", "password": PASSWORD}).status_code == 303
    path = f"/accounts/{account_of('administrator').public_id}"
    own = sent(administrator, f"{path}/disable", page=path)
    assert own.status_code == 422
    assert "You cannot disable your own account." in own.text


def test_the_list_of_accounts_is_searched_and_filtered(app: Flask, client_of: Clients) -> None:
    newcomer()
    administrator = client_of("administrator")
    assert "Person 2001" in administrator.get("/accounts?state=none").text
    assert "Nancy Davolio" not in administrator.get("/accounts?state=none").text
    assert "Nancy Davolio" in administrator.get("/accounts?q=NANCY&state=active").text


def test_the_first_account_in_hr_is_made_by_command(app: Flask, client_of: Clients) -> None:
    arguments = ["accounts", "create-hr", "--number", "900", "--name", "赵敏", "--email", "zhao@example.com"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    account = account_of("zhao@example.com")
    assert account.state is AccountState.INVITED
    roles = db.session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == account.person_id))
    assert set(roles) == {Role.HR}
    path = result.output.strip().splitlines()[-1].removeprefix("http://localhost")
    visitor = client_of(None)
    assert visitor.post(path, data={"new_password": "a good new one 秤"}).status_code == 303
    assert visitor.get("/people").status_code == 200
    again = app.test_cli_runner().invoke(args=arguments)
    assert again.exit_code == 1


def test_commands_refuse_in_one_clear_line(app_on_sqlite: Flask) -> None:
    run = app_on_sqlite.test_cli_runner().invoke
    for arguments in (
        ["accounts", "create-hr", "--number", "900", "--name", "x", "--email", "no address"],
        ["accounts", "create-hr", "--number", "900", "--name", "x", "--email", "nancy@northwind.example"],
        ["accounts", "disable", "nobody"],
    ):
        result = run(args=arguments)
        assert result.exit_code == 1
        assert len(result.output.strip().splitlines()) == 1


def test_dear_actions_ask_for_the_password_again_after_a_while(app: Flask, client_of: Clients) -> None:
    administrator = client_of("administrator")

    def age() -> None:
        for session in db.session.scalars(select(SignIn)):
            session.confirmed_at -= timedelta(minutes=16)

    in_transaction(age)
    answer = administrator.post(f"/accounts/{account_of('nancy').public_id}/disable")
    assert answer.headers["Location"].startswith("/confirm-password")
    assert account_of("nancy").state is AccountState.ACTIVE
