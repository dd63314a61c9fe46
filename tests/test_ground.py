"""The ground holds: the product starts, people sign in, what is written is on disk or not at all."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from people.organisation.models import Unit
from tests.cast import PASSWORD
from tests.databases import Snapshots
from web.database import db
from web.transactions import WriteOutsideTransactionError, in_transaction


def test_the_cast_can_sign_in_and_out(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert client.get("/").status_code == 303
    assert client.post("/sign-in", data={"login": "NANCY", "password": "wrong"}).status_code == 422
    assert client.post("/sign-in", data={"login": "NANCY", "password": PASSWORD}).status_code == 303
    assert client.get("/").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.get("/").status_code == 303
    app.config["WTF_CSRF_ENABLED"] = True


def test_a_write_outside_a_transaction_is_refused(app: Flask) -> None:
    db.session.add(Unit(code="stray", name={"en": "Stray"}))
    with pytest.raises(WriteOutsideTransactionError):
        db.session.flush()


def test_nothing_stays_of_an_action_that_raises(app: Flask) -> None:
    def action() -> None:
        db.session.add(Unit(code="stray", name={"en": "Stray"}))
        db.session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(action)
    assert db.session.scalar(select(Unit).where(Unit.code == "stray")) is None


def test_pages_answer_in_the_language_that_was_asked_for(client_of: Callable[..., FlaskClient]) -> None:
    assert 'lang="zh-CN"' in client_of("nancy", "zh-CN").get("/").text
    assert 'lang="en"' in client_of("nancy", "en").get("/").text


def test_a_connection_that_one_test_leaves_open_spoils_no_later_test(app_on_sqlite: Flask, database: Snapshots) -> None:
    in_transaction(lambda: db.session.add(Unit(code="earlier", name={"en": "Earlier"})))
    left_open = db.engine.connect()
    assert left_open.scalar(select(Unit.code).limit(1))
    database.restore("cast")
    in_transaction(lambda: db.session.add(Unit(code="later", name={"en": "Later"})))
    left_open.close()
    assert db.session.scalar(select(Unit.code).where(Unit.code == "later")) == "later"
