"""Reading monthly actuals: what is there now, and how it came about."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from assessments.actuals.models import ActualsImport, MonthlyActual
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from web.database import db

Key = tuple[int, str, str]


def current_actuals(person_ids: Collection[int], measure_codes: Collection[str]) -> dict[Key, MonthlyActual]:
    """By person, measure code and month: the figure that stands now."""
    statement = select(MonthlyActual).where(
        one_of(MonthlyActual.person_id, person_ids),
        MonthlyActual.measure_code.in_(measure_codes),
        MonthlyActual.is_current,
    )
    return {(row.person_id, row.measure_code, row.month): row for row in db.session.scalars(statement)}


def history_of(person_id: int, measure_codes: Collection[str], months: Sequence[str]) -> list[MonthlyActual]:
    """All figures of a person that were ever replaced in these months, with their files, in order."""
    statement = (
        select(MonthlyActual)
        .where(
            MonthlyActual.person_id == person_id,
            MonthlyActual.measure_code.in_(measure_codes),
            MonthlyActual.month.between(months[0], months[-1]),
            ~MonthlyActual.is_current,
        )
        .options(joinedload(MonthlyActual.source))
        .order_by(MonthlyActual.measure_code, MonthlyActual.month, MonthlyActual.number)
    )
    return list(db.session.scalars(statement))


def import_by_public_id(public_id: str) -> ActualsImport | None:
    """One file of actuals by the id in its address."""
    return db.session.scalars(select(ActualsImport).where(ActualsImport.public_id == public_id)).one_or_none()


def visible_imports(viewer: Viewer) -> Select[tuple[ActualsImport]]:
    """The statement of all imported files, for whoever may import; a person's own uploads for anyone else."""
    statement = select(ActualsImport).options(joinedload(ActualsImport.uploaded_by))
    return scope(viewer, Permission.ACTUALS_IMPORT, statement, ActualsImport.uploaded_by_id)


def sources_of(import_ids: Collection[int]) -> dict[int, ActualsImport]:
    """The files behind figures, by their numbers."""
    statement = select(ActualsImport).where(one_of(ActualsImport.id, import_ids))
    return {source.id: source for source in db.session.scalars(statement)}


def one_of(column: InstrumentedAttribute[int], ids: Collection[int]) -> ColumnElement[bool]:
    """The condition that a number is among many, whatever their count."""
    # Written into the statement as numbers, because both databases limit the number of parameters.
    values = bindparam(None, list(ids), type_=Integer, expanding=True, literal_execute=True)
    return column.in_(values)
