"""What is decided about one participant: taking part or not, raters, and who grades."""

from assessments.surveys.actions import add_subject, ask, ask_many, remove_subject, withdraw
from assessments.surveys.models import RatingRequest, RequestState
from people.audit.actions import record
from people.organisation.models import Person
from review.cycles.actions import hold, touch, weights_for
from review.cycles.errors import (
    AlreadyChosenError,
    ExclusionReasonError,
    NotPlannedError,
    UnsuitableManagerError,
    UnsuitableRaterError,
)
from review.cycles.models import CycleState, Participant, ParticipantState, ParticipationStatus
from review.cycles.queries import manager_request, participants_of, suggested_raters
from review.participation.queries import is_asked
from rubrics.frameworks.models import RaterGroup
from web.database import db


def set_participation(
    participant: Participant, status: ParticipationStatus, note: str, takes_part: bool
) -> Participant:
    """Say how someone takes part; who does not is not graded, and before the opening not rated either."""
    cycle = hold(participant.cycle, CycleState.DRAFT, CycleState.OPEN, CycleState.CLOSED)
    is_in = participant.state is not ParticipantState.EXCLUDED
    if not takes_part and not note.strip():
        raise ExclusionReasonError
    if takes_part and not is_in and cycle.state is not CycleState.DRAFT:
        raise NotPlannedError
    participant.status, participant.note = status, note.strip()
    if takes_part and not is_in:
        _bring_in(participant)
    if not takes_part and is_in:
        _leave_out(participant)
    touch(participant)
    record("cycle.participation_set", about=participant, details={"status": status.value, "takes_part": takes_part})
    return participant


def _bring_in(participant: Participant) -> None:
    cycle = participant.cycle
    assert participant.profile is not None, "a participant has the profile of the position"
    weights = weights_for(cycle, participant.scheme)
    participant.subject = add_subject(cycle.survey, participant.person, participant.profile, weights)
    participant.state = ParticipantState.PLANNED
    db.session.flush()
    chosen = suggested_raters(participants_of(cycle))
    ask_many(cycle.survey, [triple for triple in chosen if triple[0] == participant.subject.id])


def _leave_out(participant: Participant) -> None:
    """Before the opening nobody is asked any more; afterwards answers stay where they are, but nothing is graded."""
    participant.state = ParticipantState.EXCLUDED
    subject = participant.subject
    if participant.cycle.state is CycleState.DRAFT and subject is not None:
        participant.subject = None
        db.session.flush()
        remove_subject(subject)


def hand_over(participant: Participant, manager: Person, second_line: Person | None) -> Participant:
    """Let someone else rate and grade: for a participant without a manager, or whose manager has left."""
    cycle = hold(participant.cycle, CycleState.DRAFT, CycleState.OPEN, CycleState.CLOSED)
    chosen = [manager.id, second_line.id if second_line else None]
    if participant.person_id in chosen or chosen[0] == chosen[1]:
        raise UnsuitableManagerError
    if (
        cycle.state is not CycleState.CLOSED
        and participant.subject is not None
        and manager.id != participant.manager_id
    ):
        known = manager_request(participant.subject, manager.id)
        for request in known:
            if request.state not in {RequestState.STARTED, RequestState.SUBMITTED}:
                withdraw(request)
        ask(participant.subject, manager, RaterGroup.MANAGER)
    participant.manager_id, participant.second_line_id = chosen
    touch(participant)
    record("cycle.handed_over", about=participant)
    return participant


def ask_rater(participant: Participant, rater: Person, group: RaterGroup) -> RatingRequest:
    """Add someone who rates a participant in a group."""
    if participant.cycle.state not in {CycleState.DRAFT, CycleState.OPEN} or participant.subject is None:
        raise NotPlannedError
    if rater.id == participant.person_id or group in {RaterGroup.SELF, RaterGroup.MANAGER}:
        raise UnsuitableRaterError(name=rater.name)
    if is_asked(participant.subject, rater, group):
        raise AlreadyChosenError(name=rater.name)
    request = ask(participant.subject, rater, group)
    record("cycle.rater_asked", about=participant, details={"group": group.value})
    return request


def withdraw_rater(participant: Participant, request: RatingRequest) -> None:
    """Take a rater out of the plan, as long as they have not answered."""
    if participant.subject is None or request.subject_id != participant.subject.id:
        raise NotPlannedError
    group = request.group
    withdraw(request)
    record("cycle.rater_withdrawn", about=participant, details={"group": group.value})
