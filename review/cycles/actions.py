"""The steps of a cycle: plan, open, close, confirm, release; each leaves one phase for the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm.attributes import flag_modified

from assessments.closing.actions import begin_close
from assessments.scorecards.queries import scorecards_of
from assessments.surveys.actions import (
    add_subject,
    ask_many,
    create_survey,
    edit_survey,
    open_survey,
)
from people.audit.actions import record
from review.cycles.errors import (
    AnsweringGoesOnError,
    AnswersAreInError,
    CycleStateError,
    DatesOrderError,
    NobodyTakesPartError,
    NotReadyToOpenError,
    PeriodOrderError,
    StillToDecideError,
)
from review.cycles.models import Cycle, CycleState, Participant, ParticipantState
from review.cycles.queries import Snapshot, participants_of, people_on, suggested_raters, unfinished
from review.schemes.models import Scheme, SecondLine
from rubrics.frameworks.models import RaterGroup
from web.database import db, utc_now
from web.transactions import locked


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
    unit_id: int | None = None


def plan_cycle(plan: CyclePlan) -> Cycle:
    """Make a draft: participants as employed on the day of the snapshot, raters suggested from the org chart."""
    if plan.period_ends_on < plan.period_starts_on:
        raise PeriodOrderError
    _require_order(plan.opens_at, plan.closes_at, plan.grading_ends_at)
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
        unit_id=plan.unit_id,
        grading_ends_at=plan.grading_ends_at,
        survey=survey,
    )
    db.session.add(cycle)
    db.session.flush()
    _take_snapshot(cycle)
    record("cycle.planned", about=cycle, details={"name": dict(plan.name), "snapshot_on": str(plan.snapshot_on)})
    return cycle


def edit_plan(cycle: Cycle, plan: CyclePlan) -> Cycle:
    """Change name, dates and threshold of a draft; the period and the snapshot stay, they say who takes part."""
    _require(cycle, CycleState.DRAFT)
    _require_order(plan.opens_at, plan.closes_at, plan.grading_ends_at)
    cycle.name, cycle.grading_ends_at = dict(plan.name), plan.grading_ends_at
    edit_survey(
        cycle.survey,
        name=plan.name,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        time_zone=plan.time_zone,
        threshold=plan.threshold,
    )
    touch(cycle)
    record("cycle.edited", about=cycle)
    return cycle


def move_deadlines(cycle: Cycle, closes_at: datetime, grading_ends_at: datetime) -> Cycle:
    """Move the end of the answers while they are collected, or the end of grading as long as it lasts."""
    locked(cycle)
    if cycle.state not in {CycleState.OPEN, CycleState.CLOSED}:
        raise CycleStateError
    if closes_at != cycle.survey.closes_at:
        if cycle.state is not CycleState.OPEN:
            raise AnswersAreInError
        edit_survey(cycle.survey, closes_at=closes_at)
    _require_order(cycle.survey.opens_at, closes_at, grading_ends_at)
    cycle.grading_ends_at = grading_ends_at
    touch(cycle)
    details = {"closes_at": closes_at.isoformat(), "grading_ends_at": grading_ends_at.isoformat()}
    record("cycle.deadlines_moved", about=cycle, details=details)
    return cycle


def _require_order(opens_at: datetime, closes_at: datetime, grading_ends_at: datetime) -> None:
    if not opens_at < closes_at <= grading_ends_at:
        raise DatesOrderError


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
        weights = weights_for(cycle, someone.scheme)
        participant.subject = add_subject(cycle.survey, someone.person, someone.profile, weights)
        db.session.add(participant)
    db.session.flush()
    ask_many(cycle.survey, suggested_raters(participants_of(cycle)))


def weights_for(cycle: Cycle, scheme: Scheme | None) -> dict[str, int] | None:
    """The weights of rater groups for people of a scheme that lets the second line rate; None: those of the survey."""
    if scheme is None or scheme.second_line is not SecondLine.RATES:
        return None
    return {**cycle.survey.group_weights, RaterGroup.SECOND_LINE.value: scheme.second_line_weight}


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


def link_scorecards(cycle: Cycle) -> int:
    """Give participants the scorecard of exactly this period; returns how many have one now."""
    hold(cycle, CycleState.DRAFT, CycleState.OPEN)
    participants = participants_of(cycle)
    cards = scorecards_of([row.person_id for row in participants], cycle.period_starts_on, cycle.period_ends_on)
    for row in participants:
        card = cards.get(row.person_id)
        row.scorecard_id = card.id if card is not None else None
    record("cycle.scorecards_linked", about=cycle, details={"count": len(cards)})
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
    hold(cycle, state)


def hold(cycle: Cycle, *states: CycleState) -> Cycle:
    """Keep everyone else from moving the cycle meanwhile; raises CycleStateError outside these phases."""
    locked(cycle)
    if cycle.state not in states:
        raise CycleStateError
    return cycle


def touch(row: Cycle | Participant) -> None:
    """Count a version also where only rows beside this one change, so that two who edit at once notice it."""
    flag_modified(row, "state")
    db.session.flush()


def _move(cycle: Cycle, before: ParticipantState, after: ParticipantState) -> None:
    db.session.flush()
    db.session.execute(
        update(Participant)
        .where(Participant.cycle_id == cycle.id, Participant.state == before)
        .values(state=after, version=Participant.version + 1)
        .execution_options(synchronize_session="fetch")
    )
