"""Grants as the list shows them."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from people.organisation.models import Person, Unit
from people.roles.models import RoleGrant
from web.database import db


def grants_with_people() -> Select[RoleGrant, Person, Unit]:
    """All grants with who holds them and over which unit."""
    return (
        select(RoleGrant, Person, Unit)
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
    )


def validity_on(on: date) -> dict[str, ColumnElement[bool]]:
    """The conditions of holding today, later and no longer, by name."""
    ended = and_(RoleGrant.ends_on.is_not(None), RoleGrant.ends_on < on)
    begun = RoleGrant.starts_on <= on
    return {
        "now": and_(begun, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= on)),
        "later": RoleGrant.starts_on > on,
        "ended": ended,
    }


def grant_with_public_id(public_id: str) -> RoleGrant | None:
    """The grant with an address, with its person and unit."""
    return db.session.scalar(
        select(RoleGrant)
        .where(RoleGrant.public_id == public_id)
        .options(joinedload(RoleGrant.person), joinedload(RoleGrant.unit))
    )
