"""How far a collection is: by unit and by rater, never what was answered, nor when, nor about whom."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from assessments.surveys.models import RatingRequest, RequestState, Survey, SurveyState, SurveySubject
from people.accounts.models import Account
from people.organisation.models import Employment, Person, Unit
from people.organisation.queries import is_valid_on
from people.permissions import Permission
from people.roles.models import Viewer
from people.roles.queries import scope
from rubrics.frameworks.models import RaterGroup
from web.database import db

DEFAULT_LANGUAGE = "zh"


@dataclass(frozen=True)
class Progress:
    """How many requests there are and how far they are; the label says of what."""

    asked: int
    started: int
    submitted: int
    declined: int
    unit: Unit | None = None

    @property
    def waiting(self) -> int:
        """Requests that are neither submitted nor declined."""
        return self.asked - self.submitted - self.declined


@dataclass(frozen=True)
class LateRater:
    """Somebody for whom requests wait."""

    person: Person
    waiting: int
    language: str


def progress_of(survey: Survey) -> Progress:
    """How far the collection is as a whole."""
    row = db.session.execute(
        select(*_progress_columns()).join(RatingRequest.subject).where(SurveySubject.survey_id == survey.id)
    ).one()
    return Progress(row[0], row[1] or 0, row[2] or 0, row[3] or 0)


def progress_by_unit(viewer: Viewer, survey: Survey, on: date) -> list[Progress]:
    """How far the raters of each unit are, for those who remind them."""
    statement: Any = (
        select(Unit, *_progress_columns())
        .select_from(RatingRequest)
        .join(RatingRequest.subject)
        .join(Employment, (Employment.person_id == RatingRequest.rater_id) & is_valid_on(on))
        .join(Unit, Unit.id == Employment.unit_id)
        .where(SurveySubject.survey_id == survey.id)
        .group_by(Unit.id)
        .order_by(Unit.code)
    )
    rows = db.session.execute(scope(viewer, Permission.PROGRESS_READ, statement, RatingRequest.rater_id))
    return [Progress(row[1], row[2], row[3], row[4], unit=row[0]) for row in rows]


def raters_of(viewer: Viewer, survey: Survey) -> Select[Any]:
    """The raters of a survey with how much they are asked, have submitted and have declined; never for whom."""
    statement: Any = (
        select(
            Person,
            func.count().label("asked"),
            _count_of(RequestState.SUBMITTED).label("submitted"),
            _count_of(RequestState.DECLINED).label("declined"),
        )
        .join(RatingRequest, RatingRequest.rater_id == Person.id)
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == survey.id)
        .group_by(Person.id)
    )
    return scope(viewer, Permission.PROGRESS_READ, statement, Person.id)


def progress_by_group(survey: Survey) -> list[tuple[RaterGroup, Progress]]:
    """How far each rater group is over the whole survey, never about one person."""
    statement: Any = (
        select(RatingRequest.group, *_progress_columns())
        .join(RatingRequest.subject)
        .where(SurveySubject.survey_id == survey.id)
        .group_by(RatingRequest.group)
    )
    found = {row[0]: Progress(row[1], row[2], row[3], row[4]) for row in db.session.execute(statement)}
    return [(group, found[group]) for group in RaterGroup if group in found]


def late_raters(viewer: Viewer, survey: Survey) -> list[LateRater]:
    """Everyone in the viewer's scope for whom something waits in a survey, with how much and their language."""
    statement: Any = (
        select(Person, func.count(), Account.language)
        .join(RatingRequest, RatingRequest.rater_id == Person.id)
        .join(RatingRequest.subject)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            SurveySubject.survey_id == survey.id,
            RatingRequest.state.in_([RequestState.ASKED, RequestState.STARTED]),
        )
        .group_by(Person.id, Account.language)
        .order_by(Person.sort_key, Person.id)
    )
    rows = db.session.execute(scope(viewer, Permission.PROGRESS_READ, statement, Person.id))
    return [LateRater(person, waiting, language or DEFAULT_LANGUAGE) for person, waiting, language in rows]


def collecting_surveys() -> Select[Survey]:
    """Surveys that have been opened and not closed, for those who follow them."""
    return select(Survey).where(Survey.state.in_([SurveyState.OPEN, SurveyState.CLOSING]))


def _count_of(state: RequestState) -> ColumnElement[int]:
    return func.sum(case((RatingRequest.state == state, 1), else_=0))


def _progress_columns() -> tuple[ColumnElement[int], ...]:
    return (
        func.count(RatingRequest.id),
        _count_of(RequestState.STARTED),
        _count_of(RequestState.SUBMITTED),
        _count_of(RequestState.DECLINED),
    )
