"""What the database knows of people, units and positions, in the words of a file."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import aliased

from people.comparison.models import Known, Named, NamedState, PersonState, State
from people.organisation.models import Employment, Person, Position, Unit
from people.timelines.models import NamedPost, Stay
from web.database import db


def present_state() -> State:
    """Everything that a file can be compared with, read in four statements whatever its size."""
    return State(people=_people(), units=_units(), positions=_positions())


def _units() -> dict[str, NamedState]:
    parent = aliased(Unit)
    statement = select(Unit.id, Unit.version, Unit.code, Unit.code_key, Unit.name, parent.code.label("parent"))
    statement = statement.outerjoin(parent, parent.id == Unit.parent_id)
    return {
        row.code_key: NamedState(row.id, row.version, Named(row.code, texts(row.name), parent=row.parent or ""))
        for row in db.session.execute(statement)
    }


def _positions() -> dict[str, NamedState]:
    columns = (Position.id, Position.version, Position.code, Position.code_key, Position.title, Position.job_level)
    return {
        row.code_key: NamedState(row.id, row.version, Named(row.code, texts(row.title), job_level=row.job_level))
        for row in db.session.execute(select(*columns))
    }


def _people() -> dict[str, PersonState]:
    stays = _stays()
    columns = (
        Person.id,
        Person.version,
        Person.employee_number_key,
        Person.employee_number,
        Person.name,
        Person.email,
        Person.hired_on,
        Person.left_on,
    )
    return {
        row.employee_number_key: PersonState(
            row.id,
            row.version,
            Known(row.employee_number, row.name, row.email, row.hired_on, row.left_on),
            tuple(stays.get(row.id, ())),
        )
        for row in db.session.execute(select(*columns))
    }


def _stays() -> dict[int, list[tuple[int, int, Stay]]]:
    """All posts by person, with the number and version of their row."""
    manager, dotted = aliased(Person), aliased(Person)
    statement = (
        select(
            Employment.person_id,
            Employment.id,
            Employment.version,
            Unit.code_key,
            Position.code_key.label("position_key"),
            manager.employee_number_key.label("manager_key"),
            dotted.employee_number_key.label("dotted_key"),
            Employment.share,
            Employment.starts_on,
            Employment.ends_on,
        )
        .join(Unit, Unit.id == Employment.unit_id)
        .join(Position, Position.id == Employment.position_id)
        .outerjoin(manager, manager.id == Employment.manager_id)
        .outerjoin(dotted, dotted.id == Employment.dotted_manager_id)
        .order_by(Employment.starts_on, Employment.id)
    )
    stays: dict[int, list[tuple[int, int, Stay]]] = defaultdict(list)
    for row in db.session.execute(statement):
        post = NamedPost(row.code_key, row.position_key, row.manager_key or "", row.dotted_key or "", row.share)
        stays[row.person_id].append((row.id, row.version, Stay(post, row.starts_on, row.ends_on)))
    return stays


def texts(text: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """A text in data as a tuple that compares and sorts."""
    return tuple((language, text[language]) for language in ("zh", "en") if text.get(language))
