"""Who may see a result, and when; who may list, grade and sign is said beside the cycles."""

from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope
from review.cycles.access import may_see_participant
from review.cycles.models import CycleState, Participant, ParticipantState

CALCULATED = frozenset({CycleState.CLOSED, CycleState.CONFIRMED, CycleState.RELEASED})
SHOWN_TO_SUBJECT = frozenset({ParticipantState.RELEASED, ParticipantState.SIGNED})


def may_see_result(viewer: Viewer, participant: Participant) -> bool:
    """The subject from the release on; managers, HR and auditors from the close on, each of their own people."""
    if not participant.is_graded or participant.cycle.state not in CALCULATED:
        return False
    if participant.person_id == viewer.person_id:
        return participant.state in SHOWN_TO_SUBJECT
    return may_see_participant(viewer, participant)


def may_follow_up(viewer: Viewer, participant: Participant) -> bool:
    """Who follows what comes of a result: the person, their managers then and now, HR of that person, and auditors."""
    if viewer.person_id in {participant.person_id, participant.manager_id, participant.second_line_id}:
        return True
    return is_person_in_scope(viewer, Permission.PLAN_READ, participant.person_id)


def may_list_results(viewer: Viewer) -> bool:
    """Those who look after several people: HR, HR partners, auditors and managers."""
    return viewer.can(Permission.PROGRESS_READ) or viewer.has_reports
