"""Results of a cycle and of one participant, with every value their grades have had."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from review.cycles.models import Cycle, Participant
from review.results.models import GradeStep, Result, ResultSeal, Signature
from web.database import db


def result_of(participant: Participant) -> Result | None:
    """What a participant's evidence came to, once the cycle is closed."""
    return db.session.scalar(
        select(Result)
        .where(Result.participant_id == participant.id)
        .options(joinedload(Result.participant).joinedload(Participant.scheme), joinedload(Result.formula_version))
    )


def results_of(cycle: Cycle) -> list[Result]:
    """All results of a cycle with their participants."""
    statement = (
        select(Result)
        .join(Result.participant)
        .where(Participant.cycle_id == cycle.id)
        .options(
            joinedload(Result.participant).joinedload(Participant.person),
            joinedload(Result.participant).joinedload(Participant.scheme),
            joinedload(Result.participant).joinedload(Participant.profile),
            joinedload(Result.formula_version),
        )
        .order_by(Result.id)
    )
    return list(db.session.scalars(statement))


def grade_steps_of(result: Result) -> list[GradeStep]:
    """Every value that a grade has had, the first one first."""
    statement = (
        select(GradeStep)
        .where(GradeStep.result_id == result.id)
        .options(joinedload(GradeStep.decided_by))
        .order_by(GradeStep.number)
    )
    return list(db.session.scalars(statement))


def signature_of(result: Result) -> Signature | None:
    """The subject's signature, once given."""
    return db.session.scalar(select(Signature).where(Signature.result_id == result.id))


def seals_of(result: Result) -> list[ResultSeal]:
    """The seals of a result, one a release."""
    return list(
        db.session.scalars(select(ResultSeal).where(ResultSeal.result_id == result.id).order_by(ResultSeal.release))
    )


def grade_counts(cycle: Cycle) -> Counter[str]:
    """How many results of a cycle stand at each grade now."""
    statement = (
        select(Result.grade).join(Result.participant).where(Participant.cycle_id == cycle.id, Result.grade.is_not(None))
    )
    return Counter(grade for grade in db.session.scalars(statement) if grade)
