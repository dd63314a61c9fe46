"""Who may open the pages of development plans: the two it is between write it; HR, managers and auditors read."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from review.cycles.models import Participant, ParticipantState
from review.plans.models import DevelopmentPlan, PlanGoal
from review.results.models import FormulaVersion, Result
from tests.matrix import SIGNED_IN, Row, only
from tests.review.cycles.rows import find, the_cycle
from tests.review.worlds import participant_of
from web.database import db
from web.transactions import in_transaction

BOTH = only("steven")
READERS = only("steven", "andrew", "hr", "partner", "auditor")


def robert() -> Participant:
    """Someone in the cycle whose result is released already; the cycle itself goes on for the other rows."""
    participant = participant_of(the_cycle(), find("robert"))

    def release() -> None:
        version = db.session.scalars(select(FormulaVersion)).first() or FormulaVersion(number="rows")
        db.session.add(version)
        db.session.flush()
        nothing = {"evidence": "none", "dimensions": [], "sections": [], "steps": {}}
        db.session.add(Result(participant_id=participant.id, formula_version_id=version.id, **nothing))
        participant.state = ParticipantState.RELEASED

    if participant.state is not ParticipantState.RELEASED:
        in_transaction(release)
    return participant


def the_plan() -> DevelopmentPlan:
    participant = robert()
    known = db.session.scalars(select(DevelopmentPlan)).first()
    if known is not None:
        return known

    def write() -> DevelopmentPlan:
        plan = DevelopmentPlan(participant_id=participant.id)
        plan.goals.append(PlanGoal(place=0, aim="Ask before quoting", due_on=date(2031, 1, 1)))
        db.session.add(plan)
        return plan

    return in_transaction(write)


def participant_id() -> Mapping[str, str]:
    the_plan()
    return {"participant_id": robert().public_id}


def plan_id() -> Mapping[str, str]:
    return {"plan_id": the_plan().public_id}


def goal_id() -> Mapping[str, str]:
    return {"goal_id": the_plan().goals[0].public_id}


ROWS = {
    "plans.all_plans": Row(SIGNED_IN),
    "plans.plan": Row(READERS, participant_id),
    "plans.agree": Row(BOTH, plan_id),
    "plans.new_goal": Row(BOTH, plan_id),
    "plans.goal": Row(BOTH, goal_id),
    "plans.progress": Row(BOTH, goal_id),
}
