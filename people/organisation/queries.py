"""Who sits where on a day, and who reports to whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from people.organisation.models import Employment, Person, Position, Unit
from web.database import db
from web.texts import unique_key

MOST_LEVELS = 50


def is_valid_on(on: date) -> ColumnElement[bool]:
    """The condition that an employment holds on a day."""
    return and_(Employment.starts_on <= on, or_(Employment.ends_on.is_(None), Employment.ends_on >= on))


def employments_on(on: date) -> Select[Employment]:
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


def is_main_on(on: date) -> ColumnElement[bool]:
    """The condition that an employment is its person's main one on a day: largest share, then earliest, then first."""
    other = aliased(Employment)
    same_share = other.share == Employment.share
    comes_first = or_(
        other.share > Employment.share,
        and_(same_share, other.starts_on < Employment.starts_on),
        and_(same_share, other.starts_on == Employment.starts_on, other.id < Employment.id),
    )
    precedes = exists().where(
        other.person_id == Employment.person_id,
        other.starts_on <= on,
        or_(other.ends_on.is_(None), other.ends_on >= on),
        comes_first,
    )
    return and_(is_valid_on(on), ~precedes.correlate(Employment))


def history_of(person_id: int) -> list[Employment]:
    """All posts of a person, the latest first, with everything that is shown of them."""
    statement = (
        select(Employment)
        .where(Employment.person_id == person_id)
        .options(
            joinedload(Employment.unit),
            joinedload(Employment.position),
            joinedload(Employment.manager),
            joinedload(Employment.dotted_manager),
        )
        .order_by(Employment.starts_on.desc(), Employment.share.desc(), Employment.id.desc())
    )
    return list(db.session.scalars(statement))


def posts_before(employment: Employment) -> list[Employment]:
    """The posts of the same person that end the day before this one begins."""
    return list(
        db.session.scalars(
            select(Employment).where(
                Employment.person_id == employment.person_id,
                Employment.ends_on == employment.starts_on - timedelta(days=1),
            )
        )
    )


def posts_under(manager_id: int) -> list[Employment]:
    """All posts, at any time, that have this person as solid or dotted manager."""
    return list(
        db.session.scalars(
            select(Employment)
            .where(or_(Employment.manager_id == manager_id, Employment.dotted_manager_id == manager_id))
            .order_by(Employment.id)
        )
    )


def reports_of(manager_id: int, on: date) -> Select[int]:
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


def direct_reports_of(manager_id: int, on: date) -> Select[int]:
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


def managers_above(person_id: int, on: date) -> list[Person]:
    """The managers above a person by main posts on a day, the nearest first."""
    line = (
        select(Employment.manager_id.label("manager_id"), literal(1).label("step"))
        .where(Employment.person_id == person_id, is_main_on(on))
        .cte("managers", recursive=True)
    )
    line = line.union_all(
        select(Employment.manager_id, line.c.step + 1)
        .join(line, Employment.person_id == line.c.manager_id)
        .where(is_main_on(on), line.c.step < MOST_LEVELS)
    )
    statement = select(Person).join(line, line.c.manager_id == Person.id).order_by(line.c.step)
    return list(db.session.scalars(statement))


def units_below(unit_id: int) -> Select[int]:
    """The ids of a unit and all units under it."""
    tree = select(Unit.id).where(Unit.id == unit_id).cte("unit_tree", recursive=True)
    child = aliased(Unit)
    tree = tree.union(select(child.id).where(child.parent_id == tree.c.id))
    return select(tree.c.id)


def all_units() -> list[Unit]:
    """All units by code."""
    return list(db.session.scalars(select(Unit).order_by(Unit.code)))


def all_positions() -> list[Position]:
    """All positions, by job level and code."""
    return list(db.session.scalars(select(Position).order_by(Position.job_level, Position.code)))


@dataclass(frozen=True)
class UnitRow:
    """A unit as a tree shows it: how deep it lies below the top."""

    unit: Unit
    depth: int


def units_as_tree(units: Sequence[Unit]) -> list[UnitRow]:
    """The units from the top down, each followed by those below it."""
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    rows: list[UnitRow] = []
    waiting = [UnitRow(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        row = waiting.pop()
        rows.append(row)
        waiting.extend(UnitRow(unit, row.depth + 1) for unit in reversed(below.get(row.unit.id, [])))
    return rows


def person_with_public_id(public_id: str) -> Person | None:
    """The person with an address."""
    return db.session.scalar(select(Person).where(Person.public_id == public_id))


def people_called(text: str) -> list[Person]:
    """The people whom a text can mean: the one with that employee number or e-mail address, else all of that name."""
    key = unique_key(text)
    exact = select(Person).where(or_(Person.employee_number_key == key, Person.email_key == key))
    found = list(db.session.scalars(exact.order_by(Person.id).limit(2)))
    if found:
        return found
    return list(db.session.scalars(select(Person).where(Person.name == text).order_by(Person.id).limit(6)))


@dataclass(frozen=True)
class Line:
    """A solid line from a person up to a manager, from a day on (to a day)."""

    person_id: int
    manager_id: int
    starts_on: date
    ends_on: date | None

    def is_valid(self, on: date) -> bool:
        """Whether the line holds on that day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True)
class Loop:
    """People who report to each other in a circle from a day on."""

    person_ids: tuple[int, ...]
    on: date


def lines_above(person_ids: Iterable[int]) -> list[Line]:
    """All solid lines, at any time, of these people and of everyone above them."""
    ids = list(person_ids)
    columns = (Employment.person_id, Employment.manager_id, Employment.starts_on, Employment.ends_on)
    above = (
        select(*columns)
        .where(Employment.person_id.in_(ids), Employment.manager_id.is_not(None))
        .cte("above", recursive=True)
    )
    further = aliased(Employment)
    above = above.union(
        select(further.person_id, further.manager_id, further.starts_on, further.ends_on).where(
            further.person_id == above.c.manager_id, further.manager_id.is_not(None)
        )
    )
    return [Line(*row) for row in db.session.execute(select(above))]


def loop_in(lines: Iterable[Line]) -> Loop | None:
    """A circle among the lines on any day, with its first day, or None.

    A circle that holds on some day holds on the day on which the last of its lines begins; so only those days are
    looked at, and only the lines that could be in a circle at all.
    """
    core = _in_circles(list(lines))
    for on in sorted({line.starts_on for line in core}):
        circle = _in_circles([line for line in core if line.is_valid(on)])
        if circle:
            return Loop(_one_circle(circle), on)
    return None


def _in_circles(lines: list[Line]) -> list[Line]:
    """The lines left when those whose manager reports to nobody are taken away, again and again."""
    while True:
        with_manager = {line.person_id for line in lines}
        kept = [line for line in lines if line.manager_id in with_manager]
        if len(kept) == len(lines):
            return kept
        lines = kept


def _one_circle(lines: list[Line]) -> tuple[int, ...]:
    up = {line.person_id: line.manager_id for line in lines}
    step = lines[0].person_id
    seen: list[int] = []
    while step not in seen:
        seen.append(step)
        step = up[step]
    return tuple(seen[seen.index(step) :])
