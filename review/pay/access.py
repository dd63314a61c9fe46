"""Who may see pay, propose raises and approve them."""

from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope
from review.pay.models import PayLine, PayRound, RoundState


def may_work_on_pay(viewer: Viewer) -> bool:
    """HR sets ranges, enters first salaries, plans and proposes rounds."""
    return viewer.holds(Role.HR)


def may_see_round(viewer: Viewer, pay_round: PayRound) -> bool:
    """HR works on rounds; approvers and auditors see them from the proposal on; nobody else sees any."""
    return may_work_on_pay(viewer) or (may_read_rounds(viewer) and pay_round.state is not RoundState.DRAFT)


def may_read_rounds(viewer: Viewer) -> bool:
    """Whether there are rounds that the viewer may see as a whole."""
    return may_work_on_pay(viewer) or viewer.holds(Role.APPROVER) or viewer.holds(Role.AUDITOR)


def may_see_line(viewer: Viewer, line: PayLine) -> bool:
    """Whoever sees the round; after approval also the person and those who may see the person's pay."""
    if may_see_round(viewer, line.round):
        return True
    if line.round.state is not RoundState.APPROVED or line.is_excluded:
        return False
    person_id = line.participant.person_id
    if viewer.person_id == person_id:
        return True
    return viewer.can(Permission.PAY_READ) and is_person_in_scope(viewer, Permission.PAY_READ, person_id)


def may_change_round(viewer: Viewer, pay_round: PayRound) -> bool:
    """HR changes a round until it is proposed, and again after it was refused."""
    return may_work_on_pay(viewer) and pay_round.state in {RoundState.DRAFT, RoundState.REFUSED}


def may_judge(viewer: Viewer, pay_round: PayRound, paid_person_ids: set[int]) -> bool:
    """An approver who neither proposed the round nor is paid by it."""
    return (
        viewer.can(Permission.PAY_APPROVE)
        and viewer.person_id != pay_round.proposed_by_id
        and viewer.person_id not in paid_person_ids
    )


def may_decide(viewer: Viewer, pay_round: PayRound, paid_person_ids: set[int]) -> bool:
    """Whoever may judge the round decides once it is proposed."""
    return pay_round.state is RoundState.PROPOSED and may_judge(viewer, pay_round, paid_person_ids)


def may_read_salaries(viewer: Viewer) -> bool:
    """HR, HR partners (of their people) and auditors see what people are paid; managers see approved raises only."""
    return viewer.holds(Role.HR) or viewer.holds(Role.HR_PARTNER) or viewer.holds(Role.AUDITOR)


def may_read_ranges(viewer: Viewer) -> bool:
    """Whoever works on pay, approves it or checks it."""
    return may_read_salaries(viewer) or viewer.holds(Role.APPROVER)
