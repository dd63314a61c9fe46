"""Recording what happened in the same transaction as the thing itself; sealing it afterwards; erasing details."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import has_request_context
from flask_login import current_user

from people.audit.models import AuditEvent, AuditSeal
from people.audit.queries import events_about, last_seal, unsealed_events
from people.audit.seals import code_of_batch, code_of_event, commitment_of, name_of_key
from web.database import db, utc_now
from web.transactions import one_at_a_time

LARGEST_BATCH = 500
LONGEST_TEXT = 1_000
CUT_MARK = "…"


def record(
    event: str,
    *,
    about: Any = None,
    details: Mapping[str, Any] | None = None,
    actor_id: int | None = None,
) -> AuditEvent:
    """Add one event to the trail: a name such as "cycle.opened", what it is about, and what a reader needs to know.

    Details hold no ratings, comments or pay. The actor is who is signed in; a command or job is named as such.
    """
    salt = secrets.token_bytes(16)
    content = _plain(details or {})
    acting = actor_id if actor_id is not None else _actor_id()
    row = AuditEvent(
        at=utc_now(),
        actor_id=acting,
        actor_kind="person" if acting is not None else _actor_kind(),
        event=event,
        about_kind=None if about is None else type(about).__name__,
        about_id=None if about is None else _id_of(about),
        details=content,
        salt=salt,
        commitment=commitment_of(content, salt),
    )
    db.session.add(row)
    return row


def seal_batch(key: bytes) -> AuditSeal | None:
    """Put the events that no batch has yet under the next seal; None when there are none.

    Which events belong to a batch is written into them, so that transactions which commit in another order than
    they began are never skipped. Sealers wait for each other.
    """
    one_at_a_time("audit-seal")
    events = unsealed_events(LARGEST_BATCH)
    if not events:
        return None
    previous = last_seal()
    number = previous.number + 1 if previous else 1
    sealed_at = utc_now()
    codes = [code_of_event(key, event.sealable, number, place) for place, event in enumerate(events, start=1)]
    code = code_of_batch(key, previous.code if previous else "", number, sealed_at, codes)
    seal = AuditSeal(number=number, events=len(events), code=code, key_name=name_of_key(key), sealed_at=sealed_at)
    db.session.add(seal)
    db.session.flush()
    for place, (event, event_code) in enumerate(zip(events, codes, strict=True), start=1):
        event.seal_number, event.position, event.code = number, place, event_code
    return seal


def erase_details(about: Any) -> int:
    """Erase what the trail tells in words about a thing or person; that something happened stays, and stays sealed."""
    return erase_details_of(events_about(type(about).__name__, _id_of(about)))


def erase_details_of(events: Sequence[AuditEvent]) -> int:
    """Erase details and salts of events, and record which; returns how many."""
    erasable = [event for event in events if not event.is_erased]
    for event in erasable:
        event.details = None
        event.salt = None
    if erasable:
        record("audit.details_erased", details={"events": [event.id for event in erasable], "count": len(erasable)})
    return len(erasable)


def _id_of(about: Any) -> str:
    if getattr(about, "public_id", None) is None and getattr(about, "id", None) is None:
        # A new row has its ids only once it is written.
        db.session.flush()
    return str(getattr(about, "public_id", None) or about.id)


def _plain(value: Any) -> Any:
    """The value as plain JSON that reads back equal: long texts cut with a mark, control characters shown as spaces."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    text = "".join(" " if ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF else letter for letter in str(value))
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + CUT_MARK


def _actor_id() -> int | None:
    if not has_request_context():
        return None
    return getattr(current_user, "person_id", None)


def _actor_kind() -> str:
    return "visitor" if has_request_context() else "system"
