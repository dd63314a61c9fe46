"""Tables of the audit trail: one row an event, one row a sealed batch of events."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.organisation.models import Person
from web.database import Base, utc_now


class AuditSeal(Base):
    """A batch of events under a keyed code that covers their content, their order and the batch before."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    events: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(default=utc_now)


class AuditEvent(Base):
    """Something that happened: who did what to what, when.

    ``details`` can be erased with its ``salt``: the seal covers only ``commitment``, the digest of both.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_about", "about_kind", "about_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(64), index=True)
    about_kind: Mapped[str | None] = mapped_column(String(64))
    about_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any] | None]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    commitment: Mapped[str] = mapped_column(String(64))
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.id"), index=True)
    position: Mapped[int | None]

    actor: Mapped[Person | None] = relationship()
