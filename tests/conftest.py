"""Fixtures of all tests: the product on both databases, the cast, and clients signed in as its members."""

import contextvars
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from people.accounts.actions import start_session
from people.accounts.models import Account
from people.accounts.queries import viewer_of
from people.organisation.models import Person
from people.roles.models import Viewer
from tests.databases import postgresql_databases, postgresql_server, sqlite_databases
from web.database import db
from web.transactions import in_transaction
from wsgi import create_app

Restorable = tuple[Flask, Callable[[], None]]


class SeparateClient(FlaskClient):
    """A client whose requests share no context with the test, as a browser's would not."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send the request in a context of its own; what the test has read before is read again afterwards."""
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.rollback()
        return response


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restorable]:
    """The product on SQLite, once a session."""
    with sqlite_databases(tmp_path_factory.mktemp("sqlite"), create_app) as restorable:
        yield restorable


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """A PostgreSQL server, once a session."""
    with postgresql_server() as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_app(pg_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restorable]:
    """The product on PostgreSQL, once a session."""
    with postgresql_databases(pg_server, tmp_path_factory.mktemp("postgresql"), create_app) as restorable:
        yield restorable


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The product with a fresh database that holds the cast; every test that uses it runs on both databases."""
    product, restore = request.getfixturevalue(f"{request.param}_app")
    restore()
    product.test_client_class = SeparateClient
    with product.app_context():
        yield product
        db.session.remove()


@pytest.fixture
def app_on_sqlite(sqlite_app: Restorable) -> Iterator[Flask]:
    """The product on SQLite alone, for what does not depend on the database: texts and looks of pages."""
    product, restore = sqlite_app
    restore()
    product.test_client_class = SeparateClient
    with product.app_context():
        yield product
        db.session.remove()


@pytest.fixture
def person(request: pytest.FixtureRequest) -> Callable[[str], Person]:
    """A member of the cast by short name."""
    _any_app(request)

    def find(key: str) -> Person:
        return db.session.scalars(select(Person).join(Account).where(Account.login_key == key)).one()

    return find


@pytest.fixture
def as_viewer(request: pytest.FixtureRequest) -> Callable[[str], Viewer]:
    """The viewer that a member of the cast is when signed in."""
    _any_app(request)

    def sign_in(key: str) -> Viewer:
        account = db.session.scalars(select(Account).where(Account.login_key == key)).one()
        viewer = viewer_of(in_transaction(lambda: start_session(account)))
        assert viewer is not None
        return viewer

    return sign_in


@pytest.fixture
def client_of(
    request: pytest.FixtureRequest, as_viewer: Callable[[str], Viewer]
) -> Iterator[Callable[..., FlaskClient]]:
    """A client signed in as a member of the cast; client_of(None) is a visitor. CSRF is off for these clients."""
    product = _any_app(request)
    product.config["WTF_CSRF_ENABLED"] = False

    def make(key: str | None, language: str = "en") -> FlaskClient:
        client = product.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        if key is not None:
            token = as_viewer(key).session_token
            with client.session_transaction() as session:
                session["_user_id"] = token
                session["_fresh"] = True
        return client

    yield make
    product.config["WTF_CSRF_ENABLED"] = True


def _any_app(request: pytest.FixtureRequest) -> Flask:
    name = "app_on_sqlite" if "app_on_sqlite" in request.fixturenames else "app"
    product: Flask = request.getfixturevalue(name)
    return product


@pytest.fixture
def frozen(tmp_path: Path) -> Callable[[str], AbstractContextManager[Any]]:
    """A clock that stands at a moment: with frozen("2026-11-23 09:00 +08:00")."""
    import time_machine

    return lambda moment: time_machine.travel(moment, tick=False)
