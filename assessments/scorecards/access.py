"""Who may see, write, agree and lock a scorecard."""

from assessments.scorecards.models import Scorecard, ScorecardState
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope


def may_read(viewer: Viewer, card: Scorecard) -> bool:
    """The person, their managers, HR, the unit's HR partner and auditors."""
    return is_person_in_scope(viewer, Permission.SCORECARD_READ, card.person_id)


def may_edit(viewer: Viewer, card: Scorecard) -> bool:
    """Managers and HR, never for themselves."""
    return card.person_id != viewer.person_id and is_person_in_scope(viewer, Permission.SCORECARD_EDIT, card.person_id)


def may_write(viewer: Viewer, card: Scorecard) -> bool:
    """Who may edit, while it is a draft."""
    return card.state is ScorecardState.DRAFT and may_edit(viewer, card)


def may_lock(viewer: Viewer, card: Scorecard) -> bool:
    """HR, never for themselves."""
    return card.person_id != viewer.person_id and is_person_in_scope(viewer, Permission.CYCLE_RUN, card.person_id)


def may_ask(viewer: Viewer, card: Scorecard) -> bool:
    """To leave a KPI out: the person and whoever may edit the scorecard, while it is agreed and not locked."""
    is_open = card.state is ScorecardState.AGREED
    return is_open and (card.person_id == viewer.person_id or may_edit(viewer, card))
