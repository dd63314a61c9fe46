"""Comments as the close kept them: shuffled, under random ids, of nobody unless somebody chose to be named."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from assessments.closing.models import StoredComment
from assessments.surveys.models import Question, SurveySubject
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
    return db.session.get(StoredComment, public_id)
