"""Who may read, edit and agree to a development plan."""

from people.permissions import Role
from people.roles.models import Viewer
from review.cycles.models import Participant, ParticipantState
from review.plans.models import DevelopmentPlan, PlanState
from review.results.access import may_follow_up


def may_read_plan(viewer: Viewer, participant: Participant) -> bool:
    """Everyone who follows what comes of the result; only the two whom it is between write it."""
    return may_follow_up(viewer, participant)


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
