"""The raters of one participant as they are planned; never what or whether they have answered."""

from collections import defaultdict

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from assessments.surveys.models import RatingRequest, SurveySubject
from assessments.surveys.queries import groups_asked
from people.organisation.models import Person
from review.cycles.models import Cycle, Participant
from rubrics.frameworks.models import RaterGroup
from web.database import db


def raters_of(participant: Participant) -> dict[RaterGroup, list[RatingRequest]]:
    """Who is asked about a participant by group, in the order of names."""
    found: dict[RaterGroup, list[RatingRequest]] = defaultdict(list)
    statement = (
        select(RatingRequest)
        .join(RatingRequest.rater)
        .where(RatingRequest.subject_id == participant.subject_id)
        .options(joinedload(RatingRequest.rater))
        .order_by(Person.sort_key, Person.id)
    )
    for request in db.session.scalars(statement):
        found[request.group].append(request)
    return {group: found[group] for group in RaterGroup if group in found}


def is_asked(subject: SurveySubject, rater: Person, group: RaterGroup) -> bool:
    """Whether someone is asked about a subject in this very group already."""
    asked = exists().where(
        RatingRequest.subject_id == subject.id, RatingRequest.rater_id == rater.id, RatingRequest.group == group
    )
    return bool(db.session.scalar(select(asked)))


def groups_to_choose(participant: Participant) -> list[RaterGroup]:
    """The groups in which raters can be added: those that the role profile asks, without self and manager."""
    if participant.subject is None:
        return []
    asked = groups_asked(participant.subject.survey, [participant.subject])[participant.subject.profile_id]
    return [group for group in RaterGroup if group in asked and group not in {RaterGroup.SELF, RaterGroup.MANAGER}]


def request_with_participant(public_id: str) -> tuple[RatingRequest, Participant] | None:
    """A planned rater and the participant who is rated, by the address of the request."""
    row = db.session.execute(
        select(RatingRequest, Participant)
        .join(Participant, Participant.subject_id == RatingRequest.subject_id)
        .where(RatingRequest.public_id == public_id)
        .options(
            joinedload(RatingRequest.rater),
            joinedload(Participant.person),
            joinedload(Participant.cycle).joinedload(Cycle.survey),
            joinedload(Participant.subject),
        )
    ).one_or_none()
    return None if row is None else (row.RatingRequest, row.Participant)
