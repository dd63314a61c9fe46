"""Who decides whether a KPI is left out."""

from assessments.scorecards.access import may_edit
from assessments.scorecards.models import ScorecardLine
from people.roles.models import Viewer


def may_decide(viewer: Viewer, line: ScorecardLine) -> bool:
    """Who may edit the scorecard, but not on their own request."""
    return line.is_waiting and line.status_asked_by_id != viewer.person_id and may_edit(viewer, line.scorecard)
