"""A backup holds everything at one moment, is refused when anything is wrong with it, and comes back equal."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from people.accounts.models import SignIn
from people.audit.actions import record
from people.audit.jobs import seal_trail
from people.audit.models import AuditEvent
from people.audit.reports import HEAD_FILE
from people.organisation.models import Unit
from tests.databases import settings_for
from web.backups import container, postgresql, sqlite
from web.backups.container import HEADER_LENGTH
from web.database import Base, db
from web.errors import SteelyardError
from web.language import lazy_gettext as _l
from web.transactions import in_transaction
from wsgi import create_app

Run = Callable[..., Any]


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    """The product with a sealed trail, a key and an uploaded file."""
    instance = app.config["SETTINGS"].instance
    (instance / HEAD_FILE).unlink(missing_ok=True)
    (instance / "uploads").mkdir(exist_ok=True)
    (instance / "uploads" / "简历.txt").write_text("整", encoding="utf-8")
    in_transaction(lambda: record("person.edited", details={"changed": "name"}))
    seal_trail()
    yield app
    (instance / "uploads" / "简历.txt").unlink(missing_ok=True)


@pytest.fixture
def elsewhere(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The product on a blank machine, with an empty database of the same kind."""
    address = make_url(app.config["SETTINGS"].database_url)
    if address.drivername == "sqlite":
        blank, administration = address.set(database=str(tmp_path / "blank.sqlite3")), None
    else:
        server = address.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        administration = psycopg.connect(server, autocommit=True)
        blank = address.set(database=f"{address.database}_blank")
        administration.execute(f"DROP DATABASE IF EXISTS {blank.database} WITH (FORCE)")
        administration.execute(f"CREATE DATABASE {blank.database} TEMPLATE template0")
    product = create_app(settings_for(blank.render_as_string(hide_password=False), tmp_path / "instance"))
    with product.app_context():
        upgrade()
        yield product
        db.session.remove()
        db.engine.dispose()
    if administration is not None:
        administration.execute(f"DROP DATABASE IF EXISTS {blank.database} WITH (FORCE)")
        administration.close()


def run(product: Flask, *arguments: object) -> Any:
    """A command of this product, in a context of its own."""
    db.session.remove()
    with product.app_context():
        result = product.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
        db.session.remove()
    return result


def content(product: Flask) -> dict[str, list[Any]]:
    """Every row of every table, as text."""
    with product.app_context():
        tables = [table for table in Base.metadata.sorted_tables if table.name not in {"periodic_task"}]
        rows = {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}
        db.session.remove()
        return rows


def test_a_backup_comes_back_equal_on_a_blank_machine(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    before = content(filled)
    made = run(filled, "backup", "create", tmp_path / "b")
    assert made.exit_code == 0, made.output
    assert (tmp_path / "b").stat().st_mode & 0o777 == (tmp_path / "b.keys").stat().st_mode & 0o777 == 0o600
    assert "Whole" in run(elsewhere, "backup", "check", tmp_path / "b").output
    restored = run(elsewhere, "backup", "restore", tmp_path / "b")
    assert restored.exit_code == 0, restored.output
    after = content(elsewhere)
    assert len(after["audit_event"]) == len(before["audit_event"]) + 1
    for table in set(before) - {"audit_event", "sign_in"}:
        assert after[table] == before[table], table
    instance = elsewhere.config["SETTINGS"].instance
    assert (instance / "uploads" / "简历.txt").read_text(encoding="utf-8") == "整"
    assert (instance / "keys").stat().st_mode & 0o777 == 0o700
    assert "The trail is whole" in run(elsewhere, "audit", "verify").output
    with elsewhere.app_context():
        assert in_transaction(lambda: _added_unit("after")) > 0
        assert db.session.scalar(select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))) == 0


def _added_unit(code: str) -> int:
    unit = Unit(code=code, name={"en": code})
    db.session.add(unit)
    db.session.flush()
    return unit.id


def test_a_backup_made_while_others_write_is_of_one_moment(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with filled.app_context():
            number = 0
            while not stop.is_set():
                number += 1
                in_transaction(lambda number=number: _pair(number))  # type: ignore[misc]  # the default is the number

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = run(filled, "backup", "create", tmp_path / "b")
    finally:
        stop.set()
        writer.join()
    assert made.exit_code == 0, made.output
    assert run(elsewhere, "backup", "restore", tmp_path / "b").exit_code == 0
    with elsewhere.app_context():
        units = db.session.scalar(select(func.count()).select_from(Unit).where(Unit.code.startswith("pair-")))
        events = db.session.scalar(select(func.count()).where(AuditEvent.event == "unit.added"))
        assert units == 2 * (events or 0), "each transaction wrote two units and one event"
        db.session.remove()


def _pair(number: int) -> None:
    db.session.add_all([Unit(code=f"pair-{number}-{side}", name={"en": "x"}) for side in "ab"])
    record("unit.added", details={"code": str(number)})


def test_a_restore_never_overwrites_unless_it_is_told_to(filled: Flask, tmp_path: Path) -> None:
    assert run(filled, "backup", "create", tmp_path / "b").exit_code == 0
    in_transaction(lambda: _added_unit("later"))
    refused = run(filled, "backup", "restore", tmp_path / "b")
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    assert "later" in str(content(filled)["unit"])
    replaced = run(filled, "backup", "restore", tmp_path / "b", "--replace")
    assert replaced.exit_code == 0, replaced.output
    assert "later" not in str(content(filled)["unit"])
    seal_trail()
    assert "The trail is whole" in run(filled, "audit", "verify").output, "the earlier end is not taken for a cut"


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-100]), "is damaged"),
    "one bit flipped in the data": (lambda path: flip(path, HEADER_LENGTH + 3000), "is damaged"),
    "one bit flipped at the end": (lambda path: flip(path, -5), "is damaged"),
    "one bit flipped in the checksum": (lambda path: flip(path, 40), "is damaged"),
    "another file": (lambda path: path.write_bytes(b"PK\x03\x04"), "is not a backup"),
    "empty": (lambda path: path.write_bytes(b""), "is not a backup"),
    "missing": (lambda path: path.unlink(), "is not a backup"),
    "a newer format": (
        lambda path: path.write_bytes(path.read_bytes().replace(b"STEELYARD-BACKUP 1", b"STEELYARD-BACKUP 2", 1)),
        "newer version",
    ),
    "keys missing": (lambda path: path.with_name("b.keys").unlink(), "keys of this backup are missing"),
    "keys damaged": (lambda path: flip(path.with_name("b.keys"), HEADER_LENGTH + 50), "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_wrong_with_a_backup_is_said_in_one_line_before_anything_is_touched(
    filled: Flask, tmp_path: Path, damage: str
) -> None:
    assert run(filled, "backup", "create", tmp_path / "b").exit_code == 0
    before = content(filled)
    spoil, reason = DAMAGE[damage]
    spoil(tmp_path / "b")
    for command in (("check",), ("restore", "--replace")):
        refused = run(filled, "backup", command[0], tmp_path / "b", *command[1:])
        assert (refused.exit_code, reason in refused.output, refused.output.count("\n")) == (1, True, 1), refused.output
    assert content(filled) == before


def test_keys_of_another_backup_are_refused(filled: Flask, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run(filled, "backup", "create", tmp_path / name).exit_code == 0
    (tmp_path / "a.keys").replace(tmp_path / "b.keys")
    refused = run(filled, "backup", "restore", tmp_path / "b", "--replace")
    assert (refused.exit_code, "keys of another backup" in refused.output) == (1, True)
    assert run(filled, "backup", "restore", tmp_path / "b", "--replace", "--without-keys").exit_code == 0


@pytest.mark.parametrize(("entry", "reason"), [("database", "is a backup of"), ("revision", "made by version")])
def test_a_backup_of_another_form_is_refused(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, reason: str
) -> None:
    finish = container.Writer.finish
    monkeypatch.setattr(container.Writer, "finish", lambda writer, told: finish(writer, {**told, entry: "other"}))
    assert reason in run(filled, "backup", "create", tmp_path / "b").output
    monkeypatch.undo()
    before = content(filled)
    refused = run(filled, "backup", "restore", tmp_path / "b", "--replace", "--without-keys")
    assert (refused.exit_code, reason in refused.output) == (1, True)
    assert content(filled) == before


def test_a_backup_never_overwrites_a_file(filled: Flask, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("precious")
    assert "exists already" in run(filled, "backup", "create", tmp_path / "b").output
    assert (tmp_path / "b").read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["b"]


class DiskFullError(SteelyardError):
    """A fault for the test."""

    message = _l("This choice is no longer available.")


def test_a_restore_that_fails_half_way_changes_nothing(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(filled, "backup", "create", tmp_path / "b").exit_code == 0
    in_transaction(lambda: _added_unit("later"))
    before = content(filled)

    def fail(*_arguments: object) -> list[str]:
        raise DiskFullError

    # On PostgreSQL in the middle of the transaction that fills the tables; on SQLite before the one that replaces them.
    monkeypatch.setattr(postgresql, "_sequences", fail)
    monkeypatch.setattr(sqlite, "put_back", fail)
    assert run(filled, "backup", "restore", tmp_path / "b", "--replace").exit_code == 1
    assert content(filled) == before


def test_an_sqlite_database_that_is_being_written_is_not_replaced(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    assert run(filled, "backup", "create", tmp_path / "b").exit_code == 0
    with db.engine.connect() as other:
        other.exec_driver_sql("COMMIT")
        other.exec_driver_sql("BEGIN IMMEDIATE")
        refused = run(filled, "backup", "restore", tmp_path / "b", "--replace")
        assert (refused.exit_code, "stop the server" in refused.output) == (1, True), refused.output
        other.exec_driver_sql("ROLLBACK")
        other.exec_driver_sql("BEGIN")
