"""Fixtures of all tests: the product on both databases, the cast, and clients signed in as its members."""

import contextvars
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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
from tests.databases import Snapshots, postgresql_databases, postgresql_server, sqlite_databases
from web.database import db
from web.transactions import in_transaction
from wsgi import create_app


class SeparateClient(FlaskClient):
    """A client whose requests share no context with the test, as a browser's would not."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send the request in a context of its own; what the test has read before is read again afterwards."""
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.rollback()
        return response


@pytest.fixture(scope="session")
def sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshots]:
    """The product on SQLite, once a session."""
    with sqlite_databases(tmp_path_factory.mktemp("sqlite"), create_app) as snapshots:
        yield snapshots


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """A PostgreSQL server, once a session."""
    with postgresql_server() as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_app(pg_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshots]:
    """The product on PostgreSQL, once a session."""
    with postgresql_databases(pg_server, tmp_path_factory.mktemp("postgresql"), create_app) as snapshots:
        yield snapshots


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of stored behaviour on both databases, and those that name app_on_sqlite on one."""
    if "database" in metafunc.fixturenames:
        one = "app_on_sqlite" in metafunc.fixturenames
        metafunc.parametrize("database", ["sqlite"] if one else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Snapshots:
    """The product on the database of this run."""
    snapshots: Snapshots = request.getfixturevalue(f"{request.param}_app")
    return snapshots


@pytest.fixture
def app(database: Snapshots) -> Iterator[Flask]:
    """The product with a fresh database that holds the cast; every test that uses it runs on both databases."""
    database.app.test_client_class = SeparateClient
    with database.app.app_context():
        database.restore("cast")
        yield database.app
        db.session.remove()


@pytest.fixture
def app_on_sqlite(app: Flask) -> Flask:
    """The product on SQLite alone, for what does not depend on the database: texts and looks of pages."""
    return app


@pytest.fixture
def person(app: Flask) -> Callable[[str], Person]:
    """A member of the cast by short name."""

    def find(key: str) -> Person:
        return db.session.scalars(select(Person).join(Account).where(Account.login_key == key)).one()

    return find


@pytest.fixture
def as_viewer(app: Flask) -> Callable[[str], Viewer]:
    """The viewer that a member of the cast is when signed in."""

    def sign_in(key: str) -> Viewer:
        account = db.session.scalars(select(Account).where(Account.login_key == key)).one()
        viewer = viewer_of(in_transaction(lambda: start_session(account)))
        assert viewer is not None
        return viewer

    return sign_in


@pytest.fixture
def client_of(app: Flask, as_viewer: Callable[[str], Viewer]) -> Iterator[Callable[..., FlaskClient]]:
    """A client signed in as a member of the cast; client_of(None) is a visitor. CSRF is off for these clients."""
    app.config["WTF_CSRF_ENABLED"] = False

    def make(key: str | None, language: str = "en") -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        if key is not None:
            token = as_viewer(key).session_token
            with client.session_transaction() as session:
                session["_user_id"] = token
                session["_fresh"] = True
        return client

    yield make
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def frozen() -> Callable[[str], AbstractContextManager[Any]]:
    """A clock that stands at a moment: with frozen("2026-11-23 09:00 +08:00")."""
    import time_machine

    return lambda moment: time_machine.travel(moment, tick=False)
