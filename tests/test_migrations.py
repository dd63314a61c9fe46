"""Migrations end where the models are, go down and up again with data, and survive being killed half-way."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Connection, make_url

from tests.cast import CAST, load_cast
from tests.databases import settings_for
from web.database import Base, db
from web.transactions import in_transaction
from wsgi import create_app

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = str(ROOT / "migrations")
NewDatabase = Callable[[str], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes an empty database of a name and returns its address."""
    if request.param == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path / name}.sqlite3"
        return
    server = request.getfixturevalue("pg_server")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    made: list[str] = []
    with psycopg.connect(server, autocommit=True) as administration:

        def make(name: str) -> str:
            full = f"migrations_{worker}_{name}"
            administration.execute(f"DROP DATABASE IF EXISTS {full} WITH (FORCE)")
            administration.execute(f"CREATE DATABASE {full} TEMPLATE template0")
            made.append(full)
            address = make_url(server).set(drivername="postgresql+psycopg", database=full)
            return address.render_as_string(hide_password=False)

        yield make
        for full in made:
            administration.execute(f"DROP DATABASE IF EXISTS {full} WITH (FORCE)")


@contextmanager
def product_on(address: str, instance: Path) -> Iterator[Flask]:
    app = create_app(settings_for(address, instance))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def reading(address: str) -> Iterator[Connection]:
    engine = create_engine(address)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def objects_in(connection: Connection) -> dict[str, set[str]]:
    """The checks, triggers and functions of a database, which Alembic does not compare."""
    inspector = inspect(connection)
    tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
    checks = {f"{table}.{check['name']}" for table in tables for check in inspector.get_check_constraints(table)}
    if connection.dialect.name == "sqlite":
        triggers = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
        functions: set[str] = set()
    else:
        triggers = connection.execute(text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"))
        own = "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
        functions = set(connection.scalars(text(f"{own} WHERE l.lanname = 'plpgsql' AND p.pronamespace = 2200")))
    return {
        "tables": set(tables),
        "checks": checks,
        "triggers": {re.sub(r"\s+", " ", trigger) for trigger in triggers.scalars()},
        "functions": functions,
    }


def test_the_newest_revision_is_what_the_models_say(new_database: NewDatabase, tmp_path: Path) -> None:
    migrated, made = new_database("migrated"), new_database("made")
    with product_on(migrated, tmp_path / "migrated"):
        upgrade(MIGRATIONS)
    with product_on(made, tmp_path / "made"):
        Base.metadata.create_all(db.engine)
    with reading(migrated) as connection:
        options = {"compare_type": True, "target_metadata": Base.metadata}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
        found = objects_in(connection)
    with reading(made) as connection:
        assert found == objects_in(connection)


def test_every_revision_goes_down_and_up_again_with_data(new_database: NewDatabase, tmp_path: Path) -> None:
    address = new_database("round")
    revisions = [script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()]
    with product_on(address, tmp_path) as app:
        upgrade(MIGRATIONS)
        in_transaction(load_cast)
        for revision in revisions:
            downgrade(MIGRATIONS, "-1")
            upgrade(MIGRATIONS, revision)
            downgrade(MIGRATIONS, "-1")
        with reading(address) as connection:
            left = objects_in(connection)
            assert left == {"tables": set(), "checks": set(), "triggers": set(), "functions": set()}
        upgrade(MIGRATIONS)
        in_transaction(load_cast)
        assert db.session.scalar(text("SELECT count(*) FROM person")) == len(CAST)
        assert app.test_client().get("/sign-in").status_code == 200


KILLED = """
    import os, sys
    from pathlib import Path
    from sqlalchemy import Engine, event
    from flask_migrate import upgrade
    from tests.databases import settings_for
    from wsgi import create_app

    statements = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(connection, cursor, statement, parameters, context, executemany):
        global statements
        statements += statement.lstrip().upper().startswith(("CREATE", "INSERT", "UPDATE"))
        if statements == int(sys.argv[3]):
            os._exit(9)

    with create_app(settings_for(sys.argv[1], Path(sys.argv[2]))).app_context():
        upgrade(sys.argv[4])
"""


@pytest.mark.parametrize("moment", [2, 40, 80])
def test_a_migration_that_is_killed_is_as_if_it_had_not_begun(
    new_database: NewDatabase, tmp_path: Path, moment: int
) -> None:
    address = new_database("killed")
    command = [sys.executable, "-c", dedent(KILLED), address, str(tmp_path / "killed"), str(moment), MIGRATIONS]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 9
    with reading(address) as connection:
        assert inspect(connection).get_table_names() == []
    with product_on(address, tmp_path / "again"):
        upgrade(MIGRATIONS)
        in_transaction(load_cast)
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
            assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_migration_that_would_break_a_reference_is_refused(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'broken.sqlite3'}"
    with product_on(address, tmp_path):
        upgrade(MIGRATIONS)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            insert = (
                "INSERT INTO account_invitation (account_id, token_digest, expires_at) VALUES (7, 'x', '2026-01-01')"
            )
            connection.exec_driver_sql(insert)
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN")
        with pytest.raises(Exception, match="refers to nothing"):
            upgrade(MIGRATIONS)
