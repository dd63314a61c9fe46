"""What restoring asks of the database, and how PostgreSQL is filled."""

import zipfile
from collections.abc import Mapping
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, inspect, text

from web.backups.errors import (
    DamagedBackupError,
    DatabaseBusyError,
    NotMigratedError,
    OtherDatabaseError,
    UnknownRevisionError,
)
from web.backups.postgresql import REVISION_TABLE, clear, copy_in, tables_in
from web.database import db

# What the product writes by itself does not make a database anyone's.
OWN_TRACES = frozenset({"periodic_task"})
SECONDS_TO_WAIT = 5


def require_readable(manifest: Mapping[str, Any]) -> None:
    """Refuse a backup of another kind of database, or of a form that this version does not know."""
    ours = db.engine.dialect.name
    if manifest["database"] != ours:
        raise OtherDatabaseError(theirs=manifest["database"], ours=ours)
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    if manifest["revision"] not in {script.revision for script in scripts.walk_revisions()}:
        raise UnknownRevisionError(version=manifest["product"])


def revision_of(connection: Connection) -> str:
    """The revision of the database behind a connection."""
    if not inspect(connection).has_table(REVISION_TABLE):
        raise NotMigratedError
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def is_empty() -> bool:
    """Whether the database holds nothing that anyone entered."""
    with db.engine.connect() as connection:
        tables = [table for table in tables_in(connection) if table not in OWN_TRACES]
        # The names come from the catalogue of the database itself.
        filled = [f'EXISTS (SELECT 1 FROM "{table}")' for table in tables]  # noqa: S608 - see above
        return not filled or not connection.execute(text(f"SELECT {' OR '.join(filled)}")).scalar()


def fill_postgresql(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    """Replace all of the product's tables in one transaction: made by the migrations, filled from the backup."""
    with db.engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'"))
        try:
            clear(connection)
        except Exception as error:
            if getattr(getattr(error, "orig", None), "sqlstate", "") == "55P03":
                raise DatabaseBusyError from error
            raise
        configuration = current_app.extensions["migrate"].migrate.get_config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, str(manifest["revision"]))
        copy_in(connection, archive, manifest["tables"])
        for table, told in manifest["tables"].items():
            # A table name from a backup whose checksum is right.
            rows = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()  # noqa: S608 - see above
            if rows != told["rows"]:
                raise DamagedBackupError(path=table)
