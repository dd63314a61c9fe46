"""Who may read, propose and decide promotions."""

from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope
from review.cycles.models import Participant, ParticipantState
from review.promotions.models import Promotion, PromotionState


def may_see_readiness(viewer: Viewer, participant: Participant) -> bool:
    """After release: the person themselves, their managers, and HR of that person."""
    if participant.state not in {ParticipantState.RELEASED, ParticipantState.SIGNED}:
        return False
    return viewer.person_id in {participant.person_id, participant.manager_id} or may_propose_for(
        viewer, participant.person_id
    )


def may_see_all(viewer: Viewer) -> bool:
    """HR, approvers and auditors see every proposal."""
    return any(viewer.holds(role) for role in (Role.HR, Role.APPROVER, Role.AUDITOR))


def may_propose_for(viewer: Viewer, person_id: int) -> bool:
    """Managers and HR propose for people in their scope, never for themselves."""
    return (
        viewer.person_id != person_id
        and viewer.can(Permission.PROMOTION_PROPOSE)
        and is_person_in_scope(viewer, Permission.PROMOTION_PROPOSE, person_id)
    )


def may_see_promotion(viewer: Viewer, promotion: Promotion) -> bool:
    """Who proposed it, managers above, HR, approvers and auditors; the person once it is approved."""
    if viewer.person_id == promotion.participant.person_id:
        return promotion.state is PromotionState.APPROVED
    if viewer.person_id == promotion.proposed_by_id or may_see_all(viewer):
        return True
    return may_propose_for(viewer, promotion.participant.person_id)


def may_judge(viewer: Viewer, promotion: Promotion) -> bool:
    """An approver who neither proposed it nor is promoted by it."""
    return viewer.can(Permission.PROMOTION_APPROVE) and viewer.person_id not in {
        promotion.proposed_by_id,
        promotion.participant.person_id,
    }


def may_decide(viewer: Viewer, promotion: Promotion) -> bool:
    """Whoever may judge it decides as long as it is proposed."""
    return promotion.state is PromotionState.PROPOSED and may_judge(viewer, promotion)


def may_withdraw(viewer: Viewer, promotion: Promotion) -> bool:
    """Who proposed it, as long as nobody has decided."""
    return promotion.state is PromotionState.PROPOSED and viewer.person_id == promotion.proposed_by_id
