"""The steps of a cycle: plan, open, close, confirm, release; each leaves one phase for the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update

from assessments.scorecards.queries import scorecards_of
from assessments.surveys.actions import (
    add_subject,
    ask,
    ask_many,
    begin_close,
    create_survey,
    open_survey,
    remove_subject,
    withdraw,
)
from assessments.surveys.models import RatingRequest
from people.audit.actions import record
from people.organisation.models import Person
from review.cycles.errors import (
    AnsweringGoesOnError,
    CycleStateError,
    DatesOrderError,
    NobodyTakesPartError,
    NotPlannedError,
    NotReadyToOpenError,
    PeriodOrderError,
    StillToDecideError,
    UnsuitableRaterError,
)
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState, ParticipationStatus
from review.cycles.queries import Snapshot, participants_of, people_on, suggested_raters, unfinished
from rubrics.frameworks.models import RaterGroup
from web.database import db, utc_now


@dataclass(frozen=True)
class CyclePlan:
    """What HR says when a cycle is planned; the rest is suggested."""

    name: Mapping[str, str]
    period_starts_on: date
    period_ends_on: date
    snapshot_on: date
    opens_at: datetime
    closes_at: datetime
    grading_ends_at: datetime
    time_zone: str
    threshold: int = 3


def plan_cycle(plan: CyclePlan) -> Cycle:
    """Make a draft: participants as employed on the day of the snapshot, raters suggested from the org chart."""
    if plan.period_ends_on < plan.period_starts_on:
        raise PeriodOrderError
    if not plan.opens_at < plan.closes_at <= plan.grading_ends_at:
        raise DatesOrderError
    survey = create_survey(
        name=dict(plan.name),
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        time_zone=plan.time_zone,
        threshold=plan.threshold,
    )
    cycle = Cycle(
        name=dict(plan.name),
        period_starts_on=plan.period_starts_on,
        period_ends_on=plan.period_ends_on,
        snapshot_on=plan.snapshot_on,
        grading_ends_at=plan.grading_ends_at,
        survey=survey,
    )
    db.session.add(cycle)
    db.session.flush()
    _take_snapshot(cycle)
    record("cycle.planned", about=cycle, details={"name": dict(plan.name), "snapshot_on": str(plan.snapshot_on)})
    return cycle


def _take_snapshot(cycle: Cycle) -> None:
    people = people_on(cycle)
    if not any(someone.profile is not None for someone in people):
        raise NobodyTakesPartError
    cards = scorecards_of([someone.person.id for someone in people], cycle.period_starts_on, cycle.period_ends_on)
    for someone in people:
        if someone.profile is None:
            continue
        participant = _participant(cycle, someone)
        card = cards.get(someone.person.id)
        participant.scorecard_id = card.id if card is not None else None
        participant.subject = add_subject(cycle.survey, someone.person, someone.profile)
        db.session.add(participant)
    db.session.flush()
    ask_many(cycle.survey, suggested_raters(participants_of(cycle)))


def _participant(cycle: Cycle, someone: Snapshot) -> Participant:
    return Participant(
        cycle_id=cycle.id,
        person_id=someone.person.id,
        status=someone.status,
        unit_id=someone.employment.unit_id,
        position_id=someone.employment.position_id,
        job_level=someone.employment.position.job_level,
        manager_id=someone.employment.manager_id,
        second_line_id=someone.second_line_id,
        profile=someone.profile,
        scheme=someone.scheme,
    )


def set_participation(
    participant: Participant, status: ParticipationStatus, note: str, takes_part: bool
) -> Participant:
    """Say how someone takes part; who does not is neither rated nor graded in this cycle."""
    _require(participant.cycle, CycleState.DRAFT)
    participant.status, participant.note = status, note.strip()
    if takes_part and participant.subject is None and participant.profile is not None:
        participant.subject = add_subject(participant.cycle.survey, participant.person, participant.profile)
        participant.state = ParticipantState.PLANNED
        db.session.flush()
        chosen = suggested_raters(participants_of(participant.cycle))
        ask_many(participant.cycle.survey, [triple for triple in chosen if triple[0] == participant.subject.id])
    if not takes_part and participant.subject is not None:
        subject, participant.subject = participant.subject, None
        participant.state = ParticipantState.EXCLUDED
        db.session.flush()
        remove_subject(subject)
    record("cycle.participation_set", about=participant, details={"status": status.value, "takes_part": takes_part})
    return participant


def ask_rater(participant: Participant, rater: Person, group: RaterGroup) -> RatingRequest:
    """Add someone who rates a participant in a group."""
    if participant.cycle.state not in {CycleState.DRAFT, CycleState.OPEN} or participant.subject is None:
        raise NotPlannedError
    if rater.id == participant.person_id or group in {RaterGroup.SELF, RaterGroup.MANAGER}:
        raise UnsuitableRaterError(name=rater.name)
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


def link_scorecards(cycle: Cycle) -> int:
    """Give participants the scorecard of exactly this period; returns how many have one now."""
    participants = participants_of(cycle)
    cards = scorecards_of([row.person_id for row in participants], cycle.period_starts_on, cycle.period_ends_on)
    for row in participants:
        card = cards.get(row.person_id)
        row.scorecard_id = card.id if card is not None else None
    return len(cards)


def open_cycle(cycle: Cycle, blocking_findings: int) -> Cycle:
    """Start collecting: form version, weights and thresholds are pinned from here on."""
    _require(cycle, CycleState.DRAFT)
    if blocking_findings:
        raise NotReadyToOpenError(findings=blocking_findings)
    open_survey(cycle.survey)
    cycle.state = CycleState.OPEN
    _move(cycle, ParticipantState.PLANNED, ParticipantState.COLLECTING)
    record("cycle.opened", about=cycle)
    return cycle


def begin_closing(cycle: Cycle, *, early: bool) -> Cycle:
    """Take no more answers; the job that closes the survey and computes the results follows."""
    _require(cycle, CycleState.OPEN)
    if utc_now() < cycle.survey.closes_at and not early:
        raise AnsweringGoesOnError
    begin_close(cycle.survey, utc_now(), early=early)
    cycle.state = CycleState.CLOSING
    record("cycle.closing", about=cycle, details={"early": early})
    return cycle


def mark_closed(cycle: Cycle) -> Cycle:
    """Results are there: grading begins. Closing twice is the same as once."""
    if cycle.state is CycleState.CLOSED:
        return cycle
    _require(cycle, CycleState.CLOSING)
    cycle.state, cycle.closed_at = CycleState.CLOSED, utc_now()
    _move(cycle, ParticipantState.COLLECTING, ParticipantState.CALCULATED)
    record("cycle.closed", about=cycle)
    return cycle


def confirm_cycle(cycle: Cycle) -> Cycle:
    """HR confirms all grades after the second line has reviewed them."""
    _require(cycle, CycleState.CLOSED)
    if count := unfinished(cycle, ParticipantState.REVIEWED):
        raise StillToDecideError(count=count)
    cycle.state, cycle.confirmed_at = CycleState.CONFIRMED, utc_now()
    _move(cycle, ParticipantState.REVIEWED, ParticipantState.CONFIRMED)
    record("cycle.confirmed", about=cycle)
    return cycle


def release_cycle(cycle: Cycle) -> Cycle:
    """Show the results to those they are about; to be sealed in the same transaction (results.actions.seal_results)."""
    _require(cycle, CycleState.CONFIRMED)
    cycle.state, cycle.released_at = CycleState.RELEASED, utc_now()
    _move(cycle, ParticipantState.CONFIRMED, ParticipantState.RELEASED)
    record("cycle.released", about=cycle)
    return cycle


def _require(cycle: Cycle, state: CycleState) -> None:
    db.session.refresh(cycle, with_for_update=True)
    if cycle.state is not state:
        raise CycleStateError


def _move(cycle: Cycle, before: ParticipantState, after: ParticipantState) -> None:
    db.session.flush()
    db.session.execute(
        update(Participant)
        .where(Participant.cycle_id == cycle.id, Participant.state == before)
        .values(state=after, version=Participant.version + 1)
        .execution_options(synchronize_session="fetch")
    )
