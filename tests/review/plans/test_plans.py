"""Development plans: drafted from gaps, agreed by both, tracked to their end."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from flask.testing import FlaskClient

from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from review.plans.actions import GoalContent, add_goal, agree_to_plan, draft_plan, edit_goal, report_progress
from review.plans.errors import DueInThePastError, PlanExistsError, PlanIsDoneError, PlanNeedsResultError
from review.plans.models import DevelopmentPlan, GoalKind, GoalState, PlanState
from review.plans.queries import plan_of, suggested_priorities
from review.results.queries import result_of
from tests.review.worlds import participant_of
from web.database import db
from web.transactions import in_transaction

Find = Callable[[str], Person]
TODAY = date(2026, 11, 23)
CONTENT = GoalContent("Ask before quoting", "Two joint visits a month", GoalKind.AT_WORK, TODAY + timedelta(days=90))


@pytest.fixture
def nancy(released_cycle: Cycle, person: Find) -> Participant:
    return participant_of(released_cycle, person("nancy"))


def drafted(row: Participant) -> DevelopmentPlan:
    return in_transaction(lambda: draft_plan(row, {"C3": "Negotiate with less discount"}, TODAY))


def test_a_plan_is_drafted_from_the_largest_weighted_gaps(nancy: Participant) -> None:
    result = result_of(nancy)
    assert result is not None
    expected = [gap.dimension for gap in suggested_priorities(result)]
    plan = drafted(nancy)
    assert [goal.dimension_code for goal in plan.goals] == expected
    assert 1 <= len(expected) <= 3


def test_there_is_one_plan_and_only_after_release(closed_cycle: Cycle, person: Find) -> None:
    with pytest.raises(PlanNeedsResultError):
        drafted(participant_of(closed_cycle, person("nancy")))


def test_a_second_plan_is_refused(nancy: Participant) -> None:
    drafted(nancy)
    with pytest.raises(PlanExistsError):
        drafted(nancy)


def test_a_plan_holds_when_both_agree_and_a_change_opens_it_again(nancy: Participant) -> None:
    plan = drafted(nancy)
    states = []
    in_transaction(lambda: agree_to_plan(plan, nancy.person_id))
    states.append(plan.state)
    in_transaction(lambda: agree_to_plan(plan, nancy.manager_id or 0))
    states.append(plan.state)
    in_transaction(lambda: edit_goal(plan.goals[0], CONTENT, TODAY))
    states.append(plan.state)
    assert states == [PlanState.DRAFT, PlanState.AGREED, PlanState.DRAFT]
    assert plan.agreed_by_subject_at is None


def test_a_plan_is_finished_with_its_last_goal(nancy: Participant) -> None:
    plan = drafted(nancy)
    for party in (nancy.person_id, nancy.manager_id or 0):
        in_transaction(partial(agree_to_plan, plan, party))
    for goal in plan.goals:
        in_transaction(partial(report_progress, goal, 40, GoalState.REACHED, "Done in Q1", nancy.person_id))
    assert plan.state is PlanState.DONE
    assert all(goal.progress == 100 for goal in plan.goals)
    with pytest.raises(PlanIsDoneError):
        in_transaction(lambda: add_goal(plan, CONTENT, TODAY))


def test_a_goal_is_due_in_the_future(nancy: Participant) -> None:
    plan = drafted(nancy)
    past = GoalContent("Late", "", GoalKind.COURSE, TODAY - timedelta(days=1))
    with pytest.raises(DueInThePastError):
        in_transaction(lambda: add_goal(plan, past, TODAY))
    db.session.refresh(plan)
    assert "Late" not in [goal.aim for goal in plan.goals]


@pytest.mark.parametrize("who", ["nancy", "andrew"])
def test_both_parties_draft_and_agree_on_the_page(
    nancy: Participant, client_of: Callable[..., FlaskClient], who: str
) -> None:
    client = client_of(who)
    address = f"/participants/{nancy.public_id}/plan"
    assert "Draft a plan from the gaps" in client.get(address).text
    assert client.post(address).status_code == 303
    plan = plan_of(nancy)
    assert plan is not None
    assert client.post(f"/plans/{plan.public_id}/agreement").status_code == 303
    page = client_of("nancy", "zh-CN").get(address)
    assert page.status_code == 200
    assert "发展计划" in page.text


def test_strangers_do_not_learn_that_a_plan_exists(nancy: Participant, client_of: Callable[..., FlaskClient]) -> None:
    plan = drafted(nancy)
    for who in ("janet", "administrator", "approver", "steven"):
        assert client_of(who).get(f"/participants/{nancy.public_id}/plan").status_code in {403, 404}
        assert client_of(who).post(f"/plans/{plan.public_id}/agreement").status_code in {403, 404}


def test_hr_reads_a_plan_and_cannot_change_it(nancy: Participant, client_of: Callable[..., FlaskClient]) -> None:
    plan = drafted(nancy)
    hr = client_of("hr")
    assert hr.get(f"/participants/{nancy.public_id}/plan").status_code == 200
    assert hr.post(f"/goals/{plan.goals[0].public_id}", data={"aim": "x"}).status_code == 403
    assert hr.get("/plans").status_code == 200


def test_an_auditor_reads_all_plans_and_changes_none(nancy: Participant, client_of: Callable[..., FlaskClient]) -> None:
    plan, auditor = drafted(nancy), client_of("auditor")
    page = auditor.get("/plans").text
    assert "Nancy Davolio" in page
    assert "No plans yet" not in page
    assert plan.goals[0].aim in auditor.get(f"/participants/{nancy.public_id}/plan").text
    for address in (f"/plans/{plan.public_id}/agreement", f"/plans/{plan.public_id}/goals/new"):
        assert auditor.post(address).status_code == 403
    assert auditor.post(f"/goals/{plan.goals[0].public_id}/progress").status_code == 403


def test_an_empty_field_says_what_to_write(nancy: Participant, client_of: Callable[..., FlaskClient]) -> None:
    plan = drafted(nancy)
    page = client_of("nancy").post(f"/plans/{plan.public_id}/goals/new", data={"kind": "at_work"}).text
    assert "Write what you want to get better at." in page
    assert "Write a date such as 2026-03-01." in page
    assert "This field is required" not in page
    address = f"/goals/{plan.goals[0].public_id}/progress"
    assert "Write a whole number from 0 to 100." in client_of("nancy").post(address, data={"progress": ""}).text


@pytest.mark.parametrize(("typed", "status"), [("٥", 422), ("1_0", 422), ("５０", 303)])
def test_progress_is_typed_in_digits_of_any_width(
    nancy: Participant, client_of: Callable[..., FlaskClient], typed: str, status: int
) -> None:
    goal = drafted(nancy).goals[0]
    data = {"progress": typed, "state": "open", "version": str(goal.version)}
    answer = client_of("nancy").post(f"/goals/{goal.public_id}/progress", data=data)
    assert answer.status_code == status
    assert ("Write a whole number in digits." in answer.text) is (status == 422)
    db.session.refresh(goal)
    assert goal.progress == (50 if status == 303 else 0)


def test_a_goal_is_added_and_bad_input_changes_nothing(
    nancy: Participant, client_of: Callable[..., FlaskClient]
) -> None:
    plan = drafted(nancy)
    before = len(plan.goals)
    client = client_of("nancy")
    address = f"/plans/{plan.public_id}/goals/new"
    data = {"aim": "", "kind": "at_work", "due_on": "2031-01-01"}
    assert client.post(address, data=data).status_code == 422
    assert client.post(address, data=data | {"aim": "Ask first", "kind": "nowhere"}).status_code == 422
    assert client.post(address, data=data | {"aim": "Ask first"}).status_code == 303
    db.session.expire_all()
    again = plan_of(nancy)
    assert again is not None
    assert len(again.goals) == before + 1
