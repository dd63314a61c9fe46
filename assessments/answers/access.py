"""What a rater may do with a request."""

from datetime import datetime

from assessments.surveys.models import RatingRequest, RequestState
from people.roles.models import Viewer


def may_answer(viewer: Viewer, request: RatingRequest) -> bool:
    """Only the invited rater sees a request; for everybody else it does not exist."""
    return request.rater_id == viewer.person_id


def may_change(request: RatingRequest, now: datetime) -> bool:
    """Whether answers are taken now."""
    return request.subject.survey.is_collecting(now)


def may_decline(request: RatingRequest, now: datetime) -> bool:
    """Whether the rater can still say that they cannot rate."""
    return may_change(request, now) and request.state not in {RequestState.SUBMITTED, RequestState.DECLINED}
