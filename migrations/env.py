"""Migrations of both databases: each upgrade is one transaction, which a kill at any moment undoes.

On SQLite a table is changed by making it anew, so foreign keys are off meanwhile; that can only be switched outside a
transaction. Before the commit every foreign key is checked. Triggers of a table that is made anew are gone afterwards:
a revision with batch_alter_table makes them again.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.autogenerate import renderers
from alembic.operations.ops import CreateTableOp, MigrateOperation
from flask import current_app
from sqlalchemy import DDL, Connection, Enum, TypeDecorator

from web.database import Base, db, is_writing

# Tables of the job queue, which makes its own.
QUEUE_TABLES = "huey_"


class BrokenReferenceError(Exception):
    """A migration would leave rows that refer to nothing; nothing was changed."""


def package_of_tables() -> dict[str, str]:
    """Which package each table of the models belongs to."""
    return {
        str(mapper.local_table.name): mapper.class_.__module__.partition(".")[0] for mapper in Base.registry.mappers
    }


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    """Leave out the queue's tables and, with -x packages=web,people, the tables of all other packages."""
    if kind != "table" or name is None:
        return True
    if name.startswith(QUEUE_TABLES):
        return False
    chosen = context.get_x_argument(as_dictionary=True).get("packages")
    if not isinstance(chosen, str):
        return True
    return not reflected and package_of_tables().get(name) in chosen.split(",")


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write column types out in full, so that a revision does not change when the product's types do."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, Enum):
        values = ", ".join(repr(value) for value in item.enums)
        return f"sa.Enum({values}, name={item.name!r}, native_enum=False, create_constraint=True, length={item.length})"
    return False


class OnOneDatabase(MigrateOperation):
    """A statement for one kind of database, which the models run after they have made a table."""

    def __init__(self, dialect: str, statement: str) -> None:
        """Keep what the template's function on() is called with."""
        self.dialect, self.statement = dialect, statement


@renderers.dispatch_for(OnOneDatabase)
def render_statement(_autogen_context: Any, operation: OnOneDatabase) -> str:
    """Write the statement down as it is, so that a revision does not change when the models do."""
    return f"on({operation.dialect!r}, {operation.statement!r})"


def add_statements(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Let a new table's triggers be made with it, and their functions go after it."""
    if not directives:
        return
    upgrade, downgrade = directives[0].upgrade_ops, directives[0].downgrade_ops
    made = [item.table_name for item in upgrade.ops if isinstance(item, CreateTableOp)]
    for name in made:
        for listener in Base.metadata.tables[name].dispatch.after_create:
            if isinstance(listener, DDL):
                dialect = listener._ddl_if.dialect
                upgrade.ops.append(OnOneDatabase(dialect, listener.statement))
                function = re.match(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(\)", listener.statement)
                if function:
                    downgrade.ops.append(OnOneDatabase(dialect, f"DROP FUNCTION {function[1]}()"))


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Switch the foreign keys of an SQLite connection off and on again, outside any transaction."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_foreign_keys(connection: Connection) -> None:
    """Refuse to commit rows that refer to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise BrokenReferenceError(f"row {broken[1]} of {broken[0]} refers to nothing in {broken[2]}")


def run_on(connection: Connection) -> None:
    """Bring the database behind a connection to the revision that was asked for."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        process_revision_directives=add_statements,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        check_foreign_keys(connection)


def run() -> None:
    """Migrate on the connection that the caller gives, else on one of our own."""
    given = context.config.attributes.get("connection")
    token = is_writing.set(True)
    try:
        if given is not None:
            run_on(given)
            return
        with current_app.app_context(), db.engine.connect() as connection, foreign_keys_off(connection):
            run_on(connection)
    finally:
        is_writing.reset(token)


run()
