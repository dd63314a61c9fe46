"""What a person may do today, and whom they may see while doing it."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import joinedload

from people.organisation.models import Employment, Person
from people.organisation.queries import is_valid_on, reports_of, units_below
from people.permissions import PERMISSIONS_OF, Permission, Role
from people.roles.models import RoleGrant, Viewer
from web.database import db


def grants_of(person_id: int, on: date) -> list[RoleGrant]:
    """The roles granted to a person that hold on a day."""
    statement = select(RoleGrant).where(
        RoleGrant.person_id == person_id,
        RoleGrant.starts_on <= on,
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= on),
    )
    return list(db.session.scalars(statement))


def all_grants_of(person_id: int) -> list[RoleGrant]:
    """All roles ever granted to a person, the latest first."""
    statement = (
        select(RoleGrant)
        .where(RoleGrant.person_id == person_id)
        .options(joinedload(RoleGrant.unit))
        .order_by(RoleGrant.starts_on.desc(), RoleGrant.id.desc())
    )
    return list(db.session.scalars(statement))


def has_reports(person_id: int, on: date) -> bool:
    """Whether anyone reports to this person on a day, by a solid line."""
    return bool(db.session.scalar(select(exists().where(Employment.manager_id == person_id, is_valid_on(on)))))


def scope(
    viewer: Viewer,
    permission: Permission,
    statement: Select[*tuple[Any, ...]],
    person_id: ColumnElement[int] | Any,
) -> Select[Any]:
    """The statement limited to rows of people whom the viewer may see under a permission.

    Whoever holds the permission by a role over everything sees all; by a role over a unit, those who sit in it or
    below today; as a manager, everyone below by solid lines; as an employee, themselves. Several of these add up;
    none leaves an empty list.
    """
    limited: Select[Any] = statement.where(is_in_scope(viewer, permission, person_id))
    return limited


def is_in_scope(viewer: Viewer, permission: Permission, person_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """The condition of scope(), for statements that need it in another place."""
    conditions: list[ColumnElement[bool]] = []
    for grant in viewer.grants:
        if permission not in PERMISSIONS_OF[grant.role]:
            continue
        if grant.unit_id is None:
            return true()
        conditions.append(
            person_id.in_(
                select(Employment.person_id).where(
                    Employment.unit_id.in_(units_below(grant.unit_id)), is_valid_on(viewer.today)
                )
            )
        )
    if viewer.has_reports and permission in PERMISSIONS_OF[Role.MANAGER]:
        conditions.append(person_id.in_(reports_of(viewer.person_id, viewer.today)))
    if permission in PERMISSIONS_OF[Role.EMPLOYEE] or permission is Permission.PEOPLE_READ:
        conditions.append(person_id == viewer.person_id)
    return or_(*conditions) if conditions else false()


def is_person_in_scope(viewer: Viewer, permission: Permission, person_id: int) -> bool:
    """Whether one person is among those whom the viewer may see under a permission."""
    statement = scope(viewer, permission, select(Person.id).where(Person.id == person_id), Person.id)
    return db.session.scalar(statement) is not None
