"""The one way to write: a whole action in one transaction, queued on SQLite, tried again on PostgreSQL."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from web.database import Base, db, is_writing
from web.errors import StaleEditError
from web.queues import FairLock

ATTEMPTS = 5
# serialization_failure and deadlock_detected: the database asks for the same work once more.
RETRYABLE_STATES = frozenset({"40001", "40P01"})
_writers = FairLock()
_afterwards: ContextVar[list[Callable[[], None]] | None] = ContextVar("_afterwards", default=None)
Result = TypeVar("Result")
Row = TypeVar("Row", bound=Base)


class WriteOutsideTransactionError(RuntimeError):
    """A developer's mistake: something was written outside in_transaction."""


def in_transaction(action: Callable[[], Result]) -> Result:
    """Run an action in a fresh writing transaction and commit it; nothing of it stays if it raises.

    What the request has read so far is forgotten first, so that the action decides on present rows. Must not be
    nested. Raises what the action raises; a lost race for a version becomes StaleEditError.
    """
    if is_writing.get():
        raise WriteOutsideTransactionError("in_transaction must not be called inside in_transaction")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _attempt(action)
        except OperationalError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in RETRYABLE_STATES:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def after_commit(callback: Callable[[], None]) -> None:
    """Call something once what the present action writes is on disk; never if the action fails.

    The callback must not raise: what was acknowledged by then cannot be taken back.
    """
    callbacks = _afterwards.get()
    if callbacks is None:
        raise WriteOutsideTransactionError("after_commit has a meaning only inside in_transaction")
    callbacks.append(callback)


def locked(row: Row) -> Row:
    """Read a row again as it stands now and keep all others from changing it until this transaction ends.

    What the action has changed so far is written first. Only the row itself is locked: PostgreSQL refuses to lock what
    is read along with it by an outer join.
    """
    db.session.flush()
    db.session.refresh(row, with_for_update={"of": type(row)})
    return row


def one_at_a_time(name: str) -> None:
    """Let no other transaction that asks for this name run beside ours; one writer at a time is so anyway."""
    if db.engine.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def _attempt(action: Callable[[], Result]) -> Result:
    callbacks: list[Callable[[], None]] = []
    db.session.rollback()
    with _turn_to_write():
        tokens = is_writing.set(True), _afterwards.set(callbacks)
        try:
            result = action()
            db.session.commit()
        except StaleDataError as error:
            raise StaleEditError from error
        finally:
            db.session.rollback()
            is_writing.reset(tokens[0])
            _afterwards.reset(tokens[1])
    for callback in callbacks:
        callback()
    return result


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Queue the writers of this process where the database has one write lock: waiting beats polling for it."""
    if db.engine.dialect.name != "sqlite":
        yield
        return
    with _writers:
        yield


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, _context: Any, _instances: Any) -> None:
    if not is_writing.get():
        session.expunge_all()
        raise WriteOutsideTransactionError("write through in_transaction or form.carried_out")
