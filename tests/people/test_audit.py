"""The trail says what happened, cannot be changed without being noticed, and names the row that was."""

import ast
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from people.audit.actions import LONGEST_TEXT, erase_details, record, seal_batch
from people.audit.jobs import KEY, seal_trail
from people.audit.models import AuditEvent, AuditSeal
from people.audit.queries import problems_in_trail, unsealed_count
from people.audit.reports import HEAD_FILE, heads_in, note_restored
from people.audit.seals import Problem, ProblemKind
from people.organisation.models import Person
from people.trail.sentences import SENTENCES
from web.database import db, utc_now
from web.sealing import KeyMissingError, key_file, key_named
from web.transactions import in_transaction

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sealing(app: Flask) -> Flask:
    """The product with nothing sealed and no key yet."""
    settings = app.config["SETTINGS"]
    for left in (settings.instance / HEAD_FILE, key_file(settings.keys, KEY)):
        left.unlink(missing_ok=True)
    return app


def happened(times: int, **details: Any) -> None:
    for number in range(times):
        content = {"changed": number} | details
        in_transaction(partial(record, "person.edited", details=content))


def three_batches() -> None:
    for _batch in range(3):
        happened(3)
        seal_trail()


def problems(app: Flask) -> list[Problem]:
    db.session.rollback()
    db.session.expire_all()
    settings = app.config["SETTINGS"]
    return problems_in_trail(key_named(settings.keys, KEY), heads_in(settings.instance))


def tamper(*statements: str) -> None:
    """Change the trail as someone with the database in their hands would: past the triggers."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name[0]}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
        connection.invalidate()
    db.session.remove()


def recorded_codes() -> set[str]:
    """The events that the code records: literals, one of two by a condition, or a named constant of the module."""
    codes: set[str] = set()
    for package in ("web", "people", "rubrics", "assessments", "review"):
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "record" and node.args:
                    code = node.args[0]
                    for choice in [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]:
                        literal = constants.get(ast.unparse(choice), choice)
                        assert isinstance(literal, ast.Constant), f"{path}:{node.lineno}: name the event by a literal"
                        codes.add(str(literal.value))
    return codes


def test_every_event_in_the_code_has_its_sentence() -> None:
    assert recorded_codes() - set(SENTENCES) == set(), "give these events a sentence in people/trail/sentences.py"
    assert set(SENTENCES) - recorded_codes() == set(), "these sentences belong to no event any more"


def test_an_untouched_trail_is_whole(sealing: Flask) -> None:
    three_batches()
    assert problems(sealing) == []
    assert unsealed_count() == 0
    assert seal_trail() == 0, "nothing new, no new batch"
    assert len(heads_in(sealing.config["SETTINGS"].instance)) == 3


def test_the_key_is_a_file_that_only_the_server_may_read(sealing: Flask) -> None:
    three_batches()
    keys = sealing.config["SETTINGS"].keys
    assert (keys.stat().st_mode & 0o777, key_file(keys, KEY).stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_lost_key_is_not_replaced_in_silence(sealing: Flask) -> None:
    three_batches()
    key_file(sealing.config["SETTINGS"].keys, KEY).unlink()
    happened(1)
    with pytest.raises(KeyMissingError):
        seal_trail()


CASES = {
    "content": (
        "UPDATE audit_event SET actor_kind = 'me' WHERE seal_number = 2 AND position = 2",
        ProblemKind.CHANGED,
        2,
    ),
    "moment": (
        "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE seal_number = 2 AND position = 1",
        ProblemKind.CHANGED,
        1,
    ),
    "details": (
        "UPDATE audit_event SET details = '{\"changed\": 9}' WHERE seal_number = 2 AND position = 3",
        ProblemKind.DETAILS_CHANGED,
        3,
    ),
    "erased": (
        "UPDATE audit_event SET details = NULL, salt = NULL WHERE seal_number = 2 AND position = 3",
        ProblemKind.ERASED_WITHOUT_RECORD,
        3,
    ),
    "removed": ("DELETE FROM audit_event WHERE seal_number = 2 AND position = 2", ProblemKind.REMOVED, 2),
    "unsealed": (
        "UPDATE audit_event SET seal_number = NULL, position = NULL, code = NULL "
        "WHERE seal_number = 2 AND position = 1",
        ProblemKind.REMOVED,
        1,
    ),
    "added": (
        "INSERT INTO audit_event (at, actor_kind, event, details, salt, commitment, seal_number, position, code) "
        "SELECT at, actor_kind, event, details, salt, commitment, 2, 4, code FROM audit_event "
        "WHERE seal_number = 2 AND position = 3",
        ProblemKind.ADDED,
        4,
    ),
    "moved": (
        "UPDATE audit_event SET seal_number = 2, position = 4 WHERE seal_number = 3 AND position = 3",
        ProblemKind.ADDED,
        4,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_row_that_was_changed_added_or_removed_is_named(sealing: Flask, case: str) -> None:
    statement, kind, position = CASES[case]
    three_batches()
    tamper(statement)
    found = problems(sealing)
    assert (kind, 2, position) in {(problem.kind, problem.batch, problem.position) for problem in found}
    assert {problem.batch for problem in found} <= {2, 3}


def test_a_removed_event_is_named_even_where_its_seal_was_made_to_fit(sealing: Flask) -> None:
    three_batches()
    tamper(
        "DELETE FROM audit_event WHERE seal_number = 3 AND position = 3",
        "UPDATE audit_seal SET events = 2 WHERE number = 3",
    )
    assert problems(sealing) == [Problem(ProblemKind.REMOVED, 3, 3), Problem(ProblemKind.SEAL_CHANGED, 3)]


def test_whole_batches_that_were_cut_off_the_end_are_noticed_by_the_file_outside(sealing: Flask) -> None:
    three_batches()
    tamper("DELETE FROM audit_event WHERE seal_number > 1", "DELETE FROM audit_seal WHERE number > 1")
    assert problems(sealing) == [Problem(ProblemKind.CUT_OFF, 2), Problem(ProblemKind.CUT_OFF, 3)]


def test_a_batch_taken_out_of_the_middle_is_named(sealing: Flask) -> None:
    three_batches()
    tamper("DELETE FROM audit_event WHERE seal_number = 2", "DELETE FROM audit_seal WHERE number = 2")
    assert problems(sealing) == [Problem(ProblemKind.BATCH_REMOVED, 2)]


def test_a_batch_sealed_with_a_key_of_ones_own_is_noticed(sealing: Flask) -> None:
    three_batches()
    happened(1)
    in_transaction(lambda: seal_batch(b"x" * 32))
    assert problems(sealing) == [Problem(ProblemKind.OTHER_KEY, 4)]


def test_after_a_restored_backup_the_earlier_end_is_not_taken_for_a_cut(sealing: Flask) -> None:
    three_batches()
    tamper("DELETE FROM audit_event WHERE seal_number > 2", "DELETE FROM audit_seal WHERE number > 2")
    note_restored(sealing.config["SETTINGS"].instance, 2, utc_now())
    happened(1)
    seal_trail()
    assert problems(sealing) == []


def test_a_crash_while_the_head_is_written_spoils_no_other_line(sealing: Flask) -> None:
    three_batches()
    with (sealing.config["SETTINGS"].instance / HEAD_FILE).open("a") as file:
        file.write('{"batch": 4, "eve')
    happened(1)
    seal_trail()
    assert sorted(heads_in(sealing.config["SETTINGS"].instance)) == [1, 2, 3, 4]
    assert problems(sealing) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET event = 'x'",
        "UPDATE audit_event SET seal_number = NULL, position = NULL, code = NULL",
        "UPDATE audit_event SET details = '{}'",
        "UPDATE audit_event SET position = position + 10",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET events = 0",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(sealing: Flask, statement: str) -> None:
    three_batches()
    with pytest.raises(DBAPIError, match="append-only"):
        in_transaction(lambda: db.session.execute(text(statement)))
    assert problems(sealing) == []


def test_details_can_be_erased_and_the_trail_stays_whole(sealing: Flask, person: Callable[[str], Person]) -> None:
    in_transaction(lambda: record("person.edited", about=person("nancy"), details={"changed": "Nancy D."}))
    three_batches()
    assert in_transaction(lambda: erase_details(person("nancy"))) == 1
    assert in_transaction(lambda: erase_details(person("nancy"))) == 0
    seal_trail()
    assert problems(sealing) == []
    erased = db.session.scalars(select(AuditEvent).where(AuditEvent.about_kind == "Person")).one()
    assert (erased.details, erased.salt, erased.is_erased) == (None, None, True)


def test_events_of_transactions_that_overlap_are_all_sealed_once(sealing: Flask) -> None:
    def work() -> None:
        with sealing.app_context():
            for _round in range(5):
                happened(2)
                seal_trail()

    threads = [threading.Thread(target=work) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_trail()
    assert problems(sealing) == []
    sealed = select(func.count()).select_from(AuditEvent).where(AuditEvent.seal_number.is_not(None))
    assert db.session.scalar(sealed) == db.session.scalar(select(func.count()).select_from(AuditEvent))
    assert db.session.scalar(select(func.sum(AuditSeal.events))) == db.session.scalar(sealed)


def test_hostile_details_are_kept_as_one_plain_short_text(sealing: Flask) -> None:
    hostile = 'line\r\nnext \x1b[31m \x00 \ud800 "}' + "x" * 1_000_000
    content: dict[Any, Any] = {"changed": hostile, "on": utc_now().date(), 3: {"a", "b"}}
    in_transaction(lambda: record("person.edited", details=content))
    seal_trail()
    assert problems(sealing) == []
    kept = db.session.scalars(select(AuditEvent.details).order_by(AuditEvent.id.desc())).first()
    assert kept is not None
    assert len(kept["changed"]) == LONGEST_TEXT + 1
    assert kept["changed"].isprintable()
    assert kept["3"] == ["a", "b"]
