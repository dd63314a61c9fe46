"""Reading the KPI library: the current version of each measure."""

from collections.abc import Collection

from sqlalchemy import Select, func, select

from rubrics.measures.models import Measure
from web.database import db


def current_measures() -> Select[Measure]:
    """The statement that selects the newest version of every measure."""
    newest = select(Measure.code, func.max(Measure.number).label("number")).group_by(Measure.code).subquery()
    return select(Measure).join(newest, (Measure.code == newest.c.code) & (Measure.number == newest.c.number))


def measures() -> list[Measure]:
    """The library in its order, each measure in its newest version."""
    return list(db.session.scalars(current_measures().order_by(Measure.place, Measure.code)))


def measures_by_code(codes: Collection[str]) -> dict[str, Measure]:
    """Several measures by their codes, each in its newest version; unknown codes are left out."""
    rows = db.session.scalars(current_measures().where(Measure.code.in_(codes)))
    return {measure.code: measure for measure in rows}


def measure_by_code(code: str) -> Measure | None:
    """One measure in its newest version."""
    return measures_by_code([code]).get(code)


def measure_by_public_id(public_id: str) -> Measure | None:
    """One version of a measure by the id in its address."""
    return db.session.scalars(select(Measure).where(Measure.public_id == public_id)).first()


def versions_of_measure(code: str) -> list[Measure]:
    """All versions of a measure, the newest first."""
    return list(db.session.scalars(select(Measure).where(Measure.code == code).order_by(Measure.number.desc())))
