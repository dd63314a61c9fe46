"""Copying an SQLite database while it is in use, and putting a copy back, both in one transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from web.backups.errors import DamagedBackupError, DatabaseBusyError, NotMigratedError

MEMBER = "database.sqlite3"
SECONDS_TO_WAIT = 5.0


def copy_of(source: Path, target: Path) -> None:
    """Write a consistent copy of the database into a new file; writers go on meanwhile."""
    with closing(sqlite3.connect(source, timeout=10)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def check(path: Path) -> None:
    """Refuse a database file that is not whole."""
    with _reading(path) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise DamagedBackupError(path=path)
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise DamagedBackupError(path=path)


def revision_in(path: Path) -> str:
    """The revision of a database file."""
    with _reading(path) as connection:
        try:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        except (sqlite3.OperationalError, TypeError):
            raise NotMigratedError from None


def put_back(copy: Path, live: Path) -> None:
    """Replace all content of the live database by the copy's, in one transaction that a crash undoes."""
    live.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(live, timeout=5)) as target:
        try:
            target.execute("PRAGMA journal_mode=WAL")
            target.execute("PRAGMA synchronous=FULL")
            target.execute("PRAGMA secure_delete=ON")
            source.backup(target, progress=_give_up_after(SECONDS_TO_WAIT))
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise DatabaseBusyError from error


def _give_up_after(seconds: float) -> Callable[[int, int, int], None]:
    """Python's backup waits for a lock for ever; this ends it, and SQLite undoes what was begun."""
    end = monotonic() + seconds

    def look_at_the_clock(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and monotonic() > end:
            raise DatabaseBusyError

    return look_at_the_clock


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection
