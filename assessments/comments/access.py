"""Who may withhold a comment: HR, and nobody one about themselves."""

from assessments.closing.models import StoredComment
from people.permissions import Permission
from people.roles.models import Viewer


def may_withhold(viewer: Viewer, comment: StoredComment) -> bool:
    """Whether the viewer may decide that this comment is not shown, or is shown again."""
    return viewer.can(Permission.SURVEY_PLAN) and comment.subject.person_id != viewer.person_id
