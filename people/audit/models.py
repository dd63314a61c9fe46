"""Tables of the audit trail: events, and the seals of batches of events; the database refuses to change them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.audit.seals import Sealable
from people.organisation.models import Person
from web.database import Base, utc_now


class AuditSeal(Base):
    """A batch of events under a keyed code that covers their content, their order and the batch before.

    ``events`` is how many events the batch has, ``key_name`` tells which key file made the codes.
    """

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    events: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))
    key_name: Mapped[str] = mapped_column(String(16))
    sealed_at: Mapped[datetime] = mapped_column(default=utc_now)


class AuditEvent(Base):
    """Something that happened: who did what to what, when.

    ``details`` can be erased with its ``salt``: the codes cover only ``commitment``, the digest of both.
    ``seal_number``, ``position`` and ``code`` are set once, when the event is sealed.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_about", "about_kind", "about_id"),
        UniqueConstraint("seal_number", "position"),
        CheckConstraint("(details IS NULL) = (salt IS NULL)", name="salted"),
        CheckConstraint(
            "(seal_number IS NULL) = (position IS NULL) AND (seal_number IS NULL) = (code IS NULL)", name="sealed_whole"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(64), index=True)
    about_kind: Mapped[str | None] = mapped_column(String(64))
    about_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    commitment: Mapped[str] = mapped_column(String(64))
    seal_number: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.number"))
    position: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(String(64))

    actor: Mapped[Person | None] = relationship()

    @property
    def sealable(self) -> Sealable:
        """What the code of this event covers."""
        about = self.about_kind, self.about_id
        return Sealable(self.id, self.at, self.actor_id, self.actor_kind, self.event, *about, self.commitment)

    @property
    def is_erased(self) -> bool:
        """Whether its details were erased."""
        return self.salt is None


REFUSAL = "the audit trail is append-only"
_KEPT = ("id", "at", "actor_id", "actor_kind", "event", "about_kind", "about_id", "commitment")
_SET_ONCE = ("seal_number", "position", "code")


def _changes(differs: str) -> str:
    """The condition that an update touches more than sealing an event or erasing its details may."""
    kept = [f"NEW.{name} {differs} OLD.{name}" for name in _KEPT]
    set_once = [f"(OLD.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in _SET_ONCE]
    details = [
        f"(NEW.salt IS NOT NULL AND NEW.salt {differs} OLD.salt)",
        f"(NEW.details IS NOT NULL AND CAST(NEW.details AS TEXT) {differs} CAST(OLD.details AS TEXT))",
    ]
    return " OR ".join([*kept, *set_once, *details])


SQLITE_TRIGGERS = (
    f"CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event WHEN {_changes('IS NOT')} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_seal_delete BEFORE DELETE ON audit_seal BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
_EXECUTE = "EXECUTE FUNCTION refuse_audit_change()"
POSTGRESQL_TRIGGERS = (
    "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event FOR EACH ROW "
    f"WHEN ({_changes('IS DISTINCT FROM')}) {_EXECUTE}",
    f"CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event FOR EACH ROW {_EXECUTE}",
    f"CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event {_EXECUTE}",
    f"CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal FOR EACH ROW {_EXECUTE}",
    f"CREATE TRIGGER audit_seal_delete BEFORE DELETE ON audit_seal FOR EACH ROW {_EXECUTE}",
    f"CREATE TRIGGER audit_seal_truncate BEFORE TRUNCATE ON audit_seal {_EXECUTE}",
)


@event.listens_for(AuditEvent.__table__, "after_create")
def _guard_with_triggers(_table: Table, connection: Connection, **_options: object) -> None:
    for trigger in SQLITE_TRIGGERS if connection.dialect.name == "sqlite" else POSTGRESQL_TRIGGERS:
        connection.exec_driver_sql(trigger)
