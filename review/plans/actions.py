"""What the two whom a plan is between do: draft, edit, agree, note, finish."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from people.audit.actions import record
from review.cycles.models import Participant, ParticipantState
from review.plans.errors import DueInThePastError, NoGoalsError, PlanExistsError, PlanIsDoneError, PlanNeedsResultError
from review.plans.models import DevelopmentPlan, GoalKind, GoalState, PlanGoal, PlanNote, PlanState
from review.plans.queries import plan_of, suggested_priorities
from review.results.queries import result_of
from web.database import db, utc_now

FIRST_DUE = timedelta(days=180)


@dataclass(frozen=True)
class GoalContent:
    """What a goal says."""

    aim: str
    steps: str
    kind: GoalKind
    due_on: date
    dimension_code: str | None = None


def draft_plan(participant: Participant, aims: Mapping[str, str], today: date) -> DevelopmentPlan:
    """Draft a plan with a goal for each of the largest weighted gaps; ``aims`` words them by dimension code."""
    result = result_of(participant)
    if result is None or participant.state not in {ParticipantState.RELEASED, ParticipantState.SIGNED}:
        raise PlanNeedsResultError
    if plan_of(participant) is not None:
        raise PlanExistsError
    plan = DevelopmentPlan(participant=participant)
    for place, gap in enumerate(suggested_priorities(result)):
        plan.goals.append(
            PlanGoal(
                place=place,
                dimension_code=gap.dimension,
                aim=aims.get(gap.dimension, gap.dimension),
                due_on=today + FIRST_DUE,
            )
        )
    db.session.add(plan)
    db.session.flush()
    record("plan.drafted", about=plan, details={"goals": len(plan.goals)})
    return plan


def add_goal(plan: DevelopmentPlan, content: GoalContent, today: date) -> PlanGoal:
    """Add a goal; what was agreed to before is open again."""
    _reopen(plan)
    _require_future(content.due_on, today)
    goal = PlanGoal(plan=plan, place=max((goal.place for goal in plan.goals), default=-1) + 1, aim="", due_on=today)
    _write(goal, content)
    db.session.add(goal)
    db.session.flush()
    record("plan.goal_added", about=plan)
    return goal


def edit_goal(goal: PlanGoal, content: GoalContent, today: date) -> PlanGoal:
    """Change what a goal says; what was agreed to before is open again."""
    _reopen(goal.plan)
    if content.due_on != goal.due_on:
        _require_future(content.due_on, today)
    _write(goal, content)
    record("plan.goal_changed", about=goal.plan)
    return goal


def agree_to_plan(plan: DevelopmentPlan, by_id: int) -> DevelopmentPlan:
    """Agree as the person or as the manager; with both the plan holds."""
    if plan.state is PlanState.DONE:
        raise PlanIsDoneError
    if not plan.goals:
        raise NoGoalsError
    if by_id == plan.participant.person_id:
        plan.agreed_by_subject_at = utc_now()
    elif by_id == plan.participant.manager_id:
        plan.agreed_by_manager_at = utc_now()
    if plan.agreed_by_subject_at and plan.agreed_by_manager_at:
        plan.state = PlanState.AGREED
    record("plan.agreed", about=plan)
    return plan


def report_progress(goal: PlanGoal, progress: int, state: GoalState, note: str, by_id: int) -> PlanGoal:
    """Say how far a goal has come; when all goals have ended the plan is done."""
    if goal.plan.state is PlanState.DONE:
        raise PlanIsDoneError
    goal.progress = 100 if state is GoalState.REACHED else progress
    goal.state = state
    if note.strip():
        db.session.add(PlanNote(goal=goal, author_id=by_id, text=note.strip()))
    if goal.plan.state is PlanState.AGREED and all(each.state is not GoalState.OPEN for each in goal.plan.goals):
        goal.plan.state = PlanState.DONE
    record("plan.progress_reported", about=goal.plan)
    return goal


def _reopen(plan: DevelopmentPlan) -> None:
    if plan.state is PlanState.DONE:
        raise PlanIsDoneError
    plan.state = PlanState.DRAFT
    plan.agreed_by_subject_at = plan.agreed_by_manager_at = None


def _require_future(due_on: date, today: date) -> None:
    if due_on < today:
        raise DueInThePastError


def _write(goal: PlanGoal, content: GoalContent) -> None:
    goal.aim, goal.steps = content.aim.strip(), content.steps.strip()
    goal.kind, goal.due_on, goal.dimension_code = content.kind, content.due_on, content.dimension_code
