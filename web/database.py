"""Tables, column types and connections that behave the same on SQLite and PostgreSQL."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, MetaData, String, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

LANGUAGES = ("zh", "en")
PUBLIC_ID_LENGTH = 16
_TO_PUBLIC_ID = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"23456789abcdefghijkmnpqrstuvwxyz")

is_writing: ContextVar[bool] = ContextVar("is_writing", default=False)


_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def utc_now() -> datetime:
    """The moment now, with its zone."""
    return _moment.get() or datetime.now(UTC)


@contextmanager
def living_at(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at another moment: the demonstration lives through its last year this way."""
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)


def new_public_id() -> str:
    """A random identifier for addresses: 80 bits that say nothing of order or time."""
    # Ten random bytes in five bits a letter: twenty times faster than drawing letters, where there are very many rows.
    return base64.b32encode(secrets.token_bytes(PUBLIC_ID_LENGTH * 5 // 8)).translate(_TO_PUBLIC_ID).decode()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware when it goes in, UTC when it comes out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone and store it in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LocalizedText(TypeDecorator[dict[str, str]]):
    """A text in the languages of the product: {"zh": ..., "en": ...}."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, str] | None, dialect: Dialect) -> dict[str, str] | None:
        """Refuse languages that the product does not speak."""
        if value is None:
            return None
        if not value or not set(value) <= set(LANGUAGES):
            raise ValueError(f"a text in data has the languages {LANGUAGES}, not {sorted(value)}")
        return dict(value)


def enum_column(kind: type[StrEnum]) -> Enum:
    """A column type for a StrEnum: its values as text under a CHECK, the same on both databases."""
    length = max(32, *(len(member.value) for member in kind))
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
    )


class Base(DeclarativeBase):
    """What every table is made from."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, str]: LocalizedText, dict[str, Any]: JSON}


class Identified:
    """A row with a number for joins and a random public id for addresses."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=new_public_id)


class Versioned:
    """A row that counts its versions, so that a stale edit is noticed."""

    version: Mapped[int]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let SQLAlchemy compare and raise the version with every update."""
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]  # set on the mapped class


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"expire_on_commit": False},
    # Values are people's words and numbers: an error names the statement, never what it was given.
    engine_options={"pool_pre_ping": True, "hide_parameters": True},
)


def insert_unless_present(model: type[Base], **values: Any) -> bool:
    """Add a row unless one with the same unique key is there; True when it was added, also among rivals."""
    table = model.metadata.tables[model.__tablename__]
    kind = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = kind.insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return db.session.execute(statement).first() is not None


@event.listens_for(Engine, "connect")
def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make every SQLite connection durable and strict; the product begins its transactions itself."""
    if type(connection).__module__.partition(".")[0] != "sqlite3":
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once where the transaction may write, so that it never fails half-way."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing.get() else "BEGIN")
