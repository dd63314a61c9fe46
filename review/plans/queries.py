"""Development plans with their goals and notes, and what the gaps of a result suggest."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from assessments.measurement.reasons import Estimate, NotEstimable, Reason
from people.organisation.models import Person
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from review.cycles.models import Cycle, Participant
from review.plans.models import DevelopmentPlan, PlanGoal, PlanNote
from review.results.models import Result
from review.rewards.development import GapPriority, gap_priorities
from web.database import db
from web.language import lazy_gettext as _l
from web.tables import Column, Listing

SUGGESTED_GOALS = 3


def plan_of(participant: Participant) -> DevelopmentPlan | None:
    """The plan of a participant with its goals."""
    return db.session.scalar(
        select(DevelopmentPlan)
        .where(DevelopmentPlan.participant_id == participant.id)
        .options(selectinload(DevelopmentPlan.goals), joinedload(DevelopmentPlan.participant))
    )


def plan_by_public_id(public_id: str) -> DevelopmentPlan | None:
    """The plan behind an address, with whom it is about."""
    return db.session.scalar(
        select(DevelopmentPlan)
        .where(DevelopmentPlan.public_id == public_id)
        .options(
            selectinload(DevelopmentPlan.goals),
            joinedload(DevelopmentPlan.participant).joinedload(Participant.person),
            joinedload(DevelopmentPlan.participant).joinedload(Participant.cycle).joinedload(Cycle.survey),
        )
    )


def goal_by_public_id(public_id: str) -> PlanGoal | None:
    """The goal behind an address, with its plan."""
    return db.session.scalar(
        select(PlanGoal)
        .where(PlanGoal.public_id == public_id)
        .options(joinedload(PlanGoal.plan).joinedload(DevelopmentPlan.participant).joinedload(Participant.person))
    )


def notes_of(goals: Sequence[PlanGoal]) -> dict[int, list[PlanNote]]:
    """What was written about each goal, the oldest first."""
    notes: dict[int, list[PlanNote]] = {goal.id: [] for goal in goals}
    statement = (
        select(PlanNote)
        .where(PlanNote.goal_id.in_(notes))
        .options(joinedload(PlanNote.author))
        .order_by(PlanNote.written_at, PlanNote.id)
    )
    for note in db.session.scalars(statement):
        notes[note.goal_id].append(note)
    return notes


def suggested_priorities(result: Result) -> list[GapPriority]:
    """The dimensions with the largest weighted gaps that are more than nothing, the most urgent first."""
    scores = {entry["code"]: estimate_of(entry) for entry in result.dimensions}
    found = gap_priorities(
        scores,
        targets={entry["code"]: entry["required"] for entry in result.dimensions if entry["weight"] > 0},
        weights={entry["code"]: entry["weight"] for entry in result.dimensions},
    )
    return [entry for entry in found.ranked if entry.priority > 0][:SUGGESTED_GOALS]


def estimate_of(entry: dict[str, object]) -> Estimate | NotEstimable:
    """A stored dimension of a result as the formulas take it."""
    if entry["reason"]:
        return NotEstimable(Reason[str(entry["reason"]).upper()])
    return Estimate(*(float(str(entry[name])) for name in ("score", "standard_error", "low", "high")))


def plans_visible_to(viewer: Viewer) -> Listing:
    """The plans of everyone whose plan the viewer may read, as a list that can be searched and sorted."""
    statement = (
        select(DevelopmentPlan)
        .join(DevelopmentPlan.participant)
        .join(Participant.person)
        .join(Participant.cycle)
        .options(
            contains_eager(DevelopmentPlan.participant).contains_eager(Participant.person),
            contains_eager(DevelopmentPlan.participant).contains_eager(Participant.cycle),
            selectinload(DevelopmentPlan.goals),
        )
    )
    return Listing(
        scope(viewer, Permission.PLAN_READ, statement, Participant.person_id),
        (
            Column("name", _l("Person"), order_by=Person.sort_key, search=Person.name),
            Column("cycle", _l("Cycle"), order_by=Cycle.period_ends_on),
            Column("state", _l("State"), order_by=DevelopmentPlan.state),
            Column("progress", _l("Goals ended")),
        ),
        caption=_l("Development plans"),
        default_sort="name",
        tie_breaker=DevelopmentPlan.id,
    )
