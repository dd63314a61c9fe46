"""What is done with the KPI library: add a version of a measure."""

from dataclasses import dataclass, replace

from sqlalchemy import func, select

from people.audit.actions import record
from rubrics.frameworks.queries import digest_of
from rubrics.measures.models import CurveBasis, Direction, Joining, Measure, MeasureUnit
from web.database import db


@dataclass(frozen=True)
class MeasureContent:
    """All that a version of a measure says."""

    code: str
    place: int
    area_code: str
    name: dict[str, str]
    definition: dict[str, str]
    source: dict[str, str]
    owner: dict[str, str]
    numerator: dict[str, str] | None
    denominator: dict[str, str] | None
    unit: MeasureUnit
    direction: Direction
    joining: Joining
    curve_basis: CurveBasis
    curve_threshold: float
    curve_target: float
    curve_cap: float


def add_measure(content: MeasureContent) -> Measure:
    """Put a measure into the library as its next version; a version never changes."""
    highest = db.session.scalar(select(func.max(Measure.number)).where(Measure.code == content.code))
    fields = {name: getattr(content, name) for name in MeasureContent.__dataclass_fields__}
    measure = Measure(number=(highest or 0) + 1, content_digest=digest_of(replace(content, place=0)), **fields)
    db.session.add(measure)
    db.session.flush()
    record("measure.added", about=measure, details={"code": measure.code, "number": measure.number})
    return measure
