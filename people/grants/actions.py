"""Granting and ending roles; whoever is concerned signs in anew."""

from datetime import date, timedelta

from sqlalchemy import or_, select

from people.accounts.actions import end_sessions_of_person
from people.audit.actions import record
from people.grants.errors import (
    GrantEndedError,
    GrantExistsError,
    GrantPeriodError,
    NoUnitError,
    OwnGrantError,
    UnitNeededError,
)
from people.organisation.models import Person
from people.permissions import SCOPED_ROLES, Role
from people.roles.models import RoleGrant
from web.database import db


def grant_role(
    person: Person, role: Role, unit_id: int | None, starts_on: date, ends_on: date | None, *, granted_by: int | None
) -> RoleGrant:
    """Give someone a role over a unit or over everything; ``granted_by`` is the person who does it."""
    if person.id == granted_by:
        raise OwnGrantError
    if role in SCOPED_ROLES and unit_id is None:
        raise UnitNeededError
    if role not in SCOPED_ROLES and unit_id is not None:
        raise NoUnitError
    _require_period(person, starts_on, ends_on)
    _require_new(person, role, unit_id, starts_on, ends_on)
    grant = RoleGrant(person_id=person.id, role=role, unit_id=unit_id, starts_on=starts_on, ends_on=ends_on)
    db.session.add(grant)
    db.session.flush()
    end_sessions_of_person(person.id)
    record(
        "role.granted", about=person, details={"role": role.value, "unit_id": unit_id, "from": starts_on.isoformat()}
    )
    return grant


def end_grant(grant: RoleGrant, today: date, *, ended_by: int | None) -> RoleGrant | None:
    """Take a role away at once: yesterday was its last day; one that had not begun or began today goes entirely."""
    if grant.person_id == ended_by:
        raise OwnGrantError
    if grant.ends_on is not None and grant.ends_on < today:
        raise GrantEndedError
    details = {"role": grant.role.value, "unit_id": grant.unit_id, "from": grant.starts_on.isoformat()}
    record("role.ended", about=grant.person, details=details)
    end_sessions_of_person(grant.person_id)
    if grant.starts_on >= today:
        db.session.delete(grant)
        return None
    grant.ends_on = today - timedelta(days=1)
    return grant


def _require_period(person: Person, starts_on: date, ends_on: date | None) -> None:
    backwards = ends_on is not None and ends_on < starts_on
    too_late = person.left_on is not None and (ends_on is None or ends_on > person.left_on)
    if backwards or too_late:
        raise GrantPeriodError(name=person.name)


def _require_new(person: Person, role: Role, unit_id: int | None, starts_on: date, ends_on: date | None) -> None:
    # Whoever grants to the same person at the same time waits here, so that both see what the other did.
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    same = select(RoleGrant.id).where(
        RoleGrant.person_id == person.id,
        RoleGrant.role == role,
        RoleGrant.unit_id == unit_id if unit_id is not None else RoleGrant.unit_id.is_(None),
        or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= starts_on),
    )
    if ends_on is not None:
        same = same.where(RoleGrant.starts_on <= ends_on)
    if db.session.scalar(same.limit(1)) is not None:
        raise GrantExistsError(name=person.name)
