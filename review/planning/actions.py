"""Taking back a plan that nobody has seen but HR."""

from sqlalchemy import delete, select

from assessments.surveys.models import RatingRequest, Survey, SurveySubject
from people.audit.actions import record
from review.cycles.actions import hold
from review.cycles.models import Cycle, CycleState, Participant
from web.database import db


def discard_plan(cycle: Cycle) -> None:
    """Delete a draft with its participants and planned raters; what has been opened stays for good."""
    hold(cycle, CycleState.DRAFT)
    record("cycle.discarded", about=cycle, details={"name": dict(cycle.name)})
    survey_id, cycle_id = cycle.survey_id, cycle.id
    subjects = select(SurveySubject.id).where(SurveySubject.survey_id == survey_id)
    for table, condition in (
        (RatingRequest, RatingRequest.subject_id.in_(subjects)),
        (Participant, Participant.cycle_id == cycle_id),
        (SurveySubject, SurveySubject.survey_id == survey_id),
        (Cycle, Cycle.id == cycle_id),
        (Survey, Survey.id == survey_id),
    ):
        db.session.execute(delete(table).where(condition).execution_options(synchronize_session=False))
    db.session.expunge_all()
