"""Adding and changing units and positions."""

from collections.abc import Mapping

from sqlalchemy import select

from people.audit.actions import record
from people.organisation.actions import lock_reporting_lines
from people.organisation.errors import CodeNotUsableError, CodeTakenError, UnitLoopError
from people.organisation.models import Position, Unit
from people.organisation.queries import units_below
from web.database import db
from web.language import localized
from web.texts import identifier, unique_key


def add_unit(code: str, name: Mapping[str, str], parent_id: int | None) -> Unit:
    """Add a unit below another, or at the top."""
    lock_reporting_lines()
    unit = Unit(code=usable_code(code), name=dict(name), parent_id=parent_id)
    _refuse_taken(Unit, unit)
    db.session.add(unit)
    db.session.flush()
    record("unit.added", about=unit, details={"code": unit.code})
    return unit


def edit_unit(unit: Unit, code: str, name: Mapping[str, str], parent_id: int | None) -> Unit:
    """Rename a unit or move it with all below it; it cannot move below itself."""
    lock_reporting_lines()
    before = {"code": unit.code, "parent_id": unit.parent_id}
    unit.code, unit.name = usable_code(code), dict(name)
    _refuse_taken(Unit, unit)
    if parent_id is not None and parent_id in set(db.session.scalars(units_below(unit.id))):
        raise UnitLoopError(unit=localized(db.session.get_one(Unit, parent_id).name))
    unit.parent_id = parent_id
    db.session.flush()
    db.session.expire(unit, ["parent"])
    record("unit.edited", about=unit, details={"before": before, "code": unit.code, "parent_id": parent_id})
    return unit


def add_position(code: str, title: Mapping[str, str], job_level: int) -> Position:
    """Add a kind of post."""
    lock_reporting_lines()
    position = Position(code=usable_code(code), title=dict(title), job_level=job_level)
    _refuse_taken(Position, position)
    db.session.add(position)
    db.session.flush()
    record("position.added", about=position, details={"code": position.code, "job_level": job_level})
    return position


def edit_position(position: Position, code: str, title: Mapping[str, str], job_level: int) -> Position:
    """Rename a position or put it at another job level; who holds it keeps it."""
    lock_reporting_lines()
    before = {"code": position.code, "job_level": position.job_level}
    position.code, position.title, position.job_level = usable_code(code), dict(title), job_level
    _refuse_taken(Position, position)
    db.session.flush()
    record("position.edited", about=position, details={"before": before, "code": position.code, "job_level": job_level})
    return position


def usable_code(code: str) -> str:
    """A code as it is stored: nothing invisible in it, but something visible."""
    shown = identifier(code)
    if not unique_key(shown):
        raise CodeNotUsableError
    return shown


def _refuse_taken(kind: type[Unit] | type[Position], row: Unit | Position) -> None:
    with db.session.no_autoflush:
        taken = db.session.scalar(select(kind.id).where(kind.code_key == row.code_key, kind.id != (row.id or 0)))
    if taken is not None:
        raise CodeTakenError(code=row.code)
