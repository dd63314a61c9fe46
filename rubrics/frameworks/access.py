"""Who may see and change a version of a framework."""

from people.permissions import Permission
from people.roles.models import Viewer
from rubrics.frameworks.models import Framework


def may_see_framework(viewer: Viewer, framework: Framework) -> bool:
    """Everyone reads what is published; a draft is seen by those who write it."""
    return framework.is_published or viewer.can(Permission.RUBRICS_EDIT)


def may_edit_framework(viewer: Viewer, framework: Framework) -> bool:
    """Only a draft can be written, by those who look after the rubrics."""
    return not framework.is_published and viewer.can(Permission.RUBRICS_EDIT)
