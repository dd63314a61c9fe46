"""One way to write: queued on SQLite, tried again on PostgreSQL, all or nothing on both."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from people.organisation.models import Unit
from tests.databases import settings_for
from web.database import db
from web.errors import StaleEditError
from web.jobs.delivery import queue_of
from web.outbox.actions import send
from web.outbox.models import Mail
from web.transactions import (
    ATTEMPTS,
    WriteOutsideTransactionError,
    after_commit,
    in_transaction,
    locked,
    one_at_a_time,
)
from wsgi import create_app

DURABLE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def count(code: str = "") -> int:
    return db.session.scalar(select(func.count()).select_from(Unit).where(Unit.code.startswith(code))) or 0


def add(code: str) -> Unit:
    unit = Unit(code=code, name={"en": code})
    db.session.add(unit)
    db.session.flush()
    return unit


def in_threads(product: Flask, number: int, work: Callable[[int], None]) -> list[BaseException]:
    """Run the work in so many threads at once, each in its own context; returns what they raised."""
    raised: list[BaseException] = []
    gate = threading.Barrier(number)

    def run(place: int) -> None:
        with product.app_context():
            gate.wait()
            try:
                work(place)
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                raised.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


class LostRaceError(Exception):
    """What a driver raises when the database asks for the same work once more."""

    sqlstate = "40001"


def test_every_sqlite_connection_is_durable_and_strict(app_on_sqlite: Flask) -> None:
    def look(_place: int) -> None:
        found = {pragma: db.session.scalar(text(f"PRAGMA {pragma}")) for pragma in DURABLE}
        assert found == DURABLE

    assert in_threads(app_on_sqlite, 4, look) == []
    runner = app_on_sqlite.test_cli_runner()
    assert runner.invoke(args=["jobs", "list"]).exit_code == 0
    look(0)
    in_transaction(lambda: look(0))


def test_work_that_loses_a_race_is_done_again_without_a_double_effect(app: Flask) -> None:
    attempts = []

    def action() -> None:
        attempts.append(1)
        add("retried")
        send("nancy@northwind.example", "Subject", "Text")
        after_commit(lambda: attempts.append(100))
        if len(attempts) < ATTEMPTS:
            raise OperationalError("COMMIT", {}, LostRaceError())

    in_transaction(action)
    assert attempts == [1] * ATTEMPTS + [100]
    assert count("retried") == 1
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 1


def test_work_that_loses_every_race_raises_and_changes_nothing(app: Flask) -> None:
    def action() -> None:
        add("retried")
        raise OperationalError("COMMIT", {}, LostRaceError())

    with pytest.raises(OperationalError):
        in_transaction(action)
    assert count("retried") == 0


def test_another_error_of_the_database_is_not_tried_again(app: Flask) -> None:
    attempts = []

    def action() -> None:
        attempts.append(1)
        raise OperationalError("INSERT", {}, Exception("disk is full"))

    with pytest.raises(OperationalError):
        in_transaction(action)
    assert attempts == [1]


def test_a_real_deadlock_is_resolved_and_both_have_their_effect(app: Flask) -> None:
    in_transaction(lambda: [add("deadlock-0"), add("deadlock-1")])
    together = threading.Barrier(2, timeout=1)

    def cross(place: int) -> None:
        def action() -> None:
            for side in (place, 1 - place):
                statement = update(Unit).where(Unit.code == f"deadlock-{side}")
                db.session.execute(statement.values(version=Unit.version + 1))
                # On SQLite the other waits for its turn and never comes; on PostgreSQL both hold one row here.
                if not together.broken:
                    try:
                        together.wait()
                    except threading.BrokenBarrierError:
                        continue

        in_transaction(action)

    assert in_threads(app, 2, cross) == []
    versions = db.session.scalars(select(Unit.version).where(Unit.code.startswith("deadlock-"))).all()
    assert list(versions) == [3, 3]


def test_eight_writers_at_once_wait_for_each_other(app: Flask) -> None:
    def write(place: int) -> None:
        for number in range(10):
            in_transaction(lambda number=number: add(f"writer-{place}-{number}"))  # type: ignore[misc]  # its default

    assert in_threads(app, 8, write) == []
    assert count("writer-") == 80


def test_a_counter_that_is_read_and_written_loses_nothing(app: Flask) -> None:
    in_transaction(lambda: add("counter"))

    def raise_by_one() -> None:
        unit = db.session.scalars(select(Unit).where(Unit.code == "counter").with_for_update()).one()
        unit.name = {"en": str(int(unit.name["en"].removeprefix("counter") or 0) + 1)}

    def write(_place: int) -> None:
        for _number in range(5):
            in_transaction(raise_by_one)

    assert in_threads(app, 6, write) == []
    db.session.rollback()
    assert db.session.scalars(select(Unit).where(Unit.code == "counter")).one().name == {"en": "30"}


def test_a_reader_is_not_kept_waiting_by_a_writer(app: Flask) -> None:
    seen: list[int] = []

    def read(_place: int) -> None:
        seen.append(count("held"))

    def hold() -> None:
        add("held")
        assert in_threads(app, 1, read) == []

    in_transaction(hold)
    assert seen == [0]


def test_the_loser_of_a_race_for_a_version_is_told(app: Flask) -> None:
    unit = in_transaction(lambda: add("raced"))

    def action() -> None:
        found = db.session.get_one(Unit, unit.id)
        with db.session.no_autoflush:
            db.session.connection().execute(text("UPDATE unit SET version = 9"))
        found.name = {"en": "mine"}

    with pytest.raises(StaleEditError):
        in_transaction(action)


def test_a_row_that_was_read_with_what_may_be_missing_is_locked_as_it_stands(app: Flask) -> None:
    in_transaction(lambda: add("alone"))
    with_parent = select(Unit).where(Unit.code == "alone").options(joinedload(Unit.parent))

    def change() -> str:
        unit = db.session.scalars(with_parent).one()
        unit.name = {"en": "mine"}
        return locked(unit).name["en"]

    assert in_transaction(change) == "mine"


def test_a_locked_row_is_read_again(app: Flask) -> None:
    unit = in_transaction(lambda: add("read-before"))

    def change() -> dict[str, str]:
        found = db.session.get_one(Unit, unit.id)
        with db.session.no_autoflush:
            db.session.connection().execute(text("UPDATE unit SET version = 9 WHERE code = 'read-before'"))
        return {"before": str(found.version), "now": str(locked(found).version)}

    assert in_transaction(change)["now"] == "9"


def test_transactions_are_not_nested(app: Flask) -> None:
    with pytest.raises(WriteOutsideTransactionError):
        in_transaction(lambda: in_transaction(lambda: None))
    with pytest.raises(WriteOutsideTransactionError):
        after_commit(lambda: None)


def test_what_follows_a_commit_does_not_follow_a_failure(app: Flask) -> None:
    followed: list[int] = []

    def action() -> None:
        after_commit(lambda: followed.append(1))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(action)
    assert followed == []


def test_one_at_a_time_lets_the_second_see_what_the_first_did(app: Flask) -> None:
    def action() -> None:
        one_at_a_time("numbering")
        add(f"numbered-{count('numbered-')}")

    assert in_threads(app, 6, lambda _place: in_transaction(action)) == []
    codes = db.session.scalars(select(Unit.code).where(Unit.code.startswith("numbered-"))).all()
    assert sorted(codes) == [f"numbered-{number}" for number in range(6)]


def test_the_values_of_a_failed_statement_are_not_told(app: Flask) -> None:
    with pytest.raises(Exception, match=r"(?i)unique") as caught:
        in_transaction(lambda: [add("secret-code"), add("secret-code")])
    assert "parameters hidden" in str(caught.value)


def test_the_queue_of_a_served_product_opens_beside_its_database(app: Flask, tmp_path: Path) -> None:
    product = create_app(settings_for(app.config["SETTINGS"].database_url, tmp_path))
    queue: Any = queue_of(product)
    assert type(queue).__name__ == ("SqliteHuey" if db.engine.dialect.name == "sqlite" else "PostgresHuey")
    queue.storage.close()


def test_readers_begin_without_the_write_lock(app_on_sqlite: Flask) -> None:
    begun: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        count()
        in_transaction(lambda: add("written"))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert begun[0] == "BEGIN"
    assert "BEGIN IMMEDIATE" in begun
