"""Grading, reviewing and signing a result; every value a grade has had is kept with its reason."""

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from people.audit.actions import record
from review.cycles.models import CycleState, Participant, ParticipantState
from review.results.errors import (
    CloseToCutError,
    GateCapsGradeError,
    KeyFigureMissingError,
    NoGradeYetError,
    ReasonMissingError,
    ResultStateError,
    UnknownGradeError,
)
from review.results.models import GradeOrigin, GradeStep, Result, Signature
from review.results.queries import grades_near, result_of
from web.database import db
from web.transactions import locked


def grade(participant: Participant, chosen: str, reason: str, comment: str, by_id: int) -> Result:
    """The manager's grade: the calculated one, or another with a reason; close to a cut every grade needs one."""
    result = _result_at(participant, ParticipantState.CALCULATED, ParticipantState.GRADED)
    if result.reason == "not_delivered":
        raise KeyFigureMissingError
    _set_grade(result, chosen, reason, GradeOrigin.MANAGER, by_id)
    result.comment = comment.strip()
    participant.state = ParticipantState.GRADED
    record("result.graded", about=participant, details={"differs": result.grade != result.calculated_grade})
    return result


def send_back(participant: Participant, reason: str, by_id: int) -> Result:
    """The second line asks the manager to think again."""
    result = _result_at(participant, ParticipantState.GRADED)
    if not reason.strip():
        raise ReasonMissingError
    _add_step(result, result.grade, GradeOrigin.SECOND_LINE, reason, by_id)
    participant.state = ParticipantState.CALCULATED
    record("result.sent_back", about=participant)
    return result


def review_grade(participant: Participant, chosen: str, reason: str, by_id: int) -> Result:
    """The second line's review: the manager's grade, or another with a reason; close to a cut both need one."""
    result = _result_at(participant, ParticipantState.GRADED)
    _set_grade(result, chosen, reason, GradeOrigin.SECOND_LINE, by_id)
    participant.state = ParticipantState.REVIEWED
    record("result.reviewed", about=participant, details={"differs": result.grade != result.calculated_grade})
    return result


def sign_result(participant: Participant, agrees: bool, note: str) -> Signature:
    """The subject acknowledges the released result, agreeing or not, with a note if they want."""
    result = _result_at(participant, ParticipantState.RELEASED)
    signature = Signature(result_id=result.id, agrees=agrees, note=note.strip())
    db.session.add(signature)
    participant.state = ParticipantState.SIGNED
    record("result.signed", about=participant)
    return signature


def _result_at(participant: Participant, *states: ParticipantState) -> Result:
    locked(participant)
    result = result_of(participant)
    graded_phase = participant.cycle.state is CycleState.CLOSED or ParticipantState.RELEASED in states
    if result is None or participant.state not in states or not graded_phase:
        raise ResultStateError
    return result


def _set_grade(result: Result, chosen: str, reason: str, origin: GradeOrigin, by_id: int) -> None:
    scheme = result.participant.scheme
    order = [band.grade for band in scheme.bands] if scheme is not None else []
    if chosen not in order:
        raise NoGradeYetError if not chosen else UnknownGradeError
    cap = scheme.gate_cap if scheme is not None and result.has_failed_gate else None
    if cap is not None and order.index(chosen) < order.index(cap):
        raise GateCapsGradeError(cap=cap)
    if chosen != result.grade and not reason.strip():
        raise ReasonMissingError
    if grades_near(result) and not reason.strip():
        raise CloseToCutError
    result.grade = chosen
    # A decision counts as a version also where the grade stays, so that two who decide at once notice each other.
    flag_modified(result, "grade")
    _add_step(result, chosen, origin, reason, by_id)


def _add_step(result: Result, chosen: str | None, origin: GradeOrigin, reason: str, by_id: int | None) -> None:
    last = db.session.scalar(select(func.max(GradeStep.number)).where(GradeStep.result_id == result.id)) or 0
    db.session.add(
        GradeStep(
            result_id=result.id,
            number=last + 1,
            grade=chosen,
            origin=origin,
            reason=reason.strip(),
            decided_by_id=by_id,
        )
    )
    db.session.flush()
