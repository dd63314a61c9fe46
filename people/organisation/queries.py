"""Who sits where on a day, and who reports to whom."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from people.organisation.models import Employment, Person, Unit
from web.database import db


def is_valid_on(on: date) -> ColumnElement[bool]:
    """The condition that an employment holds on a day."""
    return and_(Employment.starts_on <= on, or_(Employment.ends_on.is_(None), Employment.ends_on >= on))


def employments_on(on: date) -> Select[tuple[Employment]]:
    """All employments that hold on a day, with person, unit and position; several where a post is shared."""
    return (
        select(Employment)
        .where(is_valid_on(on))
        .options(joinedload(Employment.person), joinedload(Employment.unit), joinedload(Employment.position))
    )


def employment_of(person_id: int, on: date) -> Employment | None:
    """Where a person mainly sits on a day: the employment with the largest share."""
    statement = (
        select(Employment)
        .where(Employment.person_id == person_id, is_valid_on(on))
        .options(joinedload(Employment.unit), joinedload(Employment.position), joinedload(Employment.manager))
        .order_by(Employment.share.desc(), Employment.starts_on, Employment.id)
        .limit(1)
    )
    return db.session.scalar(statement)


def reports_of(manager_id: int, on: date) -> Select[tuple[int]]:
    """The ids of everyone below a manager by solid lines on a day, direct or indirect."""
    direct = select(Employment.person_id).where(Employment.manager_id == manager_id, is_valid_on(on))
    below = direct.cte("below", recursive=True)
    further = aliased(Employment)
    below = below.union(
        select(further.person_id).where(
            further.manager_id == below.c.person_id,
            further.starts_on <= on,
            or_(further.ends_on.is_(None), further.ends_on >= on),
        )
    )
    return select(below.c.person_id)


def direct_reports_of(manager_id: int, on: date) -> Select[tuple[int]]:
    """The ids of those who report straight to a manager on a day."""
    return select(Employment.person_id).where(Employment.manager_id == manager_id, is_valid_on(on))


def is_manager_of(manager_id: int, person_id: int, on: date) -> bool:
    """Whether one person is above the other by solid lines on a day, direct or indirect."""
    below = reports_of(manager_id, on).subquery()
    return bool(db.session.scalar(select(exists().where(below.c.person_id == person_id))))


def manager_of(person_id: int, on: date) -> Person | None:
    """The solid-line manager of a person's main employment on a day."""
    employment = employment_of(person_id, on)
    return employment.manager if employment else None


def units_below(unit_id: int) -> Select[tuple[int]]:
    """The ids of a unit and all units under it."""
    tree = select(Unit.id).where(Unit.id == unit_id).cte("unit_tree", recursive=True)
    child = aliased(Unit)
    tree = tree.union(select(child.id).where(child.parent_id == tree.c.id))
    return select(tree.c.id)
