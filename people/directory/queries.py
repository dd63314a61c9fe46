"""People as the list and their own page show them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from people.accounts.models import Account
from people.accounts.queries import account_of
from people.organisation.models import Employment, Person, Position, Unit
from people.organisation.queries import direct_reports_of, history_of, is_main_on, managers_above, units_below
from people.permissions import Permission
from people.roles.models import RoleGrant, Viewer
from people.roles.queries import all_grants_of, scope
from web.database import db

Manager = aliased(Person, name="manager")


def people_with_posts(on: date) -> Select[Person, Unit, Position, Person]:
    """Everyone with the main post of a day, if they have one then: person, unit, position, manager."""
    return (
        select(Person, Unit, Position, Manager)
        .select_from(Person)
        .outerjoin(Employment, and_(Employment.person_id == Person.id, is_main_on(on)))
        .outerjoin(Unit, Unit.id == Employment.unit_id)
        .outerjoin(Position, Position.id == Employment.position_id)
        .outerjoin(Manager, Manager.id == Employment.manager_id)
    )


def presence_on(on: date) -> dict[str, ColumnElement[bool]]:
    """The conditions of working here, coming and having left, by name."""
    has_left = and_(Person.left_on.is_not(None), Person.left_on < on)
    return {"working": and_(Person.hired_on <= on, ~has_left), "coming": Person.hired_on > on, "left": has_left}


def in_unit(code: str) -> dict[str, ColumnElement[bool]]:
    """The condition of sitting in a unit or below, by its code; none where there is no such unit."""
    unit_id = db.session.scalar(select(Unit.id).where(Unit.code == code))
    return {code: Unit.id.in_(units_below(unit_id))} if unit_id else {}


@dataclass(frozen=True)
class PersonPage:
    """Everything that a person's page can show; what the reader may not see is empty."""

    person: Person
    posts: list[Employment]
    managers: list[Person]
    reports: list[Person]
    visible_ids: frozenset[int]
    account: Account | None
    grants: list[RoleGrant]


def page_of(person: Person, viewer: Viewer) -> PersonPage:
    """A person's page as this viewer may see it."""
    managers = managers_above(person.id, viewer.today)
    reporting = direct_reports_of(person.id, viewer.today)
    reports = list(db.session.scalars(select(Person).where(Person.id.in_(reporting)).order_by(Person.sort_key)))
    linked = select(Person.id).where(Person.id.in_([other.id for other in (*managers, *reports)]))
    visible = db.session.scalars(scope(viewer, Permission.PEOPLE_READ, linked, Person.id))
    may_see_account = viewer.can(Permission.ACCOUNTS_OPERATE) or viewer.can(Permission.PEOPLE_EDIT)
    return PersonPage(
        person=person,
        posts=history_of(person.id),
        managers=managers,
        reports=reports,
        visible_ids=frozenset(visible),
        account=account_of(person.id) if may_see_account else None,
        grants=all_grants_of(person.id) if viewer.can(Permission.ROLES_GRANT) else [],
    )
