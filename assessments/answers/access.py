"""What a rater may do with a request."""

from datetime import datetime

from assessments.surveys.models import RatingRequest, RequestState, SurveyState
from people.roles.models import Viewer
from rubrics.frameworks.models import RaterGroup


def may_answer(viewer: Viewer, request: RatingRequest) -> bool:
    """Only the invited rater sees a request; for everybody else it does not exist."""
    return request.rater_id == viewer.person_id


def may_change(request: RatingRequest, now: datetime) -> bool:
    """Whether answers are taken now."""
    return request.subject.survey.is_collecting(now)


def is_over(request: RatingRequest, now: datetime) -> bool:
    """Whether the time for answers has passed, or the survey was closed before its time."""
    survey = request.subject.survey
    return now >= survey.closes_at or survey.state in {SurveyState.CLOSING, SurveyState.CLOSED}


def may_decline(request: RatingRequest, now: datetime) -> bool:
    """Whether the rater can still say that they cannot rate; oneself one can always rate."""
    is_undecided = request.state not in {RequestState.SUBMITTED, RequestState.DECLINED}
    return may_change(request, now) and is_undecided and request.group is not RaterGroup.SELF
