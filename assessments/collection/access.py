"""Who follows a collection, and who sees names there: only those who remind."""

from datetime import datetime

from assessments.surveys.models import Survey, SurveyState
from people.permissions import Permission, Role
from people.roles.models import Viewer


def may_follow(viewer: Viewer, survey: Survey) -> bool:
    """Whether the viewer sees how far a survey is, in numbers."""
    return viewer.can(Permission.PROGRESS_READ) and survey.state in {SurveyState.OPEN, SurveyState.CLOSING}


def may_see_raters(viewer: Viewer) -> bool:
    """Whether the viewer sees who has answered: HR and HR partners, because they remind."""
    return viewer.holds(Role.HR) or viewer.holds(Role.HR_PARTNER)


def may_remind(viewer: Viewer, survey: Survey, now: datetime) -> bool:
    """Whether the viewer may send reminders now."""
    return may_see_raters(viewer) and survey.is_collecting(now)
