"""Who is asked about whom, what waits for whom, and how far the collection is; never what was answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from assessments.measurement.disclosure import DELETED, partition_cycle
from assessments.surveys.errors import NotInSurveyError
from assessments.surveys.models import (
    PLANNED_PER_GROUP,
    RatingRequest,
    RequestState,
    Survey,
    SurveyState,
    SurveySubject,
)
from people.organisation.models import Person
from rubrics.frameworks.models import ANONYMOUS_GROUPS, Framework, RaterGroup
from rubrics.frameworks.queries import dimensions_of, published_framework
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import item_places, requirements_of
from web.database import db


@dataclass(frozen=True)
class RaterLoad:
    """How many anonymous forms and items one person is asked in a survey."""

    person: Person
    forms: int
    items: int


@dataclass(frozen=True)
class PlannedPartition:
    """The anonymous cells a subject would have if everybody who is asked answered."""

    subject: SurveySubject
    sizes: dict[RaterGroup, int]
    cells: tuple[tuple[RaterGroup, ...], ...]
    deleted: tuple[RaterGroup, ...]

    @property
    def has_no_cell(self) -> bool:
        """Whether no anonymous answer about this person would be shown."""
        return not self.cells

    @property
    def groups_below_five(self) -> tuple[RaterGroup, ...]:
        """Groups planned with fewer than five raters, which one silent rater can make too small."""
        return tuple(group for group, size in self.sizes.items() if size < PLANNED_PER_GROUP)


def survey_by_public_id(public_id: str) -> Survey | None:
    """One survey by the id in its address."""
    return db.session.scalar(select(Survey).where(Survey.public_id == public_id).options(joinedload(Survey.framework)))


def subjects_of(survey: Survey) -> list[SurveySubject]:
    """The people a survey is about, with their profiles, in the order of their names."""
    return list(
        db.session.scalars(
            select(SurveySubject)
            .join(SurveySubject.person)
            .where(SurveySubject.survey_id == survey.id)
            .options(contains_eager(SurveySubject.person), joinedload(SurveySubject.profile))
            .order_by(Person.sort_key, Person.id)
        )
    )


def subject_of(survey: Survey, person_id: int) -> SurveySubject | None:
    """A person as the subject of a survey."""
    return db.session.scalar(
        select(SurveySubject).where(SurveySubject.survey_id == survey.id, SurveySubject.person_id == person_id)
    )


def requests_of(survey: Survey) -> Select[RatingRequest]:
    """All requests of a survey that has not been closed."""
    return (
        select(RatingRequest)
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == survey.id)
        .options(contains_eager(RatingRequest.subject))
    )


def requests_by_pair(survey: Survey) -> dict[tuple[int, int], RaterGroup]:
    """The group in which each rater is asked about each subject, by (subject, rater)."""
    rows = db.session.execute(
        select(RatingRequest.subject_id, RatingRequest.rater_id, RatingRequest.group)
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == survey.id)
    )
    return {(subject_id, rater_id): group for subject_id, rater_id, group in rows}


def request_between(subject_id: int, rater_id: int) -> RatingRequest:
    """The request of a rater about a subject; raises NotInSurveyError."""
    found = db.session.scalar(
        select(RatingRequest).where(RatingRequest.subject_id == subject_id, RatingRequest.rater_id == rater_id)
    )
    if found is None:
        raise NotInSurveyError
    return found


def form_of(survey: Survey) -> Framework:
    """The version of the form: the pinned one, or before the opening the one in force."""
    return survey.framework or published_framework()


def groups_asked(survey: Survey, subjects: Iterable[SurveySubject]) -> dict[int, frozenset[RaterGroup]]:
    """The groups that each role profile asks about anything, by the profile's number."""
    profiles = {subject.profile_id: subject.profile for subject in subjects}
    places = item_places(list(profiles.values()), form_of(survey))
    return {number: frozenset(group for group in RaterGroup if places[number, group]) for number in profiles}


def waiting_requests(person_id: int, now: datetime) -> list[RatingRequest]:
    """What waits for a rater now, the most urgent first."""
    statement = _own_requests(person_id).where(
        RatingRequest.state.in_([RequestState.ASKED, RequestState.STARTED]), _is_collecting(now)
    )
    return list(db.session.scalars(statement))


def own_requests(person_id: int, now: datetime) -> list[RatingRequest]:
    """Everything a rater is asked in surveys that take answers now, also what is done or declined."""
    return list(db.session.scalars(_own_requests(person_id).where(_is_collecting(now))))


def own_request(person_id: int, public_id: str) -> RatingRequest | None:
    """A request by its address, for the invited rater alone, in a survey that has been opened."""
    return db.session.scalars(
        _own_requests(person_id).where(RatingRequest.public_id == public_id, Survey.state != SurveyState.DRAFT)
    ).one_or_none()


def _own_requests(person_id: int) -> Select[RatingRequest]:
    subject = contains_eager(RatingRequest.subject)
    return (
        select(RatingRequest)
        .join(RatingRequest.subject)
        .join(SurveySubject.survey)
        .join(SurveySubject.person)
        .where(RatingRequest.rater_id == person_id)
        .options(
            subject.contains_eager(SurveySubject.survey).joinedload(Survey.framework),
            subject.contains_eager(SurveySubject.person),
            subject.joinedload(SurveySubject.profile),
        )
        .order_by(Survey.closes_at, Person.sort_key, RatingRequest.id)
    )


def _is_collecting(now: datetime) -> ColumnElement[bool]:
    return (Survey.state == SurveyState.OPEN) & (Survey.opens_at <= now) & (Survey.closes_at > now)


def planned_load(survey: Survey) -> list[RaterLoad]:
    """Anonymous forms and items that each rater is asked, the busiest first."""
    rows = db.session.execute(
        select(RatingRequest.rater_id, RatingRequest.group, SurveySubject.profile_id, func.count())
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == survey.id, RatingRequest.group.in_(ANONYMOUS_GROUPS))
        .group_by(RatingRequest.rater_id, RatingRequest.group, SurveySubject.profile_id)
    ).all()
    profiles = list(db.session.scalars(select(Profile).where(Profile.id.in_({row[2] for row in rows}))))
    places = item_places(profiles, form_of(survey)) if profiles else {}
    loads: dict[int, tuple[int, int]] = {}
    for rater_id, group, profile_id, count in rows:
        forms, items = loads.get(rater_id, (0, 0))
        loads[rater_id] = (forms + count, items + count * len(places[profile_id, group]))
    people = db.session.scalars(select(Person).where(Person.id.in_(loads)).order_by(Person.sort_key))
    return sorted((RaterLoad(person, *loads[person.id]) for person in people), key=lambda load: -load.items)


def planned_cells(survey: Survey) -> list[PlannedPartition]:
    """The anonymous cells that every subject would have if everybody answered, for the check before opening."""
    subjects = subjects_of(survey)
    place = {subject.id: number for number, subject in enumerate(subjects)}
    asked_by_profile = _asked_by_profile(survey, subjects)
    asked = np.array([asked_by_profile[subject.profile_id] for subject in subjects], dtype=np.bool_)
    asked = asked.reshape(len(subjects), len(ANONYMOUS_GROUPS), -1)
    planned = np.zeros((len(subjects), len(ANONYMOUS_GROUPS)), dtype=np.int64)
    rows = db.session.execute(
        select(RatingRequest.subject_id, RatingRequest.group, func.count())
        .join(RatingRequest.subject)
        .where(
            SurveySubject.survey_id == survey.id,
            RatingRequest.group.in_(ANONYMOUS_GROUPS),
            RatingRequest.state != RequestState.DECLINED,
        )
        .group_by(RatingRequest.subject_id, RatingRequest.group)
    )
    for subject_id, group, count in rows:
        planned[place[subject_id], ANONYMOUS_GROUPS.index(group)] = count
    partition = partition_cycle(planned[:, :, None] * asked, asked=asked, threshold=survey.threshold)
    return [
        _planned(subject, planned[number], partition.cell_of_group[number].tolist())
        for number, subject in enumerate(subjects)
    ]


def _asked_by_profile(survey: Survey, subjects: list[SurveySubject]) -> dict[int, list[list[bool]]]:
    profiles = {subject.profile_id: subject.profile for subject in subjects}
    dimensions = dimensions_of(form_of(survey))
    return {
        number: [
            [
                dimension.is_observed_by(group)
                and any(row.dimension_code == dimension.code and row.asks(group) for row in requirements)
                for dimension in dimensions
            ]
            for group in ANONYMOUS_GROUPS
        ]
        for number, requirements in requirements_of(profiles.values()).items()
    }


def _planned(subject: SurveySubject, planned: np.ndarray, cell_of_group: list[int]) -> PlannedPartition:
    groups = list(enumerate(ANONYMOUS_GROUPS))
    return PlannedPartition(
        subject=subject,
        sizes={group: int(planned[number]) for number, group in groups if planned[number]},
        cells=tuple(
            tuple(group for number, group in groups if cell_of_group[number] == first)
            for first, _group in groups
            if cell_of_group[first] == first
        ),
        deleted=tuple(group for number, group in groups if cell_of_group[number] == DELETED),
    )
