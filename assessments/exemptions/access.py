"""Who may ask for a KPI to be left out, and who decides."""

from assessments.scorecards.access import may_edit
from assessments.scorecards.models import Scorecard, ScorecardLine, ScorecardState
from people.roles.models import Viewer


def may_ask(viewer: Viewer, card: Scorecard) -> bool:
    """The person and whoever may edit their scorecard, while it is agreed and not locked."""
    is_open = card.state is ScorecardState.AGREED
    return is_open and (card.person_id == viewer.person_id or may_edit(viewer, card))


def may_decide(viewer: Viewer, line: ScorecardLine) -> bool:
    """Who may edit the scorecard, but not on their own request."""
    return line.is_waiting and line.status_asked_by_id != viewer.person_id and may_edit(viewer, line.scorecard)
