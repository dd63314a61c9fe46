"""The plan of a cycle as HR looks it over: participants with what was found for each of them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from assessments.surveys.models import RatingRequest
from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from rubrics.frameworks.models import RaterGroup
from web.database import db

Manager = aliased(Person, name="manager")


def last_cycle() -> Cycle | None:
    """The cycle with the latest period, from which the next one is suggested."""
    return db.session.scalar(
        select(Cycle)
        .options(joinedload(Cycle.survey), joinedload(Cycle.unit))
        .order_by(Cycle.period_ends_on.desc(), Cycle.id.desc())
        .limit(1)
    )


def participants_statement(cycle: Cycle) -> Select[Participant]:
    """The participants of a cycle for a list that is sorted and searched."""
    return (
        select(Participant)
        .join(Participant.person)
        .join(Participant.position)
        .outerjoin(Manager, Participant.manager)
        .where(Participant.cycle_id == cycle.id)
        .options(
            contains_eager(Participant.person),
            contains_eager(Participant.position),
            contains_eager(Participant.manager.of_type(Manager)),
            joinedload(Participant.unit),
            joinedload(Participant.scheme),
            joinedload(Participant.scorecard),
        )
    )


def raters_planned(participants: Sequence[Participant]) -> dict[int, dict[RaterGroup, int]]:
    """How many raters of each group are planned, by survey subject."""
    rows = db.session.execute(
        select(RatingRequest.subject_id, RatingRequest.group, func.count())
        .where(RatingRequest.subject_id.in_([row.subject_id for row in participants if row.subject_id is not None]))
        .group_by(RatingRequest.subject_id, RatingRequest.group)
    )
    planned: dict[int, dict[RaterGroup, int]] = defaultdict(dict)
    for subject_id, group, count in rows:
        planned[subject_id][group] = count
    return planned
