"""The trail as a list, and the names that its readers need."""

from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from people.accounts.models import Account
from people.audit.models import AuditEvent
from people.organisation.models import Person
from web.database import db


def trail() -> Select[AuditEvent]:
    """All events with who did them; only auditors get to see it, and they see everything."""
    return select(AuditEvent).outerjoin(AuditEvent.actor).options(joinedload(AuditEvent.actor))


def event_with(number: int) -> AuditEvent | None:
    """One event by its number."""
    return db.session.get(AuditEvent, number, options=[joinedload(AuditEvent.actor)])


def codes_in_trail() -> list[str]:
    """Which kinds of events have happened so far."""
    return list(db.session.scalars(select(AuditEvent.event).distinct().order_by(AuditEvent.event)))


def latest_events(most: int) -> list[AuditEvent]:
    """The latest events with who did them, newest first."""
    return list(db.session.scalars(trail().order_by(AuditEvent.id.desc()).limit(most)))


def names_of_people(public_ids: Collection[str]) -> dict[str, str]:
    """The names of the persons whom events are about, by the public id of the person or of the account."""
    persons = select(Person.public_id, Person.name).where(Person.public_id.in_(public_ids))
    accounts = select(Account.public_id, Person.name).join(Account.person).where(Account.public_id.in_(public_ids))
    return {row[0]: row[1] for row in db.session.execute(persons.union(accounts))}
