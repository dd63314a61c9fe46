"""Storing what a closed cycle comes to, once for every participant."""

import json
from typing import Any

from sqlalchemy import delete, insert, select

from people.audit.actions import record
from review.aggregation.version import FORMULA_VERSION
from review.cycles.models import Cycle, CycleState, Participant
from review.results.models import FormulaVersion, GradeOrigin, GradeStep, Result
from review.scoring.queries import ScoredCycle, result_numbers, scored_cycle
from web.database import db, new_public_id, utc_now

CHUNK = 1_000


def store_results(cycle: Cycle) -> int:
    """Compute and store all results of a closing cycle, again if asked again; returns how many."""
    assert cycle.state is CycleState.CLOSING, "results are stored while a cycle closes"
    version = formula_version()
    _forget_results(cycle)
    scored = scored_cycle(cycle)
    rows = [_row(scored, place, version.id) for place in range(len(scored.people))]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Result), rows[start : start + CHUNK])
    _store_first_grades(cycle)
    record("cycle.calculated", about=cycle, details={"results": len(rows), "formulas": version.number})
    return len(rows)


def formula_version() -> FormulaVersion:
    """The row of the present formulas, made when they are used for the first time."""
    known = db.session.scalar(select(FormulaVersion).where(FormulaVersion.number == FORMULA_VERSION))
    if known is None:
        known = FormulaVersion(number=FORMULA_VERSION)
        db.session.add(known)
        db.session.flush()
    return known


def _row(scored: ScoredCycle, place: int, version_id: int) -> dict[str, Any]:
    person = scored.people[place]
    numbers = result_numbers(person)
    # What is stored must survive JSON unchanged, or a recomputation would not compare equal.
    assert json.loads(json.dumps(numbers["dimensions"])) == numbers["dimensions"]
    return numbers | {
        "public_id": new_public_id(),
        "version": 1,
        "participant_id": person.participant.id,
        "formula_version_id": version_id,
        "grade": numbers["calculated_grade"],
        "comment": "",
        "computed_at": utc_now(),
    }


def _forget_results(cycle: Cycle) -> None:
    results = select(Result.id).join(Result.participant).where(Participant.cycle_id == cycle.id)
    db.session.execute(delete(GradeStep).where(GradeStep.result_id.in_(results)))
    db.session.execute(
        delete(Result).where(Result.participant_id.in_(select(Participant.id).where(Participant.cycle_id == cycle.id)))
    )


def _store_first_grades(cycle: Cycle) -> None:
    """Begin the history of each grade with the calculated one."""
    results = db.session.execute(
        select(Result.id, Result.calculated_grade).join(Result.participant).where(Participant.cycle_id == cycle.id)
    ).all()
    rows = [
        {
            "result_id": result_id,
            "number": 1,
            "grade": grade,
            "origin": GradeOrigin.CALCULATION,
            "reason": "",
            "decided_at": utc_now(),
        }
        for result_id, grade in results
    ]
    if rows:
        db.session.execute(insert(GradeStep), rows)
