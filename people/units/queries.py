"""Units and positions by their address, and how many people they have."""

from datetime import date

from sqlalchemy import Select, distinct, func, select

from people.organisation.models import Employment, Position, Unit
from people.organisation.queries import is_valid_on
from web.database import db


def unit_with_public_id(public_id: str) -> Unit | None:
    """The unit with an address."""
    return db.session.scalar(select(Unit).where(Unit.public_id == public_id))


def position_with_public_id(public_id: str) -> Position | None:
    """The position with an address."""
    return db.session.scalar(select(Position).where(Position.public_id == public_id))


def people_by_unit(on: date) -> dict[int, int]:
    """How many people sit in each unit itself on a day."""
    counted = select(Employment.unit_id, func.count(distinct(Employment.person_id)).label("people"))
    counted = counted.where(is_valid_on(on))
    rows = db.session.execute(counted.group_by(Employment.unit_id))
    return {row.unit_id: row.people for row in rows}


def positions_with_people(on: date) -> Select[Position, int]:
    """All positions with how many people hold each on a day."""
    held = (
        select(Employment.position_id, func.count(distinct(Employment.person_id)).label("people"))
        .where(is_valid_on(on))
        .group_by(Employment.position_id)
        .subquery()
    )
    return select(Position, func.coalesce(held.c.people, 0).label("people")).outerjoin(
        held, held.c.position_id == Position.id
    )
