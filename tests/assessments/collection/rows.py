"""The rows of the authorization matrix for those who follow a collection."""

from collections.abc import Mapping
from typing import Any

from tests.assessments.answers.rows import open_request
from tests.matrix import Row, only

FOLLOWERS = only("hr", "partner", "auditor")


def survey() -> Mapping[str, Any]:
    return {"survey_id": open_request().subject.survey.public_id}


ROWS = {
    "collection.all_surveys": Row(FOLLOWERS),
    "collection.progress": Row(FOLLOWERS, survey),
    "collection.remind_raters": Row(only("hr", "partner"), survey),
}
