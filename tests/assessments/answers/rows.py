"""The rows of the authorization matrix for the pages of raters: whom nancy rates is nobody else's business."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from assessments.surveys.models import RatingRequest, Survey
from assessments.surveys.queries import requests_of
from people.accounts.models import Account
from people.organisation.models import Person
from tests.assessments.survey_cases import opened
from tests.matrix import SIGNED_IN, Row, only
from web.database import db, utc_now


def someone(key: str) -> Person:
    return db.session.scalars(select(Person).join(Account).where(Account.login_key == key)).one()


def open_request() -> RatingRequest:
    """What nancy is asked about steven; the survey is made once."""
    survey = db.session.scalars(select(Survey).where(Survey.closes_at > utc_now() + timedelta(days=1))).first()
    survey = survey or opened(someone)
    return db.session.scalars(requests_of(survey).where(RatingRequest.rater_id == someone("nancy").id)).one()


def part() -> Mapping[str, Any]:
    return {"request_id": open_request().public_id, "part": 1}


def request() -> Mapping[str, Any]:
    return {"request_id": open_request().public_id}


NANCY = only("nancy")
ROWS = {
    "answers.my_requests": Row(SIGNED_IN),
    "answers.start": Row(NANCY, request),
    "answers.questionnaire": Row(NANCY, part),
    "answers.autosave": Row(NANCY, part),
    "answers.review": Row(NANCY, request),
    "answers.decline_request": Row(NANCY, request),
    "answers.thanks": Row(NANCY, request),
}
