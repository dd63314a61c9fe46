"""Who may see a cycle or a participant, and who may take which step."""

from people.permissions import Permission, Role
from people.roles.models import Viewer
from people.roles.queries import is_person_in_scope
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState


def may_see_cycle(viewer: Viewer, cycle: Cycle) -> bool:
    """HR sees drafts; everyone else sees a cycle from its opening on."""
    return viewer.can(Permission.CYCLE_RUN) or (
        viewer.can(Permission.CYCLE_READ) and cycle.state is not CycleState.DRAFT
    )


def may_see_progress(viewer: Viewer) -> bool:
    """HR, HR partners and auditors see who has answered and who is late, never what."""
    return viewer.can(Permission.PROGRESS_READ)


def may_see_participant(viewer: Viewer, participant: Participant) -> bool:
    """Whether the participant is among those whose result the viewer may ever look at."""
    if participant.person_id == viewer.person_id:
        return True
    if viewer.person_id in {participant.manager_id, participant.second_line_id}:
        return True
    return is_person_in_scope(viewer, Permission.RESULT_READ, participant.person_id)


def may_choose_raters(viewer: Viewer, participant: Participant) -> bool:
    """HR and the manager of the snapshot choose who rates someone, until the answers close; never for themselves."""
    is_chooser = viewer.can(Permission.CYCLE_RUN) or participant.manager_id == viewer.person_id
    is_time = participant.cycle.state in {CycleState.DRAFT, CycleState.OPEN} and participant.is_graded
    return is_chooser and is_time and participant.person_id != viewer.person_id


def may_withdraw_raters(viewer: Viewer, participant: Participant) -> bool:
    """Once the cycle is open, HR alone: whether someone can still be withdrawn tells whether they have answered."""
    is_draft = participant.cycle.state is CycleState.DRAFT
    return may_choose_raters(viewer, participant) and (is_draft or viewer.can(Permission.CYCLE_RUN))


def may_grade(viewer: Viewer, participant: Participant) -> bool:
    """The manager of the snapshot grades, never themselves."""
    return (
        viewer.can(Permission.RESULT_GRADE)
        and participant.manager_id == viewer.person_id != participant.person_id
        and participant.state in {ParticipantState.CALCULATED, ParticipantState.GRADED}
    )


def may_review(viewer: Viewer, participant: Participant) -> bool:
    """The second line reviews; where there is none, HR does; never on themselves, nor a grade that is their own."""
    if participant.state is not ParticipantState.GRADED or participant.person_id == viewer.person_id:
        return False
    if participant.second_line_id is None:
        return viewer.holds(Role.HR) and participant.manager_id != viewer.person_id
    return participant.second_line_id == viewer.person_id


def may_sign(viewer: Viewer, participant: Participant) -> bool:
    """The subject signs their own released result."""
    return participant.person_id == viewer.person_id and participant.state is ParticipantState.RELEASED
