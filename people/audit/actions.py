"""Recording what happened, in the same transaction as the thing itself."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from flask import has_request_context
from flask_login import current_user

from people.audit.models import AuditEvent
from web.database import db


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
    content = dict(details or {})
    row = AuditEvent(
        actor_id=actor_id if actor_id is not None else _actor_id(),
        actor_kind="person" if actor_id is not None or _actor_id() is not None else _actor_kind(),
        event=event,
        about_kind=None if about is None else type(about).__name__,
        about_id=None if about is None else str(getattr(about, "public_id", None) or about.id),
        details=content,
        salt=salt,
        commitment=commitment_of(content, salt),
    )
    db.session.add(row)
    return row


def commitment_of(details: Mapping[str, Any], salt: bytes) -> str:
    """A digest of an event's details that tells nothing without their salt."""
    text = json.dumps(details, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _actor_id() -> int | None:
    if not has_request_context():
        return None
    return getattr(current_user, "person_id", None)


def _actor_kind() -> str:
    return "visitor" if has_request_context() else "system"
