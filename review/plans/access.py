"""Who may read, edit and agree to a development plan."""

from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope
from review.cycles.models import Participant, ParticipantState
from review.plans.models import DevelopmentPlan, PlanState


def may_read_plan(viewer: Viewer, participant: Participant) -> bool:
    """The person, the managers of the snapshot and of today, and HR of that person."""
    if viewer.person_id in {participant.person_id, participant.manager_id, participant.second_line_id}:
        return True
    return is_person_in_scope(viewer, Permission.PLAN_EDIT, participant.person_id)


def may_edit_plan(viewer: Viewer, participant: Participant) -> bool:
    """The two whom the plan is between, once the result is released."""
    return may_draft_plan(viewer, participant) and not viewer.holds(Role.AUDITOR)


def may_draft_plan(viewer: Viewer, participant: Participant) -> bool:
    """A plan follows a released result."""
    is_party = viewer.person_id in {participant.person_id, participant.manager_id}
    return is_party and participant.state in {ParticipantState.RELEASED, ParticipantState.SIGNED}


def may_agree(viewer: Viewer, plan: DevelopmentPlan) -> bool:
    """Each of the two agrees once."""
    if plan.state is not PlanState.DRAFT:
        return False
    if viewer.person_id == plan.participant.person_id:
        return plan.agreed_by_subject_at is None
    return viewer.person_id == plan.participant.manager_id and plan.agreed_by_manager_at is None
