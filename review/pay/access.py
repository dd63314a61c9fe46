"""Who may see pay, propose raises and approve them."""

from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope
from review.pay.models import PayRound, RoundState


def may_see_pay_of(viewer: Viewer, person_id: int) -> bool:
    """One's own pay, and that of people whose pay one works on; never a system administrator by that role."""
    if viewer.person_id == person_id:
        return True
    return viewer.can(Permission.PAY_READ) and is_person_in_scope(viewer, Permission.PAY_READ, person_id)


def may_see_round(viewer: Viewer, pay_round: PayRound) -> bool:
    """HR works on rounds; approvers and auditors see them from the proposal on."""
    if viewer.holds(Role.HR):
        return True
    is_reader = viewer.holds(Role.APPROVER) or viewer.holds(Role.AUDITOR)
    return is_reader and pay_round.state is not RoundState.DRAFT


def may_change_round(viewer: Viewer, pay_round: PayRound) -> bool:
    """HR changes a round until it is proposed, and again after it was refused."""
    return viewer.holds(Role.HR) and pay_round.state in {RoundState.DRAFT, RoundState.REFUSED}


def may_decide(viewer: Viewer, pay_round: PayRound, paid_person_ids: set[int]) -> bool:
    """An approver who neither proposed the round nor is paid by it."""
    return (
        viewer.can(Permission.PAY_APPROVE)
        and pay_round.state is RoundState.PROPOSED
        and viewer.person_id != pay_round.proposed_by_id
        and viewer.person_id not in paid_person_ids
    )
