"""Comments as the close kept them: shuffled, under random ids, of nobody unless somebody chose to be named."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from assessments.closing.models import StoredComment
from assessments.surveys.models import Question, Survey, SurveyState, SurveySubject
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from web.database import db


def comments_of(subject: SurveySubject, *, with_withheld: bool = False) -> dict[Question, list[StoredComment]]:
    """The comments of a person by question, in the order of their random ids; withheld ones for HR alone."""
    statement = (
        select(StoredComment)
        .where(StoredComment.subject_id == subject.id)
        .options(joinedload(StoredComment.author))
        .order_by(StoredComment.public_id)
    )
    if not with_withheld:
        statement = statement.where(StoredComment.withheld_reason.is_(None))
    rows = db.session.scalars(statement).all()
    return {question: [row for row in rows if row.question == question] for question in Question}


def comment_by_public_id(public_id: str) -> StoredComment | None:
    """One comment by the id in its address."""
    return db.session.scalar(
        select(StoredComment)
        .where(StoredComment.public_id == public_id)
        .options(joinedload(StoredComment.subject).joinedload(SurveySubject.person))
        .options(joinedload(StoredComment.subject).joinedload(SurveySubject.survey))
    )


def comments_in_survey(viewer: Viewer, survey: Survey) -> Select[Any]:
    """All comments of a closed survey about people whom the viewer may look after; those on oneself come later."""
    statement: Any = (
        select(StoredComment, Person)
        .join(SurveySubject, SurveySubject.id == StoredComment.subject_id)
        .join(Person, Person.id == SurveySubject.person_id)
        .where(SurveySubject.survey_id == survey.id, SurveySubject.person_id != viewer.person_id)
        .options(joinedload(StoredComment.author))
    )
    return scope(viewer, Permission.SURVEY_PLAN, statement, SurveySubject.person_id)


def closed_surveys() -> Select[Survey]:
    """Surveys whose comments can be read."""
    return select(Survey).where(Survey.state == SurveyState.CLOSED)
