"""Double clicks and retries have one effect: what a form did is remembered under the key it was sent with."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from web.database import Base, db, utc_now
from web.errors import RepeatedWithOtherContentError

KEPT_FOR = timedelta(days=2)


class SubmittedForm(Base):
    """One form that was carried out: who sent it, under which key, and what came of it."""

    __tablename__ = "submitted_form"
    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(200))
    submitted_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


def keyed_fingerprint(content: Any) -> str:
    """A digest of a form's content under the server's key, so that it cannot be guessed back from the table."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def earlier_outcome(owner: str, key: str, fingerprint: str) -> str | None:
    """What the same submit did before, if it did; raises when the same key came with other content."""
    earlier = db.session.scalar(select(SubmittedForm).where(SubmittedForm.owner == owner, SubmittedForm.key == key))
    if earlier is None:
        return None
    if not hmac.compare_digest(earlier.fingerprint, fingerprint):
        raise RepeatedWithOtherContentError
    return earlier.outcome


def remember_outcome(owner: str, key: str, fingerprint: str, outcome: str) -> None:
    """Keep what a submit did, in the same transaction."""
    db.session.add(SubmittedForm(owner=owner, key=key, fingerprint=fingerprint, outcome=outcome[:200]))
    db.session.flush()


def forget_old_submits() -> int:
    """Delete what no retry will ask for any more; returns how many."""
    result = db.session.execute(delete(SubmittedForm).where(SubmittedForm.submitted_at < utc_now() - KEPT_FOR))
    return int(getattr(result, "rowcount", 0))
