"""Storing what a closed cycle comes to, once for every participant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from people.audit.actions import record
from review.aggregation.version import FORMULA_VERSION
from review.cycles.models import Cycle, CycleState, Participant
from review.results.models import FormulaVersion, GradeOrigin, GradeStep, Result
from review.scoring.queries import ScoredCycle
from review.scoring.rows import NUMBERS, result_rows
from web.bulk import write_rows
from web.database import UtcDateTime, db, new_public_id, utc_now

COLUMNS = (
    "public_id", "version", "participant_id", "formula_version_id", "comment", "computed_at", *NUMBERS, "grade",
)  # fmt: skip


def store_results(scored: ScoredCycle) -> int:
    """Store all results of a closing cycle, again if asked again; returns how many."""
    cycle = scored.cycle
    assert cycle.state is CycleState.CLOSING, "results are stored while a cycle closes"
    version = formula_version()
    _forget_results(cycle)
    now = _as_stored(utc_now())
    grades: dict[int, str | None] = {}
    for block in result_rows(scored):
        # The first grade is the calculated one, the last of the numbers.
        rows = (
            (new_public_id(), 1, participant, version.id, "", now, *numbers, numbers[-1])
            for participant, numbers in block
        )
        write_rows(Result.__tablename__, COLUMNS, rows)
        grades.update((participant, numbers[-1]) for participant, numbers in block)
    _store_first_grades(cycle, grades)
    count = len(scored.participants)
    record("cycle.calculated", about=cycle, details={"results": count, "formulas": version.number})
    return count


def formula_version() -> FormulaVersion:
    """The row of the present formulas, made when they are used for the first time."""
    known = db.session.scalar(select(FormulaVersion).where(FormulaVersion.number == FORMULA_VERSION))
    if known is None:
        known = FormulaVersion(number=FORMULA_VERSION)
        db.session.add(known)
        db.session.flush()
    return known


def _as_stored(moment: datetime) -> Any:
    """A moment as the driver takes it, because rows in bulk pass by SQLAlchemy."""
    dialect = db.engine.dialect
    processor = UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
    return moment if processor is None else processor(moment)


def _forget_results(cycle: Cycle) -> None:
    results = select(Result.id).join(Result.participant).where(Participant.cycle_id == cycle.id)
    db.session.execute(delete(GradeStep).where(GradeStep.result_id.in_(results)))
    db.session.execute(
        delete(Result).where(Result.participant_id.in_(select(Participant.id).where(Participant.cycle_id == cycle.id)))
    )


def _store_first_grades(cycle: Cycle, grades: Mapping[int, str | None]) -> None:
    """Begin the history of each grade with the calculated one."""
    # Both columns are in one index, so that the long rows of the results are not read again.
    statement = (
        select(Result.id, Result.participant_id)
        .where(Result.participant_id.in_(select(Participant.id).where(Participant.cycle_id == cycle.id)))
        .order_by(Result.id)
    )
    now, origin = _as_stored(utc_now()), GradeOrigin.CALCULATION.value
    results = db.session.execute(statement).all()
    rows = ((result, 1, grades[participant], origin, "", now) for result, participant in results)
    write_rows(GradeStep.__tablename__, ("result_id", "number", "grade", "origin", "reason", "decided_at"), rows)
