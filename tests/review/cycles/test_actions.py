"""Rules of a cycle's plan and phases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from assessments.surveys.errors import ClosesInThePastError, ThresholdOutOfRangeError
from assessments.surveys.models import RatingRequest
from people.organisation.models import Employment, Person
from review.cycles.actions import (
    begin_closing,
    confirm_cycle,
    edit_plan,
    mark_closed,
    move_deadlines,
    open_cycle,
    plan_cycle,
    release_cycle,
)
from review.cycles.errors import (
    AnsweringGoesOnError,
    AnswersAreInError,
    CycleStateError,
    DatesOrderError,
    NobodyTakesPartError,
    NoSuchTimeError,
    NotReadyToOpenError,
    PeriodOrderError,
    StillToDecideError,
)
from review.cycles.forms import local_time, moment_in
from review.cycles.models import CycleState, Participant, ParticipantState, ParticipationStatus
from review.cycles.queries import participants_of
from rubrics.frameworks.models import RaterGroup
from tests.catalogue import with_catalogue
from tests.review.worlds import (
    close_northwind_cycle,
    cycle_plan,
    open_northwind_cycle,
    participant_of,
    plan_northwind_cycle,
    scheme_for_everyone,
)
from web.database import db, utc_now
from web.errors import SteelyardError
from web.transactions import in_transaction

Find = Callable[[str], Person]
PARIS = "Europe/Paris"


def raters(row: Participant) -> dict[RaterGroup, set[str]]:
    found: dict[RaterGroup, set[str]] = {}
    statement = select(RatingRequest).where(RatingRequest.subject_id == row.subject_id)
    for request in db.session.scalars(statement):
        found.setdefault(request.group, set()).add(request.rater.name.split()[0].lower())
    return found


def test_the_snapshot_takes_unit_position_and_managers_of_that_day(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    row = participant_of(cycle, person("michael"))
    assert (row.manager, row.second_line) == (person("steven"), person("andrew"))
    assert (row.position.code, row.unit.code, row.job_level) == ("sales-representative", "london", 4)
    assert row.scheme is not None
    assert row.scorecard is not None


def test_the_snapshot_stays_when_people_move_later(person: Find) -> None:
    cycle = plan_northwind_cycle(person)

    def move() -> None:
        post = db.session.scalars(select(Employment).where(Employment.person_id == person("michael").id)).one()
        post.manager_id = person("andrew").id

    in_transaction(move)
    assert participant_of(cycle, person("michael")).manager == person("steven")


def test_who_was_hired_within_the_period_joined_late(person: Find) -> None:
    def hire_late() -> None:
        person("anne").hired_on = date(2026, 3, 1)

    in_transaction(hire_late)
    cycle = plan_northwind_cycle(person)
    assert participant_of(cycle, person("anne")).status is ParticipationStatus.JOINED_LATE
    assert participant_of(cycle, person("nancy")).status is ParticipationStatus.IN


def test_raters_are_suggested_from_the_organisation(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    assert raters(participant_of(cycle, person("michael"))) == {
        RaterGroup.SELF: {"michael"},
        RaterGroup.MANAGER: {"steven"},
        RaterGroup.PEERS: {"robert", "anne"},
    }
    assert raters(participant_of(cycle, person("steven"))) == {
        RaterGroup.SELF: {"steven"},
        RaterGroup.MANAGER: {"andrew"},
        RaterGroup.PEERS: {"nancy", "janet", "margaret", "laura"},
        RaterGroup.REPORTS: {"michael", "robert", "anne"},
    }


def test_groups_that_the_profile_does_not_ask_are_not_suggested(person: Find) -> None:
    """Laura's profile asks no reports; somebody who reports to her is not asked about her."""

    def report_to_laura() -> None:
        post = db.session.scalars(select(Employment).where(Employment.person_id == person("anne").id)).one()
        post.manager_id = person("laura").id

    in_transaction(report_to_laura)
    cycle = plan_northwind_cycle(person)
    assert RaterGroup.REPORTS not in raters(participant_of(cycle, person("laura")))
    assert raters(participant_of(cycle, person("anne")))[RaterGroup.MANAGER] == {"laura"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"period_ends_on": date(2025, 12, 31)}, PeriodOrderError),
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, DatesOrderError),
        ({"grading_ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, DatesOrderError),
        ({"threshold": 2}, ThresholdOutOfRangeError),
        ({"snapshot_on": date(2019, 1, 1)}, NobodyTakesPartError),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_stays(
    person: Find, changes: dict[str, object], error: type[SteelyardError]
) -> None:
    with_catalogue()
    scheme_for_everyone()
    with pytest.raises(error):
        in_transaction(lambda: plan_cycle(cycle_plan(**changes)))
    assert db.session.scalars(select(Participant)).all() == []


def test_a_draft_can_be_edited_and_an_open_cycle_not(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    in_transaction(lambda: edit_plan(cycle, cycle_plan(threshold=4)))
    assert cycle.survey.threshold == 4
    in_transaction(lambda: open_cycle(cycle, 0))
    with pytest.raises(CycleStateError):
        in_transaction(lambda: edit_plan(cycle, cycle_plan(threshold=5)))


def test_a_cycle_with_blocking_findings_does_not_open(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    with pytest.raises(NotReadyToOpenError):
        in_transaction(lambda: open_cycle(cycle, 1))
    assert cycle.state is CycleState.DRAFT


def test_each_step_needs_the_phase_before_it(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    for step in (mark_closed, confirm_cycle, release_cycle, lambda found: begin_closing(found, early=True)):
        with pytest.raises(CycleStateError):
            in_transaction(partial(step, cycle))
    in_transaction(lambda: open_cycle(cycle, 0))
    with pytest.raises(CycleStateError):
        in_transaction(lambda: open_cycle(cycle, 0))


def test_closing_before_the_window_ends_must_be_wanted(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    with pytest.raises(AnsweringGoesOnError):
        in_transaction(lambda: begin_closing(cycle, early=False))
    assert cycle.state is CycleState.OPEN


def test_closing_twice_is_closing_once(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    moment = cycle.closed_at
    in_transaction(lambda: mark_closed(cycle))
    assert cycle.closed_at == moment


def test_grades_are_confirmed_only_when_all_are_reviewed(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    with pytest.raises(StillToDecideError):
        in_transaction(lambda: confirm_cycle(cycle))


def test_participants_follow_the_phase_and_the_excluded_do_not(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    states = {row.person.name: row.state for row in participants_of(cycle)}
    assert states.pop("Andrew Fuller") is ParticipantState.EXCLUDED
    assert set(states.values()) == {ParticipantState.COLLECTING}


def test_deadlines_move_while_they_matter(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    later = utc_now() + timedelta(days=40)
    in_transaction(lambda: move_deadlines(cycle, later, later + timedelta(days=7)))
    assert cycle.survey.closes_at == later
    with pytest.raises(ClosesInThePastError):
        in_transaction(lambda: move_deadlines(cycle, utc_now() - timedelta(minutes=1), later))
    with pytest.raises(DatesOrderError):
        in_transaction(lambda: move_deadlines(cycle, later, later - timedelta(days=1)))


def test_after_the_close_only_the_end_of_grading_moves(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    closes_at, later = cycle.survey.closes_at, cycle.grading_ends_at + timedelta(days=7)
    in_transaction(lambda: move_deadlines(cycle, closes_at, later))
    assert cycle.grading_ends_at == later
    with pytest.raises(AnswersAreInError):
        in_transaction(lambda: move_deadlines(cycle, closes_at + timedelta(days=1), later))


def test_a_deadline_keeps_its_wall_time_over_the_change_of_clocks() -> None:
    winter, summer = (datetime.fromisoformat(f"2026-03-{day}T18:00") for day in (28, 29))
    for local in (winter, summer):
        assert local_time(moment_in(PARIS, local, "closes_at"), PARIS) == local
    assert moment_in(PARIS, summer, "closes_at") - moment_in(PARIS, winter, "closes_at") == timedelta(hours=23)
    assert moment_in(PARIS, summer, "closes_at").astimezone(ZoneInfo(PARIS)).hour == 18


def test_a_time_that_clocks_leave_out_is_refused() -> None:
    with pytest.raises(NoSuchTimeError) as caught:
        moment_in(PARIS, datetime.fromisoformat("2026-03-29T02:30"), "opens_at")
    assert caught.value.field == "opens_at"
