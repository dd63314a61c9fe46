"""Who may see and write schemes."""

from collections.abc import Collection

from people.permissions import Permission, Role
from people.roles.models import Viewer
from review.schemes.models import Scheme


def may_read(viewer: Viewer, scheme: Scheme, levels: Collection[int]) -> bool:
    """HR everything; auditors what is published; others what is published and reviews them or their reports."""
    if viewer.can(Permission.SCHEME_EDIT):
        return True
    concerns = viewer.holds(Role.AUDITOR) or any(scheme.covers(level) for level in levels)
    return scheme.is_published and concerns


def may_write(viewer: Viewer, scheme: Scheme) -> bool:
    """HR, while it is a draft."""
    return viewer.can(Permission.SCHEME_EDIT) and not scheme.is_published
