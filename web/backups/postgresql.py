"""Copying all tables of a PostgreSQL database out of one snapshot, and back in one transaction."""

import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, inspect, text

from web.backups.container import Writer

MEMBERS = "tables"
REVISION_TABLE = "alembic_version"
QUEUE_TABLES = "huey_"
BLOCK = 1024 * 1024


def tables_in(connection: Connection) -> list[str]:
    """The product's tables, without those of the job queue and the revision."""
    names = inspect(connection).get_table_names()
    return sorted(name for name in names if not name.startswith(QUEUE_TABLES) and name != REVISION_TABLE)


def copy_out(connection: Connection, writer: Writer) -> dict[str, dict[str, Any]]:
    """Add every table to a backup; the connection holds one snapshot. Returns columns and row counts by table."""
    copied = {}
    for table in tables_in(connection):
        columns = [column["name"] for column in inspect(connection).get_columns(table)]
        writer.add(f"{MEMBERS}/{table}.copy", _rows_out(connection, table, columns))
        rows = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()  # noqa: S608 - a catalogue name
        copied[table] = {"columns": columns, "rows": rows}
    return copied


def clear(connection: Connection) -> None:
    """Drop the product's tables with their triggers and functions; the job queue stays."""
    for table in [*tables_in(connection), REVISION_TABLE]:
        connection.execute(text(f'DROP TABLE IF EXISTS "{table}" CASCADE'))
    own = text(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang "
        "WHERE l.lanname = 'plpgsql' AND p.pronamespace = current_schema()::regnamespace "
        "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    for function in connection.scalars(own).all():
        connection.execute(text(f"DROP FUNCTION {function} CASCADE"))


def copy_in(connection: Connection, archive: zipfile.ZipFile, tables: dict[str, dict[str, Any]]) -> None:
    """Fill freshly made tables; triggers and foreign keys rest meanwhile, and every reference is checked at the end."""
    references = _taken_references(connection)
    for table, told in tables.items():
        connection.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER USER'))
        _rows_in(connection, table, told["columns"], archive)
        connection.execute(text(f'ALTER TABLE "{table}" ENABLE TRIGGER USER'))
    for statement in references:
        connection.execute(text(statement))
    for statement in _sequences(connection):
        connection.execute(text(statement))


def _taken_references(connection: Connection) -> list[str]:
    """Drop all foreign keys; returns the statements that make them again."""
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname"
        )
    ).all()
    for table, name, _definition in found:
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    return [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in found]


def _sequences(connection: Connection) -> list[str]:
    """Statements that let every counter go on after the highest number in its column."""
    found = connection.execute(
        text(
            "SELECT s.oid::regclass::text, t.oid::regclass::text, a.attname FROM pg_class s "
            "JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class t ON t.oid = d.refobjid "
            "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
            "WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace"
        )
    ).all()
    return [
        f"SELECT setval('{sequence}', coalesce(max(\"{column}\"), 0) + 1, false) FROM {table}"  # noqa: S608 - catalogue names
        for sequence, table, column in found
        if not table.startswith(QUEUE_TABLES)
    ]


def _columns(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _rows_out(connection: Connection, table: str, columns: list[str]) -> Iterator[memoryview | bytes]:
    driver: Any = connection.connection.driver_connection
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _columns(columns))
    with driver.cursor() as cursor, cursor.copy(statement) as rows:
        yield from rows


def _rows_in(connection: Connection, table: str, columns: list[str], archive: zipfile.ZipFile) -> None:
    driver: Any = connection.connection.driver_connection
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _columns(columns))
    with driver.cursor() as cursor, cursor.copy(statement) as rows, archive.open(f"{MEMBERS}/{table}.copy") as member:
        while block := member.read(BLOCK):
            rows.write(block)
