"""Signing in, sessions on the server, passwords and invitations."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from people.accounts.actions import disable_account, invite, start_session
from people.accounts.errors import WrongCredentialsError
from people.accounts.models import Account, Invitation, SignIn
from people.accounts.queries import account_with_login, digest_of, viewer_of
from people.organisation.models import Person
from tests.cast import PASSWORD
from tests.conftest import SeparateClient
from web.database import db, utc_now
from web.limits import limiter
from web.settings import Mode
from web.transactions import in_transaction
from wsgi import create_app

NEW_PASSWORD = "another good one 秤砣"


def account(login: str) -> Account:
    found = account_with_login(login)
    assert found is not None
    return found


def signed_in(client: FlaskClient, login: str = "nancy", password: str = PASSWORD) -> TestResponse:
    return client.post("/sign-in", data={"login": login, "password": password})


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return str(session["_user_id"])


@pytest.mark.parametrize("spelling", ["nancy", "NANCY", "ｎａｎｃｙ", " nan\u200bcy "])
def test_any_spelling_of_the_same_name_signs_in(
    app: Flask, client_of: Callable[..., FlaskClient], spelling: str
) -> None:
    assert signed_in(client_of(None), spelling).status_code == 303


@pytest.mark.parametrize("login", ["nancy", "nobody", "", "x" * 300, "nan\x00cy"])
def test_a_wrong_sign_in_never_says_what_was_wrong(
    app: Flask, client_of: Callable[..., FlaskClient], login: str
) -> None:
    answer = signed_in(client_of(None), login, "wrong password")
    assert answer.status_code == 422
    assert ("Name or password is not right." in answer.text) == (login in ("nancy", "nobody"))


def test_a_session_begins_and_steps_up_with_a_new_token_and_the_old_one_dies(
    app: Flask, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of(None)
    with client.session_transaction() as session:
        session["_user_id"] = "chosen by someone else"
    signed_in(client)
    first = token_of(client)
    assert first != "chosen by someone else"
    assert client.post("/confirm-password", data={"password": PASSWORD}).status_code == 303
    assert token_of(client) != first
    assert viewer_of(first) is None
    assert is_in(client)


def test_signing_in_over_an_earlier_session_ends_it(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    client = client_of("andrew")
    first = token_of(client)
    assert viewer_of(first) is not None
    signed_in(client)
    assert is_in(client)
    assert viewer_of(first) is None


def test_disabling_ends_every_session_within_one_request(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    clients = [client_of("nancy") for _number in range(3)]
    assert all(is_in(client) for client in clients)
    in_transaction(lambda: disable_account(account("nancy")))
    assert not any(is_in(client) for client in clients)
    assert signed_in(clients[0]).status_code == 422


def test_a_changed_password_ends_every_other_session(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    here, there = client_of("nancy"), client_of("nancy")
    before = token_of(here)
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD}
    assert here.post("/account/password", data=form).status_code == 303
    assert is_in(here)
    assert viewer_of(before) is None
    assert not is_in(there)
    assert signed_in(client_of(None)).status_code == 422
    assert signed_in(client_of(None), password=NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "Nancy Davolio", "x" * 201])
def test_a_weak_password_is_refused_beside_its_field(
    app: Flask, client_of: Callable[..., FlaskClient], weak: str
) -> None:
    answer = client_of("nancy").post("/account/password", data={"password": PASSWORD, "new_password": weak})
    assert answer.status_code == 422
    assert signed_in(client_of(None)).status_code == 303


def test_one_can_end_all_other_sessions(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    here, there = client_of("nancy"), client_of("nancy")
    assert here.post("/account/end-other-sessions").status_code == 303
    assert is_in(here)
    assert not is_in(there)


def test_whoever_has_left_is_out_the_day_after(
    app: Flask, client_of: Callable[..., FlaskClient], person: Callable[[str], Person]
) -> None:
    client, today = client_of("nancy"), utc_now().astimezone(app.config["TIME_ZONE"]).date()

    def leave(days: int) -> None:
        person("nancy").left_on = today + timedelta(days=days)

    in_transaction(lambda: leave(0))
    assert is_in(client)
    in_transaction(lambda: leave(-1))
    assert not is_in(client)
    assert signed_in(client).status_code == 422
    with pytest.raises(WrongCredentialsError):
        in_transaction(lambda: start_session(account("nancy")))


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    client, copy = client_of("nancy"), client_of(None)
    with copy.session_transaction() as session:
        session["_user_id"] = token_of(client)
    assert is_in(copy)
    client.post("/sign-out")
    assert not is_in(copy)


def test_tokens_are_kept_as_digests_only(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    token = token_of(client_of("nancy"))
    digests = set(db.session.scalars(select(SignIn.token_digest)))
    assert digest_of(token) in digests
    assert token not in digests


def test_an_invitation_sets_the_password_once(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    token = in_transaction(lambda: invite(account("nancy")))
    visitor = client_of(None)
    assert visitor.get(f"/invitation/{token}").status_code == 200
    answer = visitor.post(f"/invitation/{token}", data={"new_password": NEW_PASSWORD})
    assert answer.status_code == 303
    assert is_in(visitor)
    assert client_of(None).get(f"/invitation/{token}").status_code == 410
    assert signed_in(client_of(None)).status_code == 422


def test_a_new_invitation_ends_the_earlier_one_and_disabling_ends_all(
    app: Flask, client_of: Callable[..., FlaskClient]
) -> None:
    first = in_transaction(lambda: invite(account("nancy")))
    second = in_transaction(lambda: invite(account("nancy")))
    assert client_of(None).get(f"/invitation/{first}").status_code == 410
    in_transaction(lambda: disable_account(account("nancy")))
    assert client_of(None).get(f"/invitation/{second}").status_code == 410


def test_an_invitation_ends_by_itself(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    token = in_transaction(lambda: invite(account("nancy")))

    def age() -> None:
        for invitation in db.session.scalars(select(Invitation)):
            invitation.expires_at = utc_now() - timedelta(seconds=1)

    in_transaction(age)
    assert client_of(None).get(f"/invitation/{token}").status_code == 410


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", ""])
def test_signing_in_leads_nowhere_else(app: Flask, client_of: Callable[..., FlaskClient], address: str) -> None:
    form = {"login": "nancy", "password": PASSWORD, "next": address}
    assert client_of(None).post("/sign-in", data=form).headers["Location"] == "/"


def test_signing_in_leads_back_to_where_one_wanted_to_go(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    visitor = client_of(None)
    asked = visitor.get("/account?x=1").headers["Location"]
    assert visitor.get(asked).status_code == 200
    form = {"login": "nancy", "password": PASSWORD, "next": "/account?x=1"}
    assert visitor.post("/sign-in", data=form).headers["Location"] == "/account?x=1"


@pytest.fixture
def limited(app_on_sqlite: Flask) -> Iterator[FlaskClient]:
    """A visitor of the product as it really runs: with limits on attempts."""
    really = create_app(replace(app_on_sqlite.config["SETTINGS"], mode=Mode.DEMONSTRATION))
    really.config["WTF_CSRF_ENABLED"] = False
    really.test_client_class = SeparateClient
    yield really.test_client()
    limiter.reset()
    limiter.enabled = False
    with really.app_context():
        db.engine.dispose()


def test_guessing_is_slowed_down_whatever_the_spelling_and_forwarded_address(limited: FlaskClient) -> None:
    for number in range(10):
        guess = {"login": "NANCY" if number % 2 else "nancy", "password": "no"}
        answer = limited.post("/sign-in", data=guess, headers={"X-Forwarded-For": f"10.0.0.{number}"})
        assert answer.status_code == 422
    assert signed_in(limited).status_code == 429


def test_nobody_is_locked_out_by_the_guessing_of_others(limited: FlaskClient) -> None:
    for _number in range(12):
        limited.post("/sign-in", data={"login": "nancy", "password": "no"})
    good = {"login": "nancy", "password": PASSWORD}
    assert limited.post("/sign-in", data=good, environ_base={"REMOTE_ADDR": "10.9.9.9"}).status_code == 303


def test_one_becomes_nobody_outside_the_demonstration(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    app.extensions["demonstration_cast"] = lambda: [{"account_id": account("hr").public_id}]
    try:
        assert client_of(None).post(f"/sign-in/as/{account('hr').public_id}").status_code == 404
        assert "demonstration" not in client_of(None).get("/sign-in").text
    finally:
        del app.extensions["demonstration_cast"]


def test_the_language_of_the_account_wins(app: Flask, client_of: Callable[..., FlaskClient]) -> None:
    client = client_of("nancy", "en")
    assert 'lang="en"' in client.get("/account").text
    client.post("/language/zh", data={"next": "/account"})
    assert 'lang="zh-CN"' in client.get("/account").text
    assert client.post("/language/xx").status_code == 303


def test_forwarded_addresses_count_only_behind_a_trusted_proxy(app_on_sqlite: Flask) -> None:
    def seen_behind(proxies: int) -> str | None:
        product = create_app(replace(app_on_sqlite.config["SETTINGS"], trusted_proxies=proxies))
        seen: list[str | None] = []
        product.before_request(lambda: seen.append(request.remote_addr))
        product.test_client().get("/healthz", headers={"X-Forwarded-For": "10.1.2.3"})
        return seen[0]

    assert seen_behind(0) == "127.0.0.1"
    assert seen_behind(1) == "10.1.2.3"
