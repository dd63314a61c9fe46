"""Many rows at once through the driver itself: reading in blocks, writing in one stream."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from web.database import db

BLOCK_ROWS = 20_000


class JournalInUseError(RuntimeError):
    """The journal of SQLite could not be emptied because somebody reads for longer than ten seconds; try again."""


def row_blocks(statement: str, parameters: Sequence[Any], size: int = BLOCK_ROWS) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a statement in blocks, as the driver gives them; parameters are written as ?.

    Runs in the session's transaction. The statement is a constant of the caller, never made from input.
    """
    connection: Any = db.session.connection().connection.driver_connection
    if db.engine.dialect.name == "postgresql":
        cursor = connection.cursor(name="row_blocks", binary=True)
        cursor.itersize = size
        cursor.execute(statement.replace("?", "%s"), parameters)
    else:
        cursor = connection.execute(statement, parameters)
    try:
        while block := cursor.fetchmany(size):
            yield block
    finally:
        cursor.close()


def write_rows(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Add many rows to a table in the session's transaction: COPY on PostgreSQL, one prepared statement on SQLite."""
    connection: Any = db.session.connection().connection.driver_connection
    names = ", ".join(f'"{column}"' for column in columns)
    if db.engine.dialect.name == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" for _column in columns)
        # The names are constants of the caller; the values are parameters.
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - constants


def clean(tables: Sequence[str]) -> None:
    """Leave nothing of deleted rows in the files: VACUUM FULL on PostgreSQL; journal and VACUUM on SQLite.

    Must be called outside a transaction. The journal's checkpoint waits for readers as any writer does.
    """
    db.session.rollback()
    pooled = db.engine.raw_connection()
    try:
        connection: Any = pooled.driver_connection
        if db.engine.dialect.name == "postgresql":
            connection.autocommit = True
            for table in tables:
                connection.execute(f"VACUUM FULL {table}")
            connection.autocommit = False
        else:
            _empty_journal(connection)
            connection.execute("VACUUM")
            _empty_journal(connection)
    finally:
        pooled.close()


def _empty_journal(connection: Any) -> None:
    is_busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise JournalInUseError
