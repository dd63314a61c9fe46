"""The rows of the authorization matrix for the comments of closed surveys: HR alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from assessments.closing.actions import begin_close
from assessments.closing.jobs import finish_close
from assessments.closing.models import StoredComment
from assessments.surveys.models import Question, Survey
from assessments.surveys.queries import subjects_of
from tests.assessments.answers.rows import someone
from tests.assessments.survey_cases import opened
from tests.matrix import Row, only
from web.database import db
from web.transactions import in_transaction

HR = only("hr")


def closed_comment() -> StoredComment:
    """A comment about steven in a survey that has been closed; made once."""
    found = db.session.scalars(select(StoredComment)).first()
    if found is not None:
        return found
    survey = opened(someone)
    in_transaction(lambda: begin_close(survey, early=True))
    finish_close(survey.id)
    subject = subjects_of(survey)[0]

    def write() -> StoredComment:
        comment = StoredComment(
            public_id="2222222222222222", subject_id=subject.id, question=Question.KEEP, text="Listens."
        )
        db.session.add(comment)
        return comment

    return in_transaction(write)


def comment() -> Mapping[str, Any]:
    return {"comment_id": closed_comment().public_id}


def survey() -> Mapping[str, Any]:
    closed_comment()
    return {"survey_id": db.session.scalars(select(Survey.public_id).where(Survey.closed_at.is_not(None))).one()}


ROWS = {
    "comments.all_surveys": Row(HR),
    "comments.of_survey": Row(HR, survey),
    "comments.withhold": Row(HR, comment),
    "comments.show": Row(HR, comment),
}
