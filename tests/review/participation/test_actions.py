"""Rules about one participant: taking part, graders and raters."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select

from assessments.surveys.errors import AnsweredRequestError, GroupNotAskedError
from assessments.surveys.models import RatingRequest, RequestState
from people.organisation.models import Person
from people.roles.models import Viewer
from review.cycles.access import may_choose_raters, may_withdraw_raters
from review.cycles.actions import open_cycle
from review.cycles.errors import (
    ExclusionReasonError,
    NotPlannedError,
    UnsuitableManagerError,
    UnsuitableRaterError,
)
from review.cycles.models import ParticipantState, ParticipationStatus
from review.participation.actions import ask_rater, hand_over, set_participation, withdraw_rater
from review.participation.queries import raters_of
from review.results.queries import result_of
from rubrics.frameworks.models import RaterGroup
from tests.review.worlds import (
    answer_all,
    close,
    close_northwind_cycle,
    open_northwind_cycle,
    participant_of,
    plan_northwind_cycle,
)
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]


def test_who_is_left_out_needs_a_reason_and_is_asked_about_no_more(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    row = participant_of(cycle, person("nancy"))
    subject_id = row.subject_id
    with pytest.raises(ExclusionReasonError):
        in_transaction(lambda: set_participation(row, ParticipationStatus.LEAVE, " ", False))
    in_transaction(lambda: set_participation(row, ParticipationStatus.LEAVE, "Parental leave", False))
    assert (row.state, row.subject_id) == (ParticipantState.EXCLUDED, None)
    count = select(func.count()).select_from(RatingRequest).where(RatingRequest.subject_id == subject_id)
    assert db.session.scalar(count) == 0


def test_who_comes_back_before_the_opening_gets_suggested_raters_again(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    row = participant_of(cycle, person("michael"))
    in_transaction(lambda: set_participation(row, ParticipationStatus.LEAVE, "Leave", False))
    in_transaction(lambda: set_participation(row, ParticipationStatus.IN, "", True))
    assert {group: len(found) for group, found in raters_of(row).items()} == {
        RaterGroup.SELF: 1,
        RaterGroup.MANAGER: 1,
        RaterGroup.PEERS: 2,
    }


def test_who_leaves_while_answers_are_collected_is_not_graded(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    row = participant_of(cycle, person("robert"))
    in_transaction(lambda: set_participation(row, ParticipationStatus.LEFT, "Left the company", False))
    with pytest.raises(NotPlannedError):
        in_transaction(lambda: set_participation(row, ParticipationStatus.IN, "", True))
    answer_all(cycle)
    close(cycle)
    assert result_of(row) is None
    assert result_of(participant_of(cycle, person("anne"))) is not None


def test_grading_can_be_handed_over_when_a_manager_leaves(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    row = participant_of(cycle, person("michael"))
    in_transaction(lambda: hand_over(row, person("andrew"), person("hr")))
    assert (row.manager, row.second_line) == (person("andrew"), person("hr"))
    assert [request.rater for request in raters_of(row)[RaterGroup.MANAGER]] == [person("andrew")]


def test_nobody_grades_themselves_or_reviews_their_own_grade(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    row = participant_of(cycle, person("michael"))
    for manager, second_line in (("michael", "andrew"), ("andrew", "michael"), ("andrew", "andrew")):
        with pytest.raises(UnsuitableManagerError):
            in_transaction(partial(hand_over, row, person(manager), person(second_line)))


def test_grading_is_handed_over_after_the_close_too(person: Find) -> None:
    cycle = close_northwind_cycle(person)
    row = participant_of(cycle, person("michael"))
    in_transaction(lambda: hand_over(row, person("andrew"), None))
    assert row.manager == person("andrew")


def test_raters_are_added_in_groups_that_the_profile_asks(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    row = participant_of(cycle, person("nancy"))
    in_transaction(lambda: ask_rater(row, person("approver"), RaterGroup.PARTNERS))
    assert [request.rater for request in raters_of(row)[RaterGroup.PARTNERS]] == [person("approver")]
    with pytest.raises(GroupNotAskedError):
        in_transaction(lambda: ask_rater(row, person("hr"), RaterGroup.REPORTS))
    for rater, group in (("nancy", RaterGroup.PEERS), ("hr", RaterGroup.MANAGER), ("hr", RaterGroup.SELF)):
        with pytest.raises(UnsuitableRaterError):
            in_transaction(partial(ask_rater, row, person(rater), group))


def test_who_has_begun_to_answer_is_not_withdrawn(person: Find) -> None:
    cycle = open_northwind_cycle(person)
    row = participant_of(cycle, person("nancy"))
    first, second = raters_of(row)[RaterGroup.PEERS][:2]
    in_transaction(lambda: withdraw_rater(row, first))
    assert len(raters_of(row)[RaterGroup.PEERS]) == 3

    def begin() -> None:
        db.session.refresh(second)
        second.state = RequestState.STARTED

    in_transaction(begin)
    with pytest.raises(AnsweredRequestError):
        in_transaction(lambda: withdraw_rater(row, second))


def test_a_request_about_someone_else_is_not_withdrawn_here(person: Find) -> None:
    cycle = plan_northwind_cycle(person)
    other = raters_of(participant_of(cycle, person("janet")))[RaterGroup.PEERS][0]
    with pytest.raises(NotPlannedError):
        in_transaction(lambda: withdraw_rater(participant_of(cycle, person("nancy")), other))


def test_managers_choose_raters_but_withdraw_none_once_answers_are_collected(
    person: Find, as_viewer: Callable[[str], Viewer]
) -> None:
    """Whether a withdrawal works would tell them who has answered."""
    cycle = plan_northwind_cycle(person)
    row = participant_of(cycle, person("michael"))
    steven, hr, michael, andrew = (as_viewer(name) for name in ("steven", "hr", "michael", "andrew"))
    assert [may_choose_raters(viewer, row) for viewer in (steven, hr, michael, andrew)] == [True, True, False, False]
    assert [may_withdraw_raters(viewer, row) for viewer in (steven, hr)] == [True, True]
    in_transaction(lambda: open_cycle(cycle, 0))
    assert may_choose_raters(steven, row)
    assert [may_withdraw_raters(viewer, row) for viewer in (steven, hr)] == [False, True]
