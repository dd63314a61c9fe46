"""Who may look at the evidence for calibration."""

from people.permissions import Permission, Role
from people.roles.models import Viewer


def may_see_calibration(viewer: Viewer) -> bool:
    """Those who run cycles, and auditors, who read everything that happened."""
    return viewer.can(Permission.CYCLE_RUN) or viewer.holds(Role.AUDITOR)
